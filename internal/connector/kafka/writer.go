package kafka

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/connector"
	"github.com/flottstream/flott/internal/format"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// writer hands rows to the producer of a subtask. The producer's goroutine
// reports the outcome of records; the first failure fails the next call.
type writer struct {
	*sink
	client  *client
	ctx     context.Context
	cancel  context.CancelFunc
	key     format.Encoder // nil without keys
	value   format.Encoder
	slabs   slabs
	slab    *slab // being filled, or nil
	promise func(*kgo.Record, error)

	mu     sync.Mutex
	failed error

	keyRows, valueRows batch.Batch // views of the batch being written
	now                time.Time   // when it came: the time of its records

	epochs *committer // takes the records instead of client; nil unless exactly-once
	clock  func() time.Time
}

func newWriter(s *sink, ctx *connector.WriterContext, key, value format.Encoder) (*writer, error) {
	opts := []kgo.Opt{kgo.AllowAutoTopicCreation()}
	if s.guarantee != exactlyOnce { // whose producers come one for each transaction
		opts = append(append(opts, kgo.RecordPartitioner(s.partitioner(ctx.Subtask))), s.settings.client.producer...)
		opts = append(opts, s.settings.client.delivering(s.timestampColumn >= 0)...)
	}
	c, err := s.newClient(opts...)
	if err != nil {
		return nil, err
	}
	w := &writer{sink: s, client: c, key: key, value: value, clock: time.Now}
	w.promise = w.delivered
	parent := ctx.Context
	if parent == nil {
		parent = context.Background()
	}
	w.ctx, w.cancel = context.WithCancel(parent)
	w.keyRows.Cols = make([]*batch.Vector, len(s.key.columns))
	w.valueRows.Cols = make([]*batch.Vector, len(s.value.columns))
	if err := w.findTopics(); err != nil {
		w.Close()
		return nil, err
	}
	return w, nil
}

// partitioner is Flink's: by key, else sticky; or the subtask's own partition.
func (s *sink) partitioner(subtask int) kgo.Partitioner {
	if !s.fixed {
		return kgo.StickyKeyPartitioner(nil)
	}
	return kgo.BasicConsistentPartitioner(func(string) func(*kgo.Record, int) int {
		return func(_ *kgo.Record, n int) int { return subtask % n }
	})
}

// findTopics fails early where the brokers or the topics are not there. A
// broker may create topics that are asked for.
func (w *writer) findTopics() error {
	ctx, cancel := w.client.contact(w.ctx)
	defer cancel()
	for _, name := range w.topics {
		for wait := 50 * time.Millisecond; ; wait *= 2 {
			err := w.findTopic(ctx, name)
			var answer *kerr.Error
			if err == nil {
				break
			}
			if !errors.As(err, &answer) {
				return w.client.failed(fmt.Sprintf("cannot find topic '%s'", name), err)
			}
			if answer == kerr.UnknownTopicOrPartition && wait > time.Second || !answer.Retriable {
				return w.topicError(name, err)
			}
			select {
			case <-time.After(wait):
			case <-ctx.Done():
				return w.topicError(name, err)
			}
		}
	}
	return nil
}

func (w *writer) findTopic(ctx context.Context, name string) error {
	req := kmsg.NewPtrMetadataRequest()
	req.AllowAutoTopicCreation = true
	topic := kmsg.NewMetadataRequestTopic()
	topic.Topic = &name
	req.Topics = append(req.Topics, topic)
	resp, err := req.RequestWith(ctx, w.client.Client)
	if err != nil {
		return err
	}
	for _, t := range resp.Topics {
		if err := kerr.ErrorForCode(t.ErrorCode); err != nil {
			return err
		}
	}
	return nil
}

// delivered takes the outcome of a record. The producer calls it.
func (w *writer) delivered(r *kgo.Record, err error) {
	if err != nil {
		w.fail(w.produceError(r, err))
	}
	w.release(r)
}

// fail notes an error for the next call.
func (w *writer) fail(err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.failed == nil {
		w.failed = err
	}
}

// release makes the memory of a record free, whose outcome is known.
func (w *writer) release(r *kgo.Record) {
	switch o := r.Context.(type) {
	case *slab:
		if o.reported() {
			w.slabs.put(o)
		}
	case *outgoing:
		o.spare.Put(o)
	}
}

// produceError words what became of a record.
func (w *writer) produceError(r *kgo.Record, err error) error {
	var answer *kerr.Error
	switch {
	case errors.Is(err, kerr.UnknownTopicOrPartition), errors.Is(err, kerr.TopicAuthorizationFailed):
		return w.topicError(r.Topic, err)
	case errors.Is(err, kerr.MessageTooLarge):
		return fmt.Errorf("table %s: a record of %d bytes is too large for topic '%s'; raise 'properties.max.request.size' and the topic's max.message.bytes%w",
			w.table.Name, len(r.Key)+len(r.Value), r.Topic, connector.ErrUser)
	case errors.As(err, &answer):
		return fmt.Errorf("table %s: cannot write to topic '%s': %s (%s)%w", w.table.Name, r.Topic, answer.Description, answer.Message, connector.ErrUser)
	}
	return w.client.failed(fmt.Sprintf("cannot write to topic '%s'", r.Topic), err)
}

