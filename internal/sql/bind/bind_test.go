package bind

import (
	"fmt"
	"strings"
	"testing"

	"github.com/cockroachdb/datadriven"
	"github.com/flottstream/flott/internal/connector"
	"github.com/flottstream/flott/internal/sql/ast"
	"github.com/flottstream/flott/internal/sql/catalog"
	"github.com/flottstream/flott/internal/sql/diag"
	"github.com/flottstream/flott/internal/sql/parser"
	"github.com/flottstream/flott/internal/sql/plan"
	"github.com/flottstream/flott/internal/types"
)

func newBinder() *Binder {
	return &Binder{Catalog: catalog.New(), Connectors: fakes(), Connector: &connector.Env{}, Streaming: true, TimeZone: "UTC"}
}

// run binds a script and returns what the last query or INSERT became.
func run(b *Binder, src string) (string, error) {
	stmts, err := parser.ParseScript(src)
	if err != nil {
		return "", err
	}
	out := "ok"
	for _, s := range stmts {
		if out, err = statement(b, src, s); err != nil {
			return "", err
		}
	}
	return out, nil
}

func statement(b *Binder, src string, s ast.Statement) (string, error) {
	switch s := s.(type) {
	case *ast.QueryStatement:
		n, err := b.Query(src, s.Query)
		if err != nil {
			return "", err
		}
		return plan.Format(n.Inputs()[0]) + "\n" + columns(n.Schema()), nil
	case *ast.Insert:
		n, err := b.Insert(src, s)
		if err != nil {
			return "", err
		}
		return plan.Format(n) + "\n" + columns(n.Input.Schema()), nil
	case *ast.CreateTable:
		create := b.CreateTable
		if s.As != nil {
			create = b.CreateTableAs
		}
		t, err := create(src, s)
		if err != nil {
			return "", err
		}
		return describe(t), b.Catalog.Create(t, s.IfNotExists, s.Replace)
	case *ast.CreateView:
		v, err := b.CreateView(src, s)
		if err != nil {
			return "", err
		}
		return columns(v.Schema), b.Catalog.Create(v, s.IfNotExists, s.OrReplace)
	case *ast.CreateFunction:
		p, _ := b.Catalog.Resolve(s.Name.Strings())
		return "ok", b.Catalog.CreateFunction(&catalog.Function{Path: p, Class: s.Body.Class.Text}, false)
	}
	return "", fmt.Errorf("%T is not for the binder", s)
}

func columns(s types.Schema) string {
	var b strings.Builder
	for _, f := range s {
		fmt.Fprintf(&b, "%s %s\n", f.Name, f.Type)
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// describe shows a table as the connector and the planner see it.
func describe(t *catalog.Table) string {
	var b strings.Builder
	for _, l := range t.Plan.Layout {
		fmt.Fprintf(&b, "%s %s", l.Name, l.Type)
		if l.Computed != nil {
			fmt.Fprintf(&b, " = %s", plan.Digest(l.Computed))
		} else if c := t.Plan.Columns[l.Source]; c.Metadata != "" {
			fmt.Fprintf(&b, " from %s virtual=%v", c.Metadata, c.Virtual)
		}
		b.WriteByte('\n')
	}
	if w := t.Plan.Watermark; w != nil {
		fmt.Fprintf(&b, "watermark of %s: %s\n", t.Plan.Layout[w.Rowtime].Name, plan.Digest(w.Expr))
	}
	if len(t.PrimaryKey) > 0 {
		fmt.Fprintf(&b, "key %s %v %v\n", t.KeyName, t.PrimaryKey, t.Plan.PrimaryKey)
	}
	if len(t.Partition) > 0 {
		fmt.Fprintf(&b, "partitioned by %v\n", t.Partition)
	}
	fmt.Fprintf(&b, "options %v", t.Options)
	return b.String()
}

// TestStories runs testdata: "bind" binds a script and shows its last
// statement, or its error; "reset" starts from an empty catalog, in the mode
// that is named.
func TestStories(t *testing.T) {
	datadriven.Walk(t, "testdata/stories", func(t *testing.T, path string) {
		b := newBinder()
		datadriven.RunTest(t, path, func(t *testing.T, d *datadriven.TestData) string {
			switch d.Cmd {
			case "reset":
				b = newBinder()
				b.Streaming = !d.HasArg("batch")
				return ""
			case "bind":
				out, err := run(b, d.Input)
				if err != nil {
					return diag.Render(d.Input, err) + "\n"
				}
				return out + "\n"
			}
			t.Fatalf("unknown command %s", d.Cmd)
			return ""
		})
	})
}
