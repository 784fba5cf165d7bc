package sim

import (
	"context"
	"crypto/md5"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"time"

	"github.com/flottstream/flott/internal/checkpoint"
	"github.com/flottstream/flott/internal/connector"
	"github.com/flottstream/flott/internal/embedded"
	"github.com/flottstream/flott/internal/exchange"
	"github.com/flottstream/flott/internal/jobmanager"
	"github.com/flottstream/flott/internal/operators"
	"github.com/flottstream/flott/internal/rpc"
	"github.com/flottstream/flott/internal/schedule"
	"github.com/flottstream/flott/internal/snapshot"
	"github.com/flottstream/flott/internal/state/backends"
	"github.com/flottstream/flott/internal/stream"
	"github.com/flottstream/flott/internal/taskmanager"
)

// process is one run of `flott run --resume`. When it is dead nothing that it still
// tries has an effect.
type process struct {
	s           *simulation
	r           *rand.Rand
	dead        bool
	lame        int // some of its threads get one of so many turns
	parallelism int
	job         jobmanager.Job
	master      *jobmanager.JobMaster // nil until the job runs
	ctx         context.Context
	cancel      context.CancelFunc
	done        bool
	err         error
	clients     int    // that wait for an answer
	stopping    bool   // with a savepoint
	target      string // of that savepoint
	stopped     string // where it is; the job has ended with it
	accounted   bool
	restored    map[rpc.Attempt]int64 // checkpoint by subtask
	kind        string                // of its state backends
	open        map[*backend]bool
}

func newProcess(s *simulation) *process {
	p := &process{s: s, r: rand.New(rand.NewPCG(s.r.Uint64(), 3)), parallelism: 1, restored: map[rpc.Attempt]int64{}, kind: backends.HashMap, open: map[*backend]bool{}}
	p.ctx, p.cancel = context.WithCancel(context.Background())
	if !s.plan.calm {
		p.parallelism = 1 + p.r.IntN(s.plan.parallelism)
		p.lame = []int{0, 3, 20}[p.r.IntN(3)]
		if s.plan.rocks && p.r.IntN(2) == 0 {
			p.kind = backends.Rocks
			s.report.Rocks++
		}
	}
	return p
}

// ended reports that the process has come to an end by itself.
func (p *process) ended() bool { return p.done && p.clients == 0 }

// finished reports that the job has.
func (p *process) finished() bool { return p.ended() && p.err == nil && p.stopped == "" }

// run is the process's first thread.
func (p *process) run() {
	p.err = p.runJob()
	if p.err != nil {
		p.s.note("the process ends: " + p.err.Error())
	}
	p.done = true
}

func (p *process) runJob() error {
	connectors := embedded.Connectors()
	connectors["sim"] = &factory{p.s, p}
	planned, err := p.s.job.planFor(p.parallelism, connectors)
	if err != nil {
		return err
	}
	p.job = planned.job
	p.job.World, p.job.Random, p.job.Restart = p.s.w, p.r.Float64, p.restart()
	tune(&p.job, p.r)
	p.job.ID = p.s.hexName("job")
	var store *snapshot.Storage
	if store, err = p.recover(); err != nil {
		return err
	}
	limits := exchange.Limits{Exclusive: 1 + p.r.IntN(3), Floating: p.r.IntN(4)}
	log := slog.New(p.s.log)
	builder := &operators.Builder{Connectors: connectors, Env: planned.env}
	tm := taskmanager.New(taskmanager.Options{
		ID: "sim", Builder: builder, Backend: p.openBackend, Limits: limits, World: p.s.w, Clock: p.s.w, Log: log,
		Storage: func(snapshot.Settings) (*snapshot.Storage, error) { return store, nil },
		Observe: p.s.watch.observer(p),
	})
	p.master = jobmanager.NewJobMaster(p.job, newWire(tm, p), builder.OpenSource, log)
	err = p.master.Run(p.ctx)
	tm.Close()
	if store != nil {
		err = errors.Join(err, store.Close())
	}
	return err
}

