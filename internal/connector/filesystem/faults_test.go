package filesystem

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/flottstream/flott/internal/blob"
	"github.com/flottstream/flott/internal/connector"
	"github.com/flottstream/flott/internal/stream"
)

// disk is a store in memory whose process dies in the middle: before or after
// the crash-th change. From then on nothing works until it is started again.
// It is safe for use by many goroutines.
type disk struct {
	mu      sync.Mutex
	objects map[string]string
	changes int
	crash   int  // change to die at, 0: none
	after   bool // die when it is done, before the answer comes
	dead    bool
	put     func(name string, objects map[string]string) // sees objects as they get their names
}

var errDead = errors.New("the process is dead")

// change applies f to the objects, if the process lives through it.
func (d *disk) change(f func() error) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.dead {
		return errDead
	}
	d.changes++
	if d.dead = d.changes == d.crash; d.dead && !d.after {
		return errDead
	}
	err := f()
	if d.dead {
		return errDead
	}
	return err
}

func (d *disk) start() {
	d.mu.Lock()
	d.dead = false
	d.mu.Unlock()
}

func (d *disk) set(name, data string) error {
	d.objects[name] = data
	d.put(name, d.objects)
	return nil
}

type diskWriter struct {
	d    *disk
	name string
	data bytes.Buffer
}

func (w *diskWriter) Write(p []byte) (int, error) { return w.data.Write(p) }
func (w *diskWriter) Abort()                      {}
func (w *diskWriter) Commit() error {
	return w.d.change(func() error { return w.d.set(w.name, w.data.String()) })
}

func (d *disk) Create(_ context.Context, name string) (blob.Writer, error) {
	return &diskWriter{d: d, name: name}, blob.CheckName(name)
}

func (d *disk) PutNew(_ context.Context, name string, data []byte) error {
	return d.change(func() error {
		if _, ok := d.objects[name]; ok {
			return blob.ErrExist
		}
		return d.set(name, string(data))
	})
}

// get looks an object up for reading.
func (d *disk) get(name string) (string, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	data, ok := d.objects[name]
	switch {
	case d.dead:
		return "", errDead
	case !ok:
		return "", blob.ErrNotExist
	}
	return data, nil
}

func (d *disk) Open(_ context.Context, name string, _, _ int64) (io.ReadCloser, error) {
	data, err := d.get(name)
	return io.NopCloser(strings.NewReader(data)), err
}

func (d *disk) Stat(_ context.Context, name string) (blob.Info, error) {
	data, err := d.get(name)
	return blob.Info{Name: name, Size: int64(len(data))}, err
}

func (d *disk) List(_ context.Context, prefix string) iter.Seq2[blob.Info, error] {
	d.mu.Lock()
	names := slices.Sorted(maps.Keys(d.objects))
	dead := d.dead
	d.mu.Unlock()
	return func(yield func(blob.Info, error) bool) {
		if dead {
			yield(blob.Info{}, errDead)
			return
		}
		for _, name := range names {
			if strings.HasPrefix(name, prefix) && !yield(blob.Info{Name: name}, nil) {
				return
			}
		}
	}
}

func (d *disk) Delete(_ context.Context, name string) error {
	return d.change(func() error { delete(d.objects, name); return nil })
}

func (d *disk) URL(name string) string { return "disk:" + name }
func (d *disk) Close() error           { return nil }

// renames is a disk that can rename.
type renames struct{ *disk }

func (d renames) Move(_ context.Context, from, to string) error {
	return d.change(func() error {
		data, ok := d.objects[from]
		if !ok {
			return blob.ErrNotExist
		}
		delete(d.objects, from)
		return d.set(to, data)
	})
}

// Sweep has nothing to do: writers of a disk leave nothing.
func (d renames) Sweep(context.Context, string, func(string) bool) error { return nil }

// world is a job whose sink writes to a disk: rows 0, 1, 2 … of partitions of ten
// rows each, in order of time.
type world struct {
	t    *testing.T
	r    *rand.Rand
	disk *disk
	sink *sink

	id      int // of the job
	writers map[int]*writer
	size    int // parallelism
	ended   map[int]bool

	next     int   // row
	newest   int64 // checkpoint begun
	last     saved // newest complete checkpoint
	marked   map[string]bool
	problems []string
}

// saved is a complete checkpoint.
type saved struct {
	id       int64
	next     int
	records  [][][]byte
	finished map[int]bool // subtasks that had finished before
	done     map[int]bool // subtasks whose input had ended
}

const (
	worldRows  = 60
	perPart    = 10
	worldStart = 1_767_225_600 // 2026-01-01, in seconds
)

func partitionOfRow(row int) string {
	return time.Unix(worldStart+int64(row/perPart)*60, 0).UTC().Format("15:04")
}

