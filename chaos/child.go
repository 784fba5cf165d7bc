package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// child is one run of the job: the real binary, a process of its own.
type child struct {
	*milestones
	cmd  *exec.Cmd
	done chan struct{} // closed when the process is gone
	err  error         // how it ended; read after done
	tail []string      // its last lines; read after done
}

// tailLines is how much of a run's log is shown when it ends by itself.
const tailLines = 12

// launch starts the job. Its log goes to a file of the round.
func launch(h *harness, name string, x *round) (*child, error) {
	args := []string{"run", "--resume", "--log", "info", "-p", fmt.Sprint(x.Parallelism),
		"-D", "execution.checkpointing.unaligned.enabled=" + fmt.Sprint(x.Unaligned),
		"-D", "state.backend.type=" + x.Backend,
		"-D", "execution.checkpointing.incremental=" + fmt.Sprint(x.Backend == "rocksdb"),
		filepath.Join(h.folder, "job.sql")}
	file, err := os.Create(filepath.Join(h.folder, "logs", name+".log"))
	if err != nil {
		return nil, err
	}
	fmt.Fprintf(file, "flott %s\n", strings.Join(args, " "))
	c := &child{milestones: newMilestones(), cmd: exec.Command(h.flott, args...), done: make(chan struct{})}
	c.cmd.Dir, c.cmd.Stdout = h.folder, file
	log, err := c.cmd.StderrPipe()
	if err == nil {
		err = c.cmd.Start()
	}
	if err != nil {
		file.Close()
		return nil, err
	}
	go func() {
		defer close(c.done)
		defer file.Close()
		c.follow(log, file)
		c.err = c.cmd.Wait()
	}()
	return c, nil
}

// follow reads the log to its end, which comes when the process is gone.
func (c *child) follow(log io.Reader, to io.Writer) {
	lines := bufio.NewReaderSize(log, 1<<16)
	for {
		line, err := lines.ReadString('\n')
		if line != "" {
			c.read(line)
			io.WriteString(to, line)
			if c.tail = append(c.tail, strings.TrimRight(line, "\n")); len(c.tail) > tailLines {
				c.tail = c.tail[1:]
			}
		}
		if err != nil {
			return
		}
	}
}

// errOver says that the process ended by itself before it was killed.
var errOver = errors.New("the run is over")

// kill ends the process like a power cut, and returns in which phase.
func (c *child) kill() (phase, error) {
	at := c.at()
	if c.over() || c.cmd.Process.Signal(syscall.SIGKILL) != nil {
		<-c.done
		return at, errOver
	}
	<-c.done
	if status, ok := c.cmd.ProcessState.Sys().(syscall.WaitStatus); !ok || status.Signal() != syscall.SIGKILL {
		return at, errOver
	}
	return at, nil
}

func (c *child) over() bool {
	select {
	case <-c.done:
		return true
	default:
		return false
	}
}

// freeze lets the process stand still, as a swapping machine or a paused one
// would.
func (c *child) freeze(ctx context.Context, d time.Duration) error {
	if err := c.cmd.Process.Signal(syscall.SIGSTOP); err != nil {
		return nil // it is gone
	}
	err := wait(ctx, d)
	c.cmd.Process.Signal(syscall.SIGCONT)
	return err
}

// await returns when the moment of a round has come, or it is overdue, or the
// process is gone. brokerGone is closed when the broker has been killed.
func (c *child) await(ctx context.Context, x *round, brokerDown <-chan struct{}, limit time.Duration) (moment, error) {
	late := time.NewTimer(limit)
	defer late.Stop()
	if x.Moment != brokerGone {
		brokerDown = nil
	}
	if x.Moment == starting || x.Moment == anytime {
		return x.Moment, c.pause(ctx, x.Delay)
	}
	for n := 0; n < x.Nth; {
		select {
		case at := <-c.reach:
			if at == x.Moment {
				n++
			}
		case <-brokerDown:
			n++
		case <-late.C:
			return overdue, nil
		case <-c.done:
			return x.Moment, nil
		case <-ctx.Done():
			return x.Moment, ctx.Err()
		}
	}
	return x.Moment, c.pause(ctx, x.Delay)
}

// pause waits, but not for a process that is gone.
func (c *child) pause(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-c.done:
	case <-ctx.Done():
		return ctx.Err()
	}
	return nil
}

func wait(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
