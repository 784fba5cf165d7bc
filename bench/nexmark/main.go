// Command nexmark measures flott and real Flink with the Nexmark queries, one after the other on this machine.
//
//	go run ./bench/nexmark [-queries q0,q5] [-events 10000000] [-flink rocksdb|hashmap|none] [-flott build|PATH|none]
//	                       [-state hashmap,rocksdb] [-checkpoint 10s] [-managed 2000m]
//	                       [-runs 1] [-against results/FILE.json]... [-json FILE] [-markdown FILE]
//
// Both engines run the same SQL over the same events, generator included, with the settings of the public benchmark
// (mini-batch, split distinct aggregation, checkpoints every 3 minutes). Per query it tells wall time, CPU seconds (JobManager
// and TaskManager; or the flott process), and peak resident memory. Flink's JVMs are warm: one unmeasured run goes before.
//
// With -state flott runs each query once per state backend; -checkpoint sets how often both engines take checkpoints.
//
// "nexmark cases" writes the cases of compat/cases/nexmark from the queries. "nexmark check" compares the answers of flott's
// state backends, rocksdb with managed memory for a twentieth of the state.
package main

import (
	"context"
	"flag"
	"fmt"
	"maps"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/flottstream/flott/bench/measure"
	"github.com/flottstream/flott/compat"
)

type options struct {
	root        string // of the repository
	queries     string
	events      int64
	warmup      int64
	tps         int64
	parallelism int
	runs        int
	flink       string
	flott       string
	against     list
	json        string
	markdown    string
	limit       time.Duration
	objectReuse bool
	state       string
	checkpoint  time.Duration
	managed     string
}

// list is a flag that may be given more than once.
type list []string

func (l *list) String() string     { return strings.Join(*l, ",") }
func (l *list) Set(v string) error { *l = append(*l, v); return nil }

func main() {
	var o options
	flag.StringVar(&o.root, "root", ".", "folder of the repository")
	flag.StringVar(&o.queries, "queries", "", "comma-separated; default: all that real Flink runs")
	flag.Int64Var(&o.events, "events", 10_000_000, "events of a measured run")
	flag.Int64Var(&o.warmup, "warmup", 1_000_000, "events of the run that warms Flink up before each query; 0: none")
	flag.Int64Var(&o.tps, "tps", 10_000_000, "events per second of event time")
	flag.IntVar(&o.parallelism, "p", 2, "parallelism")
	flag.IntVar(&o.runs, "runs", 1, "measured runs; the one with the median of CPU seconds counts")
	flag.StringVar(&o.flink, "flink", "rocksdb", "state backend of real Flink: rocksdb, hashmap, or none to leave Flink out")
	flag.StringVar(&o.flott, "flott", "build", "the flott binary; 'build' makes it from ./cmd/flott, 'none' leaves flott out")
	flag.Var(&o.against, "against", "earlier results to compare with; may be given more than once")
	flag.StringVar(&o.json, "json", "", "file for the results")
	flag.StringVar(&o.markdown, "markdown", "", "file for the table")
	flag.BoolVar(&o.objectReuse, "object-reuse", true, "Flink hands rows from operator to operator without copying them, which halves the cost of simple queries")
	flag.StringVar(&o.state, "state", "hashmap", "state backends of flott, comma-separated: hashmap, rocksdb")
	flag.DurationVar(&o.checkpoint, "checkpoint", 180*time.Second, "time between checkpoints, which are incremental; 0: none")
	flag.StringVar(&o.managed, "managed", "2000m", "taskmanager.memory.managed.size of flott with rocksdb; Flink's is 2000m")
	flag.DurationVar(&o.limit, "limit", 15*time.Minute, "time for one run of one query")
	flag.Parse()

	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	var err error
	switch flag.Arg(0) {
	case "":
		err = compare(ctx, &o)
	case "cases":
		err = writeCases(o.root)
	case "check":
		err = check(ctx, &o)
	default:
		err = fmt.Errorf("'%s' is no command; there are cases and check", flag.Arg(0))
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "nexmark:", err)
		os.Exit(1)
	}
}

