package heap

import (
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"math/rand/v2"
	"testing"

	"github.com/flottstream/flott/internal/keygroup"
	"github.com/flottstream/flott/internal/state"
	"github.com/flottstream/flott/internal/statefile"
)

var allGroups = keygroup.RangeOf(0, 128, 1)

const benchBatch = 4096

// benchKeys returns the eight-byte keys step, 2*step, … in random order.
func benchKeys(n int, step uint64) *state.Keys {
	k := &state.Keys{Width: 8, Bytes: make([]byte, n*8), Hash: make([]uint64, n)}
	for i, p := range rand.New(rand.NewPCG(1, 1)).Perm(n) {
		x := uint64(p) * step
		binary.LittleEndian.PutUint64(k.Bytes[i*8:], x)
		k.Hash[i] = keygroup.Hash8(x)
	}
	return k
}

func part(k *state.Keys, from, to int) *state.Keys {
	return &state.Keys{Width: k.Width, Bytes: k.Bytes[from*k.Width : to*k.Width], Hash: k.Hash[from:to]}
}

// BenchmarkUpsertKnown looks up keys that exist, in batches and random order.
func BenchmarkUpsertKnown(b *testing.B) {
	for _, n := range []int{4096, 65536, 1 << 20} {
		b.Run(fmt.Sprintf("entries=%d", n), func(b *testing.B) { benchUpsert(b, n) })
	}
}

func benchUpsert(b *testing.B, n int) {
	backend := New(Options{KeyGroups: allGroups, MaxParallelism: 128})
	tab, _ := backend.Table(state.Spec{Name: "t", FixedWidth: 24})
	keys, refs := benchKeys(n, 7), make([]state.Ref, benchBatch)
	for at := 0; at < n; at += benchBatch {
		if _, err := tab.Upsert(0, part(keys, at, at+benchBatch), refs, nil); err != nil {
			b.Fatal(err)
		}
	}
	probes := make([]*state.Keys, n/benchBatch)
	r := rand.New(rand.NewPCG(2, 2))
	for i := range probes {
		p := &state.Keys{Width: 8}
		for range benchBatch {
			j := r.IntN(n)
			p.Bytes = append(p.Bytes, keys.At(j)...)
			p.Hash = append(p.Hash, keys.Hash[j])
		}
		probes[i] = p
	}
	var created []int32
	i := 0
	b.ResetTimer()
	for range b.N {
		created, _ = tab.Upsert(0, probes[i], refs, created[:0])
		if i++; i == len(probes) {
			i = 0
		}
	}
	if len(created) > 0 {
		b.Fatal("a known key was created")
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*benchBatch), "ns/key")
	b.ReportMetric(float64(backend.MemoryBytes())/float64(n), "B/entry")
}

// BenchmarkUpsertNew creates entries, growth included.
func BenchmarkUpsertNew(b *testing.B) {
	const n = 1 << 18
	keys, refs := benchKeys(n, 7), make([]state.Ref, benchBatch)
	for b.Loop() {
		tab, _ := New(Options{KeyGroups: allGroups, MaxParallelism: 128}).Table(state.Spec{Name: "t", FixedWidth: 24})
		var created []int32
		for at := 0; at < n; at += benchBatch {
			created, _ = tab.Upsert(0, part(keys, at, at+benchBatch), refs, created[:0])
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*n), "ns/key")
}

func BenchmarkMapUpsertKnown(b *testing.B) {
	m, _ := New(Options{KeyGroups: allGroups, MaxParallelism: 128}).Map(state.Spec{Name: "m", FixedWidth: 8})
	keys, refs := benchKeys(1<<18, 7), make([]state.Ref, benchBatch)
	at := 0
	var created []int32
	b.ResetTimer()
	for range b.N {
		k := part(keys, at, at+benchBatch)
		created, _ = m.Upsert(k, k, refs, created[:0])
		if at += benchBatch; at == keys.Len() {
			at = 0
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*benchBatch), "ns/key")
}