// hexName makes names of 32 hex digits.
func (s *simulation) hexName(kind string) string {
	s.naming.Lock()
	defer s.naming.Unlock()
	s.files++
	sum := md5.Sum(fmt.Appendf(nil, "%d %s %d", s.seed, kind, s.files))
	return hex.EncodeToString(sum[:])
}

func (p *process) restart() schedule.Options {
	o := schedule.Default()
	o.Type, o.FixedAttempts, o.FixedDelay = schedule.FixedDelay, 50, time.Duration(p.r.IntN(40))*time.Millisecond
	if p.r.IntN(4) == 0 {
		o.Failover = schedule.Full
	}
	return o
}

// checkpointing draws when checkpoints are taken and how they are written.
func (p *process) checkpointing() (checkpoint.Options, snapshot.Settings) {
	r, o := p.r, checkpoint.Default()
	ms := func(n int) time.Duration { return time.Duration(n) * time.Millisecond }
	o.Interval = ms(10 + r.IntN([]int{20, 150}[r.IntN(2)]))
	o.Dir, o.Retention, o.TolerableFailures = root, checkpoint.RetainAlways, 1<<30
	o.NumRetained, o.HistorySize = int64(1+r.IntN(3)), 1<<20
	o.Storage, o.Random = "FileSystemCheckpointStorage", r.Float64
	o.Timeout = []time.Duration{ms(15), ms(60), 10 * time.Minute, 10 * time.Minute}[r.IntN(4)]
	if p.s.plan.calm { // the last one only
		o.Interval, o.AlignedTimeout = time.Hour, 0
	}
	if p.s.patient || p.s.plan.calm {
		o.Timeout = 10 * time.Minute
	}
	if p.s.plan.corrupt {
		o.NumRetained = 3
	}
	switch r.IntN(3) {
	case 0:
		o.MaxConcurrent = 3
	case 1:
		o.MinPause = ms(r.IntN(20))
	}
	if r.IntN(2) == 0 && !p.s.plan.aligned {
		o.Unaligned, o.MaxConcurrent = true, 1
		o.AlignedTimeout = []time.Duration{0, ms(1), ms(10)}[r.IntN(3)]
	}
	return o, snapshot.Settings{
		Incremental: r.IntN(2) == 0, InlineBytes: []int{0, 50, 20 << 10}[r.IntN(3)], MergeBytes: []int64{0, 1 << 20}[r.IntN(2)],
		Compress: r.IntN(2) == 0, WriteBuffer: 4096, AfterFinish: true,
	}
}

// recover fills in what the job starts from, as flott run --resume does: the newest
// checkpoint of a job of its name. A savepoint that it was stopped with and that
// nothing newer follows goes before.
func (p *process) recover() (*snapshot.Storage, error) {
	options, settings := p.checkpointing()
	newest, broken, err := snapshot.Latest(p.ctx, root, p.job.Graph.Name, nil, p.s.disk.open(p))
	if err != nil {
		return nil, err
	}
	p.brokenOnes(broken)
	save := p.s.savepoint
	useSavepoint := save.path != "" && (newest == nil || newest.Job != save.id)
	if useSavepoint && newest != nil && newest.Job == save.job {
		at, err := p.readSavepoint(save.path)
		if err != nil {
			return nil, err
		}
		useSavepoint = at.ID > newest.ID
	}
	switch {
	case useSavepoint:
		p.s.savepoint.id = p.job.ID
		p.job.RestoreFrom = &jobmanager.RestoreFrom{Path: save.path, Claim: []checkpoint.ClaimMode{checkpoint.NoClaim, checkpoint.Claim}[p.r.IntN(2)]}
	case newest != nil:
		p.job.ID = newest.Job
		p.job.RestoreFrom = &jobmanager.RestoreFrom{}
	}
	settings.Dir = root + "/" + p.job.ID
	store, err := snapshot.OpenStorage(p.ctx, settings, p.s.disk.open(p))
	if err != nil {
		return nil, err
	}
	store.NameFiles(func() string { return p.s.hexName("file") })
	p.job.Checkpointing = &jobmanager.Checkpointing{Options: options, Snapshots: settings, Storage: store}
	if newest != nil && !useSavepoint {
		var broken []snapshot.Broken
		p.job.RestoreFrom.Retained, broken, err = store.Retained(p.ctx)
		p.brokenOnes(broken)
	}
	return store, err
}

