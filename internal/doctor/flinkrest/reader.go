package flinkrest

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/flottstream/flott/internal/doctor/snapshot"
)

// Options of a read.
type Options struct {
	Job      string        // id or prefix of one, or a job's name; "": all
	Parallel int           // requests under way at once; default 8
	WarmUp   time.Duration // wait for Flink to fetch metrics from its TaskManagers; 0: do not
	Samples  int           // thread dumps taken of a TaskManager; 0: none
	Interval time.Duration // between two samples
	Logs     bool          // read the JobManager's log too
}

// Live are the options for a cluster that runs. Flink serves metrics from a copy
// and refreshes it only when somebody asks: the first question warms it up.
func Live(job string) Options {
	return Options{Job: job, Parallel: 8, WarmUp: 400 * time.Millisecond, Samples: 6, Interval: 60 * time.Millisecond, Logs: true}
}

// Bounds of what is read, so that the doctor is no load on a large cluster.
const (
	jobsMax         = 40
	taskManagersMax = 200
	detailsMax      = 3 // checkpoints whose details are read
	partsMax        = 8 // vertices of such a checkpoint whose subtasks are read
	dumpsMax        = 4 // TaskManagers whose threads are looked at
	lookBack        = time.Hour
)

// reader is one read of a cluster. Its goroutines write to disjoint parts of the
// snapshot; what they share is behind mu.
type reader struct {
	get     Getter
	options Options
	slots   chan struct{}
	mu      sync.Mutex
	snap    *snapshot.Snapshot
}

// Read takes a snapshot. The error says that the target is not reachable, is no
// Flink, or has no such job; everything less is in snapshot.Missing.
func Read(ctx context.Context, get Getter, target string, now time.Time, o Options) (*snapshot.Snapshot, error) {
	if o.Parallel <= 0 {
		o.Parallel = 8
	}
	r := &reader{get: get, options: o, slots: make(chan struct{}, o.Parallel)}
	r.snap = &snapshot.Snapshot{Taken: now, Target: target, Product: "Flink", Config: map[string]string{}}
	var overview overviewWire
	if err := r.json(ctx, "/overview", &overview); err != nil {
		return nil, err
	}
	if overview.FlinkVersion == "" && overview.SlotsTotal == 0 {
		return nil, &NotFlinkError{target, "JSON without flink-version"}
	}
	r.snap.Version, r.snap.SlotsTotal, r.snap.SlotsFree = overview.FlinkVersion, overview.SlotsTotal, overview.SlotsAvailable
	if strings.HasPrefix(overview.FlinkCommit, "flott ") {
		r.snap.Product = "flott"
	}
	warm := time.Now()
	if o.WarmUp > 0 {
		_, _ = r.fetch(ctx, "/jobmanager/metrics?get=taskSlotsTotal") // only to start the fetch
	}
	if err := r.cluster(ctx); err != nil {
		return nil, err
	}
	if err := pause(ctx, o.WarmUp-time.Since(warm)); err != nil {
		return nil, err
	}
	r.figures(ctx)
	r.threads(ctx)
	return r.snap, ctx.Err()
}

