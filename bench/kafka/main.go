// Command kafka measures flott and real Flink reading JSON from a topic of a real Kafka broker and writing it to another, one
// after the other on this machine.
//
//	go run ./bench/kafka [-queries project,window,copy] [-records 5000000] [-flink hashmap|rocksdb|none] [-flott build|PATH|none]
//	                     [-runs 1] [-against results/FILE.json]... [-json FILE] [-markdown FILE]
//
// It starts the broker, fills a topic once, and takes broker and topics away at the end. Both engines run the same SQL over the
// same topic, from its first record to its last. Per query it tells wall time, CPU seconds (JobManager and TaskManager; or the
// flott process; never the broker), and peak resident memory. What each run wrote is read back: number, bytes and hash of the
// records must be the same on both engines.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/flottstream/flott/bench/measure"
)

type options struct {
	root        string // of the repository
	queries     string
	records     int64
	tps         int64
	parallelism int
	partitions  int
	runs        int
	warmup      int
	flink       string
	flott       string
	against     list
	json        string
	markdown    string
	limit       time.Duration
	objectReuse bool
}

// list is a flag that may be given more than once.
type list []string

func (l *list) String() string     { return strings.Join(*l, ",") }
func (l *list) Set(v string) error { *l = append(*l, v); return nil }

func main() {
	var o options
	flag.StringVar(&o.root, "root", ".", "folder of the repository")
	flag.StringVar(&o.queries, "queries", "project,window,copy", "comma-separated")
	flag.Int64Var(&o.records, "records", 5_000_000, "records of the topic that is read, rounded up to a multiple of 46")
	flag.Int64Var(&o.tps, "tps", 50_000, "events per second of event time")
	flag.IntVar(&o.parallelism, "p", 2, "parallelism")
	flag.IntVar(&o.partitions, "partitions", 4, "partitions of each topic")
	flag.IntVar(&o.runs, "runs", 1, "measured runs; the one with the median of CPU seconds counts")
	flag.IntVar(&o.warmup, "warmup", 1, "runs over the whole topic that warm Flink up before each query")
	flag.StringVar(&o.flink, "flink", "hashmap", "state backend of real Flink: hashmap, rocksdb, or none to leave Flink out")
	flag.StringVar(&o.flott, "flott", "build", "the flott binary; 'build' makes it from ./cmd/flott, 'none' leaves flott out")
	flag.Var(&o.against, "against", "earlier results to compare with; may be given more than once")
	flag.StringVar(&o.json, "json", "", "file for the results")
	flag.StringVar(&o.markdown, "markdown", "", "file for the table")
	flag.BoolVar(&o.objectReuse, "object-reuse", true, "Flink hands rows from operator to operator without copying them")
	flag.DurationVar(&o.limit, "limit", 15*time.Minute, "time for one run of one query")
	flag.Parse()

	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := compare(ctx, &o); err != nil {
		fmt.Fprintln(os.Stderr, "kafka:", err)
		os.Exit(1)
	}
}

func compare(ctx context.Context, o *options) error {
	queries, err := loadQueries(o.root, o.queries)
	if err != nil {
		return err
	}
	report := measure.NewReport(o.parallelism, o.tps)
	for _, file := range o.against {
		if err := report.AddEarlier(file); err != nil {
			return err
		}
	}
	b, err := startBroker(ctx, o)
	if err != nil {
		return err
	}
	defer b.close()
	if err := fill(ctx, o, b); err != nil {
		return err
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
			r := &runner{o: o, broker: b, engine: e, query: q}
			result := r.measure(ctx)
			if ctx.Err() != nil {
				return ctx.Err()
			}
			report.Add(result)
			fmt.Printf("%s  %s\n", result.Line(), result.Proof)
		}
		if err := report.Write(o.json, o.markdown); err != nil { // after every query: a long run may be cut short
			return err
		}
	}
	fmt.Print("\n", report.Markdown())
	return report.Disagreement()
}

func startEngines(ctx context.Context, o *options) (engines []measure.Engine, err error) {
	if o.flink != "none" {
		f, err := measure.StartFlink(ctx, measure.FlinkSetup{
			Root: o.root, Backend: o.flink, Parallelism: o.parallelism, ObjectReuse: o.objectReuse,
		})
		if err != nil {
			return engines, err
		}
		engines = append(engines, f)
	}
	if o.flott != "none" {
		f, err := measure.NewFlott(ctx, o.root, o.flott)
		if err != nil {
			return engines, err
		}
		engines = append(engines, f)
	}
	return engines, nil
}
