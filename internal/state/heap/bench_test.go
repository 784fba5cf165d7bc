package heap

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/flottstream/flott/internal/keygroup"
	"github.com/flottstream/flott/internal/state"
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
