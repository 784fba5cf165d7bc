package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// flottEngine is "flott run", a process for each query.
type flottEngine struct {
	options *options
	binary  string
	folder  string
}

func newFlott(ctx context.Context, o *options) (*flottEngine, error) {
	folder, err := os.MkdirTemp("", "flott-nexmark-")
	if err != nil {
		return nil, err
	}
	f := &flottEngine{options: o, binary: o.flott, folder: folder}
	if o.flott == "build" {
		f.binary = filepath.Join(folder, "flott")
		build := exec.CommandContext(ctx, "go", "build", "-o", f.binary, "./cmd/flott")
		build.Dir, build.Stderr = o.root, os.Stderr
		if err := build.Run(); err != nil {
			f.close()
			return nil, fmt.Errorf("go build ./cmd/flott: %w", err)
		}
	}
	return f, writeSideInput(filepath.Join(folder, "data", "side_input.txt"), 10_000)
}

func (f *flottEngine) name() string { return "flott" }

func (f *flottEngine) close() { os.RemoveAll(f.folder) }

func (f *flottEngine) run(ctx context.Context, q query, v variables) (Run, error) {
	sql, err := q.sql(v.with("NEXMARK_DIR", f.folder).with("FLINK_HOME", f.folder))
	if err != nil {
		return Run{}, err
	}
	file := filepath.Join(f.folder, q.name+".sql")
	if err := os.WriteFile(file, []byte(sql), 0o644); err != nil {
		return Run{}, err
	}
	defer os.RemoveAll(filepath.Join(f.folder, "data", "output"))
	args := []string{"run", "-p", strconv.Itoa(f.options.parallelism)}
	for key, value := range settings(f.options) {
		args = append(args, "-D", key+"="+value)
	}
	var said bytes.Buffer
	cmd := exec.CommandContext(ctx, f.binary, append(args, file)...)
	cmd.Stdout, cmd.Stderr = &said, &said
	begin := time.Now()
	err = cmd.Run()
	wall := time.Since(begin)
	if ctx.Err() != nil {
		return Run{}, ctx.Err()
	}
	if err != nil {
		return Run{}, fmt.Errorf("flott run: %w\n%s", err, strings.TrimSpace(said.String()))
	}
	usage, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage)
	if !ok {
		return Run{}, errors.New("this system does not tell what a process used")
	}
	return Run{
		WallSeconds: wall.Seconds(),
		CPUSeconds:  (cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()).Seconds(),
		PeakBytes:   peakOf(usage),
	}, nil
}

// peakOf is the peak resident memory; Linux counts it in KiB, macOS in bytes.
func peakOf(usage *syscall.Rusage) int64 {
	if runtime.GOOS == "darwin" {
		return int64(usage.Maxrss)
	}
	return int64(usage.Maxrss) << 10
}
