package lsm

import (
	"context"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/flottstream/flott/internal/keygroup"
	"github.com/flottstream/flott/internal/state"
	"github.com/flottstream/flott/internal/state/heap"
)

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

// BenchmarkHot updates records of known keys in random order: all fit memory.
func BenchmarkHot(b *testing.B) {
	for _, n := range []int{65536, 1 << 20} {
		b.Run(fmt.Sprintf("entries=%d/backend=heap", n), func(b *testing.B) {
			benchHot(b, heap.New(heap.Options{KeyGroups: allGroups, MaxParallelism: 128}), n)
		})
		b.Run(fmt.Sprintf("entries=%d/backend=lsm", n), func(b *testing.B) {
			benchHot(b, newBackend(b, Options{Memory: 1 << 30, BloomBits: 10}), n)
		})
		b.Run(fmt.Sprintf("entries=%d/backend=lsm,checkpointed", n), func(b *testing.B) {
			backend := newBackend(b, Options{Memory: 1 << 30, BloomBits: 10})
			defer func(old func()) { afterFill = old }(afterFill)
			afterFill = func() { checkpointOf(b, backend, 1, 0, &diskFiles{dir: b.TempDir()}) }
			benchHot(b, backend, n)
		})
	}
}

var afterFill = func() {}

func benchHot(b *testing.B, backend state.Backend, n int) {
	tab, _ := backend.Table(state.Spec{Name: "t", FixedWidth: 24})
	keys, refs := benchKeys(n, 7), make([]state.Ref, benchBatch)
	for at := 0; at < n; at += benchBatch {
		if _, err := tab.Upsert(0, part(keys, at, at+benchBatch), refs, nil); err != nil {
			b.Fatal(err)
		}
	}
	afterFill()
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
	var recs [][]byte
	i := 0
	b.ResetTimer()
	for range b.N {
		created, _ = tab.Upsert(0, probes[i], refs, created[:0])
		recs = tab.Records(refs, recs[:0])
		for _, rec := range recs {
			rec[0]++
		}
		if i++; i == len(probes) {
			i = 0
		}
	}
	b.StopTimer()
	if len(created) > 0 {
		b.Fatal("a known key was created")
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*benchBatch), "ns/key")
}

func BenchmarkNew(b *testing.B) {
	const n = 1 << 18
	keys, refs := benchKeys(n, 7), make([]state.Ref, benchBatch)
	for b.Loop() {
		tab, _ := newBackend(b, Options{Memory: 1 << 30}).Table(state.Spec{Name: "t", FixedWidth: 24})
		var created []int32
		for at := 0; at < n; at += benchBatch {
			created, _ = tab.Upsert(0, part(keys, at, at+benchBatch), refs, created[:0])
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*n), "ns/key")
}

// diskFiles is a checkpoint storage in a folder.
type diskFiles struct {
	dir     string
	n       atomic.Int64
	written atomic.Int64
}

type diskWriter struct {
	f     *os.File
	files *diskFiles
	size  int64
	sum   uint32
}

func (d *diskFiles) Create(context.Context, bool) (state.FileWriter, error) {
	f, err := os.Create(filepath.Join(d.dir, fmt.Sprint(d.n.Add(1))))
	return &diskWriter{f: f, files: d}, err
}

func (d *diskFiles) Open(_ context.Context, s state.Segment) (io.ReadCloser, error) {
	if filepath.IsAbs(s.File) {
		return os.Open(s.File)
	}
	return os.Open(filepath.Join(d.dir, s.File))
}

func (w *diskWriter) Write(b []byte) (int, error) {
	w.size += int64(len(b))
	w.sum = crc32.Update(w.sum, castagnoli, b)
	return w.f.Write(b)
}

func (w *diskWriter) Commit() (state.Segment, error) {
	w.files.written.Add(w.size)
	return state.Segment{File: w.f.Name(), Length: w.size, Sum: w.sum}, w.f.Close()
}

func (w *diskWriter) Abort() { _ = w.f.Close() }

func checkpointOf(b testing.TB, backend state.Backend, id, base int64, files state.Files) (p state.Part, sync, async time.Duration) {
	start := time.Now()
	s, err := backend.Snapshot(id)
	if err != nil {
		b.Fatal(err)
	}
	sync = time.Since(start)
	start = time.Now()
	p, err = s.(state.Native).Persist(context.Background(), files, base)
	if err != nil {
		b.Fatal(err)
	}
	async = time.Since(start)
	s.Release()
	return p, sync, async
}

