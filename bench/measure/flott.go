package measure

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"time"
)

// Flott is "flott run", a process for each job.
type Flott struct {
	Folder string // of its own, removed by Close
	binary string
}

// NewFlott makes the binary from ./cmd/flott of the repository at root if binary is "build".
func NewFlott(ctx context.Context, root, binary string) (*Flott, error) {
	folder, err := os.MkdirTemp("", "flott-bench-")
	if err != nil {
		return nil, err
	}
	f := &Flott{binary: binary, Folder: folder}
	if binary == "build" {
		f.binary = filepath.Join(folder, "flott")
		build := exec.CommandContext(ctx, "go", "build", "-o", f.binary, "./cmd/flott")
		build.Dir, build.Stderr = root, os.Stderr
		if err := build.Run(); err != nil {
			f.Close()
			return nil, fmt.Errorf("go build ./cmd/flott: %w", err)
		}
	}
	return f, nil
}

// Name is what reports call it.
func (f *Flott) Name() string { return "flott" }

// Binary is the path of the program.
func (f *Flott) Binary() string { return f.binary }

// Close removes the binary.
func (f *Flott) Close() { os.RemoveAll(f.Folder) }

// Run runs a script; settings are given as -D.
func (f *Flott) Run(ctx context.Context, settings map[string]string, statements []string) (Run, error) {
	file := filepath.Join(f.Folder, "job.sql")
	if err := os.WriteFile(file, []byte(strings.Join(statements, ";\n\n")+";\n"), 0o644); err != nil {
		return Run{}, err
	}
	args := []string{"run"}
	for key, value := range settings {
		args = append(args, "-D", key+"="+value)
	}
	var said bytes.Buffer
	cmd := exec.CommandContext(ctx, f.binary, append(args, file)...)
	cmd.Stdout, cmd.Stderr = &said, &said
	begin := time.Now()
	err := cmd.Run()
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
