package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// TestMain makes this test binary the command flott of the scripts.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"flott": main})
}

// The scripts of testdata/script run the command as a user does. Their own
// commands, beside those of testscript:
//
//	interrupt CODE PATTERN ARGS…
//	    runs flott with the arguments, sends it SIGINT when a line of its standard
//	    output matches the pattern, and demands the exit code.
//	interrupt-twice CODE ARGS…
//	    sends SIGINT when there is output, and again when the first was noticed.
//	    The job must write more than a pipe holds.
//	code CODE ARGS…
//	    runs flott and demands the exit code.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		UpdateScripts:       os.Getenv("UPDATE") != "",
		Setup: func(env *testscript.Env) error {
			env.Setenv("TZ", "UTC")
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){"interrupt": interrupt, "interrupt-twice": interruptTwice, "code": code},
	})
}

func command(ts *testscript.TestScript, args []string) *exec.Cmd {
	path, err := exec.LookPath(filepath.Join(binDir(ts), "flott"))
	ts.Check(err)
	cmd := exec.Command(path, args...)
	cmd.Dir = ts.MkAbs(".")
	cmd.Env = append(os.Environ(), "TZ=UTC")
	return cmd
}

// binDir is where testscript put flott: the first directory of the script's PATH.
func binDir(ts *testscript.TestScript) string {
	dir, _, _ := strings.Cut(ts.Getenv("PATH"), string(os.PathListSeparator))
	return dir
}

func code(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 1 {
		ts.Fatalf("usage: code CODE ARGS…")
	}
	cmd := command(ts, args[1:])
	cmd.Stdout, cmd.Stderr = ts.Stdout(), ts.Stderr()
	demand(ts, cmd.Run(), args[0])
}

func demand(ts *testscript.TestScript, err error, want string) {
	code := 0
	var exit *exec.ExitError
	switch {
	case errors.As(err, &exit):
		code = exit.ExitCode()
	case err != nil:
		ts.Fatalf("%v", err)
	}
	if strconv.Itoa(code) != want {
		ts.Fatalf("exit code %d, want %s", code, want)
	}
}

func interrupt(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 3 {
		ts.Fatalf("usage: interrupt CODE PATTERN ARGS…")
	}
	pattern, err := regexp.Compile(args[1])
	ts.Check(err)
	cmd := command(ts, args[2:])
	cmd.Stderr = ts.Stderr()
	out, err := cmd.StdoutPipe()
	ts.Check(err)
	ts.Check(cmd.Start())
	seen := false
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		fmt.Fprintf(ts.Stdout(), "%s\n", lines.Bytes())
		if !seen && pattern.Match(lines.Bytes()) {
			seen = true
			cmd.Process.Signal(os.Interrupt)
		}
	}
	ts.Check(lines.Err())
	if !seen {
		ts.Logf("no line of the output matched %s", pattern)
	}
	demand(ts, cmd.Wait(), args[0])
}

// interruptTwice can be sure that the job does not end between the signals: its
// output is not read until the second was noticed, and does not fit into a pipe.
func interruptTwice(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: interrupt-twice CODE ARGS…")
	}
	cmd := command(ts, args[1:])
	out, err := cmd.StdoutPipe()
	ts.Check(err)
	messages, err := cmd.StderrPipe()
	ts.Check(err)
	ts.Check(cmd.Start())
	_, err = io.ReadFull(out, make([]byte, 1))
	ts.Check(err)
	cmd.Process.Signal(os.Interrupt)
	var read sync.WaitGroup
	for lines := bufio.NewScanner(messages); lines.Scan(); {
		fmt.Fprintf(ts.Stderr(), "%s\n", lines.Bytes())
		switch text := lines.Text(); {
		case strings.HasPrefix(text, "stopping"):
			cmd.Process.Signal(os.Interrupt)
		case strings.HasPrefix(text, "canceling"):
			read.Go(func() { io.Copy(io.Discard, out) })
		}
	}
	read.Wait()
	demand(ts, cmd.Wait(), args[0])
}