func (p *process) brokenOnes(broken []snapshot.Broken) {
	for _, b := range broken {
		p.s.note(fmt.Sprintf("checkpoint %s is passed over: %v", b.Path, b.Err))
	}
}

func (p *process) readSavepoint(path string) (*checkpoint.Manifest, error) {
	store, err := snapshot.OpenStorage(p.ctx, snapshot.Settings{}, p.s.disk.open(p))
	if err != nil {
		return nil, err
	}
	return store.ReadManifest(p.ctx, path)
}

// account adds what the process did to the report.
func (p *process) account() {
	if p.accounted || p.master == nil {
		return
	}
	p.accounted = true
	p.master.History(func(h *checkpoint.History) {
		c, sum := h.Counts(), &p.s.report.Checkpoints
		sum.Total += c.Total
		sum.Completed += c.Completed
		sum.Failed += c.Failed
		sum.Declined += c.Declined
		sum.Expired += c.Expired
		sum.Subsumed += c.Subsumed
		sum.Aborted += c.Aborted
		sum.InProgress = c.InProgress
		for _, rec := range h.Records() {
			p.s.report.Unaligned += rec.Persisted
		}
	})
	p.s.report.Restarts += p.master.Metrics().Gauge("numRestarts").Value()
}

// marks is the checker of watermarks: on no edge, and not after a restore either, do
// they go back.
type marks struct {
	s *simulation
	// barriers are the watermarks that had been sent ahead of a checkpoint's barrier.
	barriers map[int64]*taken
	problem  error
	plant    int // the watermark that is told wrong, to show that it is noticed; 0: none
}

// taken is a checkpoint as one process took it.
type taken struct {
	by *process
	at map[flow]int64
}

// flow is what goes from one subtask to another.
type flow struct{ edge, producer, consumer int }

func newMarks(s *simulation) *marks { return &marks{s: s, barriers: map[int64]*taken{}} }

func (m *marks) observer(p *process) func(rpc.Attempt, int, int, int) func(stream.Element) {
	return func(a rpc.Attempt, edge, producer, consumer int) func(stream.Element) {
		f := flow{edge, producer, consumer}
		last, floor := stream.MinTime, stream.MinTime
		if from, ok := p.restored[a]; ok {
			if c := m.barriers[from]; c != nil && c.by.parallelism == p.parallelism {
				if at, ok := c.at[f]; ok {
					floor = at
				}
			}
		}
		return func(e stream.Element) {
			if m.s.log.all {
				m.tell(f, e)
			}
			switch e.Kind {
			case stream.Watermark:
				if m.plant > 0 {
					if m.plant--; m.plant == 0 {
						e.Time = last - 1
					}
				}
				if e.Time < last || e.Time < floor {
					m.wrong(fmt.Errorf("the watermark of edge %d, %d to %d, went back to %d from %d (%d in the checkpoint that %v was restored from)", edge, producer, consumer, e.Time, last, floor, a))
				}
				last = max(last, e.Time)
			case stream.Barrier:
				c := m.barriers[e.Checkpoint.ID]
				if c == nil || c.by != p {
					c = &taken{p, map[flow]int64{}}
					m.barriers[e.Checkpoint.ID] = c
				}
				c.at[f] = max(last, floor)
			}
		}
	}
}

// tell logs what goes over an edge.
func (m *marks) tell(f flow, e stream.Element) {
	what := fmt.Sprintf("kind %d time %d checkpoint %d", e.Kind, e.Time, e.Checkpoint.ID)
	if e.Kind == stream.Records {
		what = ""
		for k := range e.Batch.Rows() {
			i := e.Batch.Row(k)
			text := e.Batch.Kind(i).String()
			for _, v := range e.Batch.Cols {
				text += " " + textOf(v, i, time.UTC)
			}
			what += " [" + text + "]"
		}
	}
	m.s.note(fmt.Sprintf("edge %d, %d to %d: %s", f.edge, f.producer, f.consumer, what))
}

func (m *marks) wrong(err error) {
	if m.problem == nil {
		m.problem = err
	}
}

var _ connector.Factory = (*factory)(nil)
