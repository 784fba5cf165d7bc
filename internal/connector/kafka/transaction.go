package kafka

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/flottstream/flott/internal/connector"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
)

// transaction is a producer with a transactional ID of its own. It has one
// transaction at a time. The committer's goroutine uses it; the producer's
// reports outcomes.
type transaction struct {
	id      string
	client  *client
	w       *writer
	began   time.Time
	promise func(*kgo.Record, error)

	breaks atomic.Int64 // connections that ended

	mu   sync.Mutex
	lost error // the transaction cannot be committed any more
}

// defaultTransactionTimeout is Flink's, unless the brokers allow less.
const defaultTransactionTimeout = time.Hour

// open returns a producer, and thereby ends what earlier producers with that ID
// left open. The records go to partitions as those of subtask do.
func (w *writer) open(ctx context.Context, id string, subtask int, timeout time.Duration) (*transaction, error) {
	t := &transaction{id: id, w: w}
	opts := append([]kgo.Opt{kgo.WithHooks(t), kgo.RecordPartitioner(w.partitioner(subtask)), kgo.TransactionalID(id), kgo.TransactionTimeout(timeout)}, w.settings.client.producer...)
	opts = append(opts, w.settings.client.delivering(true)...)
	c, err := w.newClient(opts...)
	if err != nil {
		return nil, err
	}
	t.client = c
	t.promise = t.delivered
	err = patiently(ctx, func() error {
		_, _, err := c.ProducerID(ctx)
		return err
	})
	if err != nil {
		c.Close()
		return nil, err
	}
	return t, nil
}

// delivered takes the outcome of a record. The producer calls it.
func (t *transaction) delivered(r *kgo.Record, err error) {
	if err != nil {
		t.fail(r, err)
	}
	t.w.release(r)
}

func (t *transaction) fail(r *kgo.Record, err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	switch {
	case t.lost != nil:
	case lost(err), errors.Is(err, kgo.ErrClientClosed):
		t.lost = err
	default:
		t.lost = err
		t.w.fail(t.w.produceError(r, err))
	}
}

// failure says why the transaction cannot be committed.
func (t *transaction) failure() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.lost
}

func (t *transaction) begin() error {
	if err := t.client.BeginTransaction(); err != nil {
		return err
	}
	t.began = t.w.clock()
	return nil
}

// complete waits until the brokers have all records of the epoch, and puts its
// marker beside them.
func (t *transaction) complete(ctx context.Context, l *ledger, e *epoch, group, topic string) error {
	if err := t.client.Flush(ctx); err != nil {
		return err
	}
	if err := t.failure(); err != nil {
		return err
	}
	var err error
	if e.producerID, e.producerEpoch, err = t.client.ProducerID(ctx); err != nil {
		return err
	}
	e.transactionalID = t.id
	return l.mark(ctx, e, group, topic)
}

// commit makes it visible. After an error the producer is of no use any more. It
// was smooth if no connection broke meanwhile: a broker that dies while it ends
// a transaction may forget to end it everywhere, and the next one must not be
// begun on top of that.
func (t *transaction) commit(ctx context.Context) (smooth bool, err error) {
	breaks := t.breaks.Load()
	err = t.client.EndTransaction(ctx, kgo.TryCommit)
	return err == nil && t.breaks.Load() == breaks, err
}

// OnBrokerDisconnect makes the client tell of connections that end.
func (t *transaction) OnBrokerDisconnect(kgo.BrokerMetadata, net.Conn) { t.breaks.Add(1) }

var _ kgo.HookBrokerDisconnect = (*transaction)(nil)

// timeout is how long a transaction may stay open. The brokers have the last
// word: more than they allow is refused if the user asked for it.
func (l *ledger) timeout(ctx context.Context) (time.Duration, error) {
	asked := l.settings.client.transactionTimeout
	timeout := asked
	if asked == 0 {
		timeout = defaultTransactionTimeout
	}
	if longest, err := strconv.ParseInt(l.brokerSetting(ctx, "transaction.max.timeout.ms"), 10, 64); err == nil && timeout.Milliseconds() > longest {
		if asked > 0 {
			return 0, l.tooLong(asked, strconv.FormatInt(longest, 10))
		}
		timeout = time.Duration(longest) * time.Millisecond
	}
	l.brief = min(l.brief, timeout)
	return timeout, nil
}

func (l *ledger) tooLong(asked time.Duration, longest string) error {
	return fmt.Errorf("table %s: option 'properties.transaction.timeout.ms' is %d, but the brokers' transaction.max.timeout.ms is %s: lower the one or raise the other%w",
		l.settings.table.Name, asked.Milliseconds(), longest, connector.ErrUser)
}

// opening words why a producer could not be opened.
func (l *ledger) opening(id string, timeout time.Duration, err error) error {
	if errors.Is(err, kerr.InvalidTransactionTimeout) {
		return l.tooLong(timeout, "less")
	}
	return l.refused(id, err)
}
