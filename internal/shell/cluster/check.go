package cluster

import (
	"fmt"
	"slices"
	"strings"

	"github.com/flottstream/flott/internal/embedded"
	"github.com/flottstream/flott/internal/shell/engine"
	"github.com/flottstream/flott/internal/sql/ast"
	"github.com/flottstream/flott/internal/sql/diag"
	"github.com/flottstream/flott/internal/sql/parser"
)

// ownPrefix begins the keys and options that only flott has.
const ownPrefix = "flott."

// Names of what Flink has, with a jar or without; what flott has beside them is flott's alone.
var (
	flinkConnectors = strings.Fields(`blackhole datagen dynamodb elasticsearch-6 elasticsearch-7 elasticsearch-8 filesystem firehose hbase-1.4 hbase-2.2 hbase-2.6 hive hudi
		iceberg jdbc kafka kinesis kinesis-legacy mongodb nexmark opensearch opensearch-2 paimon print prometheus pulsar rabbitmq upsert-kafka
		db2-cdc mongodb-cdc mysql-cdc oceanbase-cdc oracle-cdc postgres-cdc sqlserver-cdc tidb-cdc vitess-cdc`)
	flinkFormats = strings.Fields(`avro avro-confluent avro-glue canal-json csv debezium-avro-confluent debezium-json json json-glue maxwell-json ogg-json orc parquet protobuf raw`)
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
	case *ast.HintArg:
		if x.HasKey && strings.HasPrefix(x.Key, ownPrefix) {
			c.add(x.Span, "leave it out", "the option '%s' is flott's; Flink's connectors do not take it", x.Key)
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
	switch {
	case key == "connector":
		if _, has := embedded.Connectors()[value]; has && !slices.Contains(flinkConnectors, value) {
			c.add(o.ValueSpan, "", "the connector '%s' is flott's; Flink has no such connector", o.Value)
		}
	case key == "format" || strings.HasSuffix(key, ".format"):
		if _, has := embedded.Formats()[value]; has && !slices.Contains(flinkFormats, value) {
			c.add(o.ValueSpan, "", "the format '%s' is flott's; Flink has no such format", o.Value)
		}
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
