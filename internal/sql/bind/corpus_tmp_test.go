package bind

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/flottstream/flott/internal/connector"
	"github.com/flottstream/flott/internal/sql/ast"
	"github.com/flottstream/flott/internal/sql/diag"
	"github.com/flottstream/flott/internal/sql/parser"
)

type any_ struct{ fake }

func (any_) Source(*connector.Env, *connector.Scan) (connector.Source, error) { return fakeSource{}, nil }
func (any_) Sink(*connector.Env, *connector.Target) (connector.Sink, error)   { return fakeSink{}, nil }

func TestTmpCorpus(t *testing.T) {
	var files []string
	for _, g := range os.Args {
		if m, _ := filepath.Glob(g); len(g) > 4 && g[len(g)-4:] == ".sql" {
			files = append(files, m...)
		}
	}
	bad := 0
	for _, f := range files {
		b := newBinder()
		for _, n := range []string{"nexmark", "filesystem", "print", "blackhole", "datagen", "kafka", "upsert-kafka"} {
			b.Connectors[n] = any_{fake{n}}
		}
		src, _ := os.ReadFile(f)
		stmts, err := parser.ParseScript(string(src))
		if err != nil {
			fmt.Println(f, diag.Render(string(src), err))
			continue
		}
		for _, s := range stmts {
			switch x := s.(type) {
			case *ast.Set:
				if x.Value != nil && x.Value.Text == "batch" {
					b.Streaming = false
				}
				continue
			case *ast.Drop, *ast.Explain:
				continue
			case *ast.StatementSet:
				for _, i := range x.Inserts {
					if _, err := statement(b, string(src), i); err != nil {
						fmt.Println(f, diag.Render(string(src), err))
						bad++
					}
				}
				continue
			}
			if _, err := statement(b, string(src), s); err != nil {
				fmt.Println(f, diag.Render(string(src), err))
				bad++
				break
			}
		}
	}
	fmt.Println(len(files), "files", bad, "bad")
}
