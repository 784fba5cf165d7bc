package connectortest

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sort"
	"sync"
	"testing"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/connector"
	"github.com/flottstream/flott/internal/metrics"
)

// Committer is a sink that writes in two phases, and a way to see its table.
type Committer struct {
	// Table makes an empty table. The functions returned write and read it for
	// the rest of the test.
	Table func(t *testing.T) CommitterTable
	// Fill appends n rows, the first of them the from-th, to an empty batch of
	// the sink's schema. Row k is the same whenever it is asked for, and differs
	// from all others.
	Fill func(b *batch.Batch, from, n int)
	// Empty returns an empty batch of the sink's schema.
	Empty func() *batch.Batch
}

// CommitterTable is a table of a test.
type CommitterTable struct {
	// Open returns the committer of a subtask. One of an earlier attempt is closed
	// before, sometimes without a word, as a killed process leaves it.
	Open func(t *testing.T, ctx *connector.WriterContext) connector.Committer
	// Read returns what is visible, each row as formattest.Rows prints it without
	// its kind, in any order.
	Read func(t *testing.T) []string
}

// TestCommitter checks a committer: a small job writes the rows 0, 1, 2 … with
// several subtasks, takes checkpoints, dies and is restored, as its stories and
// then seeded random ones say. A restored job goes back to the row of its
// checkpoint. Recover of all subtasks is called at the same time, everything
// else one after another.
func TestCommitter(t *testing.T, s Committer) {
	for _, story := range stories {
		t.Run(story.name, func(t *testing.T) {
			j := newJob(t, s)
			story.tell(j)
		})
	}
	for seed := range uint64(8) {
		t.Run(fmt.Sprintf("seed %d", seed), func(t *testing.T) { newJob(t, s).wander(rand.New(rand.NewPCG(seed, 1)), 40) })
	}
}

