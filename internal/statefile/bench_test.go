package statefile

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"testing"

	"github.com/flottstream/flott/internal/keygroup"
	"github.com/flottstream/flott/internal/state"
)

// discard takes everything and keeps nothing.
type discard struct{ n int64 }

func (d *discard) Create(context.Context, bool) (state.FileWriter, error) { return d, nil }
func (d *discard) Open(context.Context, state.Segment) (io.ReadCloser, error) {
	return nil, io.ErrUnexpectedEOF
}
func (d *discard) Write(b []byte) (int, error)    { d.n += int64(len(b)); return len(b), nil }
func (d *discard) Commit() (state.Segment, error) { return state.Segment{Length: d.n}, nil }
func (d *discard) Abort()                         {}

// benchState has n entries of typical sizes: an aggregate's counters, and the rows
// of a join.
func benchState(kind string, n int) *entries {
	s := &entries{states: []state.Description{{Spec: state.Spec{Name: "s"}, Shape: state.ShapeTable}}, of: map[string][]state.Entry{}}
	r := rand.New(rand.NewPCG(1, 1))
	towns := []string{"Seattle", "Portland", "San Francisco", "Boise"}
	for range n {
		k := r.Uint64N(4_000_000)
		e := state.Entry{Key: le.AppendUint64(nil, k)}
		if kind == "aggregate" {
			s.states[0].FixedWidth = 24
			e.Fixed = le.AppendUint64(le.AppendUint64(le.AppendUint64(nil, r.Uint64N(1000)), r.Uint64N(1_000_000)), 1_700_000_000_000+r.Uint64N(100_000))
		} else {
			e.Var = fmt.Appendf(nil, "%d person %d person%d@example.com %s %d", k, r.IntN(100_000), r.IntN(1000), towns[r.IntN(4)], r.IntN(1<<30))
		}
		s.of["s"] = append(s.of["s"], e)
	}
	return s
}

func BenchmarkWrite(b *testing.B) {
	for _, kind := range []string{"aggregate", "join"} {
		for _, compress := range []bool{false, true} {
			b.Run(fmt.Sprintf("%s/compress=%v", kind, compress), func(b *testing.B) {
				s := benchState(kind, 200_000)
				o := all(128)
				raw, _ := Write(context.Background(), s, &discard{}, o)
				o.Compress = compress
				b.SetBytes(raw.Bytes)
				b.ReportAllocs()
				var part state.Part
				for b.Loop() {
					part, _ = Write(context.Background(), s, &discard{}, o)
				}
				b.ReportMetric(100*float64(part.Bytes)/float64(raw.Bytes), "%size")
			})
		}
	}
}

func BenchmarkRead(b *testing.B) {
	for _, kind := range []string{"aggregate", "join"} {
		for _, compress := range []bool{false, true} {
			b.Run(fmt.Sprintf("%s/compress=%v", kind, compress), func(b *testing.B) {
				s := benchState(kind, 200_000)
				o := all(128)
				files := &plainFiles{}
				raw, _ := Write(context.Background(), s, &discard{}, o)
				o.Compress = compress
				part, _ := Write(context.Background(), s, files, o)
				b.SetBytes(raw.Bytes)
				b.ReportAllocs()
				for b.Loop() {
					src, err := Open(context.Background(), part, files)
					if err != nil {
						b.Fatal(err)
					}
					n := 0
					err = src.Scan(context.Background(), "s", keygroup.RangeOf(0, 128, 1), func(*state.Entry) error { n++; return nil })
					if err != nil || n != 200_000 {
						b.Fatal(err, n)
					}
				}
			})
		}
	}
}
