package connectortest

import (
	"encoding/json"
	"slices"
	"strconv"
	"sync"
	"testing"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/connector"
	"github.com/flottstream/flott/internal/types"
)

// memory is a table that knows which epochs it has: a key makes a commit that
// comes again harmless.
type memory struct {
	mu     sync.Mutex
	epochs map[string][]string
}

func (m *memory) commit(e epoch) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.epochs[e.Key] = e.Rows
}

// epoch is what lies in the records.
type epoch struct {
	Key        string
	Checkpoint int64
	Rows       []string
}

type memoryWriter struct {
	table *memory
	ctx   *connector.WriterContext
	rows  []string
	open  []epoch
}

func (w *memoryWriter) Write(b *batch.Batch) error { w.rows = append(w.rows, lines(b)...); return nil }
func (w *memoryWriter) Flush(bool) error           { panic("Flush is not for committers") }
func (w *memoryWriter) Close() error               { return nil }

func (w *memoryWriter) Recover(_ int64, records [][]byte) error {
	for _, r := range records {
		var e epoch
		if err := json.Unmarshal(r, &e); err != nil {
			return err
		}
		w.table.commit(e)
	}
	return nil
}

func (w *memoryWriter) Prepare(checkpoint int64) ([][]byte, error) {
	key := w.ctx.Job + strconv.Itoa(w.ctx.Subtask) + "/" + strconv.FormatInt(checkpoint, 10)
	w.open = append(w.open, epoch{key, checkpoint, slices.Clone(w.rows)})
	w.rows = nil
	var out [][]byte
	for _, e := range w.open {
		text, err := json.Marshal(e)
		if err != nil {
			return nil, err
		}
		out = append(out, text)
	}
	return out, nil
}

func (w *memoryWriter) Commit(checkpoint int64) error {
	for len(w.open) > 0 && w.open[0].Checkpoint <= checkpoint {
		w.table.commit(w.open[0])
		w.open = w.open[1:]
	}
	return nil
}

func (w *memoryWriter) Finish() error {
	w.table.commit(epoch{"end" + w.ctx.Job + strconv.Itoa(w.ctx.Subtask), 0, w.rows})
	return nil
}

// TestCommitterKit runs the kit over a committer that is right.
func TestCommitterKit(t *testing.T) {
	schema := types.Schema{{Name: "id", Type: types.Of(types.BigInt)}}
	TestCommitter(t, Committer{
		Empty: func() *batch.Batch { return batch.NewBatch(schema, 16) },
		Fill: func(b *batch.Batch, from, n int) {
			for i := range n {
				b.Cols[0].AppendInt64(int64(from + i))
				b.AppendKind(batch.Insert)
			}
		},
		Table: func(*testing.T) CommitterTable {
			m := &memory{epochs: map[string][]string{}}
			return CommitterTable{
				Open: func(_ *testing.T, ctx *connector.WriterContext) connector.Committer {
					return &memoryWriter{table: m, ctx: ctx}
				},
				Read: func(*testing.T) (rows []string) {
					for _, e := range m.epochs {
						rows = append(rows, e...)
					}
					return rows
				},
			}
		},
	})
}
