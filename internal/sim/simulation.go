// Package sim runs whole SQL jobs in one goroutine: sources, operators, exchange,
// checkpoints, restarts and the exactly-once sink are the real ones; the clock, the
// order in which loops run, the disk, the broker and everything that goes wrong come
// from a seed. The same seed gives the same run, step by step.
//
// A simulation starts a job like `flott run --resume` does, again and again until it
// finishes: the process is killed, the job is stopped with a savepoint and started
// from it, tasks fail, the disk refuses, transactions are aborted, the parallelism
// and the kind of checkpoints change. Then checkers look at what became of it.
package sim

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/flottstream/flott/internal/checkpoint"
)

// simulation is one run of a seed.
type simulation struct {
	seed   uint64
	w      *world
	r      *rand.Rand // of plans; what happens at run time asks w.r
	disk   *disk
	broker *broker
	data   *dataset
	job    *workload
	plan   chaos
	watch  *marks
	log    *journal

	p         *process // running
	gaveUp    bool
	patient   bool // checkpoints do not expire any more
	processes int
	stumbles  int
	epochs    int // so far; names them
	naming    sync.Mutex
	files     int // so far; names them
	savepoint savepoint
	report    *Report
	forget    int    // plants: pieces of state to forget
	local     string // folder of backends; empty: none needs one
}

// savepoint is what the next process starts from, if the job of that ID has no
// checkpoint.
type savepoint struct {
	path string
	job  string
	id   string // of the job that starts from it
}

// chaos is what goes wrong, and how much.
type chaos struct {
	kills, stops, savepoints, cancels int // at most
	gap                               int // steps between two of them, on average
	stumbling                         float64
	stumbles                          int // at most
	parallelism                       int // at most
	trouble                           bool
	corrupt                           bool          // a file of the newest of several checkpoints is damaged at a kill
	drag                              time.Duration // a batch takes the sink up to so long
	aligned                           bool          // no barrier overtakes rows
	rocks                             bool          // some processes keep their state on disk
	calm                              bool          // no checkpoints, one subtask, nothing goes wrong
	next                              int           // step at which something happens
}

// Report tells what a seed did.
type Report struct {
	Seed        uint64
	Query       string
	Steps       int
	Trace       uint64
	Time        time.Duration // simulated
	Rows        int           // visible at the sink
	Processes   int
	Kills       int
	Stops       int // with savepoint, and started from it
	Savepoints  int
	Cancels     int
	Rescales    int
	Restarts    int64 // of tasks, within a process
	Stumbles    int
	DiskErrors  int
	Replays     int // epochs written again because their transaction was gone
	Corruptions int
	Rocks       int // processes whose state was on disk
	Checkpoints checkpoint.Counts
	Unaligned   int64 // rows in flight that were persisted, bytes
	States      int   // whose last state was compared with that of an undisturbed job
	Restored    int   // starts of subtasks from a checkpoint
}

// Add sums reports up.
func (r *Report) Add(o *Report) {
	r.Steps += o.Steps
	r.Time += o.Time
	r.Rows += o.Rows
	r.Processes += o.Processes
	r.Kills += o.Kills
	r.Stops += o.Stops
	r.Savepoints += o.Savepoints
	r.Cancels += o.Cancels
	r.Rescales += o.Rescales
	r.Restarts += o.Restarts
	r.Stumbles += o.Stumbles
	r.DiskErrors += o.DiskErrors
	r.Replays += o.Replays
	r.Corruptions += o.Corruptions
	r.Rocks += o.Rocks
	r.Unaligned += o.Unaligned
	r.Restored += o.Restored
	r.States += o.States
	c, d := &r.Checkpoints, o.Checkpoints
	c.Total += d.Total
	c.Completed += d.Completed
	c.Failed += d.Failed
	c.Declined += d.Declined
	c.Expired += d.Expired
	c.Subsumed += d.Subsumed
	c.Aborted += d.Aborted
}

// String is one line.
func (r *Report) String() string {
	c := r.Checkpoints
	return fmt.Sprintf("%s: %d steps, %s; %d processes (%d killed, %d stopped with a savepoint, %d cancelled, %d rescaled, %d with rocksdb), %d restarts, %d task failures, %d disk errors, %d epochs written again, %d files damaged; checkpoints: %d, %d complete, %d failed (%d declined, %d expired, %d subsumed, %d aborted), %d bytes of rows in flight, %d savepoints; %d subtasks restored, %d times the last state compared; %d rows visible",
		r.Query, r.Steps, r.Time.Round(time.Millisecond), r.Processes, r.Kills, r.Stops, r.Cancels, r.Rescales, r.Rocks, r.Restarts, r.Stumbles, r.DiskErrors, r.Replays, r.Corruptions,
		c.Total, c.Completed, c.Failed, c.Declined, c.Expired, c.Subsumed, c.Aborted, r.Unaligned, r.Savepoints, r.Restored, r.States, r.Rows)
}

