package snapshot

import (
	"context"
	"fmt"
	"io"
	"testing"

	"github.com/flottstream/flott/internal/blob"
	"github.com/flottstream/flott/internal/checkpoint"
	"github.com/flottstream/flott/internal/jobgraph"
	"github.com/flottstream/flott/internal/keygroup"
	"github.com/flottstream/flott/internal/state"
	"github.com/flottstream/flott/internal/stream"
)

// sink is a store that keeps nothing.
type sink struct{ worldStore }

func (*sink) Create(context.Context, string) (blob.Writer, error) {
	return discardWriter{io.Discard}, nil
}

type discardWriter struct{ io.Writer }

func (discardWriter) Commit() error { return nil }
func (discardWriter) Abort()        {}

// BenchmarkPieces writes 64 MiB in pieces of a size.
func BenchmarkPieces(b *testing.B) {
	for _, size := range []int{1 << 10, 1 << 20} {
		b.Run(fmt.Sprint(size), func(b *testing.B) {
			s, _ := OpenStorage(bg, Settings{Dir: "/ck", MergeBytes: 32 << 20, WriteBuffer: 64 << 10}, func(string, map[string]string) (blob.Store, error) { return &sink{}, nil })
			piece := make([]byte, size)
			b.SetBytes(64 << 20)
			b.ReportAllocs()
			for b.Loop() {
				f, _ := s.Files(bg, stream.CheckpointBarrier{ID: 1})
				for range 64 << 20 / size {
					w, _ := f.Create(bg, true)
					w.Write(piece)
					w.Commit()
				}
				if err := f.Flush(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// wide is a subtask of an LSM: many segments in few files.
func wide(subtask, of int) *Subtask {
	op := Operator{UID: "agg", Name: "GroupAggregate[3]", Keyed: &Keyed{Groups: keygroup.RangeOf(subtask, 1024, of)}}
	for i := range 200 {
		op.Keyed.Part.Segments = append(op.Keyed.Part.Segments, state.Segment{
			File:   fmt.Sprintf("s3://bucket/checkpoints/00112233445566778899aabbccddeeff/shared/%024x%04x%04x", 1, subtask, i/4),
			Offset: int64(i%4) << 20, Length: 1 << 20, Sum: uint32(i),
		})
	}
	return &Subtask{Operators: []Operator{op}}
}

func BenchmarkEncode(b *testing.B) {
	s := wide(0, 1)
	b.ReportAllocs()
	for b.Loop() {
		Encode(s, "")
	}
	b.ReportMetric(float64(len(Encode(s, "").Data)), "bytes/subtask")
}

func BenchmarkDecode(b *testing.B) {
	st := Encode(wide(0, 1), "")
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Decode(st, ""); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkPlan rescales 256 subtasks to 300.
func BenchmarkPlan(b *testing.B) {
	m := &checkpoint.Manifest{ID: 1, Vertices: []checkpoint.VertexState{{UID: "v", MaxParallelism: 1024, Operators: []checkpoint.OperatorName{{UID: "agg"}}}}}
	for i := range 256 {
		m.Vertices[0].Subtasks = append(m.Vertices[0].Subtasks, checkpoint.SubtaskState{State: Encode(wide(i, 256), "")})
	}
	g := &jobgraph.Graph{Vertices: []*jobgraph.Vertex{{Parallelism: 300, MaxParallelism: 1024, Chain: []jobgraph.ChainNode{{Op: &jobgraph.Operator{UID: "agg"}, Input: -1}}}}}
	for b.Loop() {
		if _, err := NewPlan(m, g, PlanOptions{}); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(len(EncodeManifest(m))), "bytes/manifest")
}