func compare(ctx context.Context, o *options) error {
	queries, err := loadQueries(filepath.Join(o.root, "bench", "nexmark", "queries"), o.queries)
	if err != nil {
		return err
	}
	report := measure.NewReport(o.parallelism, o.tps)
	for _, file := range o.against {
		if err := report.AddEarlier(file); err != nil {
			return err
		}
	}
	engines, err := startEngines(ctx, o)
	for _, e := range engines {
		defer e.Close()
	}
	if err != nil {
		return err
	}
	for _, q := range queries {
		for _, e := range engines {
			result := measureQuery(ctx, o, e, q)
			if ctx.Err() != nil {
				return ctx.Err()
			}
			report.Add(result)
			fmt.Println(result.Line())
		}
		if err := report.Write(o.json, o.markdown); err != nil { // after every query: a long run may be cut short
			return err
		}
	}
	fmt.Print("\n", report.Markdown())
	return nil
}

func startEngines(ctx context.Context, o *options) (engines []*side, err error) {
	if o.flink != "none" {
		jar, err := measure.Output(ctx, nil, filepath.Join(o.root, "bench", "nexmark", "flink", "build"))
		if err != nil {
			return engines, err
		}
		f, err := measure.StartFlink(ctx, measure.FlinkSetup{
			Root: o.root, Backend: o.flink, Parallelism: o.parallelism, Jars: jar, ObjectReuse: o.objectReuse,
		})
		if err != nil {
			return engines, err
		}
		engines = append(engines, &side{Engine: f, folder: f.Folder, warm: o.warmup > 0})
	}
	if o.flott != "none" {
		f, err := measure.NewFlott(ctx, o.root, o.flott)
		if err != nil {
			return engines, err
		}
		for _, backend := range strings.Split(o.state, ",") {
			s := &side{Engine: f, folder: f.Folder, name: f.Name(), settings: flottState(backend, f.Folder, o.managed)}
			if backend != "hashmap" {
				s.name += "-" + backend
			}
			engines = append(engines, s)
		}
	}
	return engines, nil
}

// flottState are the settings of a state backend of flott; Flink's are those of its cluster.
func flottState(backend, folder, managed string) map[string]string {
	s := map[string]string{"state.backend.type": backend, "execution.checkpointing.dir": filepath.Join(folder, "checkpoints")}
	if backend == "rocksdb" {
		s["taskmanager.memory.managed.size"] = managed
		s["execution.checkpointing.incremental"] = "true"
	}
	return s
}

// side is an engine with a folder for the files of queries.
type side struct {
	measure.Engine
	name     string // "": the engine's
	folder   string
	settings map[string]string
	warm     bool // an unmeasured run goes before
}

// Name is what reports call it.
func (s *side) Name() string {
	if s.name != "" {
		return s.name
	}
	return s.Engine.Name()
}

func (s *side) run(ctx context.Context, o *options, q query, events int64) (measure.Run, error) {
	data := filepath.Join(s.folder, "data")
	if err := writeSideInput(filepath.Join(data, "side_input.txt"), 10_000); err != nil {
		return measure.Run{}, err
	}
	defer os.RemoveAll(filepath.Join(data, "output"))
	defer os.RemoveAll(filepath.Join(s.folder, "checkpoints"))
	sql, err := q.sql(newVariables(o, events).With("NEXMARK_DIR", s.folder).With("FLINK_HOME", s.folder))
	if err != nil {
		return measure.Run{}, err
	}
	all := settings(o)
	maps.Copy(all, s.settings)
	return s.Run(ctx, all, compat.Split(sql))
}

// measureQuery runs a query and keeps the run with the median of CPU seconds.
func measureQuery(ctx context.Context, o *options, s *side, q query) measure.Result {
	result := measure.Result{Query: q.name, Engine: s.Name(), Events: o.events}
	if s.warm {
		if _, err := s.run(ctx, o, q, o.warmup); err != nil {
			result.Error = err.Error()
			return result
		}
	}
	var runs []measure.Run
	for range o.runs {
		limited, cancel := context.WithTimeout(ctx, o.limit)
		r, err := s.run(limited, o, q, o.events)
		cancel()
		if err != nil {
			result.Error = err.Error()
			return result
		}
		runs = append(runs, r)
	}
	result.Run = measure.MedianByCPU(runs)
	result.Runs = runs
	return result
}
