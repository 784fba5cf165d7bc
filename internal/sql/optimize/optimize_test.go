package optimize_test

import (
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/cockroachdb/datadriven"

	"github.com/flottstream/flott/internal/connector"
	"github.com/flottstream/flott/internal/expr"
	"github.com/flottstream/flott/internal/jobgraph"
	"github.com/flottstream/flott/internal/sql/ast"
	"github.com/flottstream/flott/internal/sql/bind"
	"github.com/flottstream/flott/internal/sql/catalog"
	"github.com/flottstream/flott/internal/sql/explain"
	"github.com/flottstream/flott/internal/sql/lower"
	"github.com/flottstream/flott/internal/sql/optimize"
	"github.com/flottstream/flott/internal/sql/parser"
	"github.com/flottstream/flott/internal/sql/plan"
)

// world is a session: a catalog and options.
type world struct {
	binder      *bind.Binder
	settings    optimize.Settings
	disabled    map[string]bool
	parallelism int
}

func newWorld() *world {
	w := &world{settings: optimize.DefaultSettings(), disabled: map[string]bool{}, parallelism: 2}
	w.binder = &bind.Binder{Catalog: catalog.New(), Connectors: fakes(), Connector: &connector.Env{}, Streaming: true, TimeZone: "UTC"}
	return w
}

// bind runs DDL and returns the queries and INSERTs of a script.
func (w *world) bind(src string) ([]plan.Node, error) {
	stmts, err := parser.ParseScript(src)
	if err != nil {
		return nil, err
	}
	var roots []plan.Node
	for _, s := range stmts {
		switch s := s.(type) {
		case *ast.QueryStatement:
			n, err := w.binder.Query(src, s.Query)
			if err != nil {
				return nil, err
			}
			roots = append(roots, n)
		case *ast.Insert:
			n, err := w.binder.Insert(src, s)
			if err != nil {
				return nil, err
			}
			roots = append(roots, n)
		case *ast.CreateTable:
			t, err := w.binder.CreateTable(src, s)
			if err != nil {
				return nil, err
			}
			if err := w.binder.Catalog.Create(t, s.IfNotExists, s.Replace); err != nil {
				return nil, err
			}
		case *ast.CreateView:
			v, err := w.binder.CreateView(src, s)
			if err != nil {
				return nil, err
			}
			if err := w.binder.Catalog.Create(v, s.IfNotExists, s.OrReplace); err != nil {
				return nil, err
			}
		case *ast.CreateFunction:
			p, err := w.binder.Catalog.Resolve(s.Name.Strings())
			if err != nil {
				return nil, err
			}
			if err := w.binder.Catalog.CreateFunction(&catalog.Function{Path: p, Class: s.Body.Class.Text}, true); err != nil {
				return nil, err
			}
		default:
			return nil, fmt.Errorf("%T is not for these tests", s)
		}
	}
	return roots, nil
}

func (w *world) options() optimize.Options {
	return optimize.Options{
		Settings: optimize.Checked(w.settings), Streaming: w.binder.Streaming, Connectors: w.binder.Connectors,
		Env: w.binder.Connector, Disabled: w.disabled, Expr: &expr.Env{Zone: time.UTC, Streaming: w.binder.Streaming},
	}
}

func (w *world) plan(src string) ([]plan.Node, []*plan.Physical, error) {
	roots, err := w.bind(src)
	if err != nil {
		return nil, nil, fmt.Errorf("bind: %w", err)
	}
	p, err := optimize.Plan(roots, w.options())
	return roots, p, err
}

func (w *world) graph(src string) (*jobgraph.StreamGraph, *jobgraph.Graph, error) {
	_, p, err := w.plan(src)
	if err != nil {
		return nil, nil, err
	}
	s, err := lower.Graph(p, lower.Options{Name: "job", Parallelism: w.parallelism, MaxParallelism: 128, Chaining: true})
	if err != nil {
		return nil, nil, err
	}
	g, err := jobgraph.Chain(s)
	return s, g, err
}

