package measure

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/flottstream/flott/internal/flinkgateway"
)

// FlinkSetup is what a Flink is started with.
type FlinkSetup struct {
	Root        string   // of the repository
	Backend     string   // rocksdb or hashmap
	Parallelism int      // slots
	Jars        string   // colon-separated, for the class path; "": none
	ObjectReuse bool     // rows go from operator to operator without being copied
	Settings    []string // more of the cluster's configuration: key=value
}

// Flink is a real Flink of its own: JobManager, TaskManager and SQL gateway on ports that were free.
type Flink struct {
	Folder string // of its own, removed by Close
	setup  FlinkSetup
	script string
	env    []string
	client *flinkgateway.Client
	rest   string
	pids   []int // JobManager and TaskManager; the gateway, which only plans, does not count
}

// StartFlink starts one and waits until it takes jobs.
func StartFlink(ctx context.Context, setup FlinkSetup) (*Flink, error) {
	script, err := filepath.Abs(filepath.Join(setup.Root, "scripts", "flink"))
	if err != nil {
		return nil, err
	}
	folder, err := os.MkdirTemp("", "flott-bench-")
	if err != nil {
		return nil, err
	}
	free, err := FreePort(38081, 48000, 2, 1000, 1001) // those that the script derives from it
	if err != nil {
		return nil, err
	}
	port := strconv.Itoa(free)
	f := &Flink{setup: setup, script: script, Folder: folder, rest: "http://127.0.0.1:" + port}
	f.env = append(os.Environ(), "FLINK_RUN="+folder, "FLINK_PORT="+port, "FLINK_SLOTS="+strconv.Itoa(setup.Parallelism),
		"FLINK_BACKEND="+setup.Backend, "FLINK_EXTRA_JARS="+setup.Jars)
	if setup.Backend == "hashmap" { // no managed memory is needed; the heap gets it
		f.env = append(f.env, "FLINK_TASK_HEAP=4000m", "FLINK_MANAGED=200m")
	}
	if err := f.start(ctx); err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}

func (f *Flink) start(ctx context.Context) error {
	if err := f.up(ctx); err != nil {
		return err
	}
	gateway, err := Output(ctx, f.env, f.script, "gateway")
	if err != nil {
		return err
	}
	f.client, err = flinkgateway.Dial(ctx, gateway)
	return err
}

// up starts the JobManager and the TaskManager.
func (f *Flink) up(ctx context.Context) error {
	args := []string{"up"}
	for _, s := range f.setup.Settings {
		args = append(args, "-D", s)
	}
	if _, err := Output(ctx, f.env, f.script, args...); err != nil {
		return err
	}
	f.pids = nil
	for _, name := range []string{"jobmanager", "taskmanager"} {
		text, err := os.ReadFile(filepath.Join(f.Folder, name+".pid"))
		if err != nil {
			return err
		}
		pid, err := strconv.Atoi(strings.TrimSpace(string(text)))
		if err != nil {
			return err
		}
		f.pids = append(f.pids, pid)
	}
	return nil
}

// Name is what reports call it.
func (f *Flink) Name() string { return "flink-" + f.setup.Backend }

// Close stops it. It keeps the logs if that cannot be done.
func (f *Flink) Close() {
	if _, err := Output(context.Background(), f.env, f.script, "down"); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		return
	}
	os.RemoveAll(f.Folder)
}

// Run runs statements in a session with settings; the last one starts the job that is measured.
func (f *Flink) Run(ctx context.Context, settings map[string]string, statements []string) (Run, error) {
	properties := map[string]string{
		"pipeline.object-reuse": strconv.FormatBool(f.setup.ObjectReuse),
		"table.dml-sync":        "true", // INSERT returns when its job has ended
	}
	for key, value := range settings {
		properties[key] = value
	}
	session, err := f.client.Open(ctx, "bench", properties)
	if err != nil {
		return Run{}, err
	}
	defer session.Close(context.WithoutCancel(ctx))
	last := len(statements) - 1
	for _, s := range statements[:last] {
		if err := session.Execute(ctx, s); err != nil {
			return Run{}, fmt.Errorf("%w\nin: %s", err, s)
		}
	}
	before, err := f.cpu()
	if err != nil {
		return Run{}, err
	}
	for _, pid := range f.pids {
		if err := ResetPeak(pid); err != nil {
			return Run{}, err
		}
	}
	if err := session.Execute(ctx, statements[last]); err != nil {
		return Run{}, f.failure(ctx, err)
	}
	return f.cost(ctx, before)
}

// cost is what the job that has just ended took.
func (f *Flink) cost(ctx context.Context, before float64) (r Run, err error) {
	job, err := f.newestJob(ctx)
	if err != nil {
		return r, err
	}
	if job.State != "FINISHED" {
		return r, fmt.Errorf("the job is %s", job.State)
	}
	r.WallSeconds = time.Duration(job.Duration * int64(time.Millisecond)).Seconds()
	after, err := f.cpu()
	if err != nil {
		return r, err
	}
	r.CPUSeconds = after - before
	for _, pid := range f.pids {
		peak, err := PeakBytes(pid)
		if err != nil {
			return r, err
		}
		r.PeakBytes += peak
	}
	return r, nil
}

// cpu is the CPU time of both processes so far.
func (f *Flink) cpu() (total float64, err error) {
	for _, pid := range f.pids {
		s, err := CPUSeconds(pid)
		if err != nil {
			return 0, err
		}
		total += s
	}
	return total, nil
}

type flinkJob struct {
	ID       string `json:"jid"`
	State    string `json:"state"`
	Start    int64  `json:"start-time"`
	Duration int64  `json:"duration"` // ms
}

func (f *Flink) newestJob(ctx context.Context) (newest flinkJob, err error) {
	var overview struct {
		Jobs []flinkJob `json:"jobs"`
	}
	if err := f.get(ctx, "/jobs/overview", &overview); err != nil {
		return newest, err
	}
	for _, j := range overview.Jobs {
		if j.Start >= newest.Start {
			newest = j
		}
	}
	if newest.ID == "" {
		return newest, errors.New("Flink knows no job")
	}
	return newest, nil
}

// failure adds the root exception of the job, if there is one. A job that is still running is cancelled.
func (f *Flink) failure(ctx context.Context, err error) error {
	ctx = context.WithoutCancel(ctx)
	job, jobErr := f.newestJob(ctx)
	if jobErr != nil {
		return err
	}
	if job.State == "RUNNING" {
		request, requestErr := http.NewRequestWithContext(ctx, http.MethodPatch, f.rest+"/jobs/"+job.ID, nil)
		if requestErr == nil {
			if answer, requestErr := http.DefaultClient.Do(request); requestErr == nil {
				answer.Body.Close()
			}
		}
		return err
	}
	var exceptions struct {
		Root string `json:"root-exception"`
	}
	if f.get(ctx, "/jobs/"+job.ID+"/exceptions", &exceptions) == nil && job.State == "FAILED" && exceptions.Root != "" {
		first, _, _ := strings.Cut(exceptions.Root, "\n")
		return fmt.Errorf("%w\n%s", err, first)
	}
	return err
}

func (f *Flink) get(ctx context.Context, path string, answer any) error {
	return getJSON(ctx, f.rest+path, answer)
}
