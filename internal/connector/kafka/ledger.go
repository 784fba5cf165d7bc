package kafka

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/flottstream/flott/internal/connector"
	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
	"github.com/twmb/franz-go/pkg/kversion"
)

// ledger is what the brokers know about transactions and markers: it asks and
// tells them beside the producers.
type ledger struct {
	*client
	admin *kadm.Client
	// bumps: every transaction has an epoch of its own (KIP-890, transaction.version
	// 2 of Kafka 4), so producer ID and epoch name one transaction.
	bumps bool
	log   *slog.Logger
	brief time.Duration // timeout of transactional IDs that are only fenced
}

func newLedger(ctx context.Context, s *settings, log *slog.Logger) (*ledger, error) {
	c, err := s.newClient()
	if err != nil {
		return nil, err
	}
	l := &ledger{client: c, log: log, brief: time.Minute}
	contact, cancel := c.contact(ctx)
	defer cancel()
	if l.bumps, err = l.version2(contact); err != nil {
		c.Close()
		return nil, c.failed("cannot ask for the versions of the brokers", err)
	}
	if !l.bumps {
		// The newest versions of these requests are for brokers with bumps.
		c.Close()
		v := kversion.Stable()
		v.SetMaxKeyVersion(int16(kmsg.EndTxn), 4)
		v.SetMaxKeyVersion(int16(kmsg.TxnOffsetCommit), 4)
		if l.client, err = s.newClient(kgo.MaxVersions(v)); err != nil {
			return nil, err
		}
	}
	l.admin = kadm.NewClient(l.client.Client)
	return l, nil
}

// version2 reports transaction.version 2.
func (l *ledger) version2(ctx context.Context) (bool, error) {
	req := kmsg.NewPtrApiVersionsRequest()
	req.ClientSoftwareName, req.ClientSoftwareVersion = "flott", "1"
	resp, err := req.RequestWith(ctx, l.client.Client)
	if err != nil {
		return false, err
	}
	for _, f := range resp.FinalizedFeatures {
		if f.Name == "transaction.version" {
			return f.MaxVersionLevel >= 2, nil
		}
	}
	return false, nil
}

