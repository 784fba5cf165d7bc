package fuzz

import (
	"context"
	"fmt"
	"io"
	"slices"
	"sync"

	"github.com/flottstream/flott/compat"
	"github.com/flottstream/flott/internal/flinkgateway"
	"github.com/flottstream/flott/internal/sqlfuzz"
)

// Options of a run.
type Options struct {
	Data    string               // the folder of the tables, absolute
	Gateway *flinkgateway.Client // nil: flott against itself
	Queries int
	Seed    uint64    // of the first query; the others follow
	Jobs    int       // goroutines
	Pack    int       // queries in one job of Flink
	Batch   int       // percent of the packs that Flink runs in batch mode
	Single  int       // percent of the packs whose queries go to Flink one by one, to compare column types
	Budget  int       // queries that shrinking one finding may take
	Every   int       // answers between two lines of counts; 0: only at the end
	Trace   io.Writer // of packs that Flink refuses and that are taken apart; nil: none
	Cheap   bool      // flott against itself in its first four variants only
}

// Run asks the queries and reports.
func Run(ctx context.Context, o Options, report *Report) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	packs := make(chan uint64)
	var workers sync.WaitGroup
	for range o.Jobs {
		workers.Go(func() {
			w := &worker{Options: o, report: report, flott: newFlott(o.Data), flink: newFlink(o.Gateway, o.Data)}
			w.flink.trace = o.Trace
			defer w.flink.close(context.WithoutCancel(ctx))
			for first := range packs {
				if err := w.pack(ctx, first); err != nil {
					cancel(err)
				}
				report.progress(w.Every)
			}
		})
	}
	for n := 0; n < o.Queries && ctx.Err() == nil; n += o.Pack {
		select {
		case packs <- o.Seed + uint64(n):
		case <-ctx.Done():
		}
	}
	close(packs)
	workers.Wait()
	return context.Cause(ctx)
}

type worker struct {
	Options
	report *Report
	flott  *flott
	spent  int // queries to Flink for the finding at hand
	flink  *flink
}

// share decides by the number of the pack, so that a seed always gives the same run.
func share(first uint64, percent int, salt uint64) bool {
	x := (first + salt) * 0x9e3779b97f4a7c15
	return int((x>>33)%100) < percent
}

// pack asks the queries of one job.
func (w *worker) pack(ctx context.Context, first uint64) error {
	batch := share(first, w.Batch, 1)
	late := !batch && share(first, 20, 2)
	if w.Gateway == nil {
		batch, late = share(first, 20, 1), false
	}
	queries := make([]sqlfuzz.Query, 0, w.Pack)
	for i := range uint64(min(w.Pack, w.Queries)) {
		queries = append(queries, sqlfuzz.Generate(first+i, sqlfuzz.Options{Batch: batch, Late: late}))
	}
	if w.Gateway == nil {
		for _, q := range queries {
			if err := w.alone(ctx, q, batch); err != nil {
				return err
			}
		}
		return ctx.Err()
	}
	mode := compat.Streaming
	if batch {
		mode = compat.Batch
	}
	var agreed []sqlfuzz.Query
	var answers []table
	for _, q := range queries {
		got, ok, err := w.ours(ctx, q, mode, late)
		if err != nil {
			return err
		}
		if ok {
			agreed, answers = append(agreed, q), append(answers, got)
		}
	}
	return w.judge(ctx, agreed, answers, mode, share(first, w.Single, 3))
}

// main is the variant whose answer counts in a mode.
func main(mode compat.Mode) variant {
	if mode == compat.Batch {
		return variants[2]
	}
	return variants[0]
}

// ours is flott's answer, if flott agrees with itself at parallelism 2.
func (w *worker) ours(ctx context.Context, q sqlfuzz.Query, mode compat.Mode, late bool) (table, bool, error) {
	list := []variant{main(mode)}
	switch {
	case late:
	case mode == compat.Batch:
		list = append(list, variants[3])
	default:
		list = append(list, variants[1])
	}
	return w.agree(ctx, q, list)
}

// agree asks the variants and reports when one differs from the first.
func (w *worker) agree(ctx context.Context, q sqlfuzz.Query, list []variant) (table, bool, error) {
	want, err := w.flott.ask(ctx, q.SQL, list[0])
	if ctx.Err() != nil {
		return want, false, ctx.Err()
	}
	if err != nil {
		w.report.find(Finding{q.Seed, list[0].name, disagreement, q.SQL, q.SQL, err.Error()})
		return want, false, nil
	}
	for _, v := range list[1:] {
		got, err := w.flott.ask(ctx, q.SQL, v)
		switch {
		case ctx.Err() != nil:
			return want, false, ctx.Err()
		case err != nil:
			w.report.find(Finding{q.Seed, v.name, disagreement, q.SQL, q.SQL, err.Error()})
			return want, false, nil
		}
		if verdict := compare(want, got); verdict != same && verdict != bothRefuse && !(modeOnly(list[0], v) && got.refusal != "") {
			w.report.find(w.shrunkAlone(ctx, q, list[0], v, verdict))
			return want, false, nil
		}
	}
	return want, true, nil
}

