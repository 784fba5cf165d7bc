// Command record asks real Flink for the answers of the compat corpus and writes them to compat/golden.
//
//	go run ./compat/cmd/record [-only PREFIX] [-missing] [-gateway HOST:PORT] [-check]
//
// Without -gateway it starts a small Flink through scripts/flink and stops it at the end. Every case runs at each of its
// parallelisms and modes; answers that depend on the parallelism are reported, not recorded.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/flottstream/flott/compat"
	"github.com/flottstream/flott/internal/flinkgateway"
)

type options struct {
	root, only      string
	gateway, stdout string
	missing, check  bool
	jobs            int
	limit           time.Duration
}

func main() {
	var o options
	flag.StringVar(&o.root, "root", "compat", "folder with cases, data and golden")
	flag.StringVar(&o.only, "only", "", "comma-separated beginnings of case names")
	flag.BoolVar(&o.missing, "missing", false, "only cases without a recorded answer")
	flag.StringVar(&o.gateway, "gateway", "", "a running SQL gateway; default: start one")
	flag.StringVar(&o.stdout, "stdout", "", "with -gateway: the file of the TaskManager's standard output")
	flag.BoolVar(&o.check, "check", false, "compare with the recorded answers and write nothing")
	flag.IntVar(&o.jobs, "jobs", 2, "cases that run at a time")
	flag.DurationVar(&o.limit, "limit", 2*time.Minute, "time for one run of one case")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, o); err != nil {
		fmt.Fprintln(os.Stderr, "record:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, o options) error {
	cases, err := chosen(o)
	if err != nil || len(cases) == 0 {
		return err
	}
	flink, stop, err := judge(ctx, o)
	if err != nil {
		return err
	}
	defer stop()
	r := recorder{options: o, engine: flink}
	queue := make(chan compat.Case)
	var workers sync.WaitGroup
	for range o.jobs {
		workers.Go(func() {
			for c := range queue {
				r.record(ctx, &c)
			}
		})
	}
	for _, c := range cases {
		queue <- c
	}
	close(queue)
	workers.Wait()
	fmt.Printf("%d cases, %d failed\n", len(cases), len(r.failed))
	if len(r.failed) > 0 {
		return fmt.Errorf("not recorded: %s", strings.Join(r.failed, ", "))
	}
	return ctx.Err()
}

// judge connects to the gateway that was named, or starts a cluster.
func judge(ctx context.Context, o options) (flink compat.Flink, stop func(), err error) {
	if o.gateway == "" {
		cluster, flink, err := compat.StartCluster(ctx, filepath.Dir(o.root))
		if err != nil {
			return flink, nil, err
		}
		return flink, cluster.Stop, nil
	}
	client, err := flinkgateway.Dial(ctx, o.gateway)
	return compat.Flink{Client: client, Stdout: o.stdout}, func() {}, err
}

// chosen are the cases that the flags leave.
func chosen(o options) ([]compat.Case, error) {
	all, err := compat.LoadCases(o.root)
	if err != nil {
		return nil, err
	}
	var cases []compat.Case
	for _, c := range all {
		if !beginsWithAny(c.Name, o.only) {
			continue
		}
		if o.missing {
			if _, err := compat.ReadGolden(o.root, c.Name, c.Asked[0]); err == nil {
				continue
			}
		}
		cases = append(cases, c)
	}
	return cases, nil
}

func beginsWithAny(name, list string) bool {
	for _, prefix := range strings.Split(list, ",") {
		if strings.HasPrefix(name, prefix) {
			return true
		}
	}
	return false
}
