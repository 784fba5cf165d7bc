// Package doctor brings readers, rules and reports together: it looks at a
// cluster, live or as it was kept in a bundle, and says what is wrong with it.
package doctor

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/flottstream/flott/internal/doctor/bundle"
	"github.com/flottstream/flott/internal/doctor/flinkrest"
	"github.com/flottstream/flott/internal/doctor/kuberead"
	"github.com/flottstream/flott/internal/doctor/logscan"
	"github.com/flottstream/flott/internal/doctor/nodeinfo"
	"github.com/flottstream/flott/internal/doctor/promread"
	"github.com/flottstream/flott/internal/doctor/snapshot"
)

// Sources says where a snapshot comes from. URL or Bundle must be set, or one of
// Logs and Prometheus.
type Sources struct {
	Access flinkrest.Access
	Bundle string   // file of `flott doctor collect`
	Job    string   // id, prefix of one, or name
	Logs   []string // folders or files
	// Prometheus is its address; the access is used for it too when no cluster is given.
	Prometheus string
	Node       bool // look at this machine, too
	Kubeconfig string
	Namespace  string // of Kubernetes; "": that of the kubeconfig
	Now        func() time.Time
}

// Examine takes a snapshot of all sources. The error says that there is nothing
// to look at.
func Examine(ctx context.Context, s Sources) (*snapshot.Snapshot, error) {
	if s.Bundle != "" {
		return fromBundle(ctx, s)
	}
	var snap *snapshot.Snapshot
	if s.Access.URL != "" {
		client, err := flinkrest.NewClient(s.Access)
		if err != nil {
			return nil, err
		}
		if snap, err = flinkrest.Read(ctx, client, client.Target(), s.now(), flinkrest.Live(s.Job)); err != nil {
			return nil, err
		}
	} else {
		snap = blind(s.now())
	}
	readNode(snap, s.Node)
	if err := readPods(ctx, snap, s); err != nil {
		return nil, err
	}
	if err := readHistory(ctx, snap, s); err != nil {
		return nil, err
	}
	return snap, readLogs(snap, s.Logs, nil)
}

// readNode looks at the machine the doctor runs on.
func readNode(snap *snapshot.Snapshot, asked bool) {
	if !asked {
		snap.Miss(snapshot.Kernel, "the machine was not looked at: run it on a TaskManager's machine with --node")
		return
	}
	node, err := nodeinfo.Read(os.DirFS("/"))
	if err != nil {
		snap.Miss(snapshot.Kernel, err.Error())
		return
	}
	if node.Peers, err = nodeinfo.Peers(); err != nil {
		node.Missing["tcp per peer"] = err.Error()
	}
	snap.Node = node
}

// readPods asks Kubernetes. A kubeconfig that cannot be used is an error; that the
// cluster does not answer only leaves its rules without an answer.
func readPods(ctx context.Context, snap *snapshot.Snapshot, s Sources) error {
	if s.Kubeconfig == "" {
		snap.Miss(snapshot.Kubernetes, "pods were not looked at: --kubeconfig FILE")
		return nil
	}
	client, err := kuberead.Open(s.Kubeconfig, s.Namespace)
	if err != nil {
		return err
	}
	if snap.Pods, err = client.Pods(ctx); err != nil {
		snap.Miss(snapshot.Kubernetes, err.Error())
	}
	return nil
}

// readHistory asks Prometheus. That it cannot be asked is an error only if there
// is nothing else to look at.
func readHistory(ctx context.Context, snap *snapshot.Snapshot, s Sources) error {
	if s.Prometheus == "" {
		snap.Miss(snapshot.History, "no history was given: --prometheus URL, or --watch")
		return nil
	}
	access := flinkrest.Access{URL: s.Prometheus, CA: s.Access.CA, Insecure: s.Access.Insecure, Timeout: s.Access.Timeout}
	if s.Access.URL == "" { // else the secrets are the cluster's
		access = s.Access
		access.URL = s.Prometheus
	}
	client, err := flinkrest.NewClient(access)
	if err != nil {
		return err
	}
	series, err := promread.Read(ctx, client, snap.Taken)
	if err != nil {
		if s.Access.URL == "" && len(s.Logs) == 0 {
			return err
		}
		snap.Miss(snapshot.History, err.Error())
		return nil
	}
	snap.Series = series
	if _, none := snap.Missing[snapshot.Jobs]; none && len(snap.Jobs) == 0 {
		snap.Target = client.Target()
		snap.Jobs = promread.Jobs(series, snap.Missing[snapshot.Jobs])
	}
	return nil
}