// modeOnly says that two variants run in different modes, of which one may refuse what the other does.
func modeOnly(a, b variant) bool { return a.mode != b.mode }

func (w *worker) shrunkAlone(ctx context.Context, q sqlfuzz.Query, a, b variant, v verdict) Finding {
	f := Finding{Seed: q.Seed, Mode: b.name, Verdict: disagreement, Whole: q.SQL}
	judge := func(sql string) (verdict, string) {
		want, err1 := w.flott.ask(ctx, sql, a)
		got, err2 := w.flott.ask(ctx, sql, b)
		if err1 != nil || err2 != nil {
			return same, fmt.Sprint(err1, err2)
		}
		return compare(want, got), "- " + a.name + ", + " + b.name + "\n" + explain(want, got)
	}
	f.SQL = sqlfuzz.Shrink(q.SQL, w.Budget*4, func(sql string) bool {
		got, _ := judge(sql)
		return got == v
	})
	_, f.Text = judge(f.SQL)
	return f
}

// alone compares flott with itself in all variants.
func (w *worker) alone(ctx context.Context, q sqlfuzz.Query, batch bool) error {
	list := variants
	switch {
	case batch:
		list = variants[2:4]
	case w.Cheap:
		list = variants[:4]
	}
	if q.Modal {
		list = slices.DeleteFunc(slices.Clone(list), func(v variant) bool { return v.mode != list[0].mode })
	}
	answer, ok, err := w.agree(ctx, q, list)
	if ok && err == nil {
		if answer.refusal != "" {
			w.report.count(q.SQL, bothRefuse)
		} else {
			w.report.count(q.SQL, same)
		}
	}
	return err
}

// judge asks Flink and compares.
func (w *worker) judge(ctx context.Context, queries []sqlfuzz.Query, answers []table, mode compat.Mode, single bool) error {
	var packed []int
	wants := make([]table, len(queries))
	for i := range queries {
		if answers[i].refusal == "" && !single && !queries[i].Dependent {
			packed = append(packed, i)
			continue
		}
		var err error
		if wants[i], err = w.flink.single(ctx, queries[i].SQL, mode); err != nil {
			return fmt.Errorf("%s: %w", queries[i].SQL, err)
		}
	}
	if len(packed) > 0 {
		list := make([]sqlfuzz.Query, len(packed))
		for n, i := range packed {
			list[n] = queries[i]
		}
		tables, err := w.flink.pack(ctx, list, mode)
		if err != nil {
			return err
		}
		for n, i := range packed {
			wants[i] = tables[n]
		}
	}
	for i, q := range queries {
		w.settle(ctx, q, wants[i], answers[i], mode)
	}
	return ctx.Err()
}

// inPack is how answers of Flink's are listed that are flott's, too, when the query is asked alone.
const inPack = "Flink answers otherwise in a job with other queries"

// settle counts an answer of Flink's or makes a finding of it.
func (w *worker) settle(ctx context.Context, q sqlfuzz.Query, want, got table, mode compat.Mode) {
	v := compare(want, got)
	if v == same || v == bothRefuse {
		w.report.count(q.SQL, v)
		return
	}
	if name := knownName(q, v, want, got); name != "" {
		if w.Trace != nil {
			fmt.Fprintf(w.Trace, "seed %d: %s\n%s\n", q.Seed, want.refusal, q.SQL)
		}
		w.report.list(q.SQL, name)
		return
	}
	if alone, err := w.flink.single(ctx, q.SQL, mode); err == nil { // a pack's other queries may have had a hand in it
		want = alone
		if v = compare(want, got); v == same {
			w.report.list(q.SQL, inPack)
			return
		}
	}
	f := Finding{Seed: q.Seed, Mode: string(mode), Verdict: v, Whole: q.SQL, SQL: q.SQL, Text: explain(want, got)}
	w.spent = 0
	f.SQL = sqlfuzz.Shrink(q.SQL, w.Budget*20, func(sql string) bool { return w.interesting(ctx, sql, mode, v, &f.Text) })
	w.report.find(f)
}

// interesting asks Flink about a smaller query where flott's answer leaves the question open.
func (w *worker) interesting(ctx context.Context, sql string, mode compat.Mode, v verdict, text *string) bool {
	got, err := w.flott.ask(ctx, sql, main(mode))
	if err != nil || (got.refusal != "") != (v == onlyFlott) {
		return false
	}
	if w.spent++; w.spent > w.Budget {
		return false
	}
	want, err := w.flink.single(ctx, sql, mode)
	if err != nil || compare(want, got) != v {
		return false
	}
	*text = explain(want, got)
	return true
}