// pause waits unless the context ends first.
func pause(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return ctx.Err()
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// fetch is Get within the bound of parallel requests.
func (r *reader) fetch(ctx context.Context, path string) ([]byte, error) {
	select {
	case r.slots <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	defer func() { <-r.slots }()
	return r.get.Get(ctx, path)
}

func (r *reader) json(ctx context.Context, path string, into any) error {
	body, err := r.fetch(ctx, path)
	if err != nil {
		return err
	}
	return decode(path, body, into)
}

// all runs functions side by side and waits for them.
func all(fs ...func()) {
	var wait sync.WaitGroup
	for _, f := range fs {
		wait.Add(1)
		go func() { defer wait.Done(); f() }()
	}
	wait.Wait()
}

func (r *reader) miss(p snapshot.Part, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.snap.Miss(p, err.Error())
}

// cluster reads what is not a metric: configuration, TaskManagers, jobs.
func (r *reader) cluster(ctx context.Context) (err error) {
	all(
		func() { r.config(ctx) },
		func() { r.taskManagers(ctx) },
		func() { err = r.jobs(ctx) },
		func() { r.log(ctx) },
	)
	return err
}

func (r *reader) config(ctx context.Context) {
	var pairs []keyValue
	if err := r.json(ctx, "/jobmanager/config", &pairs); err != nil {
		r.miss(snapshot.Config, err)
		return
	}
	for _, p := range pairs {
		r.snap.Config[p.Key] = p.Value
	}
}

func (r *reader) taskManagers(ctx context.Context) {
	var w taskManagersWire
	if err := r.json(ctx, "/taskmanagers", &w); err != nil {
		r.miss(snapshot.TaskManagers, err)
		return
	}
	for _, t := range w.TaskManagers {
		tm := snapshot.TaskManager{
			ID: t.ID, Endpoint: hostOf(t.Path, t.ID), Slots: t.Slots, Free: t.Free, LastHeartbeat: t.Heartbeat.time(),
			CPUCores: t.Hardware.Cores, Memory: map[string]int64{}, Metrics: map[string]float64{},
		}
		for name, v := range t.Memory {
			if v > 0 {
				tm.Memory[name] = int64(v)
			}
		}
		r.snap.TaskManagers = append(r.snap.TaskManagers, tm)
	}
}

// hostOf takes host:port out of pekko.tcp://flink@host:port/user/….
func hostOf(path, id string) string {
	if _, after, ok := strings.Cut(path, "@"); ok {
		host, _, _ := strings.Cut(after, "/")
		return host
	}
	return id
}

func (r *reader) jobs(ctx context.Context) error {
	var w jobsWire
	if err := r.json(ctx, "/jobs/overview", &w); err != nil {
		if r.options.Job != "" {
			return err
		}
		r.miss(snapshot.Jobs, err)
		return nil
	}
	var ids, known []string
	for _, j := range w.Jobs {
		known = append(known, fmt.Sprintf("%s %s (%s)", j.ID, j.Name, j.State))
		if want := r.options.Job; want != "" {
			if strings.HasPrefix(j.ID, want) || j.Name == want {
				ids = append(ids, j.ID)
			}
			continue
		}
		switch j.State {
		case "FINISHED", "CANCELED", "SUSPENDED":
		case "FAILED":
			if r.snap.Taken.Sub(j.End.time()) < lookBack {
				ids = append(ids, j.ID)
			}
		default:
			ids = append(ids, j.ID)
		}
	}
	if r.options.Job != "" && len(ids) == 0 {
		if len(known) == 0 {
			known = []string{"no job at all"}
		}
		return fmt.Errorf("there is no job %q; the cluster has %s", r.options.Job, strings.Join(known[:min(len(known), 5)], ", "))
	}
	if len(ids) > jobsMax {
		r.miss(snapshot.Jobs, fmt.Errorf("only %d of %d jobs were read; name one with --job", jobsMax, len(ids)))
		ids = ids[:jobsMax]
	}
	r.snap.Jobs = make([]snapshot.Job, len(ids))
	reads := make([]func(), len(ids))
	for i, id := range ids {
		reads[i] = func() { r.job(ctx, id, &r.snap.Jobs[i]) }
	}
	all(reads...)
	r.snap.Jobs = slices.DeleteFunc(r.snap.Jobs, func(j snapshot.Job) bool { return j.ID == "" })
	return nil
}

// job reads a job's shape, settings, exceptions and checkpoints.
func (r *reader) job(ctx context.Context, id string, j *snapshot.Job) {
	var w jobWire
	if err := r.json(ctx, "/jobs/"+id, &w); err != nil {
		j.Name = id
		var status *StatusError
		if errors.As(err, &status) && status.Status == http.StatusNotFound {
			return // it went away since it was listed
		}
		var other interface{ NotKept() bool }
		if errors.As(err, &other) {
			return // the bundle is about another job
		}
		j.ID, j.State, j.Metrics = id, "RUNNING", map[string]float64{} // as far as anybody knows
		for _, part := range []snapshot.Part{
			snapshot.Vertices, snapshot.Subtasks, snapshot.BackPressure, snapshot.VertexStats, snapshot.CheckpointStats, snapshot.CheckpointSetting,
			snapshot.CheckpointDetails, snapshot.Exceptions, snapshot.JobStats, snapshot.Config,
		} {
			j.Miss(part, err.Error())
		}
		return
	}
	*j = convertJob(&w)
	if j.ID == "" {
		j.ID = id
	}
	all(
		func() { r.jobConfig(ctx, j) },
		func() { r.exceptions(ctx, j) },
		func() { r.checkpoints(ctx, j) },
	)
}

// missing collects what goes wrong in one goroutine of a job.
func (r *reader) missOf(j *snapshot.Job, p snapshot.Part, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	j.Miss(p, err.Error())
}

func (r *reader) jobConfig(ctx context.Context, j *snapshot.Job) {
	var w jobConfigWire
	if err := r.json(ctx, "/jobs/"+j.ID+"/config", &w); err != nil {
		r.missOf(j, snapshot.Config, err)
		return
	}
	j.RestartStrategy, j.UserConfig = w.Execution.RestartStrategy, w.Execution.User
}

func (r *reader) exceptions(ctx context.Context, j *snapshot.Job) {
	var w exceptionsWire
	if err := r.json(ctx, "/jobs/"+j.ID+"/exceptions?maxExceptions=30", &w); err != nil {
		r.missOf(j, snapshot.Exceptions, err)
		return
	}
	for _, e := range w.History.Entries {
		endpoint := e.Endpoint
		if endpoint == "" {
			endpoint = e.Location
		}
		j.Exceptions = append(j.Exceptions, snapshot.Exception{
			Name: e.Name, Stack: clip(e.Stack, 16<<10), Time: e.Time.time(), Task: e.Task, TaskManager: e.TaskManager, Endpoint: endpoint,
		})
	}
	if len(j.Exceptions) == 0 && w.Root != "" {
		name, _, _ := strings.Cut(w.Root, ":")
		j.Exceptions = []snapshot.Exception{{Name: name, Stack: clip(w.Root, 16<<10), Time: w.Time.time()}}
	}
}

func clip(s string, n int) string {
	if len(s) > n {
		return strings.ToValidUTF8(s[:n], "")
	}
	return s
}
