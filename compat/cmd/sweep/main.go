// Command sweep asks real Flink and flott for the values and types of many expressions and prints where they differ.
//
//	go run ./compat/cmd/sweep -gateway HOST:PORT [-answers FILE] [-column] [-only TEXT] LIST…
//
// A list has one expression a line; lines that begin with "--" are comments. "@set key = value" holds for what follows,
// as does "@from (VALUES …) AS t(a, b)", the rows the expressions are evaluated for. An operand in «guillemets» is
// a constant as it stands, and with -column something that neither engine can fold. Many expressions travel in one
// query, so that Flink answers thousands; a query that fails is taken apart until the expression at fault is alone.
//
// With -answers what Flink said is kept in a file and not asked for again; without -gateway nothing else is asked for.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"sync"

	"github.com/flottstream/flott/internal/flinkgateway"
)

type options struct {
	gateway, answers, only, mode string
	column, all                  bool
	jobs, pack                   int
}

func main() {
	var o options
	flag.StringVar(&o.gateway, "gateway", "", "a running SQL gateway")
	flag.StringVar(&o.answers, "answers", "", "file in which Flink's answers are kept")
	flag.StringVar(&o.only, "only", "", "only expressions that contain this text")
	flag.StringVar(&o.mode, "mode", "batch", "execution.runtime-mode")
	flag.BoolVar(&o.column, "column", false, "operands in guillemets are no constants")
	flag.BoolVar(&o.all, "all", false, "print what agrees as well")
	flag.IntVar(&o.jobs, "jobs", 3, "queries at a time")
	flag.IntVar(&o.pack, "pack", 120, "expressions in one query")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, o, flag.Args()); err != nil {
		fmt.Fprintln(os.Stderr, "sweep:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, o options, lists []string) error {
	var packs []pack
	for _, list := range lists {
		p, err := readList(list, o)
		if err != nil {
			return err
		}
		packs = append(packs, p...)
	}
	answers, err := openAnswers(o.answers)
	if err != nil {
		return err
	}
	var flink *flinkgateway.Client
	if o.gateway != "" {
		if flink, err = flinkgateway.Dial(ctx, o.gateway); err != nil {
			return err
		}
	}
	s := sweep{options: o, flink: asker{engine: flinkSide{flink}}, flott: asker{engine: flottSide{}}, answers: answers}
	queue := make(chan pack)
	var workers sync.WaitGroup
	for range o.jobs {
		workers.Go(func() {
			for p := range queue {
				s.compare(ctx, p)
			}
		})
	}
	for _, p := range packs {
		if ctx.Err() == nil {
			queue <- p
		}
	}
	close(queue)
	workers.Wait()
	fmt.Printf("%d expressions, %d differ, %d not asked\n", s.asked, s.differ, s.unknown)
	return answers.save()
}

// sweep compares packs from several goroutines.
type sweep struct {
	options
	flink, flott asker
	answers      *answers

	mu                     sync.Mutex
	asked, differ, unknown int
}

func (s *sweep) compare(ctx context.Context, p pack) {
	known := make(map[string]answer)
	var missing []string
	for _, x := range p.exprs {
		if a, ok := s.answers.get(p, x); ok {
			known[x] = a
		} else {
			missing = append(missing, x)
		}
	}
	if len(missing) > 0 && s.gateway != "" {
		for x, a := range s.flink.ask(ctx, p, missing) {
			if a.Failure != noAnswer {
				known[x] = a
				s.answers.put(p, x, a)
			} else {
				fmt.Fprintln(os.Stderr, "sweep:", a.Text)
			}
		}
	}
	own := s.flott.ask(ctx, p, p.exprs)
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, x := range p.exprs {
		want, ok := known[x]
		if !ok {
			s.unknown++
			continue
		}
		s.asked++
		got := own[x]
		equal := want.equal(got)
		if !equal {
			s.differ++
		}
		if !equal || s.all {
			s.report(p, x, want, got, equal)
		}
	}
}

func (s *sweep) report(p pack, x string, want, got answer, equal bool) {
	sign := "DIFF"
	if equal {
		sign = "same"
	}
	fmt.Printf("%s %s%s\n", sign, x, p.note())
	if want.Failure != "" || got.Failure != "" || want.Type != got.Type || len(want.Rows) != len(got.Rows) {
		fmt.Printf("    flink %s\n    flott %s\n", want, got)
		return
	}
	shown := 0
	for i := range want.Rows {
		if (want.Rows[i] != got.Rows[i] || equal) && shown < 10 {
			shown++
			fmt.Printf("    [%d] flink %s\n    [%d] flott %s   %s\n", i, want.Rows[i], i, got.Rows[i], strings.TrimSpace(want.Type))
		}
	}
}
