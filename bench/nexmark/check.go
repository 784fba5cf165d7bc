package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/flottstream/flott/bench/measure"
)

// checked are the queries with much state, and the cases that ask for their answers in few rows.
var checked = map[string]string{"q4": "q4", "q9": "q9_totals", "q18": "q18_totals", "q20": "q20_totals"}

// check compares answers: state in memory, and state on disk with managed memory for a twentieth of it. The state's size is
// what the last checkpoint of the first run says.
func check(ctx context.Context, o *options) error {
	f, err := measure.NewFlott(ctx, o.root, o.flott)
	if err != nil {
		return err
	}
	defer f.Close()
	names := []string{"q4", "q9", "q18", "q20"}
	if o.queries != "" {
		names = strings.Split(o.queries, ",")
	}
	var errs []error
	for _, name := range names {
		script, err := checkScript(o, name)
		if err != nil {
			return err
		}
		file := filepath.Join(f.Folder, name+".sql")
		if err := os.WriteFile(file, []byte(script), 0o644); err != nil {
			return err
		}
		memory, err := answerOf(ctx, o, f, file, flottState("hashmap", f.Folder, ""))
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		managed := memory.state / 20
		disk, err := answerOf(ctx, o, f, file, flottState("rocksdb", f.Folder, strconv.FormatInt(managed, 10)+" b"))
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		fmt.Printf("%-4s state %.0f MB, managed %.1f MB, %d checkpoints; hashmap %.1f s, rocksdb %.1f s, %d rows of answers, equal: %v\n",
			name, float64(memory.state)/1e6, float64(managed)/1e6, disk.checkpoints, memory.seconds, disk.seconds, len(disk.rows), slices.Equal(memory.rows, disk.rows))
		if !slices.Equal(memory.rows, disk.rows) {
			errs = append(errs, fmt.Errorf("%s: hashmap answers\n%s\nrocksdb answers\n%s", name, strings.Join(memory.rows, "\n"), strings.Join(disk.rows, "\n")))
		}
	}
	return errors.Join(errs...)
}

func checkScript(o *options, name string) (string, error) {
	for _, c := range compatCases {
		if wanted := checked[name]; wanted == c.name || c.name == "" && wanted == c.query {
			c.events = int(o.events)
			_, text, err := c.text(o.root, o.parallelism)
			return text, err
		}
	}
	return "", fmt.Errorf("there is no case for %s; there are q4, q9, q18 and q20", name)
}

// answer is what a run showed: its rows, sorted.
type answer struct {
	rows        []string
	checkpoints int
	state       int64 // bytes, of the largest checkpoint
	seconds     float64
}

var completed = regexp.MustCompile(`Completed checkpoint \d+ for job \w+ \((\d+) bytes`)

func answerOf(ctx context.Context, o *options, f *measure.Flott, file string, settings map[string]string) (a answer, err error) {
	defer os.RemoveAll(settings["execution.checkpointing.dir"])
	args := []string{"run", "-q", "-o", "csv", "--log", "info", "-p", strconv.Itoa(o.parallelism), "-D", "table.local-time-zone=UTC",
		"-D", "execution.checkpointing.interval=" + measure.Duration(o.checkpoint)}
	for key, value := range settings {
		args = append(args, "-D", key+"="+value)
	}
	cmd := exec.CommandContext(ctx, f.Binary(), append(args, file)...)
	var out, log bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &log
	began := time.Now()
	if err := cmd.Run(); err != nil {
		return a, fmt.Errorf("flott run: %w\n%s", err, log.String())
	}
	a.seconds = time.Since(began).Seconds()
	for _, m := range completed.FindAllStringSubmatch(log.String(), -1) {
		n, err := strconv.ParseInt(m[1], 10, 64)
		if err != nil {
			return a, err
		}
		a.state, a.checkpoints = max(a.state, n), a.checkpoints+1
	}
	if a.checkpoints == 0 {
		return a, errors.New("no checkpoint was taken; use more events, or a shorter -checkpoint")
	}
	a.rows = strings.Split(strings.TrimSpace(out.String()), "\n")
	slices.Sort(a.rows)
	return a, nil
}
