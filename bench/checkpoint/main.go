// Command checkpoint measures what checkpoints of a large keyed state cost on flott and on real Flink, one after the other on
// this machine.
//
//	go run ./bench/checkpoint [-keys 4000000] [-rate 50000] [-interval 10s] [-checkpoints 12] [-flink rocksdb|hashmap|none]
//	                          [-flink-keys N] [-flott rocksdb,hashmap|none] [-json FILE] [-markdown FILE]
//
// Both run the same SQL: the last 200 random hex characters per key. A bounded source fills in all keys; another one goes on
// updating them, evenly spread. When the keys are there it watches so many checkpoints: duration, bytes uploaded against bytes
// changed, CPU seconds, peak resident memory, rows per second during and between checkpoints. Then it kills the engine
// (SIGKILL), starts it again from its last checkpoint, and takes the time until rows flow.
//
// The machine's other load during each measurement is told, too: with little idle CPU all times are longer.
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
	keys        int64
	flinkKeys   int64
	value       int
	rate        int64
	interval    time.Duration
	checkpoints int
	parallelism int
	flink       string
	flott       string
	settings    list
	dir         string
	json        string
	markdown    string
	limit       time.Duration
	objectReuse bool
	recovery    bool
}

// list is a flag that may be given more than once.
type list []string

func (l *list) String() string     { return strings.Join(*l, ",") }
func (l *list) Set(v string) error { *l = append(*l, v); return nil }

func main() {
	var o options
	flag.StringVar(&o.root, "root", ".", "folder of the repository")
	flag.Int64Var(&o.keys, "keys", 4_000_000, "keys; 43 million make 10 GB")
	flag.Int64Var(&o.flinkKeys, "flink-keys", 0, "keys for Flink, if it cannot hold as many; 0: as many")
	flag.IntVar(&o.value, "value", 200, "bytes of a value")
	flag.Int64Var(&o.rate, "rate", 50_000, "updates per second; more than an engine can take shows it saturated")
	flag.DurationVar(&o.interval, "interval", 10*time.Second, "time between checkpoints")
	flag.IntVar(&o.checkpoints, "checkpoints", 12, "checkpoints that are watched")
	flag.IntVar(&o.parallelism, "p", 2, "parallelism")
	flag.StringVar(&o.flink, "flink", "rocksdb", "state backend of real Flink: rocksdb, hashmap, or none to leave Flink out")
	flag.StringVar(&o.flott, "flott", "rocksdb,hashmap", "state backends of flott, comma-separated, or none")
	flag.Var(&o.settings, "D", "key=value for flott; may be given more than once")
	flag.StringVar(&o.dir, "dir", "", "folder for checkpoints of flott; default: one for temporary files")
	flag.StringVar(&o.json, "json", "", "file for the results")
	flag.StringVar(&o.markdown, "markdown", "", "file for the table")
	flag.DurationVar(&o.limit, "limit", 20*time.Minute, "time for one engine")
	flag.BoolVar(&o.objectReuse, "object-reuse", true, "Flink hands rows from operator to operator without copying them")
	flag.BoolVar(&o.recovery, "recovery", true, "kill the engine at the end and take the time it needs to come back")
	flag.Parse()

	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	var err error
	switch flag.Arg(0) {
	case "":
		err = compare(ctx, &o)
	case "serve": // the process that runs flott's job
		err = measure.Serve(ctx, os.Stdin, os.Stdout)
	default:
		err = fmt.Errorf("there is no command '%s'; call it with flags alone", flag.Arg(0))
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "checkpoint:", err)
		os.Exit(1)
	}
}

func compare(ctx context.Context, o *options) error {
	report := newReport(o)
	var engines []engine
	if o.flott != "none" {
		for _, backend := range strings.Split(o.flott, ",") {
			engines = append(engines, &flott{o: o, backend: backend})
		}
	}
	if o.flink != "none" {
		engines = append(engines, &flink{o: o})
	}
	failed := false
	for _, e := range engines {
		limited, cancel := context.WithTimeout(ctx, o.limit)
		result, err := watch(limited, o, e)
		cancel()
		e.close()
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil {
			failed, result.Error = true, err.Error()
		}
		report.Results = append(report.Results, *result)
		fmt.Println(result.line())
		if err := report.write(o.json, o.markdown); err != nil { // after each engine: a long run may be cut short
			return err
		}
	}
	fmt.Print("\n", report.table())
	if failed {
		return fmt.Errorf("not every engine could be measured")
	}
	return nil
}