// BenchmarkCheckpoint updates values of 200 bytes under many keys, 50,000 a second
// at random, and takes a checkpoint every 10 seconds; an operation is a
// checkpoint. Run it with -benchtime=12x. FLOTT_BENCH_KEYS and FLOTT_BENCH_MEMORY
// (MiB) set the size.
func BenchmarkCheckpoint(b *testing.B) {
	var keys, memory int64 = 1 << 20, 1 << 10
	if v := os.Getenv("FLOTT_BENCH_KEYS"); v != "" {
		fmt.Sscan(v, &keys)
	}
	if v := os.Getenv("FLOTT_BENCH_MEMORY"); v != "" {
		fmt.Sscan(v, &memory)
	}
	backend := newBackend(b, Options{Memory: memory << 20, BloomBits: 10})
	tab, err := backend.Table(state.Spec{Name: "t"})
	if err != nil {
		b.Fatal(err)
	}
	u := &updates{tab: tab, keys: keys, r: rand.New(rand.NewPCG(1, 1)), refs: make([]state.Ref, 1000)}
	start := time.Now()
	for at := int64(0); at < keys; at += 1000 {
		u.put(b, func(i int) uint64 { return uint64(min(keys-1, at+int64(i))) })
	}
	b.Logf("filled with %d keys in %v", keys, time.Since(start))
	files := &diskFiles{dir: b.TempDir()}
	p, sync, async := checkpointOf(b, backend, 1, 0, files)
	b.Logf("first checkpoint: sync %v, async %v, %d MB", sync, async, p.Bytes>>20)
	var durations, syncs []time.Duration
	var sizes []int64
	var busy time.Duration
	b.ResetTimer()
	for n := range b.N {
		end := time.Now().Add(10 * time.Second)
		for next := time.Now(); next.Before(end); next = next.Add(20 * time.Millisecond) {
			time.Sleep(time.Until(next))
			t := time.Now()
			u.put(b, func(int) uint64 { return u.r.Uint64N(uint64(keys)) })
			busy += time.Since(t)
		}
		p, sync, async := checkpointOf(b, backend, int64(n)+2, int64(n)+1, files)
		b.Logf("checkpoint %d: sync %v, async %v, %d MB of %d MB in %d files", n+2, sync, async, p.Bytes>>20, p.FullBytes>>20, len(p.Segments))
		durations, syncs, sizes = append(durations, sync+async), append(syncs, sync), append(sizes, p.Bytes)
	}
	b.StopTimer()
	slices.Sort(durations)
	slices.Sort(syncs)
	slices.Sort(sizes)
	b.ReportMetric(float64(durations[len(durations)/2].Milliseconds()), "ms-p50")
	b.ReportMetric(float64(durations[len(durations)*9/10].Milliseconds()), "ms-p90")
	b.ReportMetric(float64(syncs[len(syncs)-1].Milliseconds()), "ms-sync-max")
	b.ReportMetric(float64(sizes[len(sizes)/2]>>20), "MB-p50")
	b.ReportMetric(float64(sizes[len(sizes)-1]>>20), "MB-max")
	b.ReportMetric(float64(busy.Milliseconds())/float64(b.N*10), "ms-busy/s")
}

// updates writes values of 200 bytes, a thousand at a time.
type updates struct {
	tab  state.Table
	keys int64
	r    *rand.Rand
	k    state.Keys
	refs []state.Ref
	v    [200]byte
}

func (u *updates) put(b *testing.B, key func(i int) uint64) {
	u.k = state.Keys{Width: 8, Bytes: u.k.Bytes[:0], Hash: u.k.Hash[:0]}
	for i := range u.refs {
		x := key(i)
		u.k.Bytes = binary.LittleEndian.AppendUint64(u.k.Bytes, x)
		u.k.Hash = append(u.k.Hash, keygroup.Hash8(x))
	}
	if _, err := u.tab.Upsert(0, &u.k, u.refs, nil); err != nil {
		b.Fatal(err)
	}
	for _, r := range u.refs {
		for i := 0; i < len(u.v); i += 8 {
			binary.LittleEndian.PutUint64(u.v[i:], u.r.Uint64())
		}
		u.tab.SetVar(r, u.v[:])
	}
}
