package measure

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
)

// Watched is a running job that may be asked and killed: *FlottJob or *FlinkJob.
type Watched interface {
	// RowsInto is how many rows the operators whose name begins so have taken.
	RowsInto(ctx context.Context, operator string) (int64, error)
	History(ctx context.Context) (*History, error)
	// Times fills in the times of subtasks.
	Times(ctx context.Context, c *Checkpoint) error
	PIDs() []int
	// Kill ends the processes with SIGKILL.
	Kill() error
}

// FlottJob is a process that serves a job: this program, called with "serve".
type FlottJob struct {
	cmd      *exec.Cmd
	url      string
	said     *tail
	ended    chan struct{}
	err      error
	vertices []string
}

// StartFlott starts a job in a process of its own.
func StartFlott(ctx context.Context, job ServedJob, args ...string) (*FlottJob, error) {
	own, err := os.Executable()
	if err != nil {
		return nil, err
	}
	text, err := json.Marshal(job)
	if err != nil {
		return nil, err
	}
	j := &FlottJob{cmd: exec.CommandContext(ctx, own, append([]string{"serve"}, args...)...), said: &tail{}, ended: make(chan struct{})}
	j.cmd.Stdin, j.cmd.Stderr = bytes.NewReader(text), j.said
	out, err := j.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := j.cmd.Start(); err != nil {
		return nil, err
	}
	lines := bufio.NewReader(out)
	line, err := lines.ReadString('\n')
	go func() {
		io.Copy(io.Discard, lines)
		j.err = j.cmd.Wait()
		close(j.ended)
	}()
	if err != nil {
		<-j.ended
		return nil, fmt.Errorf("the job did not start: %s", j.said)
	}
	j.url = "http://" + strings.TrimSpace(line)
	return j, nil
}

// get asks the process; if it has ended, the error says what it said.
func (j *FlottJob) get(ctx context.Context, path string, answer any) error {
	err := getJSON(ctx, j.url+path, answer)
	if err == nil {
		return nil
	}
	select {
	case <-j.ended:
		return fmt.Errorf("the job has ended (%v): %s", j.err, j.said)
	default:
		return err
	}
}

// RowsInto implements Watched.
func (j *FlottJob) RowsInto(ctx context.Context, operator string) (int64, error) {
	n, err := j.rows(ctx, operator)
	return n.In, err
}

// RowsOut is how many rows the operators whose name begins so have given.
func (j *FlottJob) RowsOut(ctx context.Context, operator string) (int64, error) {
	n, err := j.rows(ctx, operator)
	return n.Out, err
}

func (j *FlottJob) rows(ctx context.Context, operator string) (sum RowCount, err error) {
	var rows map[string]RowCount
	if err := j.get(ctx, "/rows", &rows); err != nil {
		return sum, err
	}
	for name, r := range rows {
		if strings.HasPrefix(name, operator) {
			sum.In += r.In
			sum.Out += r.Out
		}
	}
	return sum, nil
}

// History implements Watched.
func (j *FlottJob) History(ctx context.Context) (*History, error) {
	h, err := readHistory(ctx, j.url+"/checkpoints")
	if err != nil {
		return nil, j.get(ctx, "/checkpoints", &statistics{})
	}
	return h, nil
}

// Times implements Watched.
func (j *FlottJob) Times(ctx context.Context, c *Checkpoint) error {
	if j.vertices == nil {
		if err := j.get(ctx, "/vertices", &j.vertices); err != nil {
			return err
		}
	}
	for _, v := range j.vertices {
		if err := readTimes(ctx, j.url+"/checkpoints/details/"+strconv.FormatInt(c.ID, 10)+"/subtasks/"+v, c); err != nil {
			return err
		}
	}
	return nil
}

// PIDs implements Watched.
func (j *FlottJob) PIDs() []int { return []int{j.cmd.Process.Pid} }

// Kill implements Watched.
func (j *FlottJob) Kill() error {
	err := j.cmd.Process.Kill()
	<-j.ended
	if errors.Is(err, os.ErrProcessDone) {
		return nil
	}
	return err
}

// Wait waits for the end of the job.
func (j *FlottJob) Wait() error {
	<-j.ended
	if j.err != nil {
		return fmt.Errorf("%w: %s", j.err, j.said)
	}
	return nil
}

// Said is the end of what the process wrote to standard error.
func (j *FlottJob) Said() string { return j.said.String() }

// tail keeps the last kilobytes of what is written to it.
type tail struct {
	mu   sync.Mutex
	text []byte
}

func (t *tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.text = append(t.text, p...)
	if n := len(t.text) - 8<<10; n > 0 {
		t.text = append(t.text[:0], t.text[n:]...)
	}
	return len(p), nil
}

func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return strings.TrimSpace(string(t.text))
}