// stepLimit is how many steps a run may take before it counts as hanging.
const stepLimit = 3_000_000

func newSimulation(seed uint64, job *workload, data *dataset, plan chaos) *simulation {
	s := &simulation{
		seed: seed, r: rand.New(rand.NewPCG(seed, 1)), w: newWorld(rand.New(rand.NewPCG(seed, 2))),
		data: data, job: job, plan: plan, report: &Report{Seed: seed, Query: job.name},
	}
	s.disk = &disk{w: s.w, objects: map[string]object{}}
	s.broker = &broker{w: s.w, open: map[string][]Change{}, marked: map[string]bool{}}
	s.watch = newMarks(s)
	s.log = &journal{w: s.w}
	s.w.pace = []time.Duration{20, 100, 400}[s.r.IntN(3)] * time.Microsecond
	if plan.trouble {
		s.disk.trouble = []float64{0, 0, 0.01, 0.05}[s.r.IntN(4)]
		s.disk.tricky = s.r.IntN(2) == 0
		s.disk.slow = []time.Duration{0, time.Millisecond, 20 * time.Millisecond}[s.r.IntN(3)]
		s.broker.aborts = []float64{0, 0.1, 0.5}[s.r.IntN(3)]
		s.broker.slow = []time.Duration{0, time.Millisecond, 30 * time.Millisecond}[s.r.IntN(3)]
	}
	s.w.between = s.between
	s.schedule()
	return s
}

// stumble reports whether something fails that a task does.
func (s *simulation) stumble(string) bool {
	if s.plan.stumbling == 0 || s.stumbles >= s.plan.stumbles || s.w.r.Float64() >= s.plan.stumbling {
		return false
	}
	s.stumbles++
	return true
}

func (s *simulation) schedule() {
	s.plan.next = s.w.steps + 1 + s.r.IntN(2*max(1, s.plan.gap))
}

// run runs the job to its end.
func (s *simulation) run() error {
	err := s.w.run(func() bool { return s.gaveUp || s.p != nil && s.p.finished() }, stepLimit)
	if s.gaveUp {
		err = fmt.Errorf("%w: %w", errGaveUp, s.p.err)
	}
	s.report.Steps, s.report.Time, s.report.Trace = s.w.steps, s.w.now.Sub(epoch), s.w.trace.Sum64()
	s.report.Processes, s.report.Stumbles, s.report.DiskErrors = s.processes, s.stumbles, s.disk.failed
	s.report.Replays, s.report.Rows = s.broker.replays, len(s.broker.visible)
	if s.p != nil {
		s.p.account()
		if left := s.w.alive(s.p); err == nil && len(left) > 0 {
			err = fmt.Errorf("the job has ended, but %d of its loops run on: %v", len(left), left)
		}
		s.end(s.p) // ends the timers that nobody waits for; in a hopeless case, all
	}
	return err
}

// close removes what the simulation has left on this machine.
func (s *simulation) close() {
	if s.local != "" {
		os.RemoveAll(s.local)
	}
}

// tooOften is after how many processes nothing goes wrong any more, so that every
// simulation ends.
const tooOften = 15

// longEnough is after how many steps checkpoints are given all the time they need: a
// job ends with one, and may be asked for the impossible.
const longEnough = 15_000

// between starts processes and ends them.
func (s *simulation) between() {
	if s.p == nil {
		s.begin()
		return
	}
	if s.p.ended() {
		if s.p.finished() {
			return
		}
		s.after(s.p)
		if s.gaveUp = s.p.err != nil && (s.plan.calm || s.processes > 2*tooOften); !s.gaveUp {
			s.begin()
		}
		return
	}
	if s.w.steps > longEnough && !s.patient {
		s.patient = true
		s.cancel()
	}
	if s.w.steps < s.plan.next {
		return
	}
	s.schedule()
	var can []func()
	if s.plan.kills > 0 {
		can = append(can, s.kill)
	}
	if s.plan.cancels > 0 && s.p.ctx.Err() == nil {
		can = append(can, s.cancel)
	}
	if s.p.master != nil && !s.p.stopping {
		if s.plan.stops > 0 {
			can = append(can, s.stop)
		}
		if s.plan.savepoints > 0 {
			can = append(can, s.takeSavepoint)
		}
	}
	if len(can) > 0 {
		can[s.r.IntN(len(can))]()
	}
}