func newWorld(t *testing.T, seed uint64, options ...string) *world {
	r := rand.New(rand.NewPCG(seed, 7))
	x := &world{t: t, r: r, disk: &disk{objects: map[string]string{}}, marked: map[string]bool{}, size: 1 + r.IntN(3)}
	options = append([]string{"format=json", "partitioned by=hm", "sink.partition-commit.policy.kind=success-file",
		"sink.rolling-policy.file-size=" + fmt.Sprint(20+r.IntN(200))}, options...)
	x.sink = newSink(t, table("/table", "a INT, hm STRING", options...), false)
	store := blob.Store(x.disk)
	if r.IntN(2) == 0 {
		store = renames{x.disk}
	}
	x.sink.open = func(context.Context) (blob.Store, error) { return store, nil }
	x.disk.put = x.placed
	return x
}

// placed checks a partition that is marked: by event time all its rows are there.
func (x *world) placed(name string, objects map[string]string) {
	dir, ok := strings.CutSuffix(name, "/_SUCCESS")
	if !ok {
		return
	}
	x.marked[dir] = true
	if x.sink.byTime == nil {
		return
	}
	rows := 0
	for other, data := range objects {
		if strings.HasPrefix(other, dir+"/part-") {
			rows += strings.Count(data, "\n")
		}
	}
	// A copy may be there whole while the staged one is, too; never twice.
	if rows != perPart {
		x.problems = append(x.problems, fmt.Sprintf("%s is marked as complete with %d rows of %d", dir, rows, perPart))
	}
}

// open starts the subtasks from the newest checkpoint.
func (x *world) open() error {
	x.disk.start()
	x.writers, x.ended = map[int]*writer{}, map[int]bool{}
	same := len(x.last.records) == x.size
	shares := make([][][]byte, x.size)
	if same {
		copy(shares, x.last.records)
	} else {
		for i, r := range slices.Concat(x.last.records...) {
			k := (i + x.r.IntN(2)) % x.size
			shares[k] = append(shares[k], r)
		}
	}
	x.next, x.newest = x.last.next, x.last.id
	for i := range x.size {
		w, err := x.sink.Writer(&connector.WriterContext{
			Subtask: i, Parallelism: x.size, Job: fmt.Sprint("job", x.id), Operator: "op", Checkpointing: true, Context: x.t.Context(),
		})
		if err != nil {
			return err
		}
		x.writers[i] = w.(*writer)
	}
	for i := range x.size {
		if err := x.writers[i].Recover(x.last.id, shares[i]); err != nil {
			return err
		}
	}
	if same { // those that had finished end at once
		for i := range x.last.finished {
			x.writers[i].Close()
			delete(x.writers, i)
		}
		x.ended = maps.Clone(x.last.done)
	}
	if x.ended == nil {
		x.ended = map[int]bool{}
	}
	return nil
}

// kill ends the subtasks as a dead process does.
func (x *world) kill() {
	x.disk.mu.Lock()
	x.disk.dead = true
	x.disk.mu.Unlock()
	for _, w := range x.writers {
		w.Close()
	}
	if x.r.IntN(3) == 0 {
		x.size = 1 + x.r.IntN(3)
	}
	if x.last.id > 0 && x.r.IntN(2) == 0 {
		x.id++ // the job is submitted again
	}
}

// running are the subtasks that get rows.
func (x *world) running() (list []int) {
	for i := range x.writers {
		if !x.ended[i] {
			list = append(list, i)
		}
	}
	slices.Sort(list)
	return list
}

// write gives a few rows to some subtask, and all of them the time.
func (x *world) write() error {
	run := x.running()
	n := min(1+x.r.IntN(8), worldRows-x.next)
	for range n {
		row := fmt.Sprintf(`{"a":%d,"hm":"%s"}`, x.next, partitionOfRow(x.next))
		if err := x.writers[run[x.r.IntN(len(run))]].Write(rowsBatch(x.t, x.sink.schema, row)); err != nil {
			return err
		}
		x.next++
	}
	// Rows before next are through: those of its own minute may follow.
	for _, i := range run {
		if err := x.writers[i].Watermark((worldStart + int64(x.next/perPart)*60) * 1000); err != nil {
			return err
		}
	}
	return nil
}

// end ends the input of a subtask.
func (x *world) end(i int) error {
	x.ended[i] = true
	return x.writers[i].Watermark(stream.MaxTime)
}

// checkpoint takes one. It may fail, and some may hear late that it did not.
func (x *world) checkpoint(final bool) error {
	x.newest++
	c := saved{id: x.newest, next: x.next, records: make([][][]byte, x.size), finished: map[int]bool{}, done: maps.Clone(x.ended)}
	for i := range x.size {
		w := x.writers[i]
		if w == nil {
			c.finished[i] = true
			continue
		}
		var err error
		if c.records[i], err = w.Prepare(c.id); err != nil {
			return err
		}
	}
	if !final && x.r.IntN(4) == 0 {
		return nil // declined
	}
	x.last = c
	for _, i := range x.r.Perm(x.size) {
		w := x.writers[i]
		if w == nil || !final && !x.ended[i] && x.r.IntN(8) == 0 {
			continue
		}
		if err := w.Commit(c.id); err != nil {
			return err
		}
		if x.ended[i] {
			if err := w.Close(); err != nil {
				return err
			}
			delete(x.writers, i)
		}
	}
	return nil
}

