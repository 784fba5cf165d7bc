package embedded

import (
	"sync"
	"time"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/valuetext"
)

// keptRows keeps the rows of a small query that nobody is shown, as text.
type keptRows struct {
	zone *time.Location
	mu   sync.Mutex
	rows [][]*string
}

// Collect implements operators.Collector.
func (k *keptRows) Collect(b *batch.Batch) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	for n := range b.Rows() {
		i := b.Row(n)
		row := make([]*string, len(b.Cols))
		for f, v := range b.Cols {
			if !v.IsNull(i) {
				text := string(valuetext.AppendDisplay(nil, v, i, k.zone))
				row[f] = &text
			}
		}
		k.rows = append(k.rows, row)
	}
	return nil
}
