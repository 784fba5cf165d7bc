package embedded

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/flottstream/flott/internal/checkpoint"
	"github.com/flottstream/flott/internal/config"
	"github.com/flottstream/flott/internal/jobgraph"
	"github.com/flottstream/flott/internal/jobmanager"
	"github.com/flottstream/flott/internal/metrics"
	"github.com/flottstream/flott/internal/rest"
	"github.com/flottstream/flott/internal/schedule"
	"github.com/flottstream/flott/internal/snapshot"
)

// Board shows jobs over REST: those that run, and the newest that have ended. It
// implements rest.Cluster.
type Board struct {
	mu   sync.Mutex
	jobs []*posted // oldest first
}

var _ rest.Cluster = (*Board)(nil)

// endedMax is how many ended jobs are shown.
const endedMax = 32

// Add puts a job on the board.
func (b *Board) Add(x *Execution) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.jobs = append(b.jobs, post(x))
	over := -endedMax
	for _, p := range b.jobs {
		if p.over() {
			over++
		}
	}
	b.jobs = slices.DeleteFunc(b.jobs, func(p *posted) bool {
		if over > 0 && p.over() {
			over--
			return true
		}
		return false
	})
}

// Jobs are those on the board, oldest first.
func (b *Board) Jobs() []rest.Job {
	b.mu.Lock()
	defer b.mu.Unlock()
	out := make([]rest.Job, len(b.jobs))
	for i, p := range b.jobs {
		out[i] = p
	}
	return out
}

// newest is the job that was added last, nil if there is none.
func (b *Board) newest() *posted {
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.jobs) == 0 {
		return nil
	}
	return b.jobs[len(b.jobs)-1]
}

// Config is that of the newest job.
func (b *Board) Config() [][2]string {
	if p := b.newest(); p != nil {
		return p.info.Config
	}
	return nil
}

// Dispose deletes a savepoint.
func (b *Board) Dispose(ctx context.Context, path string) error {
	settings := snapshot.Settings{}
	if p := b.newest(); p != nil {
		settings.Storage = p.x.config.Storage()
	}
	store, err := snapshot.OpenStorage(ctx, settings, openStore)
	if err != nil {
		return err
	}
	defer store.Close()
	m, err := store.ReadManifest(ctx, path)
	if err != nil {
		return err
	}
	if !m.Kind.IsSavepoint() {
		return fmt.Errorf("%s is a checkpoint, whose files others may share; only savepoints are disposed of", path)
	}
	d := checkpoint.Discard{ID: m.ID, Manifest: m}
	for _, v := range m.Vertices {
		if v.Coordinator != nil {
			d.Handles = append(d.Handles, v.Coordinator.Handles...)
		}
		for _, s := range v.Subtasks {
			d.Handles = append(d.Handles, s.Handles...)
		}
	}
	return store.Discard(ctx, d)
}

// posted is a job on the board.
type posted struct {
	*jobmanager.JobMaster
	x    *Execution
	info rest.Info
}

func post(x *Execution) *posted {
	return &posted{x.master, x, rest.Info{
		ID: x.ID, Name: x.Name, Streaming: Streaming(x.config), Started: x.Started, Parallelism: Parallelism(x.config),
		Restart: restartWords(x.config), SavepointDir: x.savepoints(), Config: x.config.List(),
	}}
}

// over reports that the job has ended.
func (p *posted) over() bool {
	select {
	case <-p.x.done:
		return true
	default:
		return false
	}
}

// Info is what does not change.
func (p *posted) Info() rest.Info { return p.info }

// Graph is what runs.
func (p *posted) Graph() *jobgraph.Graph { return p.x.graph }

// TaskMetrics are those of subtasks and operators.
func (p *posted) TaskMetrics() *metrics.Group { return p.x.Metrics() }

// Cancel ends the job at once.
func (p *posted) Cancel() { p.x.Cancel() }

// restartWords describes the restart strategy as Flink does.
func restartWords(cfg *config.Config) string {
	o, err := cfg.Restart()
	if err != nil {
		return ""
	}
	switch o.Type {
	case schedule.FixedDelay:
		return fmt.Sprintf("Restart with fixed delay (%s). #%d restart attempts.", isoDuration(o.FixedDelay), o.FixedAttempts)
	case schedule.FailureRate:
		return fmt.Sprintf("Failure rate restart with maximum of %d failures within interval %s and fixed delay %s.",
			o.RateFailures, isoDuration(o.RateInterval), isoDuration(o.RateDelay))
	case schedule.ExponentialDelay:
		return fmt.Sprintf("Restart with exponential delay: starting at %s, increasing by %s, with maximum %s. Delay resets after %s with jitter %s",
			isoDuration(o.InitialBackoff), plainFloat(o.Multiplier), isoDuration(o.MaxBackoff), isoDuration(o.ResetThreshold), plainFloat(o.JitterFactor))
	case "":
		return "Cluster level default restart strategy"
	}
	return "Restart deactivated."
}

func plainFloat(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }

// isoDuration writes a duration as Java does: PT1H, PT1M30S, PT0.1S.
func isoDuration(d time.Duration) string {
	if d <= 0 {
		return "PT0S"
	}
	var sb strings.Builder
	sb.WriteString("PT")
	if h := d / time.Hour; h > 0 {
		fmt.Fprintf(&sb, "%dH", h)
	}
	if m := d % time.Hour / time.Minute; m > 0 {
		fmt.Fprintf(&sb, "%dM", m)
	}
	if s := d % time.Minute; s > 0 {
		sb.WriteString(plainFloat(s.Seconds()) + "S")
	}
	return sb.String()
}