// stories are the rules of the contract, each with what may happen around it.
var stories = []struct {
	name string
	tell func(j *job)
}{
	{"rows are visible when their checkpoint is complete", func(j *job) {
		j.start(2)
		j.write(10)
		j.sees("before the checkpoint")
		c := j.prepare()
		j.sees("prepared")
		j.write(5)
		j.complete(c)
		j.commit(c, 0, 1)
		j.sees("committed")
		j.checkpoint()
		j.sees("the next one")
	}},
	{"a commit left out is made up for by the next", func(j *job) {
		j.start(2)
		j.write(10)
		c := j.prepare()
		j.complete(c)
		j.commit(c, 1)
		j.write(10)
		c = j.prepare()
		j.complete(c)
		j.commit(c, 0, 1)
		j.sees("after the second commit")
	}},
	{"a checkpoint that fails leaves its rows to the next", func(j *job) {
		j.start(2)
		j.write(10)
		j.prepare()
		j.write(10)
		j.prepare()
		j.write(10)
		c := j.prepare()
		j.sees("nothing complete")
		j.complete(c)
		j.commit(c, 0, 1)
		j.sees("all three epochs")
	}},
	{"checkpoints overlap", func(j *job) {
		j.start(2)
		j.write(10)
		a := j.prepare()
		j.write(10)
		b := j.prepare()
		j.write(10)
		j.complete(a)
		j.commit(a, 0, 1)
		j.sees("the first, while the second is under way")
		j.write(10)
		j.complete(b)
		j.commit(b, 0, 1)
		j.sees("the second")
	}},
	{"commits come again", func(j *job) {
		j.start(2)
		j.write(10)
		c := j.prepare()
		j.complete(c)
		j.commit(c, 0, 1, 0, 1)
		j.write(3)
		j.commit(c, 0, 1)
		j.sees("committed three times")
	}},
	{"what was written after the checkpoint is gone", func(j *job) {
		j.start(2)
		j.write(10)
		j.checkpoint()
		j.write(10)
		j.prepare() // never complete
		j.write(10)
		j.kill()
		j.restore(2)
		j.sees("restored")
		j.write(25)
		j.checkpoint()
		j.sees("written again")
	}},
	{"a complete checkpoint is visible after Recover", func(j *job) {
		j.start(2)
		j.write(10)
		j.complete(j.prepare())
		j.write(10)
		j.kill()
		j.restore(2)
		j.sees("restored")
		j.checkpoint()
		j.sees("nothing is twice")
	}},
	{"half of the subtasks had committed", func(j *job) {
		j.start(3)
		j.write(30)
		c := j.prepare()
		j.complete(c)
		j.commit(c, 1)
		j.kill()
		j.restore(3)
		j.sees("restored")
	}},
	{"several epochs wait when the process dies", func(j *job) {
		j.start(2)
		j.write(10)
		j.prepare()
		j.write(10)
		j.prepare()
		j.write(10)
		j.complete(j.prepare())
		j.write(10)
		j.prepare()
		j.kill()
		j.restore(2)
		j.sees("restored")
		j.write(10)
		j.checkpoint()
		j.sees("went on")
	}},
	{"the same checkpoint is restored again and again", func(j *job) {
		j.start(2)
		j.write(10)
		j.complete(j.prepare())
		for range 3 {
			j.write(7)
			j.kill()
			j.restore(2)
			j.sees("restored")
			j.commit(j.last.id, 0, 1)
			j.sees("committed after Recover")
		}
	}},
	{"an attempt dies after its first checkpoint, before it is complete", func(j *job) {
		j.start(2)
		j.write(10)
		j.complete(j.prepare())
		j.kill()
		j.restore(2)
		j.write(10)
		j.prepare()
		j.kill()
		j.restore(2)
		j.sees("restored")
		j.write(10)
		j.checkpoint()
		j.sees("went on")
	}},
	{"fewer and more subtasks", func(j *job) {
		j.start(2)
		for _, parallelism := range []int{1, 3, 2, 5, 1} {
			j.write(20)
			j.prepare()
			j.write(20)
			j.complete(j.prepare())
			j.write(20)
			j.kill()
			j.restore(parallelism)
			j.sees(fmt.Sprintf("restored with %d subtasks", parallelism))
		}
		j.write(10)
		j.checkpoint()
		j.sees("at the end")
	}},
	{"fewer subtasks, twice from the same checkpoint", func(j *job) {
		j.start(3)
		j.write(30)
		j.complete(j.prepare())
		j.write(30)
		j.prepare()
		for _, parallelism := range []int{2, 1, 3} {
			j.kill()
			j.restore(parallelism)
			j.sees(fmt.Sprintf("restored with %d subtasks", parallelism))
			j.write(30)
			j.prepare()
		}
	}},
	{"epochs without rows", func(j *job) {
		j.start(2)
		j.checkpoint()
		j.checkpoint()
		j.write(1)
		j.checkpoint()
		j.checkpoint()
		j.sees("one row")
		j.complete(j.prepare())
		j.kill()
		j.restore(2)
		j.sees("restored")
		j.checkpoint()
		j.write(4)
		j.checkpoint()
		j.sees("four more")
	}},
	{"the job is submitted again from its checkpoint", func(j *job) {
		j.start(2)
		j.write(10)
		j.complete(j.prepare())
		j.write(10)
		j.kill()
		j.submit()
		j.restore(3)
		j.sees("restored")
		j.write(10)
		j.checkpoint()
		j.sees("went on")
	}},
	{"a job that begins afresh leaves nothing of the dead one behind", func(j *job) {
		j.start(3)
		j.write(10)
		j.checkpoint()
		j.write(10)
		j.prepare()
		j.write(10)
		j.kill()
		j.submit()
		j.forget()
		j.start(2)
		j.sees("begun")
		j.write(10)
		j.checkpoint()
		j.sees("its first checkpoint")
	}},
	{"an orderly end", func(j *job) {
		j.start(2)
		j.write(10)
		j.checkpoint()
		j.write(10)
		j.checkpoint()
		j.close()
		j.sees("closed")
		j.restore(2)
		j.sees("restored nevertheless")
		j.close()
		j.sees("closed again")
	}},
	{"without checkpoints everything is visible at the end", func(j *job) {
		j.noCheckpoints = true
		j.start(3)
		j.write(50)
		j.sees("before the end")
		j.finish()
		j.sees("after the end")
	}},
	{"without checkpoints a failure takes everything back", func(j *job) {
		j.noCheckpoints = true
		j.start(2)
		j.write(50)
		j.kill()
		j.forget()
		j.start(2)
		j.write(20)
		j.finish()
		j.sees("after the end")
	}},
	{"without checkpoints and rows", func(j *job) {
		j.noCheckpoints = true
		j.start(2)
		j.finish()
		j.sees("after the end")
	}},
}

