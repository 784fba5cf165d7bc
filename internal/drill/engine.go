package drill

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"time"
)

// engine runs the job of a drill.
type engine interface {
	// start runs a script until its job runs; resume goes on from the newest checkpoint.
	start(ctx context.Context, script string, resume bool) error
	// halt ends the job; its checkpoints stay.
	halt(ctx context.Context) error
	url() string
	// processes are those that do the work, the job's hosts.
	processes() []int
	close()
}

// flottEngine is a child process `flott run`.
type flottEngine struct {
	program string
	dir     string
	port    int
	env     []string

	mu   sync.Mutex
	cmd  *exec.Cmd
	done chan struct{}
	said *tail
}

// tail keeps the last bytes that were written.
type tail struct {
	mu sync.Mutex
	b  []byte
}

// Write keeps the end of what it is given.
func (t *tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.b = append(t.b, p...); len(t.b) > 4096 {
		t.b = append(t.b[:0], t.b[len(t.b)-4096:]...)
	}
	return len(p), nil
}

func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return string(bytes.TrimSpace(t.b))
}

func newFlott(program, dir string) (*flottEngine, error) {
	port, err := freePort()
	return &flottEngine{program: program, dir: dir, port: port, said: &tail{}}, err
}

func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	return l.Addr().(*net.TCPAddr).Port, l.Close()
}

func (e *flottEngine) url() string { return fmt.Sprintf("http://127.0.0.1:%d", e.port) }

func (e *flottEngine) start(ctx context.Context, script string, resume bool) error {
	if err := e.launch(script, resume); err != nil {
		return err
	}
	return e.awaitJob(ctx, e.done)
}

// launch starts the process.
func (e *flottEngine) launch(script string, resume bool) error {
	path := filepath.Join(e.dir, "job.sql")
	if err := os.WriteFile(path, []byte(script), 0o600); err != nil {
		return err
	}
	args := []string{"run", "-q", "--log", "error", "--rest", fmt.Sprintf("127.0.0.1:%d", e.port)}
	if resume {
		args = append(args, "--resume")
	}
	cmd := exec.Command(e.program, append(args, path)...)
	cmd.Stdout, cmd.Stderr, cmd.Env = io.Discard, e.said, append(os.Environ(), e.env...)
	own(cmd)
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("flott run: %w", err)
	}
	done := make(chan struct{})
	go func() { _ = cmd.Wait(); close(done) }()
	e.mu.Lock()
	e.cmd, e.done = cmd, done
	e.mu.Unlock()
	return nil
}

func (e *flottEngine) awaitJob(ctx context.Context, done chan struct{}) error {
	err := until(ctx, time.Minute, 100*time.Millisecond, func() bool {
		select {
		case <-done:
			return true
		default:
		}
		return running(ctx, e.url())
	})
	select {
	case <-done:
		return fmt.Errorf("flott run ended: %s", e.said)
	default:
	}
	if err != nil {
		return fmt.Errorf("the job did not start: %w\n%s", err, e.said)
	}
	return nil
}

var errNotRunning = errors.New("the job does not run")

// signal sends a signal to the process.
func (e *flottEngine) signal(s os.Signal) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.cmd == nil {
		return errNotRunning
	}
	return e.cmd.Process.Signal(s)
}

// await waits until the process has ended; after the time it is killed.
func (e *flottEngine) await(d time.Duration) {
	e.mu.Lock()
	cmd, done := e.cmd, e.done
	e.cmd = nil
	e.mu.Unlock()
	if cmd == nil {
		return
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-done:
	case <-t.C:
		_ = cmd.Process.Kill()
		<-done
	}
}

// halt kills the process: whatever is not in a checkpoint is done again after it.
func (e *flottEngine) halt(context.Context) error {
	err := e.signal(syscall.SIGKILL)
	e.await(0)
	if errors.Is(err, os.ErrProcessDone) || errors.Is(err, errNotRunning) {
		return nil
	}
	return err
}

func (e *flottEngine) processes() []int {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.cmd == nil {
		return nil
	}
	return []int{e.cmd.Process.Pid}
}

func (e *flottEngine) close() { _ = e.halt(context.Background()) }

// jobState is a job in the list of a cluster.
type jobState struct {
	ID    string `json:"jid"`
	Name  string `json:"name"`
	State string `json:"state"`
	Tasks struct {
		Running int `json:"running"`
		Total   int `json:"total"`
	} `json:"tasks"`
}

func jobs(ctx context.Context, url string) ([]jobState, error) {
	var list struct {
		Jobs []jobState `json:"jobs"`
	}
	return list.Jobs, getJSON(ctx, url+"/jobs/overview", &list)
}

// running reports whether a job's tasks all run.
func running(ctx context.Context, url string) bool {
	list, err := jobs(ctx, url)
	if err != nil {
		return false
	}
	for _, j := range list {
		if j.State == "RUNNING" && j.Tasks.Total > 0 && j.Tasks.Running == j.Tasks.Total {
			return true
		}
	}
	return false
}

func getJSON(ctx context.Context, url string, into any) error {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("%s answers %s", url, resp.Status)
	}
	return json.NewDecoder(resp.Body).Decode(into)
}

// errLate says that something did not happen in time.
var errLate = errors.New("not in time")

// until asks again and again whether something is so.
func until(ctx context.Context, most, every time.Duration, so func() bool) error {
	end := time.NewTimer(most)
	defer end.Stop()
	again := time.NewTicker(every)
	defer again.Stop()
	for {
		if so() {
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-end.C:
			return fmt.Errorf("%w: %s are over", errLate, most)
		case <-again.C:
		}
	}
}
