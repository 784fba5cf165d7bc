package drill

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// flinkEngine is a Flink cluster of our own: one JobManager and two TaskManagers
// of two slots, by scripts/flink.
type flinkEngine struct {
	script string // path of scripts/flink
	dir    string
	port   int
	second *exec.Cmd // TaskManager beside the first
	gone   chan struct{}
	job    string   // id of the job that runs
	others []string // of jobs that the same script started
	env    []string
	jars   string
	up     []string // how it was started
	line   []string
}

// flinkPort is where a drill's own Flink listens unless told otherwise.
const flinkPort = 8481

// newFlinkWith starts it with jars on the class path and settings of the cluster.
func newFlinkWith(ctx context.Context, o Options, dir, jars string, settings []string, env ...string) (*flinkEngine, error) {
	port := o.Port
	if port == 0 {
		port = flinkPort
	}
	e := &flinkEngine{script: o.Script, dir: filepath.Join(dir, "flink"), port: port, jars: jars, env: env}
	if _, err := os.Stat(o.Script); err != nil {
		return nil, fmt.Errorf("a Flink of the drill's own takes scripts/flink of flott's repository: %w", err)
	}
	if l, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", port)); err != nil {
		return nil, fmt.Errorf("port %d, for the Flink of the drill, is taken: %w", port, err)
	} else if err := l.Close(); err != nil {
		return nil, err
	}
	up := []string{"up", "-D", "heartbeat.timeout=15000", "-D", "heartbeat.interval=3000", "-D", "execution.checkpointing.dir=file://" + filepath.Join(dir, "checkpoints")}
	for _, s := range settings {
		up = append(up, "-D", s)
	}
	e.up = up
	if err := e.run(ctx, up...); err != nil {
		return nil, errors.Join(err, e.down())
	}
	if err := e.addTaskManager(); err != nil {
		e.close()
		return nil, err
	}
	if err := e.awaitTaskManagers(ctx, 2); err != nil {
		e.close()
		return nil, err
	}
	return e, nil
}

func (e *flinkEngine) url() string { return fmt.Sprintf("http://127.0.0.1:%d", e.port) }

// run runs scripts/flink.
func (e *flinkEngine) run(ctx context.Context, args ...string) error {
	cmd := exec.CommandContext(ctx, e.script, args...)
	cmd.Env = append(os.Environ(), "FLINK_RUN="+e.dir, "FLINK_PORT="+strconv.Itoa(e.port), "FLINK_SLOTS=2", "FLINK_TASK_HEAP=500m",
		"FLINK_MANAGED=200m", "FLINK_NETWORK=64m", "FLINK_JOBMANAGER_HEAP=512m", "FLINK_JVM=-XX:TieredStopAtLevel=1", "FLINK_EXTRA_JARS="+e.jars)
	cmd.Env = append(cmd.Env, e.env...)
	out := &tail{}
	cmd.Stdout, cmd.Stderr = out, out
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("scripts/flink %s: %w\n%s", args[0], err, out)
	}
	if strings.Contains(out.String(), "[ERROR]") {
		return fmt.Errorf("scripts/flink %s: %s", args[0], out)
	}
	return nil
}

func (e *flinkEngine) pid(name string) (int, error) {
	text, err := os.ReadFile(filepath.Join(e.dir, name+".pid"))
	if err != nil {
		return 0, err
	}
	return strconv.Atoi(string(bytes.TrimSpace(text)))
}

// addTaskManager starts one more, as the first was started.
func (e *flinkEngine) addTaskManager() error {
	if e.line == nil {
		pid, err := e.pid("taskmanager")
		if err != nil {
			return err
		}
		text, err := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pid))
		if err != nil {
			return fmt.Errorf("the second TaskManager: %w", err)
		}
		for arg := range bytes.SplitSeq(bytes.TrimRight(text, "\x00"), []byte{0}) {
			e.line = append(e.line, strings.Replace(string(arg), "/taskmanager.log", "/taskmanager-2.log", 1))
		}
	}
	cmd := exec.Command(e.line[0], e.line[1:]...)
	cmd.Env = append(os.Environ(), "FLINK_CONF_DIR="+filepath.Join(e.dir, "conf"))
	own(cmd)
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("the second TaskManager: %w", err)
	}
	gone := make(chan struct{})
	go func() { _ = cmd.Wait(); close(gone) }()
	e.second, e.gone = cmd, gone
	return nil
}

func (e *flinkEngine) awaitTaskManagers(ctx context.Context, n int) error {
	return until(ctx, 4*time.Minute, 500*time.Millisecond, func() bool {
		var w struct {
			TaskManagers int `json:"taskmanagers"`
		}
		return getJSON(ctx, e.url()+"/overview", &w) == nil && w.TaskManagers >= n
	})
}

func (e *flinkEngine) start(ctx context.Context, script string, resume bool) error {
	if resume {
		path, err := e.lastCheckpoint(ctx)
		if err != nil {
			return err
		}
		script = fmt.Sprintf("SET 'execution.state-recovery.path' = '%s';\n", path) + script
	}
	if err := e.submit(ctx, script); err != nil {
		return err
	}
	err := until(ctx, time.Minute, 200*time.Millisecond, func() bool { return running(ctx, e.url()) })
	if errors.Is(err, errLate) { // some faults keep a job from running
		return nil
	}
	return err
}

