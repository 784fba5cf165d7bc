package cluster

import (
	"fmt"
	"slices"
	"strings"

	"github.com/flottstream/flott/internal/shell/engine"
	"github.com/flottstream/flott/internal/sql/ast"
	"github.com/flottstream/flott/internal/sql/diag"
	"github.com/flottstream/flott/internal/sql/parser"
)

// ownPrefix begins the keys and options that only flott has.
const ownPrefix = "flott."

// What only flott has, by the name that stands in the option, with what to write for Flink.
var (
	ownConnectors = map[string]string{}
	ownFormats    = map[string]string{}
	ownCatalogs   = map[string]string{"file": "use a catalog of the cluster"}
	// languages are those of functions that Flink runs.
	languages = []string{"", "JAVA", "SCALA", "PYTHON", "SQL"}
)

// Check finds what a cluster would not understand because only flott has it, all of it, in the order of the text.
func Check(script string, statements []engine.Statement) (found []*diag.Error) {
	for _, s := range statements {
		c := checker{script: script}
		if s.Node != nil {
			ast.Inspect(s.Node, c.node)
		}
		c.words(s)
		found = append(found, c.found...)
	}
	slices.SortStableFunc(found, func(a, b *diag.Error) int { return a.Pos - b.Pos })
	return found
}

// CheckKeys finds keys of the command line that only flott has.
func CheckKeys(properties map[string]string) (found []string) {
	for k := range properties {
		if strings.HasPrefix(k, ownPrefix) {
			found = append(found, k)
		}
	}
	slices.Sort(found)
	return found
}

type checker struct {
	script string
	found  []*diag.Error
}

func (c *checker) add(at ast.Span, hint, format string, args ...any) {
	d := &diag.Error{Pos: at.Pos, End: at.End, Msg: fmt.Sprintf(format, args...), Hint: hint}
	c.found = append(c.found, d.Locate(c.script))
}

func (c *checker) node(n ast.Node) bool {
	switch x := n.(type) {
	case *ast.Set:
		if x.Key != nil && strings.HasPrefix(x.Key.Text, ownPrefix) {
			c.add(x.Key.Span, "leave it out, or give it with -D when flott runs the file", "'%s' is an option of flott, which Flink does not have", x.Key.Text)
		}
	case *ast.Reset:
		if x.Key != nil && strings.HasPrefix(x.Key.Text, ownPrefix) {
			c.add(x.Key.Span, "leave it out", "'%s' is an option of flott, which Flink does not have", x.Key.Text)
		}
	case *ast.Option:
		c.option(x)
	case *ast.CreateCatalog:
		for _, o := range x.Options {
			if hint, own := ownCatalogs[o.Value]; own && o.Key == "type" {
				c.add(o.ValueSpan, hint, "catalogs of type '%s' are flott's; Flink does not have them", o.Value)
			}
		}
	case *ast.FunctionBody:
		if !slices.Contains(languages, strings.ToUpper(x.Language)) {
			c.add(x.Span, "write the function in Java or Python for the cluster", "functions in %s run in flott alone; Flink does not have them", x.Language)
		}
	}
	return true
}

func (c *checker) option(o *ast.Option) {
	key, value := o.Key, strings.ToLower(o.Value)
	if strings.HasPrefix(key, ownPrefix) {
		c.add(o.Span, "leave it out", "the option '%s' is flott's; Flink's connectors do not take it", key)
		return
	}
	own := ownFormats
	switch {
	case key == "connector":
		own = ownConnectors
	case key != "format" && !strings.HasSuffix(key, ".format"):
		return
	}
	if hint, is := own[value]; is {
		c.add(o.ValueSpan, hint, "'%s' is flott's; Flink has no such %s", o.Value, key)
	}
}

// words finds spellings that flott's parser takes and Flink's does not.
func (c *checker) words(s engine.Statement) {
	for _, t := range parser.Tokens(c.script[s.Pos:s.End]) {
		at := ast.Span{Pos: s.Pos + t.Pos, End: s.Pos + t.End}
		switch {
		case t.IsPunct("!="):
			c.add(at, "write <>", "Flink does not take '!='")
		case t.Is("MINUS"):
			c.add(at, "write EXCEPT", "Flink does not take MINUS")
		}
	}
}
