// Command fuzz asks random queries of flott and of real Flink and shows where they differ.
//
//	go run ./compat/cmd/fuzz [-queries N] [-seed S] [-self | -gateway HOST:PORT] [-write]
//
// Without -gateway and -self it starts a small Flink through scripts/flink and stops it at the end. With -self it needs no
// Flink: flott is compared with itself in many settings. With -show N it prints the query of a seed.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"time"

	"github.com/flottstream/flott/compat"
	"github.com/flottstream/flott/compat/fuzz"
	"github.com/flottstream/flott/internal/flinkgateway"
	"github.com/flottstream/flott/internal/sqlfuzz"
)

type options struct {
	fuzz.Options
	root, gateway string
	self, write   bool
	show          bool
	ask           string
}

func main() {
	var o options
	flag.IntVar(&o.Queries, "queries", 10000, "how many queries")
	flag.Uint64Var(&o.Seed, "seed", 1, "of the first query; the others follow")
	flag.StringVar(&o.root, "root", "compat", "folder with data and cases")
	flag.StringVar(&o.gateway, "gateway", "", "a running SQL gateway; default: start one")
	flag.BoolVar(&o.self, "self", false, "flott against itself, without Flink")
	flag.BoolVar(&o.Cheap, "cheap", false, "with -self: four settings instead of all")
	flag.IntVar(&o.Every, "every", 500, "answers between two lines of counts")
	trace := flag.Bool("trace", false, "say which packs Flink refuses")
	flag.BoolVar(&o.write, "write", false, "write what differs as cases/fuzz/seed_N.sql")
	flag.StringVar(&o.ask, "ask", "", "ask both this query, in batch mode with -batch 100, and show what they say")
	flag.BoolVar(&o.show, "show", false, "print the queries only")
	flag.IntVar(&o.Jobs, "jobs", 2, "goroutines")
	flag.IntVar(&o.Pack, "pack", 12, "queries in one job of Flink")
	flag.IntVar(&o.Batch, "batch", 20, "percent of queries that Flink runs in batch mode")
	flag.IntVar(&o.Single, "single", 8, "percent of queries that Flink runs one by one, to compare column types")
	flag.IntVar(&o.Budget, "budget", 40, "queries to Flink for making one finding smaller")
	flag.Parse()
	if *trace {
		o.Trace = os.Stderr
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, o); err != nil {
		fmt.Fprintln(os.Stderr, "fuzz:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, o options) error {
	if o.show {
		for i := range uint64(o.Queries) {
			fmt.Printf("%d: %s\n", o.Seed+i, sqlfuzz.Generate(o.Seed+i, sqlfuzz.Options{}).SQL)
		}
		return nil
	}
	data, err := filepath.Abs(filepath.Join(o.root, "data"))
	if err != nil {
		return err
	}
	o.Data = data
	stop, err := o.judge(ctx)
	if err != nil {
		return err
	}
	defer stop()
	if o.ask != "" {
		mode := compat.Streaming
		if o.Batch == 100 {
			mode = compat.Batch
		}
		return fuzz.Ask(ctx, o.Options, o.ask, mode, os.Stdout)
	}
	begin, report := time.Now(), fuzz.NewReport(os.Stdout)
	err = fuzz.Run(ctx, o.Options, report)
	fmt.Printf("%s\nqueries with, of which both refuse: %s\n%s\n", report, report.Features(), time.Since(begin).Round(time.Second))
	if o.write {
		for _, f := range report.Findings {
			if err := o.writeCase(f); err != nil {
				return err
			}
		}
	}
	if err == nil && len(report.Findings) > 0 {
		err = fmt.Errorf("%d findings", len(report.Findings))
	}
	return err
}

// judge connects to a Flink, unless flott is its own judge.
func (o *options) judge(ctx context.Context) (stop func(), err error) {
	stop = func() {}
	switch {
	case o.self:
	case o.gateway != "":
		o.Gateway, err = flinkgateway.Dial(ctx, o.gateway)
	default:
		cluster, flink, err := compat.StartCluster(ctx, filepath.Dir(o.root))
		if err != nil {
			return nil, err
		}
		o.Gateway, stop = flink.Client, cluster.Stop
	}
	return stop, err
}

// writeCase keeps a finding; `go run ./compat/cmd/record -only fuzz/seed_N` asks Flink for the answer.
func (o *options) writeCase(f fuzz.Finding) error {
	name := filepath.Join(o.root, "cases", "fuzz", fmt.Sprintf("seed_%d.sql", f.Seed))
	mode := "streaming"
	if strings.HasPrefix(f.Mode, "batch") {
		mode = "batch"
	}
	text := fmt.Sprintf("-- A random query that was answered otherwise than by Flink once.\n-- modes: %s\n\n%s;\n\n%s;\n",
		mode, strings.Join(sqlfuzz.DDLOf(f.SQL), ";\n\n"), f.SQL)
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		return err
	}
	return os.WriteFile(name, []byte(text), 0o644)
}
