package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/flottstream/flott/bench/measure"
)

// engine is one side of the comparison.
type engine interface {
	name() string
	keys() int64
	start(ctx context.Context) (measure.Watched, error)
	// filled reports whether every key has come.
	filled(ctx context.Context) (bool, error)
	// restart goes on from the last checkpoint after the job was killed. It returns the moment from which recovery counts.
	restart(ctx context.Context, last measure.Checkpoint) (measure.Watched, time.Time, error)
	close()
}

// flott runs jobs in a process each.
type flott struct {
	o       *options
	backend string
	folder  string
	job     *measure.FlottJob
}

func (f *flott) name() string { return "flott-" + f.backend }

func (f *flott) keys() int64 { return f.o.keys }

func (f *flott) start(ctx context.Context) (measure.Watched, error) {
	var err error
	if f.folder, err = os.MkdirTemp(f.o.dir, "flott-bench-"); err != nil {
		return nil, err
	}
	return f.run(ctx, true)
}

// run starts a process: resumed, it goes on where the one before was killed.
func (f *flott) run(ctx context.Context, resume bool) (measure.Watched, error) {
	s, err := text(f.o, f.o.keys)
	if err != nil {
		return nil, err
	}
	all := settings(f.o)
	all["execution.checkpointing.dir"] = filepath.Join(f.folder, "checkpoints")
	all["state.backend.type"] = f.backend
	all["web.checkpoints.history"] = "1000"
	for _, x := range f.o.settings {
		key, value, ok := strings.Cut(x, "=")
		if !ok {
			return nil, fmt.Errorf("-D %s: write key=value", x)
		}
		all[key] = value
	}
	f.job, err = measure.StartFlott(ctx, measure.ServedJob{Script: s, Settings: all, Resume: resume})
	if err != nil {
		return nil, err // not f.job: a nil pointer is no nil interface
	}
	return f.job, nil
}

func (f *flott) filled(ctx context.Context) (bool, error) {
	n, err := f.job.RowsOut(ctx, "Source: fill")
	return n >= f.o.keys, err
}

func (f *flott) restart(ctx context.Context, _ measure.Checkpoint) (measure.Watched, time.Time, error) {
	began := time.Now()
	job, err := f.run(ctx, true)
	return job, began, err
}

func (f *flott) close() {
	if f.job != nil {
		f.job.Kill() // it may have ended
	}
	os.RemoveAll(f.folder)
}

// flink runs jobs on a cluster of its own.
type flink struct {
	o       *options
	cluster *measure.Flink
	job     *measure.FlinkJob
}

func (f *flink) name() string { return "flink-" + f.o.flink }

func (f *flink) keys() int64 {
	if f.o.flinkKeys > 0 {
		return f.o.flinkKeys
	}
	return f.o.keys
}

func (f *flink) start(ctx context.Context) (_ measure.Watched, err error) {
	f.cluster, err = measure.StartFlink(ctx, measure.FlinkSetup{
		Root: f.o.root, Backend: f.o.flink, Parallelism: f.o.parallelism, ObjectReuse: f.o.objectReuse,
		Settings: []string{"metrics.fetcher.update-interval=200", "web.checkpoints.history=1000"},
	})
	if err != nil {
		return nil, err
	}
	return f.submit(ctx, settings(f.o))
}

func (f *flink) submit(ctx context.Context, settings map[string]string) (measure.Watched, error) {
	list, err := statements(f.o, f.keys())
	if err != nil {
		return nil, err
	}
	if f.job, err = f.cluster.Submit(ctx, settings, list); err != nil {
		return nil, err
	}
	return f.job, nil
}

func (f *flink) filled(ctx context.Context) (bool, error) { return f.job.Finished(ctx, "Source: fill") }

// restart brings the processes back first: their start does not count, the job's does.
func (f *flink) restart(ctx context.Context, last measure.Checkpoint) (measure.Watched, time.Time, error) {
	if last.Path == "" {
		return nil, time.Time{}, errors.New("Flink told no path of its last checkpoint")
	}
	if err := f.cluster.Restart(ctx); err != nil {
		return nil, time.Time{}, err
	}
	all := settings(f.o)
	all["execution.state-recovery.path"] = last.Path
	began := time.Now()
	job, err := f.submit(ctx, all)
	return job, began, err
}

func (f *flink) close() {
	if f.cluster != nil {
		f.cluster.Close()
	}
}
