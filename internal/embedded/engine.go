// Package embedded runs SQL jobs in this process: it plans relations, starts
// them on a minicluster and tells how they go. The command line, the shell and
// the tests use it.
package embedded

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"io"
	"log/slog"
	"sync"
	"time"

	"github.com/flottstream/flott/internal/checkpoint"
	"github.com/flottstream/flott/internal/config"
	"github.com/flottstream/flott/internal/connector"
	"github.com/flottstream/flott/internal/connector/blackhole"
	"github.com/flottstream/flott/internal/connector/datagen"
	"github.com/flottstream/flott/internal/connector/filesystem"
	"github.com/flottstream/flott/internal/connector/kafka"
	"github.com/flottstream/flott/internal/connector/nexmark"
	"github.com/flottstream/flott/internal/connector/print"
	"github.com/flottstream/flott/internal/connector/upsertkafka"
	"github.com/flottstream/flott/internal/expr"
	"github.com/flottstream/flott/internal/format"
	"github.com/flottstream/flott/internal/format/avro"
	"github.com/flottstream/flott/internal/format/avroconfluent"
	"github.com/flottstream/flott/internal/format/canaljson"
	"github.com/flottstream/flott/internal/format/csv"
	"github.com/flottstream/flott/internal/format/debeziumjson"
	"github.com/flottstream/flott/internal/format/json"
	"github.com/flottstream/flott/internal/format/maxwelljson"
	"github.com/flottstream/flott/internal/format/oggjson"
	"github.com/flottstream/flott/internal/format/parquet"
	"github.com/flottstream/flott/internal/format/protobuf"
	"github.com/flottstream/flott/internal/format/raw"
	"github.com/flottstream/flott/internal/jobgraph"
	"github.com/flottstream/flott/internal/jobmanager"
	"github.com/flottstream/flott/internal/keygroup"
	"github.com/flottstream/flott/internal/metrics"
	"github.com/flottstream/flott/internal/minicluster"
	"github.com/flottstream/flott/internal/operator"
	"github.com/flottstream/flott/internal/operators"
	"github.com/flottstream/flott/internal/snapshot"
	"github.com/flottstream/flott/internal/sql/lower"
	"github.com/flottstream/flott/internal/sql/optimize"
	"github.com/flottstream/flott/internal/sql/plan"
	"github.com/flottstream/flott/internal/sql/planfile"
)

// Connectors are the connectors of this binary.
func Connectors() map[string]connector.Factory {
	list := []connector.Factory{
		blackhole.Factory{}, datagen.Factory{}, filesystem.Factory{}, kafka.Factory{}, nexmark.Factory{}, print.Factory{}, upsertkafka.Factory{},
	}
	m := make(map[string]connector.Factory, len(list))
	for _, f := range list {
		m[f.Name()] = f
	}
	return m
}

// Formats are the formats of this binary.
func Formats() map[string]format.Factory {
	list := []format.Factory{
		avro.Factory{}, avroconfluent.Factory{}, avroconfluent.Debezium{}, canaljson.Factory, csv.Factory{}, debeziumjson.Factory, json.Factory{}, maxwelljson.Factory, oggjson.Factory, parquet.Factory{}, protobuf.Factory{}, raw.Factory{},
	}
	m := make(map[string]format.Factory, len(list))
	for _, f := range list {
		m[f.Name()] = f
	}
	return m
}

// Engine plans and runs jobs. It is safe for concurrent use.
type Engine struct {
	connectors map[string]connector.Factory
	env        *connector.Env
	functions  map[string]*expr.UserFunction
	user       *expr.UserFunctions
	log        *slog.Logger
}

// New returns an engine whose print connector writes to stdout and stderr.
func New(stdout, stderr io.Writer, log *slog.Logger) *Engine {
	return &Engine{
		connectors: Connectors(),
		env:        &connector.Env{Formats: Formats(), Stdout: &shared{w: stdout}, Stderr: &shared{w: stderr}},
		functions:  map[string]*expr.UserFunction{},
		user:       expr.NewUserFunctions(),
		log:        log,
	}
}

// shared is a writer that the subtasks of a print table use at once.
type shared struct {
	mu sync.Mutex
	w  io.Writer
}

// Write writes b whole.
func (s *shared) Write(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.w.Write(b)
}

// Connectors returns the connectors by name.
func (e *Engine) Connectors() map[string]connector.Factory { return e.connectors }

// Env returns what connector factories may use.
func (e *Engine) Env() *connector.Env { return e.env }

