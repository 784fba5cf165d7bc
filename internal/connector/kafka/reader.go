package kafka

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/connector"
	"github.com/flottstream/flott/internal/format"
	"github.com/flottstream/flott/internal/metrics"
	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
)

// reader reads the partitions of a subtask.
type reader struct {
	*source
	fetcher *fetcher
	commits *commits
	log     *slog.Logger
	left    int64 // rows until the scan's limit, -1: no limit

	open  map[partitionID]*partition
	ended []*partition // reached their end, not yet reported
	queue []chunk      // of the delivery being read
	next  int          // of queue

	keyDecoder, valueDecoder format.Decoder
	// Views of the output's columns that come from keys and from values, and the
	// others, which a row without a value leaves NULL.
	keyRows, valueRows batch.Batch
	kinds              []batch.RowKind // of the rows, for upserts
	origin             []*kgo.Record   // of each row, where metadata is wanted
	waiting            *metrics.Gauge  // pendingRecords
}

// partition is a split being read.
type partition struct {
	splitState
	name string
	end  int64 // of the topic's partition, when it was last asked
}

// chunk is records of one partition, or the news that it has passed an offset.
type chunk struct {
	partition *partition
	records   []*kgo.Record
	passed    int64
}

func newReader(s *source, ctx *connector.ReaderContext, key, value format.Decoder) (*reader, error) {
	opts := append([]kgo.Opt{
		kgo.ConsumePartitions(map[string]map[int32]kgo.Offset{}), s.resetOption(), kgo.KeepControlRecords(), kgo.WithPools(&recordPool{}),
	}, s.client.consumer...)
	c, err := s.newClient(opts...)
	if err != nil {
		return nil, err
	}
	parent := ctx.Context
	if parent == nil {
		parent = context.Background()
	}
	r := &reader{
		source: s, fetcher: newFetcher(parent, c, ctx.Log), log: ctx.Log, left: max(s.scan.Limit, -1),
		open: map[partitionID]*partition{}, keyDecoder: key, valueDecoder: value,
	}
	r.commits = newCommits(parent, r)
	if ctx.Metrics != nil {
		r.waiting = ctx.Metrics.Gauge("pendingRecords")
	}
	r.keyRows.Cols = make([]*batch.Vector, len(s.key.out))
	r.valueRows.Cols = make([]*batch.Vector, len(s.value.out))
	return r, nil
}

// Add begins reading splits.
func (r *reader) Add(splits []connector.Split) error {
	starts := map[string]map[int32]kgo.Offset{}
	bounds := map[partitionID]*handed{}
	for _, s := range splits {
		st, err := readSplit(s)
		if err != nil {
			return err
		}
		p := &partition{splitState: *st, name: s.ID}
		if p.Offset >= p.Stop {
			r.ended = append(r.ended, p)
			continue
		}
		id := partitionID{st.Topic, st.Partition}
		r.open[id] = p
		if starts[st.Topic] == nil {
			starts[st.Topic] = map[int32]kgo.Offset{}
		}
		starts[st.Topic][st.Partition] = kgo.NewOffset().At(st.Offset)
		if st.Stop != noStop {
			bounds[id] = &handed{st.Offset, st.Stop}
		}
	}
	if len(starts) > 0 {
		r.fetcher.add(starts, bounds)
	}
	return nil
}

// Read decodes up to limit rows of one partition.
func (r *reader) Read(b *batch.Batch, limit int) (connector.Progress, error) {
	if r.left == 0 {
		r.endAll()
	}
	if len(r.ended) > 0 {
		p := r.ended[0]
		r.ended = r.ended[1:]
		return connector.Progress{State: connector.Finished, Split: p.name}, nil
	}
	if len(r.open) == 0 {
		return connector.Progress{State: connector.Drained}, nil
	}
	c, err := r.chunk()
	if err != nil || c == nil {
		return connector.Progress{State: connector.Waiting}, err
	}
	if r.left >= 0 {
		limit = int(min(int64(limit), r.left))
	}
	used, err := r.decode(c, b, limit)
	if err != nil {
		return connector.Progress{}, err
	}
	if r.left >= 0 {
		r.left = max(0, r.left-int64(b.N))
	}
	p := c.partition
	recycle(c.records[:used])
	c.records = c.records[used:]
	if len(c.records) == 0 {
		p.Offset = max(p.Offset, c.passed)
		r.next++
	}
	r.tellPending()
	if p.Offset >= p.Stop {
		recycle(c.records)
		c.records = nil
		delete(r.open, partitionID{p.Topic, p.Partition})
		return connector.Progress{State: connector.Finished, Split: p.name}, nil
	}
	return connector.Progress{State: connector.More, Split: p.name}, nil
}