// job is a sink's part of a job with its source and its coordinator.
type job struct {
	t     *testing.T
	sink  Committer
	table CommitterTable

	id            int // of the submission
	noCheckpoints bool
	parallelism   int
	tasks         []connector.Committer
	stop          context.CancelFunc

	next        int           // row the source gives next
	turn        int           // subtask it gives it to
	checkpoints []*checkpoint // prepared, not complete, not given up
	last        *checkpoint   // newest complete one; of a job that begins: nothing, 0
	lastID      int64
	seen        []string // rows that must be visible: all up to the last checkpoint that was committed or restored
	written     []string // rows since the last complete checkpoint's
	restores    int
}

// checkpoint is what the coordinator keeps.
type checkpoint struct {
	id      int64
	next    int
	rows    []string // of all epochs up to it, since the complete one before
	records [][][]byte
	copies  [][][]byte // of the records, to see that they stay as they are
}

func newJob(t *testing.T, s Committer) *job {
	return &job{t: t, sink: s, table: s.Table(t), last: &checkpoint{}}
}

// start opens the tasks of a job that has no checkpoint, or of one that has.
func (j *job) start(parallelism int) { j.restore(parallelism) }

// restore opens tasks and gives them the newest complete checkpoint. The
// records fall to the same subtasks if there are as many, else to any.
func (j *job) restore(parallelism int) {
	j.t.Helper()
	shares := make([][][]byte, parallelism)
	if len(j.last.records) == parallelism {
		copy(shares, j.last.records)
	} else {
		for i, r := range slices.Concat(j.last.records...) {
			k := (i*7 + j.restores) % parallelism
			shares[k] = append(shares[k], r)
		}
	}
	j.restores++
	ctx, stop := context.WithCancel(context.Background())
	j.stop = stop
	j.t.Cleanup(stop)
	j.tasks = nil
	for i := range parallelism {
		j.tasks = append(j.tasks, j.table.Open(j.t, &connector.WriterContext{
			Subtask: i, Parallelism: parallelism, Job: fmt.Sprintf("%032x", 1+j.id), Operator: "cbc357ccb763df2852fee8c4fc7d55f2",
			Checkpointing: !j.noCheckpoints, Metrics: metrics.NewGroup(nil), Context: ctx,
		}))
	}
	var wg sync.WaitGroup
	failures := make([]error, parallelism)
	for i, w := range j.tasks {
		wg.Add(1)
		go func() {
			defer wg.Done()
			failures[i] = w.Recover(j.last.id, shares[i])
		}()
	}
	wg.Wait()
	if err := errors.Join(failures...); err != nil {
		j.t.Fatalf("Recover(%d): %v", j.last.id, err)
	}
	j.next, j.lastID, j.checkpoints, j.written = j.last.next, j.last.id, nil, nil
	j.seen = append(j.seen, j.last.rows...)
	j.last.rows = nil
	j.unchanged()
}

// write gives n rows to the tasks, a few at a time.
func (j *job) write(n int) {
	j.t.Helper()
	for n > 0 {
		k := min(n, 1+(j.next*5+j.turn)%4)
		b := j.sink.Empty()
		j.sink.Fill(b, j.next, k)
		j.written = append(j.written, lines(b)...)
		w := j.turn % len(j.tasks)
		if err := j.tasks[w].Write(b); err != nil {
			j.t.Fatalf("subtask %d: Write: %v", w, err)
		}
		scribble(b)
		j.next += k
		n -= k
		j.turn++
	}
}

// prepare takes a checkpoint, which is not complete yet, and returns its ID.
func (j *job) prepare() int64 {
	j.t.Helper()
	j.lastID++
	c := &checkpoint{id: j.lastID, next: j.next, rows: slices.Clone(j.written)}
	for i, w := range j.tasks {
		records, err := w.Prepare(c.id)
		if err != nil {
			j.t.Fatalf("subtask %d: Prepare(%d): %v", i, c.id, err)
		}
		c.records = append(c.records, records)
		copies := make([][]byte, len(records))
		for k, r := range records {
			copies[k] = slices.Clone(r)
		}
		c.copies = append(c.copies, copies)
	}
	j.checkpoints = append(j.checkpoints, c)
	return c.id
}

