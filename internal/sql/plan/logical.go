// Package plan is relational algebra as data: what the binder makes of a query
// (logical.go), what the optimizer turns it into (physical.go), and the traits
// both carry. Trees are immutable; a rule that changes a node returns a new one.
package plan

import (
	"time"

	"github.com/flottstream/flott/internal/connector"
	"github.com/flottstream/flott/internal/expr"
	"github.com/flottstream/flott/internal/jobgraph"
	"github.com/flottstream/flott/internal/types"
)

// Node is a logical relation. Expressions in a node refer to the columns of its
// input (a join's: left columns, then right ones) by position. Time attributes
// live in the column types (types.Type.Time).
type Node interface {
	Schema() types.Schema
	Inputs() []Node
	// WithInputs returns the node over other inputs of the same schema.
	WithInputs(inputs []Node) Node
}

// Table is a resolved catalog table, as DDL declared it.
type Table struct {
	connector.Table
	Connector string
	// Layout lists all columns in declared order; Columns of connector.Table has
	// the physical and metadata ones only.
	Layout    []TableColumn
	Watermark *Watermark
	// Rows is what ANALYZE TABLE has counted, 0 if it has not; Statistics are those
	// of its columns, by name.
	Rows       int64
	Statistics map[string]ColumnStatistics
}

// TableColumn is a column as declared.
type TableColumn struct {
	Name string
	Type types.Type
	// Source is the index into connector.Table.Columns, -1 for a computed column.
	Source int
	// Computed is over the table's physical and metadata columns
	// (connector.Table.Columns), nil otherwise.
	Computed expr.Expr
	Comment  string
}

// Watermark is a WATERMARK clause. Expr is over Layout.
type Watermark struct {
	Rowtime int // index into Layout
	Expr    expr.Expr
}

// Scan reads a table; its schema is the table's Layout.
type Scan struct {
	Table *Table
	// Alias is how the query names it, for messages and hints.
	Alias string
	// Columns are the columns of Layout that Out has, nil for all of them. Only
	// the optimizer sets it.
	Columns []int
	// Limit is how many rows are enough, 0 for no limit. Only the optimizer sets it.
	Limit int64
	Out   types.Schema
}

// Values is constant rows.
type Values struct {
	Rows [][]expr.Expr
	Out  types.Schema
}

// Project computes expressions.
type Project struct {
	Input Node
	Exprs []expr.Expr
	Out   types.Schema
}

// Filter keeps the rows where Cond is TRUE.
type Filter struct {
	Input Node
	Cond  expr.Expr
}

// Join combines two inputs. Snapshot marks FOR SYSTEM_TIME AS OF: the right
// input is read as of the time of this column of the left input.
type Join struct {
	Left, Right Node
	Kind        jobgraph.JoinKind
	Cond        expr.Expr // over left then right; nil is TRUE
	Snapshot    *expr.Column
	NullAware   bool // NOT IN
	// LeftTTL and RightTTL are the STATE_TTL hint of the inputs: 0 is the job's
	// table.exec.state.ttl, less than 0 is for ever.
	LeftTTL, RightTTL time.Duration
	// MultiJoin is the MULTI_JOIN hint.
	MultiJoin bool
	// Lookup is the LOOKUP hint of the right input, if that is looked up; nil: none.
	Lookup *jobgraph.LookupOptions
	Out    types.Schema
}

// Aggregate groups by columns of its input. Output: keys, calls. With Sets it
// computes GROUPING SETS: each set lists positions in Keys, and the output has a
// BIGINT grouping id column after the keys. The id has a bit for each key, the
// first key's the highest of len(Keys): 1 if the row's set leaves the key out
// (which is NULL then).
type Aggregate struct {
	Input Node
	Keys  []int
	Sets  [][]int
	Calls []jobgraph.AggCall
	// Group is a legacy group window (GROUP BY TUMBLE(ts, …)): the rows are also
	// grouped by window, and Properties follow the calls in the output.
	Group      *jobgraph.Window
	Properties []jobgraph.WindowProperty
	// FromTVF: Group comes from a window function, not a legacy group window. Only
	// the optimizer sets it.
	FromTVF bool
	// TTL is the STATE_TTL hint: 0 is the job's table.exec.state.ttl, less than 0
	// is for ever.
	TTL time.Duration
	Out types.Schema
}

// WindowTVF is TUMBLE, HOP, CUMULATE or SESSION over a table: input columns plus
// window_start, window_end, window_time.
type WindowTVF struct {
	Input  Node
	Window jobgraph.Window
	Out    types.Schema
}

// Over computes window functions; output: input columns, calls.
type Over struct {
	Input     Node
	Partition []int
	Order     []jobgraph.SortKey
	Calls     []jobgraph.OverCall
	Out       types.Schema
}

// Sort orders and limits. Limit is -1 for none; Order may be empty.
type Sort struct {
	Input         Node
	Order         []jobgraph.SortKey
	Limit, Offset int64
}

// SetKind is a set operation.
type SetKind uint8

// The set operations.
const (
	Union SetKind = iota
	Intersect
	Except
)

// SetOp combines inputs of the same types.
type SetOp struct {
	Kind SetKind
	All  bool
	In   []Node
	Out  types.Schema
}

// Unnest expands a collection; output: input columns, elements[, ordinality].
type Unnest struct {
	Input      Node
	Collection expr.Expr
	Left       bool
	Ordinality bool
	Elements   types.Schema
	Cond       expr.Expr // of a left join, over Out; nil: none
	Out        types.Schema
}

// TableFunction calls a table function for each row; output: input columns,
// function columns.
type TableFunction struct {
	Input Node
	Fn    string
	User  *expr.UserTable
	Args  []expr.Expr
	Left  bool
	Cond  expr.Expr // of a left join, over Out; nil: none
	Rows  types.Schema
	Out   types.Schema
}

// Sink writes its input into a table. Columns of the input are Target.Schema.
type Sink struct {
	Input     Node
	Table     *Table
	Overwrite bool
	Static    map[string]string
	// OnConflict is the ON CONFLICT action in upper case, "" if not given.
	OnConflict string
}

// Collect returns rows to the client.
type Collect struct{ Input Node }
