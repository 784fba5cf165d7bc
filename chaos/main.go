// Command chaos kills flott again and again and accounts for every row.
//
//	go run ./chaos [-kills 100] [-seed 1] [-rows 300] [-rate 300] [-backends hashmap,rocksdb] [-json FILE] [-keep]
//
// It starts a real Kafka broker of its own, writes numbered events to it, and runs "flott run --resume job.sql" on them as a
// child process: windows, joins and plain copies from Kafka to Kafka, exactly once. It kills the process with SIGKILL at moments
// drawn from the seed, starts it again with another parallelism, checkpoint mode and state backend, kills the broker, lets
// transactions expire, and plants torn checkpoints. At the end the job runs to the end of its input; what it wrote is read
// read_committed and compared with a naive computation. docs/chaos.md tells more.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/flottstream/flott/bench/measure"
)

type options struct {
	root        string // of the repository
	flott       string
	kills       int
	seed        uint64
	rows        int
	rate        int
	backends    string
	kafka       string
	interval    time.Duration
	timeout     time.Duration
	brokerShare float64
	freezeShare float64
	tornShare   float64
	damageShare float64
	limit       time.Duration
	json        string
	keep        bool
	finish      string
	commit      string
}

func flags(o *options) {
	flag.StringVar(&o.root, "root", ".", "folder of the repository")
	flag.StringVar(&o.flott, "flott", "build", "the binary, or build to make it")
	flag.IntVar(&o.kills, "kills", 100, "kills with SIGKILL")
	flag.Uint64Var(&o.seed, "seed", uint64(time.Now().UnixNano()%1_000_000), "of the input and of what happens when")
	flag.IntVar(&o.rows, "rows", 200, "orders per kill; there are 0.8 payments for each")
	flag.IntVar(&o.rate, "rate", 300, "events written per second, at most")
	flag.StringVar(&o.backends, "backends", "hashmap,rocksdb", "state backends to choose from")
	flag.StringVar(&o.kafka, "kafka", "4.4.0", "version of Kafka, as for scripts/kafka-up")
	flag.DurationVar(&o.interval, "interval", 400*time.Millisecond, "between checkpoints")
	flag.DurationVar(&o.timeout, "timeout", 3*time.Second, "transaction.timeout.ms")
	flag.Float64Var(&o.brokerShare, "broker", 0.08, "share of runs during which the broker is killed")
	flag.Float64Var(&o.freezeShare, "freeze", 0.06, "share of runs that are frozen for about the timeout of transactions")
	flag.Float64Var(&o.tornShare, "torn", 0.08, "share of runs that find a torn checkpoint beside the newest whole one")
	flag.Float64Var(&o.damageShare, "damage", 0, "share of runs that find a file of the newest checkpoint spoiled or removed: rows since the one before may then come again")
	flag.DurationVar(&o.limit, "limit", time.Hour, "for everything")
	flag.StringVar(&o.json, "json", "", "write the result to this file")
	flag.BoolVar(&o.keep, "keep", false, "keep the folder with logs, checkpoints and the broker's data; a run that is not right always does")
	flag.StringVar(&o.finish, "finish", "", "go on with the `FOLDER` that a run left which did not come to its end: no more kills; -seed, -kills and -rows as there, -json its result")
	flag.Parse()
}

func main() {
	var o options
	flags(&o)
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	ctx, cancel := context.WithTimeoutCause(ctx, o.limit, fmt.Errorf("not done after %v", o.limit))
	defer cancel()
	right, err := run(ctx, &o, os.Stdout)
	switch {
	case err != nil:
		if ctx.Err() != nil {
			err = context.Cause(ctx)
		}
		fmt.Fprintln(os.Stderr, "chaos:", err)
		os.Exit(2)
	case !right:
		os.Exit(1)
	}
}

// run does everything and reports whether all is right.
func run(ctx context.Context, o *options, out io.Writer) (right bool, err error) {
	if o.kills < 1 || o.rows < 1 || o.rate < 1 {
		return false, errors.New("-kills, -rows and -rate must be at least 1")
	}
	if text, err := exec.CommandContext(ctx, "git", "-C", o.root, "rev-parse", "--short", "HEAD").Output(); err == nil {
		o.commit = strings.TrimSpace(string(text))
	}
	folder := o.finish
	if folder == "" {
		if folder, err = os.MkdirTemp("", "flott-chaos-"); err != nil {
			return false, err
		}
	}
	h := &harness{o: o, out: out, folder: folder, flott: o.flott, random: rand.New(rand.NewPCG(o.seed, 2)), result: newResult(o),
		feeder: &feeder{events: generate(o.seed, o.rows*o.kills), rate: o.rate}}
	defer func() {
		if o.keep || !right {
			fmt.Fprintf(out, "logs, checkpoints and the broker's data are in %s\n", folder)
			return
		}
		os.RemoveAll(folder)
	}()
	if o.flott == "build" {
		f, err := measure.NewFlott(ctx, o.root, "build")
		if err != nil {
			return false, err
		}
		defer f.Close()
		h.flott = filepath.Join(f.Folder, "flott")
	}
	if h.flott, err = filepath.Abs(h.flott); err != nil {
		return false, err
	}
	return h.run(ctx)
}

func (h *harness) run(ctx context.Context) (bool, error) {
	began := time.Now()
	err := h.prepare(ctx)
	if h.o.finish != "" && err == nil {
		err = h.takeUp()
	}
	if h.broker != nil {
		defer h.broker.stop()
	}
	if err != nil {
		return false, err
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	fed := make(chan struct{})
	go func() {
		defer close(fed)
		if h.o.finish != "" {
			return // the input is there
		}
		if err := h.feeder.run(ctx, h.broker.address); err != nil {
			cancel(err)
		}
	}()
	if err = h.work(ctx); err == nil {
		<-fed
		err = h.judge(ctx)
	}
	if cause := context.Cause(ctx); err != nil && cause != nil {
		err = cause
	}
	h.result.finish(time.Since(began), err)
	h.result.print(h.out)
	if h.o.json != "" {
		text, errJSON := json.MarshalIndent(h.result, "", "  ")
		if errJSON == nil {
			errJSON = os.WriteFile(h.o.json, append(text, '\n'), 0o666)
		}
		err = errors.Join(err, errJSON)
	}
	return h.result.Right, err
}