// set puts the value of an option into the settings.
func (w *world) set(key, value string) error {
	for _, k := range optimize.Keys {
		if k.Name != key {
			continue
		}
		switch f := k.Field(&w.settings).(type) {
		case *bool:
			*f = value == "true"
		case *string:
			*f = value
		case *int64:
			n, err := strconv.ParseInt(value, 10, 64)
			*f = n
			return err
		case *time.Duration:
			d, err := time.ParseDuration(value)
			*f = d
			return err
		}
		return nil
	}
	return fmt.Errorf("unknown option %s", key)
}

// TestStories runs testdata:
//
//	exec     binds DDL
//	set      options, one "key value" a line; default goes back to the defaults
//	statistics  what ANALYZE TABLE has counted: "table rows column=distinct …" a line
//	mode     streaming or batch
//	plan     shows the physical plan of a script with changelog modes, or the
//	         error; disable=(Rule,…) leaves rules out
//	graph    shows the vertices; uids adds the operators' identities
//	same-uids  tells which operators of two scripts, separated by a line "--
//	         and", have the same identity
//	explain  shows EXPLAIN with the named details
func TestStories(t *testing.T) {
	datadriven.Walk(t, "testdata", func(t *testing.T, path string) {
		w := newWorld()
		datadriven.RunTest(t, path, func(t *testing.T, d *datadriven.TestData) string {
			out, err := w.run(d)
			if err != nil {
				return "error: " + err.Error() + "\n"
			}
			return out
		})
	})
}

func (w *world) run(d *datadriven.TestData) (string, error) {
	w.disabled = map[string]bool{}
	for _, a := range d.CmdArgs {
		if a.Key == "disable" {
			for _, v := range a.Vals {
				w.disabled[v] = true
			}
		}
	}
	switch d.Cmd {
	case "exec":
		_, err := w.bind(d.Input)
		return "", err
	case "set":
		for _, line := range strings.Split(d.Input, "\n") {
			if line == "default" {
				w.settings = optimize.DefaultSettings()
				continue
			}
			key, value, _ := strings.Cut(line, " ")
			if err := w.set(key, value); err != nil {
				return "", err
			}
		}
		return "", nil
	case "statistics":
		return "", w.count(d.Input)
	case "mode":
		w.binder.Streaming = d.Input == "streaming"
		return "", nil
	case "plan":
		_, p, err := w.plan(d.Input)
		if err != nil {
			return "", err
		}
		return explain.Physical(p, explain.Details{ChangelogMode: w.binder.Streaming}) + "\n", nil
	case "graph":
		return w.drawGraph(d)
	case "same-uids":
		return w.sameUIDs(d.Input)
	case "explain":
		return w.explain(d)
	}
	return "", fmt.Errorf("unknown command %s", d.Cmd)
}

// count gives tables statistics.
func (w *world) count(input string) error {
	for _, line := range strings.Split(input, "\n") {
		words := strings.Fields(line)
		p, err := w.binder.Catalog.Resolve(words[:1])
		if err != nil {
			return err
		}
		relation, _ := w.binder.Catalog.Lookup(p)
		s := &catalog.Statistics{}
		if s.Rows, err = strconv.ParseInt(words[1], 10, 64); err != nil {
			return err
		}
		for _, word := range words[2:] {
			name, n, _ := strings.Cut(word, "=")
			c := catalog.ColumnStatistics{Name: name, Min: "0", Max: n}
			if c.Distinct, err = strconv.ParseInt(n, 10, 64); err != nil {
				return err
			}
			s.Columns = append(s.Columns, c)
		}
		t := *relation.(*catalog.Table)
		t.Count(s)
		if err := w.binder.Catalog.Replace(&t); err != nil {
			return err
		}
	}
	return nil
}

func (w *world) explain(d *datadriven.TestData) (string, error) {
	roots, p, err := w.plan(d.Input)
	if err != nil {
		return "", err
	}
	g, err := lower.Graph(p, lower.Options{Name: "job", Parallelism: w.parallelism, MaxParallelism: 128, Chaining: true})
	if err != nil {
		return "", err
	}
	var details explain.Details
	for _, a := range d.CmdArgs {
		if err := details.ParseDetail(a.Key); err != nil {
			return "", err
		}
	}
	return explain.Text(explain.Plan{Logical: roots, Physical: p, Graph: g, Advice: optimize.Advise(p, w.options())}, details) + "\n", nil
}

