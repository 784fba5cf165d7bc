package kafka

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// probeAfter is how long a bounded partition may be silent before it is asked
// whether anything is left before its end.
const probeAfter = 200 * time.Millisecond

// delivery is what a fetch brought: records, or the news that up to some
// offsets nothing is left to read.
type delivery struct {
	fetches kgo.Fetches
	passed  map[partitionID]int64
}

// fetcher polls the client in a goroutine of its own and holds one delivery at
// a time for the reader; the client fetches the next one meanwhile, and no
// more than that, so memory is bounded by fetch.max.bytes.
type fetcher struct {
	client    *client
	log       *slog.Logger
	isolation kgo.IsolationLevel
	ctx       context.Context
	cancel    context.CancelFunc
	done      chan struct{} // closed when the goroutine has ended
	ready     chan struct{} // a token when a delivery waits, or waited
	taken     chan struct{} // a token when the reader took it
	started   bool          // by the reader

	mu     sync.Mutex
	held   *delivery
	bounds map[partitionID]*handed // of bounded partitions not handed over to their end
}

// handed is how far a bounded partition has been handed over.
type handed struct{ next, stop int64 }

func newFetcher(ctx context.Context, c *client, log *slog.Logger) *fetcher {
	f := &fetcher{client: c, log: log, done: make(chan struct{}), ready: make(chan struct{}, 1), taken: make(chan struct{}, 1), bounds: map[partitionID]*handed{}}
	f.isolation, _ = c.OptValue(kgo.FetchIsolationLevel).(kgo.IsolationLevel)
	f.ctx, f.cancel = context.WithCancel(ctx)
	return f
}

// add begins fetching partitions.
func (f *fetcher) add(partitions map[string]map[int32]kgo.Offset, bounds map[partitionID]*handed) {
	f.mu.Lock()
	for p, h := range bounds {
		f.bounds[p] = h
	}
	f.mu.Unlock()
	f.client.AddConsumePartitions(partitions)
	if !f.started {
		f.started = true
		go f.run()
	}
}

// take returns the delivery that waits, nil if none does.
func (f *fetcher) take() *delivery {
	f.mu.Lock()
	d := f.held
	f.held = nil
	f.mu.Unlock()
	if d != nil {
		f.taken <- struct{}{}
	}
	return d
}

func (f *fetcher) close() {
	f.cancel()
	if f.started {
		<-f.done
	}
	f.client.Close()
}

func (f *fetcher) run() {
	defer close(f.done)
	for {
		d := f.poll()
		if f.ctx.Err() != nil {
			return
		}
		if d == nil {
			continue
		}
		f.mu.Lock()
		f.held = d
		f.mu.Unlock()
		select {
		case f.ready <- struct{}{}:
		default:
		}
		select {
		case <-f.taken:
		case <-f.ctx.Done():
			return
		}
	}
}

// poll waits for records. It returns nil if there is no news.
func (f *fetcher) poll() *delivery {
	ctx := f.ctx
	if f.anyBound() {
		limited, cancel := context.WithTimeout(ctx, probeAfter)
		defer cancel()
		ctx = limited
	}
	fetches := f.client.PollFetches(ctx)
	if fetches.NumRecords() == 0 && ctx.Err() != nil && onlyTimedOut(fetches) {
		if passed := f.probe(); len(passed) > 0 {
			return &delivery{passed: passed}
		}
		return nil
	}
	f.handedOver(fetches)
	return &delivery{fetches: fetches}
}

func onlyTimedOut(fetches kgo.Fetches) bool {
	for _, e := range fetches.Errors() {
		if !errors.Is(e.Err, context.DeadlineExceeded) && !errors.Is(e.Err, context.Canceled) {
			return false
		}
	}
	return true
}

func (f *fetcher) anyBound() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(f.bounds) > 0
}

// handedOver notes how far bounded partitions have come and stops fetching
// those that have reached their end.
func (f *fetcher) handedOver(fetches kgo.Fetches) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.bounds) == 0 {
		return
	}
	fetches.EachPartition(func(t kgo.FetchTopicPartition) {
		id := partitionID{t.Topic, t.Partition}
		h := f.bounds[id]
		if h == nil || len(t.Records) == 0 {
			return
		}
		h.next = t.Records[len(t.Records)-1].Offset + 1
		f.endIfPassed(id, h)
	})
}

// endIfPassed is called with mu held.
func (f *fetcher) endIfPassed(id partitionID, h *handed) {
	if h.next >= h.stop {
		delete(f.bounds, id)
		f.client.PauseFetchPartitions(map[string][]int32{id.topic: {id.partition}})
	}
}