// Optimize returns the physical plan of relations under a configuration.
func (e *Engine) Optimize(roots []plan.Node, cfg *config.Config) ([]*plan.Physical, error) {
	return optimize.Plan(roots, optimize.Options{
		Settings: cfg.Planner(), Streaming: Streaming(cfg), Connectors: e.connectors, Env: e.env,
		Expr: exprEnv(cfg, Streaming(cfg)),
	})
}

// Streaming reports whether jobs run in streaming mode.
func Streaming(cfg *config.Config) bool { return cfg.Enum("execution.runtime-mode") == "STREAMING" }

func exprEnv(cfg *config.Config, streaming bool) *expr.Env {
	return &expr.Env{
		Zone: cfg.Zone("table.local-time-zone"), QueryStart: time.Now(), Streaming: streaming,
		LegacyCast: cfg.Enum("table.exec.legacy-cast-behaviour") == "ENABLED",
	}
}

// Plan is a job that can be started.
type Plan struct {
	Physical []*plan.Physical
	Graph    *jobgraph.Graph
	config   *config.Config
	mode     bool // streaming
}

// Plan plans relations as one job under a configuration, which it keeps.
func (e *Engine) Plan(roots []plan.Node, cfg *config.Config) (*Plan, error) {
	return e.plan(roots, nil, cfg)
}

func (e *Engine) plan(roots []plan.Node, compiled *planfile.File, cfg *config.Config) (*Plan, error) {
	if err := checkParallelism(cfg); err != nil {
		return nil, err
	}
	physical, err := e.Optimize(roots, cfg)
	if err != nil {
		return nil, err
	}
	if err := lower.CheckWatermarks(physical); err != nil {
		return nil, err
	}
	name := cfg.Text("pipeline.name")
	if name == "" {
		name = jobName(roots)
	}
	stream, err := lower.Graph(physical, lowerOptions(name, cfg))
	if err != nil {
		return nil, err
	}
	if compiled != nil {
		if err := compiled.Apply(stream, connector.ParseDuration); err != nil {
			return nil, err
		}
	}
	graph, err := jobgraph.Chain(stream)
	if err != nil {
		return nil, err
	}
	return &Plan{Physical: physical, Graph: graph, config: cfg, mode: Streaming(cfg)}, nil
}

func lowerOptions(name string, cfg *config.Config) lower.Options {
	return lower.Options{
		Name: name, Parallelism: Parallelism(cfg), MaxParallelism: maxParallelism(cfg),
		Chaining: cfg.Bool("pipeline.operator-chaining.enabled"),
	}
}

// Parallelism is that of SQL operators.
func Parallelism(cfg *config.Config) int {
	if p := cfg.Int("table.exec.resource.default-parallelism"); p > 0 {
		return int(p)
	}
	return max(1, int(cfg.Int("parallelism.default")))
}

// checkParallelism refuses what cannot be divided into key groups.
func checkParallelism(cfg *config.Config) error {
	p, m := Parallelism(cfg), maxParallelism(cfg)
	switch {
	case m > keygroup.UpperBound:
		return fmt.Errorf("the parallelism of operators and 'pipeline.max-parallelism' are at most %d, but one is %d", keygroup.UpperBound, m)
	case p > m:
		return fmt.Errorf("the parallelism of operators is %d, but 'pipeline.max-parallelism' allows at most %d", p, m)
	}
	return nil
}

func maxParallelism(cfg *config.Config) int {
	if m := cfg.Int("pipeline.max-parallelism"); m > 0 {
		return int(m)
	}
	return max(keygroup.DefaultMaxParallelism, Parallelism(cfg))
}

// Execution is a running job.
type Execution struct {
	Name    string
	ID      string
	Started time.Time
	Bounded bool // all its sources end by themselves; the host knows

	cluster *minicluster.Cluster
	master  *jobmanager.JobMaster
	cancel  context.CancelFunc
	done    chan struct{}
	err     error
	graph   *jobgraph.Graph
	config  *config.Config // not changed any more
}