// failure returns what went wrong so far, unless nothing is guaranteed.
func (w *writer) failure() error {
	if w.guarantee == "none" {
		return nil
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.failed
}

// Write encodes the rows of b and hands them to the producer. It blocks while
// the producer's buffer is full.
func (w *writer) Write(b *batch.Batch) error {
	if err := w.failure(); err != nil {
		return err
	}
	w.view(b)
	for k := range b.Rows() {
		if w.slab == nil {
			w.slab = w.slabs.get()
		}
		s := w.slab
		r := s.next()
		var err error
		if s.bytes, err = w.encode(r, s.bytes, b, b.Row(k)); err != nil {
			return err
		}
		if s.filled() {
			w.slab = nil
		}
		w.produce(r)
	}
	return w.failure()
}

// view points the views of keys and values at b's columns.
func (w *writer) view(b *batch.Batch) {
	for i, c := range w.sink.key.columns {
		w.keyRows.Cols[i] = b.Cols[c]
	}
	for i, c := range w.sink.value.columns {
		w.valueRows.Cols[i] = b.Cols[c]
	}
	w.keyRows.N, w.valueRows.N = b.N, b.N
	w.now = time.Now()
	w.valueRows.Kinds = nil
	if w.mode == Append {
		w.valueRows.Kinds = b.Kinds
	}
}

// encode makes o the record of row i. It appends key and value to dst.
func (w *writer) encode(o *kgo.Record, dst []byte, b *batch.Batch, i int) ([]byte, error) {
	o.Timestamp = w.now
	var err error
	if w.key != nil {
		start := len(dst)
		if dst, err = w.key.Encode(dst, &w.keyRows, i); err != nil {
			return dst, err
		}
		o.Key = orNull(dst[start:len(dst):len(dst)], &w.keyRows, i)
	}
	if w.mode == Append || b.Kind(i).IsAdd() {
		start := len(dst)
		if dst, err = w.value.Encode(dst, &w.valueRows, i); err != nil {
			return dst, err
		}
		o.Value = orNull(dst[start:len(dst):len(dst)], &w.valueRows, i)
	}
	o.Topic = w.topics[0]
	if w.topicColumn >= 0 {
		if err := w.chooseTopic(o, b.Cols[w.topicColumn], i); err != nil {
			return dst, err
		}
	}
	if c := w.timestampColumn; c >= 0 && !b.Cols[c].IsNull(i) {
		sec, nano := b.Cols[c].Moment(i)
		ms := sec*1000 + nano/1_000_000
		if ms < 0 {
			return dst, fmt.Errorf("table %s: the metadata column 'timestamp' is %d ms, but Kafka has no times before 1970", w.table.Name, ms)
		}
		o.Timestamp = time.UnixMilli(ms)
	}
	if c := w.headersColumn; c >= 0 && !b.Cols[c].IsNull(i) {
		o.Headers = headers(b.Cols[c], i)
	}
	return dst, nil
}

// orNull is the message, or none where a format writes nothing for NULL.
func orNull(message []byte, rows *batch.Batch, i int) []byte {
	if len(message) == 0 && len(rows.Cols) == 1 && rows.Cols[0].IsNull(i) {
		return nil
	}
	return message
}

func (w *writer) chooseTopic(o *kgo.Record, v *batch.Vector, i int) error {
	if v.IsNull(i) {
		if len(w.topics) == 1 {
			return nil
		}
		return fmt.Errorf("table %s: the metadata column 'topic' is NULL, but must be one of %v", w.table.Name, w.topics)
	}
	k := slices.Index(w.topics, string(v.At(i)))
	if k < 0 {
		return fmt.Errorf("table %s: the metadata column 'topic' is '%s', but must be one of %v", w.table.Name, v.At(i), w.topics)
	}
	o.Topic = w.topics[k]
	return nil
}

// headers copies MAP value i.
func headers(v *batch.Vector, i int) (list []kgo.RecordHeader) {
	keys, values := v.Kids[0], v.Kids[1]
	for k := int(v.Offsets[i]); k < int(v.Offsets[i+1]); k++ {
		if keys.IsNull(k) {
			continue
		}
		h := kgo.RecordHeader{Key: string(keys.At(k))}
		if !values.IsNull(k) {
			h.Value = append([]byte{}, values.At(k)...)
		}
		list = append(list, h)
	}
	return list
}

func (w *writer) produce(r *kgo.Record) {
	if w.epochs != nil {
		w.epochs.produce(r)
		return
	}
	w.client.Produce(w.ctx, r, w.promise)
}

// Flush waits until the brokers have every record; with guarantee 'none' only
// at the end, and without caring for the outcome.
func (w *writer) Flush(end bool) error {
	if w.guarantee == "none" && !end {
		return nil
	}
	if err := w.client.Flush(w.ctx); err != nil {
		if failure := w.failure(); failure != nil {
			return failure
		}
		return w.client.failed("cannot flush the records written", err)
	}
	return w.failure()
}

// Close drops what was not flushed.
func (w *writer) Close() error {
	w.cancel()
	w.client.Close()
	return nil
}