func (w *world) drawGraph(d *datadriven.TestData) (string, error) {
	_, g, err := w.graph(d.Input)
	if err != nil {
		return "", err
	}
	var sb strings.Builder
	for _, v := range g.Vertices {
		fmt.Fprintf(&sb, "%d: %s p=%d\n", v.ID, v.Name, v.Parallelism)
		for _, e := range v.Inputs {
			fmt.Fprintf(&sb, "   port %d <- %d.%s %s%s\n", e.Port, e.From, g.Vertices[e.From].Chain[e.FromNode].Op.Name, e.Dist, keyNames(e))
		}
	}
	return sb.String(), nil
}

func keyNames(e jobgraph.Edge) string {
	if e.Dist != jobgraph.Hash {
		return ""
	}
	out := make([]string, len(e.Keys))
	for i, k := range e.Keys {
		out[i] = e.Schema[k].Name
	}
	return "[" + strings.Join(out, ", ") + "]"
}

func (w *world) sameUIDs(input string) (string, error) {
	a, b, _ := strings.Cut(input, "-- and\n")
	first, _, err := w.graph(a)
	if err != nil {
		return "", err
	}
	second, _, err := w.graph(b)
	if err != nil {
		return "", err
	}
	has := map[string]string{}
	for _, op := range second.Operators {
		has[op.UID] = op.Name
	}
	var sb strings.Builder
	for _, op := range first.Operators {
		other, ok := has[op.UID]
		if !ok {
			other = "-"
		}
		fmt.Fprintf(&sb, "%s = %s\n", op.Name, other)
	}
	return sb.String(), nil
}

// TestNexmark plans all queries of the benchmark.
func TestNexmark(t *testing.T) {
	dir := filepath.Join("..", "..", "..", "bench", "nexmark", "queries")
	files, err := filepath.Glob(filepath.Join(dir, "q*.sql"))
	if err != nil || len(files) < 20 {
		t.Fatalf("%d queries in %s: %v", len(files), dir, err)
	}
	sort.Strings(files)
	for _, f := range files {
		t.Run(strings.TrimSuffix(filepath.Base(f), ".sql"), func(t *testing.T) {
			w := newWorld()
			w.settings.UpsertMaterialize = "NONE"
			src := read(t, filepath.Join(dir, "ddl.sql")) + read(t, filepath.Join(dir, "views.sql")) + read(t, f)
			src = nexmarkOptions(src)
			_, p, err := w.plan(src)
			if strings.HasSuffix(f, "q6.sql") { // Flink refuses it, too
				if err == nil {
					t.Fatal("q6 was planned")
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if os.Getenv("SHOW") != "" {
				t.Logf("\n%s", explain.Physical(p, explain.Details{ChangelogMode: true}))
			}
			s, g, err := w.graph(insertsOnly(nexmarkOptions(read(t, f))))
			if err != nil {
				t.Fatal(err)
			}
			if len(s.Operators) == 0 || len(g.Vertices) == 0 {
				t.Fatal("no operators")
			}
		})
	}
}

// insertsOnly leaves out the statements before the first INSERT.
func insertsOnly(src string) string {
	return src[max(strings.Index(src, "INSERT INTO"), 0):]
}

func read(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b) + "\n"
}

// nexmarkOptions replaces the connectors' options by those of the fakes.
func nexmarkOptions(src string) string {
	src = strings.ReplaceAll(src, "${NEXMARK_TABLE}", "datagen")
	var sb strings.Builder
	for {
		i := strings.Index(src, "'connector' = '")
		if i < 0 {
			break
		}
		sb.WriteString(src[:i])
		src = src[i:]
		end := strings.Index(src, ")")
		options := src[:end]
		switch {
		case strings.Contains(options, "nexmark"):
			sb.WriteString("'connector' = 'nexmark', 'nested' = 'true', 'bounded' = 'true'")
		case strings.Contains(options, "blackhole"):
			sb.WriteString("'connector' = 'blackhole', 'changelog' = 'upsert'")
		default:
			sb.WriteString("'connector' = 'fake', 'lookup' = 'true'")
		}
		src = src[end:]
	}
	return sb.String() + src
}