// endAll ends every partition when the scan's limit is reached.
func (r *reader) endAll() {
	for id, p := range r.open {
		r.ended = append(r.ended, p)
		delete(r.open, id)
	}
}

// chunk returns records to decode, nil if there are none at present.
func (r *reader) chunk() (*chunk, error) {
	for {
		for ; r.next < len(r.queue); r.next++ {
			c := &r.queue[r.next]
			if r.open[partitionID{c.partition.Topic, c.partition.Partition}] == c.partition && (len(c.records) > 0 || c.passed > 0) {
				return c, nil
			}
			recycle(c.records) // beyond the end of the split
		}
		d := r.fetcher.take()
		if d == nil {
			return nil, nil
		}
		if err := r.enqueue(d); err != nil {
			return nil, err
		}
	}
}

// enqueue divides a delivery into chunks.
func (r *reader) enqueue(d *delivery) (err error) {
	clear(r.queue)
	r.queue, r.next = r.queue[:0], 0
	for id, offset := range d.passed {
		if p := r.open[id]; p != nil {
			r.queue = append(r.queue, chunk{partition: p, passed: offset})
		}
	}
	d.fetches.EachPartition(func(t kgo.FetchTopicPartition) {
		if t.Err != nil && err == nil {
			err = r.fetchError(t.Topic, t.Partition, t.Err)
		}
		p := r.open[partitionID{t.Topic, t.Partition}]
		p.known(t.HighWatermark)
		if p != nil && len(t.Records) > 0 {
			r.queue = append(r.queue, chunk{partition: p, records: t.Records})
			return
		}
		recycle(t.Records)
	})
	return err
}

// fetchError words what the client could not mend by itself.
func (r *reader) fetchError(topic string, partition int32, err error) error {
	var loss *kgo.ErrDataLoss
	switch {
	case errors.As(err, &loss):
		if r.log != nil {
			r.log.Warn(fmt.Sprintf("table %s: %v", r.table.Name, err))
		}
		return nil
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return nil
	case errors.Is(err, kerr.OffsetOutOfRange):
		at := int64(-1)
		if p := r.open[partitionID{topic, partition}]; p != nil {
			at = p.Offset
		}
		return fmt.Errorf("table %s: topic '%s', partition %d has no offset %d (any more); set 'properties.auto.offset.reset' to 'earliest' or 'latest' to go on elsewhere%w",
			r.table.Name, topic, partition, at, connector.ErrUser)
	case errors.Is(err, kerr.UnknownTopicOrPartition), errors.Is(err, kerr.UnknownTopicID), errors.Is(err, kerr.TopicAuthorizationFailed):
		return r.topicError(topic, err)
	}
	return fmt.Errorf("table %s: cannot read topic '%s', partition %d: %w%w", r.table.Name, topic, partition, err, connector.ErrUser)
}

// Wait yields when records have been fetched, and at once when splits ended.
func (r *reader) Wait() <-chan struct{} { return r.fetcher.ready }

// Positions returns the splits that are not finished.
func (r *reader) Positions() ([]connector.Split, error) {
	var out []connector.Split
	for _, p := range r.open {
		out = append(out, p.split())
	}
	return out, nil
}

// CommitPositions has offsets committed for the consumer group, by a goroutine:
// newer ones replace those that it has not begun with. A failure is logged: the
// offsets are for others to see, and the next checkpoint has newer ones.
func (r *reader) CommitPositions(_ context.Context, splits []connector.Split) error {
	if !r.client.commit {
		return nil
	}
	offsets := kadm.Offsets{}
	for _, s := range splits {
		st, err := readSplit(s)
		if err != nil {
			return err
		}
		offsets.AddOffset(st.Topic, st.Partition, st.Offset, -1)
	}
	if len(offsets) > 0 {
		r.commits.put(offsets)
	}
	return nil
}

// Close stops fetching.
func (r *reader) Close() error {
	r.commits.close()
	r.fetcher.close()
	r.queue, r.open, r.ended = nil, nil, nil
	return nil
}

// recycle gives the memory of records back to the client.
func recycle(records []*kgo.Record) {
	for _, r := range records {
		r.Recycle()
	}
}