func (s *Sources) now() time.Time {
	if s.Now != nil {
		return s.Now()
	}
	return time.Now().UTC()
}

// blind is a snapshot of which only other sources than REST tell something.
func blind(now time.Time) *snapshot.Snapshot {
	snap := &snapshot.Snapshot{Taken: now, Product: "Flink", Config: map[string]string{}}
	for _, part := range []snapshot.Part{
		snapshot.Jobs, snapshot.Config, snapshot.TaskManagers, snapshot.TaskManagerStats, snapshot.JobManagerStats, snapshot.Threads,
		snapshot.Logs, snapshot.TaskManagerLogs,
	} {
		snap.Miss(part, "no cluster was given: `flott doctor http://HOST:8081`")
	}
	return snap
}

// readLogs reads log files into a snapshot.
func readLogs(snap *snapshot.Snapshot, paths []string, files map[string][]byte) error {
	if len(paths) == 0 && len(files) == 0 {
		return nil
	}
	scanner := logscan.NewScanner()
	for _, p := range paths {
		if err := scanner.ReadDir(p); err != nil {
			return err
		}
		if snap.Target == "" {
			snap.Target = p
		}
	}
	for name, body := range files {
		if err := scanner.Read(bytes.NewReader(body), name); err != nil {
			return err
		}
	}
	if scanner.Known == 0 {
		snap.Miss(snapshot.Logs, fmt.Sprintf("none of %d lines looks like a log of Flink", scanner.Lines))
		return nil
	}
	delete(snap.Missing, snapshot.Logs)
	delete(snap.Missing, snapshot.TaskManagerLogs)
	snap.Logs = scanner.Finish() // instead of what REST showed, which is in them
	if keys, version := scanner.Configuration(); keys != nil && snap.Missing[snapshot.Config] != "" {
		snap.Config = keys
		delete(snap.Missing, snapshot.Config)
		if snap.Version == "" {
			snap.Version = version
		}
	}
	if reason, ok := snap.Missing[snapshot.Jobs]; ok && len(snap.Jobs) == 0 {
		snap.Jobs = logscan.Jobs(snap.Logs, reason)
		if !scanner.Newest.IsZero() {
			snap.Taken = scanner.Newest // what is recent is meant as of the logs
		}
	}
	return nil
}

func fromBundle(ctx context.Context, s Sources) (*snapshot.Snapshot, error) {
	f, err := os.Open(s.Bundle)
	if err != nil {
		return nil, fmt.Errorf("the bundle: %w", err)
	}
	defer f.Close()
	b, err := bundle.Read(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", s.Bundle, err)
	}
	return FromBundle(ctx, b, s.Job, s.Logs)
}

// FromBundle takes a snapshot of what a bundle kept, as of then.
func FromBundle(ctx context.Context, b *bundle.Bundle, job string, logs []string) (*snapshot.Snapshot, error) {
	o := flinkrest.Live(job)
	o.WarmUp, o.Interval = 0, 0
	snap, err := flinkrest.Read(ctx, b, b.Meta.Target, b.Meta.Taken, o)
	if err != nil {
		return nil, err
	}
	readNode(snap, false)
	snap.Miss(snapshot.Kubernetes, "a bundle has no pods")
	snap.Miss(snapshot.History, "a bundle has no history")
	return snap, readLogs(snap, logs, b.Logs)
}

// Collect writes a bundle of a live cluster.
func Collect(ctx context.Context, s Sources, by string, expect []string, w io.Writer) error {
	client, err := flinkrest.NewClient(s.Access)
	if err != nil {
		return err
	}
	recorder := &bundle.Recorder{From: client}
	now := s.now()
	if _, err := flinkrest.Read(ctx, recorder, client.Target(), now, flinkrest.Live(s.Job)); err != nil {
		return err
	}
	var logs []bundle.Log
	for _, root := range s.Logs {
		err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			if d.Type().IsRegular() && (path == root || strings.Contains(d.Name(), ".log")) {
				logs = append(logs, bundle.Log{Name: path, Open: func() (io.ReadCloser, error) { return os.Open(path) }})
			}
			return nil
		})
		if err != nil {
			return fmt.Errorf("the logs of --logs: %w", err)
		}
	}
	return recorder.Write(w, bundle.Meta{Target: client.Target(), Taken: now, By: by, Expect: expect}, logs)
}

// ErrNothing says that a target has nothing the doctor could look at.
var ErrNothing = errors.New("nothing to look at: give the address of a cluster, a bundle, --logs or --prometheus")
