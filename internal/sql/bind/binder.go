// Package bind gives meaning to a syntax tree: names become columns, functions
// and tables of the catalog, expressions get types, and a query becomes a tree
// of plan.Node.
//
// A statement goes through it in this order:
//
//	table.go      CREATE TABLE: columns, time attributes, keys, LIKE
//	insert.go     INSERT: target columns, implicit casts, the Sink
//	query.go      WITH, set operations, VALUES, ORDER BY, LIMIT
//	from.go       tables, views, joins, table functions: a scope and a relation
//	select.go     one SELECT block, stage by stage (see block)
//	expr.go       scalar expressions in a scope
//	subquery.go   subqueries as joins
//
// Every mistake of the user is a *diag.Error with the position of the smallest
// thing that is wrong. The binder neither folds nor prunes: that is left to the
// optimizer.
package bind

import (
	"github.com/flottstream/flott/internal/connector"
	"github.com/flottstream/flott/internal/expr"
	"github.com/flottstream/flott/internal/sql/ast"
	"github.com/flottstream/flott/internal/sql/catalog"
	"github.com/flottstream/flott/internal/sql/plan"
	"github.com/flottstream/flott/internal/types"
)

// Binder binds statements of one session. Its fields may change between
// statements. It is used by one goroutine.
type Binder struct {
	Catalog    *catalog.Manager
	Connectors map[string]connector.Factory
	// Connector is handed to factories when options are validated.
	Connector *connector.Env
	Streaming bool   // execution.runtime-mode = streaming
	TimeZone  string // table.local-time-zone
	// Functions are the Go functions that CREATE FUNCTION can name, by class name.
	Functions map[string]*expr.UserFunction
	// User are the functions that can be called by name; may be nil.
	User *expr.UserFunctions
	// modules are the WASM functions in use.
	modules map[string]*expr.UserFunction
	// Warn is told what a user should know and is no error; may be nil.
	Warn func(message string)
}

// query is the state of binding one statement.
type query struct {
	*Binder
	source string // text of the statement's script, which spans refer to
	ctes   *cte
	views  []catalog.Path // being expanded, outermost first
	// origins says where a column reference stands in the text.
	origins map[*expr.Column]ast.Node
	// correlated are the references of subqueries to columns of the queries
	// around them; the column -1-k stands for the k-th.
	correlated []outerRef
	// ttl is the STATE_TTL hint of the SELECT being bound.
	ttl *stateTTL
	// lookups are its LOOKUP hints.
	lookups []*lookupHint
	// written are the columns of the query bound last as its SELECT list names them, twice
	// if it does; nil if it is none.
	written []string
	// noted is what names mean, nil unless somebody asks.
	noted *expansion
}

// outerRef is a column of a scope around a subquery.
type outerRef struct {
	scope *scope
	x     expr.Expr
}

func (b *Binder) query(source string) *query {
	return &query{Binder: b, source: source, origins: map[*expr.Column]ast.Node{}}
}

// Query binds a query whose rows go to the user. source is the text that the
// spans of q refer to.
func (b *Binder) Query(source string, q *ast.Query) (plan.Node, error) {
	n, err := b.query(source).bindQuery(q, nil)
	if err != nil {
		return nil, err
	}
	return &plan.Collect{Input: n}, nil
}

// withNames returns node with its columns renamed.
func withNames(node plan.Node, names []string) plan.Node {
	in := node.Schema()
	same := true
	out := make(types.Schema, len(in))
	exprs := make([]expr.Expr, len(in))
	for i, f := range in {
		out[i] = types.Field{Name: names[i], Type: f.Type}
		exprs[i] = &expr.Column{Index: i, Name: f.Name, T: f.Type}
		same = same && f.Name == names[i]
	}
	if same {
		return node
	}
	return &plan.Project{Input: node, Exprs: exprs, Out: out}
}
