// Command unaligned shows what checkpoints do under heavy back pressure: a sink that takes 10 ms for every row, behind full
// buffers.
//
//	go run ./bench/unaligned [-delay 10ms] [-timeout 5s] [-seconds 40] [-rows 1000000] [-json FILE] [-markdown FILE]
//
// The same job runs three times: with aligned checkpoints, with unaligned ones, and with aligned ones that become unaligned
// after a second. Per mode it tells how many checkpoints completed, how long they took, how long barriers were on their way,
// how long they were aligned, and how many bytes of rows in flight were persisted. Then the process is killed (SIGKILL) and
// goes on from its last checkpoint with a sink that is fast, to the end of its input: the sink must have got every row exactly
// once. What it has got is part of the checkpoint.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/flottstream/flott/bench/measure"
)

type options struct {
	delay       time.Duration
	timeout     time.Duration
	switchAfter time.Duration
	seconds     int
	rows        int64
	parallelism int
	json        string
	markdown    string
	totals      string
}

func main() {
	var o options
	flag.DurationVar(&o.delay, "delay", 10*time.Millisecond, "time that the sink takes for a row")
	flag.DurationVar(&o.timeout, "timeout", 5*time.Second, "execution.checkpointing.timeout")
	flag.DurationVar(&o.switchAfter, "switch", time.Second, "aligned-checkpoint-timeout of the third mode")
	flag.IntVar(&o.seconds, "seconds", 40, "time to watch each mode")
	flag.Int64Var(&o.rows, "rows", 1_000_000, "rows of the input")
	flag.IntVar(&o.parallelism, "p", 2, "parallelism")
	flag.StringVar(&o.json, "json", "", "file for the results")
	flag.StringVar(&o.markdown, "markdown", "", "file for the table")
	flag.Parse()

	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	var err error
	switch flag.Arg(0) {
	case "":
		err = compare(ctx, &o)
	case "serve": // the process that runs the job
		err = serve(ctx, flag.Args()[1:])
	default:
		err = fmt.Errorf("there is no command '%s'; call it with flags alone", flag.Arg(0))
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "unaligned:", err)
		os.Exit(1)
	}
}

// serve runs the job with a sink that takes so long, and writes what it got to a file.
func serve(ctx context.Context, args []string) error {
	flags := flag.NewFlagSet("serve", flag.ContinueOnError)
	delay := flags.Duration("delay", 0, "time for a row")
	file := flags.String("totals", "", "file for what the sink got")
	if err := flags.Parse(args); err != nil {
		return err
	}
	sink := &slow{delay: *delay, totals: map[int]total{}}
	if err := measure.Serve(ctx, os.Stdin, os.Stdout, sink); err != nil {
		return err
	}
	text, err := json.Marshal(sink.sum())
	if err != nil {
		return err
	}
	return os.WriteFile(*file, text, 0o644)
}

func compare(ctx context.Context, o *options) error {
	report := newReport(o)
	for _, m := range modes(o) {
		result, err := watch(ctx, o, m)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil {
			return fmt.Errorf("%s: %w", m.name, err)
		}
		report.Results = append(report.Results, *result)
		fmt.Println(result.line())
		if err := report.write(o.json, o.markdown); err != nil {
			return err
		}
	}
	fmt.Print("\n", report.table())
	return report.failure()
}