// complete makes a checkpoint the newest complete one. Older ones are given up.
func (j *job) complete(id int64) {
	i := slices.IndexFunc(j.checkpoints, func(c *checkpoint) bool { return c.id == id })
	c := j.checkpoints[i]
	// Rows that an earlier complete checkpoint has are still to be seen: by its
	// commit, by this one's or by Recover.
	n := len(c.rows)
	c.rows = append(slices.Clone(j.last.rows), c.rows...)
	j.last, j.checkpoints = c, j.checkpoints[i+1:]
	j.written = j.written[n:]
	for _, later := range j.checkpoints {
		later.rows = later.rows[n:]
	}
}

// commit tells some subtasks that the checkpoint is complete.
func (j *job) commit(id int64, subtasks ...int) {
	j.t.Helper()
	for _, i := range subtasks {
		if err := j.tasks[i].Commit(id); err != nil {
			j.t.Fatalf("subtask %d: Commit(%d): %v", i, id, err)
		}
	}
	told := map[int]bool{}
	for _, i := range subtasks {
		told[i] = true
	}
	if id == j.last.id && len(told) == len(j.tasks) {
		j.seen = append(j.seen, j.last.rows...)
		j.last.rows = nil
	}
}

// checkpoint takes one, completes it and tells all subtasks.
func (j *job) checkpoint() {
	j.t.Helper()
	id := j.prepare()
	j.complete(id)
	for i := range j.tasks {
		j.commit(id, i)
	}
	j.seen = append(j.seen, j.last.rows...)
	j.last.rows = nil
}

// sees checks that exactly the rows are visible that must be.
func (j *job) sees(when string) {
	j.t.Helper()
	want := slices.Clone(j.seen)
	got := j.table.Read(j.t)
	sort.Strings(want)
	sort.Strings(got)
	same(j.t, when, got, want)
	j.unchanged()
}

// unchanged checks the records of the newest checkpoint.
func (j *job) unchanged() {
	j.t.Helper()
	for i, records := range j.last.records {
		for k, r := range records {
			if string(r) != string(j.last.copies[i][k]) {
				j.t.Fatalf("a record that Prepare(%d) returned was changed later", j.last.id)
			}
		}
	}
}

// kill ends the tasks as a cancelled job or a dead process does.
func (j *job) kill() {
	j.stop()
	for _, w := range j.tasks {
		w.Close() // may well complain
	}
	j.tasks = nil
}

// close ends the tasks in order.
func (j *job) close() {
	j.t.Helper()
	for i, w := range j.tasks {
		if err := w.Close(); err != nil {
			j.t.Fatalf("subtask %d: Close: %v", i, err)
		}
	}
	j.stop()
	j.tasks = nil
}

// finish ends a job without checkpoints.
func (j *job) finish() {
	j.t.Helper()
	for i, w := range j.tasks {
		if err := w.Finish(); err != nil {
			j.t.Fatalf("subtask %d: Finish: %v", i, err)
		}
	}
	j.seen = append(j.seen, j.written...)
	j.written = nil
	j.close()
}

// submit makes the job another one, with another ID.
func (j *job) submit() { j.id++ }

// forget begins without the checkpoint. The source goes on behind everything it
// has given, so that the rows of the two jobs differ.
func (j *job) forget() {
	j.last = &checkpoint{next: j.next}
	j.written, j.checkpoints = nil, nil
}

// wander does steps at random.
func (j *job) wander(r *rand.Rand, steps int) {
	j.start(1 + r.IntN(3))
	for range steps {
		switch r.IntN(10) {
		case 0, 1, 2:
			j.write(1 + r.IntN(20))
		case 3, 4:
			j.prepare()
		case 5, 6:
			if len(j.checkpoints) > 0 {
				id := j.checkpoints[r.IntN(len(j.checkpoints))].id
				j.complete(id)
				j.commit(id, r.Perm(len(j.tasks))[:r.IntN(len(j.tasks)+1)]...)
			}
		case 7:
			j.checkpoint()
			j.sees("after a checkpoint")
		case 8:
			j.kill()
			j.restore(len(j.last.records))
			j.sees("after Recover")
		case 9:
			j.kill()
			if r.IntN(2) == 0 {
				j.submit()
			}
			j.restore(1 + r.IntN(4))
			j.sees("after Recover with another parallelism")
		}
		if len(j.tasks) == 0 { // no checkpoint yet: the job begins again
			j.restore(1 + r.IntN(3))
		}
	}
	j.checkpoint()
	j.sees("at the end")
}