// pause waits before the n-th repetition.
func pause(ctx context.Context, n int) error {
	select {
	case <-time.After(min(time.Second, 5*time.Millisecond<<min(n, 10))):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// patiently repeats f while the brokers are busy with the transaction or cannot
// be reached, until ctx is done.
func patiently(ctx context.Context, f func() error) error {
	for n := 0; ; n++ {
		err := f()
		if err == nil || !passing(err) {
			return err
		}
		if done := pause(ctx, n); done != nil {
			return err
		}
	}
}

// passing reports an error that says nothing about the transaction.
func passing(err error) bool {
	var answer *kerr.Error
	var network net.Error
	switch {
	case errors.Is(err, context.Canceled), errors.Is(err, kgo.ErrClientClosed):
		return false
	case errors.As(err, &answer):
		return answer.Retriable || answer == kerr.ConcurrentTransactions || answer == kerr.UnknownServerError
	}
	return kgo.IsRetryableBrokerErr(err) || errors.As(err, &network) || errors.Is(err, io.EOF) || errors.Is(err, context.DeadlineExceeded)
}

// identity is what brokers know a producer by.
type identity struct {
	id    int64
	epoch int16
}

// fence ends whatever is open under a transactional ID, and whoever writes
// under it.
func (l *ledger) fence(ctx context.Context, id string) (p identity, err error) {
	err = patiently(ctx, func() error {
		req := kmsg.NewPtrInitProducerIDRequest()
		req.TransactionalID = &id
		req.TransactionTimeoutMillis = int32(l.brief.Milliseconds())
		req.ProducerID, req.ProducerEpoch = -1, -1
		resp, err := req.RequestWith(ctx, l.client.Client)
		if err != nil {
			return err
		}
		p = identity{resp.ProducerID, resp.ProducerEpoch}
		return kerr.ErrorForCode(resp.ErrorCode)
	})
	return p, err
}

// fenceAll fences many.
func (l *ledger) fenceAll(ctx context.Context, ids []string) ([]identity, error) {
	var wg sync.WaitGroup
	fenced := make([]identity, len(ids))
	failures := make([]error, len(ids))
	turns := make(chan struct{}, 8)
	for i, id := range ids {
		wg.Add(1)
		go func() {
			defer wg.Done()
			turns <- struct{}{}
			defer func() { <-turns }()
			var err error
			if fenced[i], err = l.fence(ctx, id); err != nil {
				failures[i] = l.refused(id, err)
			}
		}()
	}
	wg.Wait()
	return fenced, errors.Join(failures...)
}

// end commits or aborts the transaction of an epoch, if it is still open.
func (l *ledger) end(ctx context.Context, e *epoch, commit bool) error {
	return patiently(ctx, func() error { return l.endOnce(ctx, e, commit) })
}

func (l *ledger) endOnce(ctx context.Context, e *epoch, commit bool) error {
	req := kmsg.NewPtrEndTxnRequest()
	req.TransactionalID, req.ProducerID, req.ProducerEpoch = e.transactionalID, e.producerID, e.producerEpoch
	req.Commit = commit
	resp, err := req.RequestWith(ctx, l.client.Client)
	if err != nil {
		return err
	}
	return kerr.ErrorForCode(resp.ErrorCode)
}

// The batches in which transactional IDs are looked up.
const (
	probedSubtasks = 8
	probedIDs      = 8
)

// lingering returns the transactional IDs that earlier attempts have used and
// that are this subtask's to end: its own, and those of subtasks there are no
// longer, dealt out over the subtasks there are.
func (l *ledger) lingering(ctx context.Context, n naming, parallelism int, replays bool) (found []string, err error) {
	first := 0
	for subtask := n.subtask; ; {
		var ids []string
		for k := range probedSubtasks {
			s := n.sibling(subtask + k*parallelism)
			for i := range probedIDs {
				ids = append(ids, s.transactionalID(first+i))
			}
			if replays && first == 0 {
				ids = append(ids, s.replayID())
			}
		}
		known, err := l.known(ctx, ids)
		if err != nil {
			return nil, err
		}
		found = append(found, known...)
		switch {
		case len(known) == 0 && first == 0:
			return found, nil
		case len(known) == 0:
			first, subtask = 0, subtask+probedSubtasks*parallelism
		default:
			first += probedIDs
		}
	}
}

// known returns those IDs that the brokers know.
func (l *ledger) known(ctx context.Context, ids []string) (found []string, err error) {
	err = patiently(ctx, func() error {
		found = found[:0]
		described, err := l.admin.DescribeTransactions(ctx, ids...)
		if err != nil {
			return err
		}
		for _, d := range described.Sorted() {
			switch {
			case d.Err == nil:
				found = append(found, d.TxnID)
			case !errors.Is(d.Err, kerr.TransactionalIDNotFound):
				return d.Err
			}
		}
		return nil
	})
	return found, err
}

// noMarker is the number of an epoch before all.
const noMarker = -1

// stuckAfter is how many times the answer may be that a marker is about to
// change before the transactions themselves are asked: about 3 s.
const stuckAfter = 10

// marker returns the number of the newest epoch that is visible, noMarker if
// the group has none. It waits while a transaction with a marker is open, and
// calls open, unless it is nil, whenever it finds one. A broker that was killed
// can come back with a group that waits for ever: see finish.
func (l *ledger) marker(ctx context.Context, k *keepsake, open func() error) (number int64, err error) {
	unstable := 0
	err = patiently(ctx, func() error {
		number, err = l.fetchMarker(ctx, k.group(), k.topics[0], true)
		if !errors.Is(err, kerr.UnstableOffsetCommit) {
			return err
		}
		if open != nil {
			if err := open(); err != nil {
				return err
			}
		}
		if unstable++; unstable%stuckAfter > 0 || !l.allEnded(ctx, k.transactionalIDs()) {
			return err
		}
		if mended, failure := l.finish(ctx, k.topics, k.epochs); failure == nil && mended > 0 {
			return err // now it is stable
		} else if failure != nil {
			l.log.Warn("a transaction that is over was not ended in all partitions, and cannot be from here: see kafka-transactions.sh find-hanging", "group", k.group(), "error", failure)
		}
		number, err = l.fetchMarker(ctx, k.group(), k.topics[0], false)
		return err
	})
	return number, err
}

// allEnded reports that none of the transactions is open or being ended. It is
// false where brokers cannot be asked.
func (l *ledger) allEnded(ctx context.Context, ids []string) bool {
	described, err := l.admin.DescribeTransactions(ctx, ids...)
	if err != nil {
		return false
	}
	for _, id := range ids {
		switch d, ok := described[id]; {
		case !ok:
			return false
		case errors.Is(d.Err, kerr.TransactionalIDNotFound):
		case d.Err != nil:
			return false
		case d.State != "Empty" && d.State != "CompleteCommit" && d.State != "CompleteAbort" && d.State != "Dead":
			return false
		}
	}
	return true
}

// shown is marker without waiting: a later epoch may be about to be visible.
func (l *ledger) shown(ctx context.Context, group, topic string) (number int64, err error) {
	err = patiently(ctx, func() error {
		number, err = l.fetchMarker(ctx, group, topic, false)
		return err
	})
	return number, err
}

func (l *ledger) fetchMarker(ctx context.Context, group, topic string, stable bool) (int64, error) {
	req := kmsg.NewPtrOffsetFetchRequest()
	req.Group, req.RequireStable = group, stable
	t := kmsg.NewOffsetFetchRequestTopic()
	t.Topic, t.Partitions = topic, []int32{0}
	req.Topics = append(req.Topics, t)
	resp, err := req.RequestWith(ctx, l.client.Client)
	if err != nil {
		return noMarker, err
	}
	return markerOf(resp)
}

func markerOf(resp *kmsg.OffsetFetchResponse) (int64, error) {
	if err := kerr.ErrorForCode(resp.ErrorCode); err != nil {
		return noMarker, missingGroup(err)
	}
	for _, g := range resp.Groups {
		if err := kerr.ErrorForCode(g.ErrorCode); err != nil {
			return noMarker, missingGroup(err)
		}
		for _, t := range g.Topics {
			for _, p := range t.Partitions {
				err := kerr.ErrorForCode(p.ErrorCode)
				if errors.Is(err, kerr.UnknownTopicOrPartition) || errors.Is(err, kerr.UnknownTopicID) {
					return noMarker, nil
				}
				return max(p.Offset, noMarker), err
			}
		}
	}
	return noMarker, nil
}

func missingGroup(err error) error {
	if errors.Is(err, kerr.GroupIDNotFound) {
		return nil
	}
	return err
}

// write puts a number and a text into a group, without a transaction.
func (l *ledger) write(ctx context.Context, group, topic string, number int64, text string) error {
	return patiently(ctx, func() error {
		offsets := kadm.Offsets{}
		offsets.Add(kadm.Offset{Topic: topic, Partition: 0, At: number, LeaderEpoch: -1, Metadata: text})
		return l.admin.CommitAllOffsets(ctx, group, offsets)
	})
}

// mark puts the marker of an epoch into its transaction.
func (l *ledger) mark(ctx context.Context, e *epoch, group, topic string) error {
	if !l.bumps {
		if err := l.addGroup(ctx, e, group); err != nil {
			return err
		}
	}
	id, err := l.topicID(ctx, topic)
	if err != nil {
		return err
	}
	return patiently(ctx, func() error {
		req := kmsg.NewPtrTxnOffsetCommitRequest()
		req.TransactionalID, req.Group = e.transactionalID, group
		req.ProducerID, req.ProducerEpoch = e.producerID, e.producerEpoch
		req.Generation = -1
		p := kmsg.NewTxnOffsetCommitRequestTopicPartition()
		p.Offset, p.LeaderEpoch = e.number, -1
		text := "checkpoint " + strconv.FormatInt(e.checkpoint, 10)
		p.Metadata = &text
		t := kmsg.NewTxnOffsetCommitRequestTopic()
		t.Topic, t.TopicID = topic, id
		t.Partitions = append(t.Partitions, p)
		req.Topics = append(req.Topics, t)
		resp, err := req.RequestWith(ctx, l.client.Client)
		if err != nil {
			return err
		}
		for _, t := range resp.Topics {
			for _, p := range t.Partitions {
				if err := kerr.ErrorForCode(p.ErrorCode); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

// addGroup says that the transaction will have offsets of the group.
func (l *ledger) addGroup(ctx context.Context, e *epoch, group string) error {
	return patiently(ctx, func() error {
		req := kmsg.NewPtrAddOffsetsToTxnRequest()
		req.TransactionalID, req.ProducerID, req.ProducerEpoch, req.Group = e.transactionalID, e.producerID, e.producerEpoch, group
		resp, err := req.RequestWith(ctx, l.client.Client)
		if err != nil {
			return err
		}
		return kerr.ErrorForCode(resp.ErrorCode)
	})
}

func (l *ledger) topicID(ctx context.Context, topic string) (id [16]byte, err error) {
	err = patiently(ctx, func() error {
		topics, err := l.admin.ListTopicsWithInternal(ctx, topic)
		if err != nil {
			return err
		}
		d := topics[topic]
		id = d.ID
		return d.Err
	})
	return id, err
}

// retention is how long the brokers keep a marker. They may refuse to tell.
func (l *ledger) retention(ctx context.Context) time.Duration {
	minutes, err := strconv.ParseInt(l.brokerSetting(ctx, "offsets.retention.minutes"), 10, 64)
	if err != nil || minutes < 1 {
		return 7 * 24 * time.Hour
	}
	return time.Duration(minutes) * time.Minute
}

// brokerSetting returns a setting of one of the brokers, "" if it is not told.
func (l *ledger) brokerSetting(ctx context.Context, name string) string {
	brokers, err := l.admin.ListBrokers(ctx)
	if err != nil || len(brokers) == 0 {
		return ""
	}
	configs, err := l.admin.DescribeBrokerConfigs(ctx, brokers[0].NodeID)
	if err != nil {
		return ""
	}
	for _, c := range configs {
		for _, kv := range c.Configs {
			if kv.Key == name {
				return kv.MaybeValue()
			}
		}
	}
	return ""
}

// lost reports an error that says that a transaction is gone or must be given
// up: what it had must be written again.
func lost(err error) bool {
	for _, e := range []error{kerr.InvalidProducerEpoch, kerr.ProducerFenced, kerr.InvalidTxnState, kerr.InvalidProducerIDMapping,
		kerr.UnknownProducerID, kerr.TransactionAbortable, kerr.TransactionalIDNotFound, kerr.OutOfOrderSequenceNumber} {
		if errors.Is(err, e) {
			return true
		}
	}
	return false
}

// fenced reports an error that a transaction's end by time and another producer
// with the same transactional ID have in common.
func fenced(err error) bool {
	return errors.Is(err, kerr.InvalidProducerEpoch) || errors.Is(err, kerr.ProducerFenced)
}

// refused words the brokers' refusal of a transaction.
func (l *ledger) refused(id string, err error) error {
	s := l.settings
	switch {
	case errors.Is(err, kerr.TransactionalIDAuthorizationFailed):
		return fmt.Errorf("table %s: access to transactional ID '%s' at Kafka '%s' is not authorized: 'sink.delivery-guarantee' = 'exactly-once' needs WRITE on transactional IDs that begin with '%s'%w",
			s.table.Name, id, strings.Join(s.client.servers, ","), s.transactionalID, connector.ErrUser)
	case errors.Is(err, kerr.GroupAuthorizationFailed):
		return fmt.Errorf("table %s: access to consumer groups at Kafka '%s' is not authorized: 'sink.delivery-guarantee' = 'exactly-once' needs READ on groups that begin with 'flott-%s'%w",
			s.table.Name, strings.Join(s.client.servers, ","), s.transactionalID, connector.ErrUser)
	}
	return l.failed(fmt.Sprintf("cannot use the transactional ID '%s'", id), err)
}
