package task

import (
	"testing"
	"time"
)

// A chain is asked for few rows until it is known to be fast; one that is slow gets
// as many as it takes in a piece's time.
func TestPace(t *testing.T) {
	const batch = 4096
	for _, c := range []struct {
		perRow           time.Duration
		pieces, smallest int // of the first batch
	}{
		{time.Microsecond, 8, 64}, // 64 and doubled, until a batch is whole
		{10 * time.Millisecond, 1 + (batch-64+4)/5, 5},
	} {
		p := newPace()
		pieces, smallest := 0, batch
		for done := 0; done < batch; {
			n := min(p.rows(), batch-done)
			if done+n < batch {
				smallest = min(smallest, n)
			}
			p.note(n, time.Duration(n)*c.perRow)
			done += n
			pieces++
		}
		if smallest != c.smallest || pieces > c.pieces {
			t.Errorf("%s per row: %d pieces, the smallest of %d rows; want at most %d and %d", c.perRow, pieces, smallest, c.pieces, c.smallest)
		}
	}
}