// submit starts the jobs of a script.
func (e *flinkEngine) submit(ctx context.Context, script string) error {
	file := filepath.Join(e.dir, "job.sql")
	if err := os.WriteFile(file, []byte(script), 0o600); err != nil {
		return err
	}
	return e.starting(ctx, func() error { return e.run(ctx, "sql", file) })
}

var setting = regexp.MustCompile(`(?m)^SET '([^']+)' *= *'([^']*)';`)

// submitMain starts the job of a class of the first of our jars, with what the
// script sets.
func (e *flinkEngine) submitMain(ctx context.Context, main []string, script string) error {
	args := []string{"cli", "run", "-d", "-c", main[0]}
	for _, m := range setting.FindAllStringSubmatch(script, -1) {
		args = append(args, "-D", m[1]+"="+m[2])
	}
	jar, _, _ := strings.Cut(e.jars, ":")
	args = append(append(args, jar), main[1:]...)
	return e.starting(ctx, func() error { return e.run(ctx, args...) })
}

// again stops the job with a savepoint and starts its script from there.
func (e *flinkEngine) again(ctx context.Context, script string) error {
	if err := e.run(ctx, "cli", "stop", "--savepointPath", "file://"+filepath.Join(e.dir, "savepoints"), e.job); err != nil {
		return err
	}
	made, err := filepath.Glob(filepath.Join(e.dir, "savepoints", "*"))
	if err != nil || len(made) == 0 {
		return fmt.Errorf("Flink made no savepoint (%w)", err)
	}
	return e.submit(ctx, fmt.Sprintf("SET 'execution.state-recovery.path' = 'file://%s';\n", made[len(made)-1])+script)
}

// starting does what starts jobs and learns their ids.
func (e *flinkEngine) starting(ctx context.Context, start func() error) error {
	e.job, e.others = "", nil
	known := map[string]bool{}
	before, err := jobs(ctx, e.url())
	if err != nil {
		return err
	}
	for _, j := range before {
		known[j.ID] = true
	}
	if err := start(); err != nil {
		return err
	}
	after, err := jobs(ctx, e.url())
	if err != nil {
		return err
	}
	for _, j := range after {
		if !known[j.ID] {
			e.others = append(e.others, j.ID)
			e.job = j.ID
		}
	}
	if e.job == "" {
		return errors.New("Flink's SQL client did not start a job")
	}
	return nil
}

// lastCheckpoint is the path of the newest completed checkpoint of the job.
func (e *flinkEngine) lastCheckpoint(ctx context.Context) (string, error) {
	var w struct {
		Latest struct {
			Completed *struct {
				Path string `json:"external_path"`
			} `json:"completed"`
		} `json:"latest"`
	}
	if err := getJSON(ctx, e.url()+"/jobs/"+e.job+"/checkpoints", &w); err != nil {
		return "", err
	}
	if w.Latest.Completed == nil {
		return "", errors.New("the job has no checkpoint to go on from")
	}
	return w.Latest.Completed.Path, nil
}

func (e *flinkEngine) halt(ctx context.Context) error {
	var errs []error
	for _, job := range e.others {
		errs = append(errs, e.cancel(ctx, job))
	}
	e.others = nil
	return errors.Join(errs...)
}

func (e *flinkEngine) cancel(ctx context.Context, job string) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodPatch, e.url()+"/jobs/"+job+"?mode=cancel", nil)
	if err != nil {
		return err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	if err := resp.Body.Close(); err != nil {
		return err
	}
	return until(ctx, time.Minute, 200*time.Millisecond, func() bool {
		list, err := jobs(ctx, e.url())
		if err != nil {
			return false
		}
		for _, j := range list {
			if j.ID == job {
				return j.State == "CANCELED" || j.State == "FAILED" || j.State == "FINISHED"
			}
		}
		return true
	})
}

// processes are the TaskManagers.
func (e *flinkEngine) processes() (pids []int) {
	if pid, err := e.pid("taskmanager"); err == nil {
		pids = append(pids, pid)
	}
	if e.second != nil {
		pids = append(pids, e.second.Process.Pid)
	}
	return pids
}

// revive starts the cluster again if its JobManager has ended.
func (e *flinkEngine) revive(ctx context.Context) error {
	if _, err := jobs(ctx, e.url()); err == nil {
		return nil
	}
	if e.second != nil {
		if err := e.killSecond(); err != nil {
			return err
		}
	}
	if err := errors.Join(e.run(ctx, "down"), e.run(ctx, e.up...)); err != nil {
		return err
	}
	return e.addTaskManager()
}

// logs is the folder of the cluster's logs.
func (e *flinkEngine) logs() string { return filepath.Join(e.dir, "log") }

// killSecond kills the second TaskManager as a crash would.
func (e *flinkEngine) killSecond() error {
	if e.second == nil {
		return errors.New("there is no second TaskManager")
	}
	err := e.second.Process.Kill()
	<-e.gone
	e.second = nil
	return err
}

func (e *flinkEngine) down() error {
	ctx, cancel := context.WithTimeout(context.Background(), mendTime)
	defer cancel()
	return e.run(ctx, "down")
}

func (e *flinkEngine) close() {
	if e.second != nil {
		_ = e.killSecond()
	}
	_ = e.down()
}