// probe asks the leaders of silent bounded partitions what is left before the
// end: the last records may have been compacted away or belong to an aborted
// transaction, and the client does not tell.
func (f *fetcher) probe() map[partitionID]int64 {
	f.mu.Lock()
	silent := make(map[partitionID]handed, len(f.bounds))
	for id, h := range f.bounds {
		silent[id] = *h
	}
	f.mu.Unlock()
	passed := map[partitionID]int64{}
	for id, h := range silent {
		next, err := f.probePartition(id, h.next)
		if err != nil {
			if f.log != nil && f.ctx.Err() == nil {
				f.log.Debug("a bounded partition could not be asked for its end", "topic", id.topic, "partition", id.partition, "error", err)
			}
			continue
		}
		if next <= h.next {
			continue
		}
		passed[id] = next
		f.mu.Lock()
		if h := f.bounds[id]; h != nil {
			h.next = next
			f.endIfPassed(id, h)
		}
		f.mu.Unlock()
	}
	return passed
}

// probePartition returns the offset up to which, from offset on, there are no
// records for us.
func (f *fetcher) probePartition(id partitionID, offset int64) (int64, error) {
	ctx, cancel := context.WithTimeout(f.ctx, f.client.settings.client.contact)
	defer cancel()
	leader, topicID, err := f.leader(ctx, id)
	if err != nil {
		return 0, err
	}
	req := kmsg.NewPtrFetchRequest()
	req.MaxWaitMillis, req.MinBytes, req.MaxBytes, req.SessionEpoch = 0, 0, 1<<20, -1
	if f.isolation == kgo.ReadCommitted() {
		req.IsolationLevel = 1
	}
	topic := kmsg.NewFetchRequestTopic()
	topic.Topic, topic.TopicID = id.topic, topicID
	partition := kmsg.NewFetchRequestTopicPartition()
	partition.Partition, partition.FetchOffset, partition.PartitionMaxBytes = id.partition, offset, 1<<20
	topic.Partitions = append(topic.Partitions, partition)
	req.Topics = append(req.Topics, topic)
	answer, err := f.client.Broker(int(leader)).RetriableRequest(ctx, req)
	if err != nil {
		return 0, err
	}
	resp := answer.(*kmsg.FetchResponse)
	if len(resp.Topics) != 1 || len(resp.Topics[0].Partitions) != 1 {
		return 0, errors.New("the answer to a fetch has no partition")
	}
	rp := &resp.Topics[0].Partitions[0]
	switch err := kerr.ErrorForCode(rp.ErrorCode); err {
	case nil:
	case kerr.OffsetOutOfRange: // the records may have been deleted meanwhile
		listed, err := kadm.NewClient(f.client.Client).ListStartOffsets(ctx, id.topic)
		if err != nil {
			return 0, err
		}
		start, _ := listed.Lookup(id.topic, id.partition)
		return max(offset, start.Offset), start.Err
	default:
		return 0, err
	}
	end := rp.HighWatermark
	if req.IsolationLevel == 1 {
		end = rp.LastStableOffset
	}
	if len(rp.RecordBatches) == 0 {
		if resp.ThrottleMillis > 0 {
			return offset, nil // silence is not emptiness
		}
		return max(offset, end), nil
	}
	opts := kgo.ProcessFetchPartitionOpts{Offset: offset, IsolationLevel: f.isolation, Topic: id.topic, Partition: id.partition}
	fp, next := kgo.ProcessFetchPartition(opts, rp, kgo.DefaultDecompressor(), nil)
	if fp.Err != nil {
		return 0, fp.Err
	}
	if len(fp.Records) > 0 {
		return fp.Records[0].Offset, nil // the client will deliver it
	}
	return next, nil
}

// leader finds who has a partition, and the topic's ID.
func (f *fetcher) leader(ctx context.Context, id partitionID) (int32, [16]byte, error) {
	req := kmsg.NewPtrMetadataRequest()
	topic := kmsg.NewMetadataRequestTopic()
	topic.Topic = &id.topic
	req.Topics = append(req.Topics, topic)
	resp, err := req.RequestWith(ctx, f.client.Client)
	if err != nil {
		return 0, [16]byte{}, err
	}
	for _, t := range resp.Topics {
		for _, p := range t.Partitions {
			if p.Partition == id.partition {
				return p.Leader, t.TopicID, kerr.ErrorForCode(p.ErrorCode)
			}
		}
	}
	return 0, [16]byte{}, kerr.UnknownTopicOrPartition
}