// begin starts the next process.
func (s *simulation) begin() {
	old := s.p
	s.processes++
	if s.processes > tooOften {
		s.plan.kills, s.plan.stops, s.plan.cancels, s.plan.stumbling, s.disk.trouble = 0, 0, 0, 0, 0
		s.patient = true
	}
	s.p = newProcess(s)
	if old != nil && old.parallelism != s.p.parallelism {
		s.report.Rescales++
	}
	s.w.start(s.p, s.p.run)
}

// kill ends the process at once.
func (s *simulation) kill() {
	s.plan.kills--
	s.report.Kills++
	p := s.p
	s.note("the process is killed")
	s.after(p)
	if s.plan.corrupt {
		s.damage()
	}
	s.begin()
}

// after takes note of a process that is no more.
func (s *simulation) after(p *process) {
	s.end(p)
	p.account()
	if p.stopping {
		s.findSavepoint(p)
	}
}

// end ends what is left of a process.
func (s *simulation) end(p *process) {
	s.w.kill(p)
	for b := range p.open {
		b.Close()
	}
}

// cancel ends the job as ctrl-C does; its checkpoints stay.
func (s *simulation) cancel() {
	s.plan.cancels--
	s.report.Cancels++
	s.note("the job is cancelled")
	s.p.cancel()
}

const (
	root          = "sim://disk/checkpoints"
	savepointRoot = "sim://disk/savepoints"
)

// client does something with the job as a user would, beside it.
func (s *simulation) client(f func(ctx context.Context, p *process)) {
	p := s.p
	p.clients++
	s.w.start(p, func() {
		f(p.ctx, p)
		p.clients--
	})
}

func (s *simulation) format() checkpoint.Format {
	return []checkpoint.Format{checkpoint.Canonical, checkpoint.Native}[s.r.IntN(2)]
}

// stop stops the job with a savepoint, from which the next process starts.
func (s *simulation) stop() {
	s.plan.stops--
	s.p.stopping = true
	format := s.format()
	s.p.target = fmt.Sprintf("%s/%d", savepointRoot, s.w.steps)
	s.note("the job is stopped with a savepoint")
	s.client(func(ctx context.Context, p *process) {
		path, err := p.master.StopWithSavepoint(ctx, p.target, format, false)
		if err != nil {
			s.note("the job was not stopped: " + err.Error())
			return
		}
		p.stopped = path
	})
}

// takeSavepoint takes a savepoint that nobody uses.
func (s *simulation) takeSavepoint() {
	s.plan.savepoints--
	format := s.format()
	target := fmt.Sprintf("%s/%d", savepointRoot, s.w.steps)
	s.client(func(ctx context.Context, p *process) {
		if _, err := p.master.TriggerSavepoint(ctx, target, format); err == nil {
			s.report.Savepoints++
		}
	})
}

// findSavepoint looks whether the savepoint that was to stop p is there. If it is,
// what it holds may have been committed: the job goes on from it, whatever the
// client was told, and from nothing older.
func (s *simulation) findSavepoint(p *process) {
	for _, url := range s.disk.names() {
		path, ok := strings.CutSuffix(url, "/_metadata")
		if ok && strings.HasPrefix(path, p.target+"/") {
			s.report.Stops++
			s.savepoint = savepoint{path: path, job: p.job.ID}
			s.note("the next process starts from " + path)
		}
	}
}

// damage breaks a file of the newest checkpoint of a job that has several: a byte is
// another, the end is missing, or all of it.
func (s *simulation) damage() {
	newest, checkpoints := "", map[string]bool{}
	last := int64(0)
	for _, url := range s.disk.names() {
		folder, ok := strings.CutSuffix(url, "/_metadata")
		if !ok || !strings.HasPrefix(url, root+"/") {
			continue
		}
		checkpoints[folder] = true
		if o := s.disk.objects[url]; o.modified >= last {
			newest, last = folder, o.modified
		}
	}
	var files []string
	for _, url := range s.disk.names() {
		if strings.HasPrefix(url, newest+"/") && len(s.disk.objects[url].data) > 0 {
			files = append(files, url)
		}
	}
	if len(checkpoints) < 2 || len(files) == 0 {
		return
	}
	url := files[s.r.IntN(len(files))]
	o := s.disk.objects[url]
	at := s.r.IntN(len(o.data))
	switch s.r.IntN(3) {
	case 0:
		delete(s.disk.objects, url)
	case 1:
		s.disk.objects[url] = object{o.data[:at], o.modified}
	default:
		data := slices.Clone(o.data)
		data[at] ^= 1 << s.r.IntN(8)
		s.disk.objects[url] = object{data, o.modified}
	}
	s.report.Corruptions++
	s.note("damaged: " + url)
}

func (s *simulation) note(line string) { s.log.add("--- " + line) }

var errGaveUp = errors.New("the job has failed again and again")
