package jobgraph

import (
	"github.com/flottstream/flott/internal/expr"
	"github.com/flottstream/flott/internal/rowpattern"
	"github.com/flottstream/flott/internal/types"
)

// Match is MATCH_RECOGNIZE over an insert-only input. Output: partition columns,
// measures; one row per match.
type Match struct {
	Partition []int
	Order     []SortKey // the time attribute first
	Time      int       // of that
	Proctime  bool
	Pattern   rowpattern.Pattern
	// Define has the condition of each variable of the pattern, nil if any row will
	// do; Measures are the results.
	Define, Measures []*MatchExpr
	// Computed are expressions over the input, which aggregates refer to as the
	// columns behind the input's.
	Computed []expr.Expr
	Schema   types.Schema // input
}

// MatchExpr is an expression over values taken from the rows of a match (or
// partial match, the current row included).
type MatchExpr struct {
	Name   string // of a measure
	X      expr.Expr
	Inputs []MatchInput // the columns that X sees
}

// MatchInputKind says where a value comes from.
type MatchInputKind uint8

// The kinds of inputs.
const (
	MatchColumn    MatchInputKind = iota // a column of a row
	MatchAggregate                       // an aggregate over the rows of a variable
	MatchRowtime                         // the time of the match
	MatchProctime                        // the processing time
)

// MatchInput is a value that an expression of a Match sees.
type MatchInput struct {
	Kind     MatchInputKind
	Variable int // of the pattern, -1: the rows of all
	// Column of the row that is Offset rows from the first (First) or last of them;
	// NULL if there are not so many.
	Column int
	First  bool
	Offset int
	Call   AggCall // Args are columns of the input and Computed
	Type   types.Type
}

func (*Match) spec() {}