// run goes on from the newest checkpoint to the end, or to a crash.
func (x *world) run() error {
	if err := x.open(); err != nil {
		return err
	}
	for x.next < worldRows && len(x.running()) > 0 {
		if err := x.write(); err != nil {
			return err
		}
		if run := x.running(); len(run) > 1 && x.r.IntN(12) == 0 {
			if err := x.end(run[x.r.IntN(len(run))]); err != nil {
				return err
			}
		}
		if x.r.IntN(3) == 0 {
			if err := x.checkpoint(false); err != nil {
				return err
			}
		}
	}
	for _, i := range x.running() {
		if err := x.end(i); err != nil {
			return err
		}
	}
	return x.checkpoint(true)
}

// check compares what is there at the end with what was written.
func (x *world) check() {
	rows := map[string]int{}
	for name, data := range x.disk.objects {
		switch {
		case strings.HasPrefix(name, staging) && strings.Contains(data, `"idle":true`) && !strings.HasPrefix(name, string(stageOf("op", fmt.Sprint("job", x.id)))):
			// A job resumed under another name died before a subtask that has a
			// record could tell the next one about it: documented.
		case strings.HasPrefix(name, staging):
			x.problems = append(x.problems, name+" is left over: "+data)
		case strings.HasSuffix(name, "/_SUCCESS"):
		default:
			dir, _, _ := strings.Cut(name, "/")
			for line := range strings.Lines(data) {
				rows[dir+" "+strings.TrimSpace(line)]++
			}
		}
	}
	for k := range worldRows {
		dir := "hm=" + strings.ReplaceAll(partitionOfRow(k), ":", "%3A")
		row := fmt.Sprintf(`%s {"a":%d}`, dir, k)
		if rows[row] != 1 {
			x.problems = append(x.problems, fmt.Sprintf("row %s is there %d times", row, rows[row]))
		}
		delete(rows, row)
		if _, ok := x.disk.objects[dir+"/_SUCCESS"]; !ok && k%perPart == 0 {
			x.problems = append(x.problems, dir+" is not marked as complete")
		}
	}
	for row := range rows {
		x.problems = append(x.problems, "nobody wrote "+row)
	}
}

// attempt runs a job that dies at a change of the disk, and maybe again later.
// It returns how many changes there were.
func attempt(t *testing.T, seed uint64, crash int, after bool, options ...string) (changes int, problems []string) {
	x := newWorld(t, seed, options...)
	x.disk.crash, x.disk.after = crash, after
	for {
		err := x.run()
		if err == nil {
			break
		}
		if !errors.Is(err, errDead) {
			return x.disk.changes, append(x.problems, err.Error())
		}
		x.kill()
		if x.disk.crash = 0; x.r.IntN(2) == 0 {
			x.disk.crash = x.disk.changes + 1 + x.r.IntN(30)
		}
	}
	x.check()
	return x.disk.changes, x.problems
}

// TestCrashes kills jobs before and after every change of the disk.
func TestCrashes(t *testing.T) {
	byTime := []string{"sink.partition-commit.trigger=partition-time", "partition.time-extractor.timestamp-pattern=2026-01-01 $hm:00"}
	for seed := range uint64(crashSeeds()) {
		options := byTime
		if seed%4 == 3 {
			options = nil
		}
		total, problems := attempt(t, seed, 0, false, options...)
		if len(problems) > 0 {
			t.Fatalf("seed %d, without a crash: %s", seed, strings.Join(problems, "\n"))
		}
		for crash := 1; crash <= total; crash++ {
			for _, after := range []bool{false, true} {
				if _, problems := attempt(t, seed, crash, after, options...); len(problems) > 0 {
					slices.SortFunc(problems, cmp.Compare[string])
					t.Fatalf("seed %d, crash at change %d of %d (after it: %v):\n%s", seed, crash, total, after, strings.Join(problems, "\n"))
				}
			}
		}
	}
}

func crashSeeds() int {
	if testing.Short() {
		return 3
	}
	return 6
}

// The check sees a lost row, one that is there twice, and what is left over.
func TestCrashesAreChecked(t *testing.T) {
	x := newWorld(t, 1)
	must(t, x.run())
	if x.check(); len(x.problems) > 0 {
		t.Fatal(x.problems)
	}
	var file string
	for name := range x.disk.objects {
		if strings.Contains(name, "/part-") {
			file = name
		}
	}
	data := x.disk.objects[file]
	plant := func(what string, objects map[string]string) {
		before := maps.Clone(x.disk.objects)
		for name, data := range objects {
			if x.disk.objects[name] = data; data == "" {
				delete(x.disk.objects, name)
			}
		}
		x.problems = nil
		if x.check(); !strings.Contains(strings.Join(x.problems, "\n"), what) {
			t.Errorf("planted %v, found %q, want %q", objects, x.problems, what)
		}
		x.disk.objects = before
	}
	plant("is there 0 times", map[string]string{file: ""})
	plant("is there 2 times", map[string]string{file + "0": data})
	plant("is left over", map[string]string{staging + "/op-job0/x": "y"})
	plant("is not marked", map[string]string{file[:strings.Index(file, "/")] + "/_SUCCESS": ""})
}
