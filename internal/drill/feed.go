package drill

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"sync"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
)

// Row is one order that a drill sends.
type Row struct {
	ID   int64
	Key  int64
	Time time.Time
	Note string
	// Partition of the topic; Poison rows are no JSON.
	Partition int32
	Poison    bool
}

// Shape makes rows: the n-th one, at a time.
type Shape func(n int64, now time.Time) Row

// usual is the shape of healthy input: even keys, rows in order.
func usual(partitions int32) Shape {
	return func(n int64, now time.Time) Row {
		return Row{Key: n * 7919 % 1000, Time: now, Partition: int32(n % int64(partitions))}
	}
}

// Feed sends rows to a topic at a rate. It is safe for concurrent use.
type Feed struct {
	client *kgo.Client
	topic  string

	mu     sync.Mutex
	shape  Shape
	rate   int // rows per second
	silent map[int32]bool
	next   int64
	good   int64 // rows that must arrive: not poison
	err    error

	stop func()
	done chan struct{}
}

// tick is how often a feed sends.
const tick = 20 * time.Millisecond

func newFeed(b *Broker, topic string, rate int, shape Shape) (*Feed, error) {
	client, err := b.client(kgo.DefaultProduceTopic(topic), kgo.RecordPartitioner(kgo.ManualPartitioner()), kgo.ProducerLinger(5*time.Millisecond))
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(context.Background())
	f := &Feed{client: client, topic: topic, shape: shape, rate: rate, silent: map[int32]bool{}, stop: cancel, done: make(chan struct{})}
	go f.run(ctx)
	return f, nil
}

// Set changes what is sent; a rate of 0 keeps the present one.
func (f *Feed) Set(rate int, shape Shape) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if rate > 0 {
		f.rate = rate
	}
	if shape != nil {
		f.shape = shape
	}
}

func (f *Feed) run(ctx context.Context) {
	defer close(f.done)
	t := time.NewTicker(tick)
	defer t.Stop()
	last, owed := time.Now(), 0.0
	for {
		select {
		case <-ctx.Done():
			return
		case now := <-t.C:
			f.mu.Lock()
			owed += float64(f.rate) * now.Sub(last).Seconds()
			last = now
			for ; owed >= 1; owed-- {
				row := f.shape(f.next, now)
				row.ID = f.next
				f.next++
				if !row.Poison {
					f.good++
				}
				f.send(row)
			}
			f.mu.Unlock()
		}
	}
}

// send hands a row to the client; f.mu is held.
func (f *Feed) send(row Row) {
	f.client.Produce(context.Background(), &kgo.Record{Partition: row.Partition, Value: row.encode()}, func(_ *kgo.Record, err error) {
		if err != nil {
			f.mu.Lock()
			f.err = fmt.Errorf("the drill's own rows were not taken: %w", err)
			f.mu.Unlock()
		}
	})
}

func (r *Row) encode() []byte {
	if r.Poison {
		return []byte("order " + strconv.FormatInt(r.ID, 10) + ": no JSON")
	}
	note, _ := json.Marshal(r.Note) // a string always has a form
	b := make([]byte, 0, 96+len(note))
	b = strconv.AppendInt(append(b, `{"id":`...), r.ID, 10)
	b = strconv.AppendInt(append(b, `,"k":`...), r.Key, 10)
	b = r.Time.UTC().AppendFormat(append(b, `,"ts":"`...), "2006-01-02 15:04:05.000")
	b = append(append(b, `","note":`...), note...)
	return append(b, '}')
}

// Sent is how many rows must arrive.
func (f *Feed) Sent() int64 {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.good
}

// end stops sending and waits until all that was sent is with the broker. With
// closing it sends one row from far in the future per partition, which closes all
// windows; these are not counted.
func (f *Feed) end(ctx context.Context, partitions int32, closing bool) error {
	f.stop()
	<-f.done
	if closing {
		f.mu.Lock()
		for p := range partitions {
			f.send(Row{ID: -1, Key: -1, Time: time.Now().Add(24 * time.Hour), Partition: p})
		}
		f.mu.Unlock()
	}
	err := f.client.Flush(ctx)
	f.mu.Lock()
	defer f.mu.Unlock()
	if err == nil {
		err = f.err
	}
	return err
}

func (f *Feed) close() {
	f.stop()
	<-f.done
	f.client.Close()
}