// Start runs a planned job; with resume it goes on from the newest checkpoint of
// a job of its name. collect takes the rows of a query, nil if there is none.
func (e *Engine) Start(ctx context.Context, p *Plan, collect operators.Collector, resume bool) (*Execution, error) {
	cfg, graph := p.config, p.Graph
	job := jobmanager.Job{ID: newJobID(), Graph: graph, Settings: e.Settings(p), FlushEvery: flushEvery(cfg)}
	store, err := e.recover(ctx, cfg, p.mode, resume, &job)
	if err != nil {
		return nil, err
	}
	env := *e.env
	env.Storage = cfg.Storage()
	backend, err := stateBackends(ctx, cfg, graph)
	if err != nil {
		return nil, err
	}
	cluster := minicluster.New(minicluster.Options{
		Builder: &operators.Builder{Connectors: e.connectors, Env: &env, Collector: collect},
		Backend: backend,
		Storage: func(snapshot.Settings) (*snapshot.Storage, error) { return store, nil },
		Log:     e.log,
	})
	x := &Execution{Name: graph.Name, ID: job.ID, Started: time.Now(), cluster: cluster, done: make(chan struct{}), graph: graph, config: cfg}
	ctx, x.cancel = context.WithCancel(ctx)
	x.master = cluster.Submit(job)
	go func() {
		defer close(x.done)
		x.err = x.master.Run(ctx)
		cluster.Close()
		if store != nil {
			store.Close()
		}
	}()
	return x, nil
}

func flushEvery(cfg *config.Config) time.Duration {
	if !cfg.Bool("execution.buffer-timeout.enabled") {
		return -1
	}
	return cfg.Duration("execution.buffer-timeout.interval")
}

func (e *Engine) settings(cfg *config.Config, streaming bool) operator.Settings {
	s := operator.Settings{
		BatchRows: int(max(1, min(cfg.Int("flott.batch.rows"), 1<<16))), StateTTL: cfg.Duration("table.exec.state.ttl"),
		PerRecord: cfg.Enum("flott.table.exec.changelog") == "per-record", TimeZone: cfg.Zone("table.local-time-zone"),
		LateLogRate: 10 * time.Second, QueryStart: time.Now(), Streaming: streaming,
		LegacyCast: cfg.Enum("table.exec.legacy-cast-behaviour") == "ENABLED", Functions: e.functions,
	}
	if cfg.Bool("table.exec.mini-batch.enabled") {
		s.MiniBatchRows, s.MiniBatchLatency = cfg.Int("table.exec.mini-batch.size"), cfg.Duration("table.exec.mini-batch.allow-latency")
	}
	return s
}

// Settings are those that the operators of a plan act on. Where a query shows the changes
// themselves they are Flink's, record by record, unless mini-batch folds them there, too.
func (e *Engine) Settings(p *Plan) operator.Settings {
	s := e.settings(p.config, p.mode)
	s.PerRecord = s.PerRecord || s.MiniBatchRows == 0 && p.Graph.ShowsChanges()
	return s
}

// jobName is Flink's default: insert-into_<table>, or collect.
func jobName(roots []plan.Node) string {
	name := ""
	for _, r := range roots {
		if s, ok := r.(*plan.Sink); ok {
			if name != "" {
				name += ","
			}
			name += s.Table.Name
		}
	}
	if name == "" {
		return "collect"
	}
	return "insert-into_" + name
}

func newJobID() string {
	var id [16]byte
	rand.Read(id[:])
	return hex.EncodeToString(id[:])
}

// Wait returns the outcome of the job: nil, jobmanager.ErrCanceled, or what
// made it fail.
func (x *Execution) Wait() error { <-x.done; return x.err }

// Done is closed when the job has ended.
func (x *Execution) Done() <-chan struct{} { return x.done }

// Stop ends the job gracefully: what was read goes through, open windows stay
// unfired.
func (x *Execution) Stop() { x.master.Stop() }

// StopWithSavepoint ends the job with a savepoint below dir, or where the job's
// configuration says if dir is empty. With drain event time ends first.
func (x *Execution) StopWithSavepoint(ctx context.Context, dir string, drain bool) (string, error) {
	if dir == "" {
		dir = x.savepoints()
	}
	return x.master.StopWithSavepoint(ctx, dir, checkpoint.Canonical, drain)
}

// savepoints is where savepoints go unless a target is given.
func (x *Execution) savepoints() string {
	return x.config.Text("execution.checkpointing.savepoint-dir")
}

// Status is the state of the job.
func (x *Execution) Status() checkpoint.JobStatus { return x.master.Status() }

// History calls f with the history of the job's checkpoints, which f must not
// keep; not at all if the job takes none.
func (x *Execution) History(f func(h *checkpoint.History)) { x.master.History(f) }

// Cancel ends the job at once.
func (x *Execution) Cancel() { x.cancel() }

// Metrics is the root of the job's metrics.
func (x *Execution) Metrics() *metrics.Group { return x.cluster.Metrics() }

// Graph is what runs.
func (x *Execution) Graph() *jobgraph.Graph { return x.graph }