func BenchmarkListAppend(b *testing.B) {
	l, _ := New(Options{KeyGroups: allGroups, MaxParallelism: 128}).List(state.Spec{Name: "l"})
	keys, refs := benchKeys(benchBatch, 7), make([]state.Ref, benchBatch)
	record := make([]byte, 40)
	for range min(b.N, 4000) {
		_ = l.Upsert(keys, refs)
		for _, r := range refs {
			l.Append(r, record)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(min(b.N, 4000)*benchBatch), "ns/record")
}

// snapshotTable is a table of n entries with a record of 24 bytes and a variable
// part of 0 to 63 bytes.
func snapshotTable(b *testing.B, n int) (*Backend, state.Table, *state.Keys) {
	backend := New(Options{KeyGroups: allGroups, MaxParallelism: 128})
	tab, _ := backend.Table(state.Spec{Name: "t", FixedWidth: 24})
	keys, refs := benchKeys(n, 7), make([]state.Ref, benchBatch)
	value := make([]byte, 64)
	for at := 0; at < n; at += benchBatch {
		if _, err := tab.Upsert(0, part(keys, at, at+benchBatch), refs, nil); err != nil {
			b.Fatal(err)
		}
		for i, r := range refs {
			tab.SetVar(r, value[:i%64])
		}
	}
	return backend, tab, keys
}

// BenchmarkSnapshot is the synchronous part alone.
func BenchmarkSnapshot(b *testing.B) {
	for _, n := range []int{1 << 16, 1 << 20, 1 << 22} {
		b.Run(fmt.Sprintf("entries=%d", n), func(b *testing.B) {
			backend, _, _ := snapshotTable(b, n)
			for b.Loop() {
				s, _ := backend.Snapshot(1)
				b.StopTimer()
				s.Release()
				b.StartTimer()
			}
		})
	}
}

// BenchmarkSnapshotWrite writes a snapshot in the canonical format to nowhere,
// while nobody writes and after everything has been overwritten.
func BenchmarkSnapshotWrite(b *testing.B) {
	const n = 1 << 20
	for _, dirty := range []bool{false, true} {
		b.Run(fmt.Sprintf("dirty=%v", dirty), func(b *testing.B) {
			backend, tab, keys := snapshotTable(b, n)
			for b.Loop() {
				s, _ := backend.Snapshot(1)
				b.StopTimer()
				if dirty {
					overwrite(tab, keys)
				}
				b.StartTimer()
				part, err := statefile.Write(context.Background(), s, nowhere{}, statefile.Options{Groups: allGroups, MaxParallelism: 128})
				if err != nil {
					b.Fatal(err)
				}
				b.SetBytes(part.Bytes)
				s.Release()
			}
		})
	}
}

// BenchmarkOverwrite writes every entry once: without a snapshot, and as the first
// write after one, which copies every page and chunk.
func BenchmarkOverwrite(b *testing.B) {
	const n = 1 << 20
	for _, frozen := range []bool{false, true} {
		b.Run(fmt.Sprintf("snapshot=%v", frozen), func(b *testing.B) {
			backend, tab, keys := snapshotTable(b, n)
			for b.Loop() {
				if !frozen {
					overwrite(tab, keys)
					continue
				}
				s, _ := backend.Snapshot(1)
				overwrite(tab, keys)
				s.Release()
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*n), "ns/entry")
		})
	}
}

func overwrite(tab state.Table, keys *state.Keys) {
	refs := make([]state.Ref, benchBatch)
	value := make([]byte, 64)
	for at := 0; at < keys.Len(); at += benchBatch {
		_ = tab.Get(0, part(keys, at, at+benchBatch), refs)
		for i, r := range refs {
			tab.Mutable(r)[0]++
			tab.SetVar(r, value[:i%64])
		}
	}
}

// BenchmarkRestore fills a table from a source in memory.
func BenchmarkRestore(b *testing.B) {
	const n = 1 << 20
	backend, _, _ := snapshotTable(b, n)
	s, _ := backend.Snapshot(1)
	part, err := statefile.Write(context.Background(), s, nil, statefile.Options{Groups: allGroups, MaxParallelism: 128, InlineBytes: 1 << 30})
	if err != nil {
		b.Fatal(err)
	}
	s.Release()
	b.SetBytes(part.Bytes)
	for b.Loop() {
		src, err := statefile.Open(context.Background(), part, nil)
		if err != nil {
			b.Fatal(err)
		}
		tab, err := New(Options{KeyGroups: allGroups, MaxParallelism: 128, Restore: &state.Restore{Sources: []state.Source{src}}}).
			Table(state.Spec{Name: "t", FixedWidth: 24})
		if err != nil || tab.Len() != n {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*n), "ns/entry")
}

// nowhere is a checkpoint storage that forgets.
type nowhere struct{}

func (nowhere) Create(context.Context, bool) (state.FileWriter, error) { return nowhere{}, nil }
func (nowhere) Write(b []byte) (int, error)                            { return len(b), nil }
func (nowhere) Commit() (state.Segment, error)                         { return state.Segment{}, nil }
func (nowhere) Abort()                                                 {}
func (nowhere) Open(context.Context, state.Segment) (io.ReadCloser, error) {
	return nil, io.ErrUnexpectedEOF
}
