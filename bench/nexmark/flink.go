package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/flottstream/flott/compat"
	"github.com/flottstream/flott/internal/flinkgateway"
)

// flinkEngine is a real Flink of its own: JobManager, TaskManager and SQL gateway on ports that were free.
type flinkEngine struct {
	options *options
	script  string
	env     []string
	folder  string
	client  *flinkgateway.Client
	rest    string
	pids    []int // JobManager and TaskManager; the gateway, which only plans, does not count
}

// freePorts finds a port for scripts/flink that is free together with those that the script derives from it.
func freePorts() (string, error) {
	for base := 38081; base < 48000; base += 10 {
		if free(base) && free(base+2) && free(base+1000) && free(base+1001) {
			return strconv.Itoa(base), nil
		}
	}
	return "", errors.New("no free ports between 38081 and 49001 for Flink")
}

func free(port int) bool {
	l, err := net.Listen("tcp", "127.0.0.1:"+strconv.Itoa(port))
	if err != nil {
		return false
	}
	l.Close()
	return true
}

func startFlink(ctx context.Context, o *options) (*flinkEngine, error) {
	script, err := filepath.Abs(filepath.Join(o.root, "scripts", "flink"))
	if err != nil {
		return nil, err
	}
	jar, err := output(ctx, nil, filepath.Join(o.root, "bench", "nexmark", "flink", "build"))
	if err != nil {
		return nil, err
	}
	run, err := os.MkdirTemp("", "flott-nexmark-")
	if err != nil {
		return nil, err
	}
	port, err := freePorts()
	if err != nil {
		return nil, err
	}
	f := &flinkEngine{options: o, script: script, folder: run, rest: "http://127.0.0.1:" + port}
	f.env = append(os.Environ(), "FLINK_RUN="+run, "FLINK_PORT="+port, "FLINK_SLOTS="+strconv.Itoa(o.parallelism),
		"FLINK_BACKEND="+o.flink, "FLINK_EXTRA_JARS="+jar)
	if o.flink == "hashmap" { // no managed memory is needed; the heap gets it
		f.env = append(f.env, "FLINK_TASK_HEAP=4000m", "FLINK_MANAGED=200m")
	}
	if err := f.start(ctx); err != nil {
		f.close()
		return nil, err
	}
	return f, nil
}

func (f *flinkEngine) start(ctx context.Context) error {
	if _, err := output(ctx, f.env, f.script, "up"); err != nil {
		return err
	}
	gateway, err := output(ctx, f.env, f.script, "gateway")
	if err != nil {
		return err
	}
	if f.client, err = flinkgateway.Dial(ctx, gateway); err != nil {
		return err
	}
	for _, name := range []string{"jobmanager", "taskmanager"} {
		text, err := os.ReadFile(filepath.Join(f.folder, name+".pid"))
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

// output runs a command and returns what it prints.
func output(ctx context.Context, env []string, name string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Env, cmd.Stderr = env, os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("%s %s: %w", name, strings.Join(args, " "), err)
	}
	return strings.TrimSpace(string(out)), nil
}

func (f *flinkEngine) name() string { return "flink-" + f.options.flink }

// close keeps the logs if Flink cannot be stopped.
func (f *flinkEngine) close() {
	if _, err := output(context.Background(), f.env, f.script, "down"); err != nil {
		fmt.Fprintln(os.Stderr, "nexmark:", err)
		return
	}
	os.RemoveAll(f.folder)
}

func (f *flinkEngine) run(ctx context.Context, q query, v variables) (Run, error) {
	if err := writeSideInput(filepath.Join(f.folder, "data", "side_input.txt"), 10_000); err != nil {
		return Run{}, err
	}
	sql, err := q.sql(v.with("NEXMARK_DIR", f.folder).with("FLINK_HOME", f.folder))
	if err != nil {
		return Run{}, err
	}
	defer os.RemoveAll(filepath.Join(f.folder, "data", "output"))
	properties := settings(f.options)
	properties["pipeline.object-reuse"] = strconv.FormatBool(f.options.objectReuse)
	properties["table.dml-sync"] = "true" // INSERT returns when its job has ended
	session, err := f.client.Open(ctx, "nexmark", properties)
	if err != nil {
		return Run{}, err
	}
	defer session.Close(context.WithoutCancel(ctx))
	statements := compat.Split(sql)
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
		if err := resetPeak(pid); err != nil {
			return Run{}, err
		}
	}
	if err := session.Execute(ctx, statements[last]); err != nil {
		return Run{}, f.failure(ctx, err)
	}
	return f.cost(ctx, before)
}

// cost is what the job that has just ended took.
func (f *flinkEngine) cost(ctx context.Context, before float64) (r Run, err error) {
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
		peak, err := peakBytes(pid)
		if err != nil {
			return r, err
		}
		r.PeakBytes += peak
	}
	return r, nil
}

// cpu is the CPU time of both processes so far.
func (f *flinkEngine) cpu() (total float64, err error) {
	for _, pid := range f.pids {
		s, err := cpuSeconds(pid)
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

func (f *flinkEngine) newestJob(ctx context.Context) (newest flinkJob, err error) {
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
func (f *flinkEngine) failure(ctx context.Context, err error) error {
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

func (f *flinkEngine) get(ctx context.Context, path string, answer any) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, f.rest+path, nil)
	if err != nil {
		return err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("%s: %s", path, response.Status)
	}
	return json.NewDecoder(response.Body).Decode(answer)
}
