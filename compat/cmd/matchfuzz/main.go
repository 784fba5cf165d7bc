// Command matchfuzz asks real Flink and flott for the matches of random row patterns in random rows and prints where
// they differ.
//
//	go run ./compat/cmd/matchfuzz -gateway HOST:PORT [-seed N] [-patterns N] [-partitions N]
//
// A seed makes a table of many partitions, each a small input of its own, and some patterns. Every pattern is one
// query on either side, so one query compares as many pairs of pattern and input as there are partitions. flott runs
// it in several ways, which all have to agree with Flink. A difference is printed with the query and the rows of the
// first partition in which it shows, and can be had again by its seed.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"math/rand"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"

	"github.com/flottstream/flott/compat"
	"github.com/flottstream/flott/internal/flinkgateway"
)

type options struct {
	gateway, dir                string
	seed                        int64
	seeds, patterns, partitions int
}

func main() {
	var o options
	flag.StringVar(&o.gateway, "gateway", "", "a running SQL gateway that sees this machine's files")
	flag.StringVar(&o.dir, "dir", os.TempDir(), "folder for the tables")
	flag.Int64Var(&o.seed, "seed", 1, "the first seed")
	flag.IntVar(&o.seeds, "seeds", 1, "how many seeds")
	flag.IntVar(&o.patterns, "patterns", 20, "patterns for each seed")
	flag.IntVar(&o.partitions, "partitions", 40, "partitions of each table")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, o); err != nil {
		fmt.Fprintln(os.Stderr, "matchfuzz:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, o options) error {
	client, err := flinkgateway.Dial(ctx, o.gateway)
	if err != nil {
		return err
	}
	f := fuzz{options: o, flink: compat.Flink{Client: client}}
	for seed := o.seed; seed < o.seed+int64(o.seeds); seed++ {
		if err := f.seed(ctx, seed); err != nil {
			return err
		}
	}
	fmt.Printf("%d queries over %d partitions: %d with matches, %d refused by both, %d differ\n", f.queries, o.partitions, f.matched, f.refused, f.differ)
	if f.differ > 0 {
		return fmt.Errorf("flott and Flink differ")
	}
	return ctx.Err()
}

type fuzz struct {
	options
	flink                             compat.Flink
	queries, matched, refused, differ int
}

// way is a way in which flott runs a query.
type way struct {
	mode        compat.Mode
	parallelism int
	backend     string
}

var ways = []way{{compat.Streaming, 1, "hashmap"}, {compat.Streaming, 2, "rocksdb"}, {compat.Batch, 1, "hashmap"}}

func (f *fuzz) seed(ctx context.Context, seed int64) error {
	g := generator{Rand: rand.New(rand.NewSource(seed))}
	file := filepath.Join(f.dir, fmt.Sprintf("matchfuzz_%d.csv", seed))
	rows := g.rows(f.partitions)
	if err := os.WriteFile(file, []byte(strings.Join(rows, "\n")+"\n"), 0o644); err != nil {
		return err
	}
	defer os.Remove(file)
	ddl := strings.ReplaceAll(table, "${file}", file)
	for i := range f.patterns {
		query := g.query()
		if err := f.compare(ctx, seed, i, ddl, query, rows); err != nil {
			return err
		}
	}
	return nil
}

func (f *fuzz) compare(ctx context.Context, seed int64, i int, ddl, query string, rows []string) error {
	f.queries++
	_, want, flinkErr := f.flink.Run(ctx, ddl+query, compat.Settings(compat.Streaming, 1))
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if errors.Is(flinkErr, compat.ErrNoAnswer) {
		f.queries--
		return nil
	}
	for _, w := range ways {
		got, err := flottRun(ctx, w, ddl+query)
		switch {
		case (err != nil) != (flinkErr != nil):
			f.differ++
			fmt.Printf("seed %d query %d %v\n%s\nFlink: %v\nflott: %v\n\n", seed, i, w, query, flinkErr, err)
			return nil
		case err != nil:
			continue
		}
		if where := difference(folded(want), folded(got)); where != "" {
			f.differ++
			fmt.Printf("seed %d query %d %v\n%s\n%s\n", seed, i, w, query, f.explain(where, want, got, rows))
			return nil
		}
	}
	switch {
	case flinkErr != nil:
		f.refused++
	case len(want) > 0:
		f.matched++
	}
	return nil
}

func flottRun(ctx context.Context, w way, script string) ([]compat.ChangeRow, error) {
	settings := compat.Settings(w.mode, w.parallelism)
	settings["state.backend.type"] = w.backend
	s, err := compat.OpenFlott(settings)
	if err != nil {
		return nil, err
	}

	_, rows, err := s.Run(ctx, script)
	return rows, err
}

// folded sorts the rows; the first field is the partition.
func folded(rows []compat.ChangeRow) []string {
	out := make([]string, len(rows))
	for i, r := range rows {
		out[i] = strings.Join(r.Fields, "|")
	}
	slices.Sort(out)
	return out
}

// difference names the first partition in which two answers differ.
func difference(want, got []string) string {
	for i := 0; i < len(want) || i < len(got); i++ {
		switch {
		case i >= len(want):
			return partitionOf(got[i])
		case i >= len(got):
			return partitionOf(want[i])
		case want[i] != got[i]:
			return min(partitionOf(want[i]), partitionOf(got[i]))
		}
	}
	return ""
}

func partitionOf(row string) string {
	k, _, _ := strings.Cut(row, "|")
	return k
}

func (f *fuzz) explain(partition string, want, got []compat.ChangeRow, rows []string) string {
	var sb strings.Builder
	for _, r := range rows {
		if strings.Split(r, ",")[1] == partition {
			sb.WriteString("  " + r + "\n")
		}
	}
	for name, list := range map[string][]compat.ChangeRow{"Flink": want, "flott": got} {
		for _, r := range list {
			if r.Fields[0] == partition {
				sb.WriteString(name + " " + strings.Join(r.Fields, "|") + "\n")
			}
		}
	}
	return sb.String()
}
