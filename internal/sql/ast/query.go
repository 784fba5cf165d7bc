package ast

// Query is [WITH …] Body [ORDER BY …] [LIMIT n] [OFFSET m].
type Query struct {
	Span
	Recursive bool // WITH RECURSIVE
	With      []CTE
	Body      QueryBody
	OrderBy   []SortItem
	Limit     *Literal // an IntLit; also FETCH {FIRST|NEXT} n ROWS ONLY; LIMIT ALL is nil
	Offset    *Literal // an IntLit
}

// CTE is one element of WITH: Name [(Columns)] AS (Query).
type CTE struct {
	Span
	Name    Ident
	Columns []Ident
	Query   *Query
}

// SortItem is one key of ORDER BY.
type SortItem struct {
	Span
	X     Expr
	Desc  bool
	Nulls NullsOrder
}

// NullsOrder is NULLS FIRST or NULLS LAST.
type NullsOrder string

const (
	NullsDefault NullsOrder = ""
	NullsFirst   NullsOrder = "FIRST"
	NullsLast    NullsOrder = "LAST"
)

// Select is one SELECT block.
type Select struct {
	Span
	Hints    []Hint
	Distinct bool
	Items    []SelectItem
	From     TableRef // nil without FROM; commas are Joins of kind CommaJoin
	Where    Expr
	GroupBy  *GroupBy
	Having   Expr
	Windows  []NamedWindow
	Qualify  Expr
}

// SelectItem is X [AS Alias]; X may be a Star.
type SelectItem struct {
	Span
	X     Expr
	Alias *Ident
}

// NamedWindow is one definition of the WINDOW clause.
type NamedWindow struct {
	Span
	Name Ident
	Spec *WindowSpec
}

// GroupBy is GROUP BY [DISTINCT] items. Items is empty only after a syntax the
// parser refuses; GROUP BY () has one GroupSet item without elements.
type GroupBy struct {
	Span
	Distinct bool
	Items    []GroupItem
}

// GroupKind is the kind of a GroupItem.
type GroupKind string

const (
	GroupExpr   GroupKind = ""              // X
	GroupSet    GroupKind = "SET"           // (a, b) or (): Items are GroupExpr
	GroupCube   GroupKind = "CUBE"          // Items are GroupExpr or GroupSet
	GroupRollup GroupKind = "ROLLUP"        // Items are GroupExpr or GroupSet
	GroupSets   GroupKind = "GROUPING SETS" // Items of any kind
)

// GroupItem is an element of GROUP BY.
type GroupItem struct {
	Span
	Kind  GroupKind
	X     Expr // of GroupExpr
	Items []GroupItem
}

// SetOpKind is UNION, INTERSECT or EXCEPT.
type SetOpKind string

const (
	Union     SetOpKind = "UNION"
	Intersect SetOpKind = "INTERSECT"
	Except    SetOpKind = "EXCEPT"
)

// SetOp is Left Op [ALL] Right.
type SetOp struct {
	Span
	Op          SetOpKind
	All         bool
	Left, Right QueryBody
}

// Values is VALUES row, …; each row has at least one expression.
type Values struct {
	Span
	Rows []ValuesRow
}

// ValuesRow is (a, b), ROW(a, b), or a bare expression.
type ValuesRow struct {
	Span
	Elems []Expr
}

// ExplicitTable is TABLE t used as a query.
type ExplicitTable struct {
	Span
	Name Name
}

func (*Select) queryBody()        {}
func (*SetOp) queryBody()         {}
func (*Values) queryBody()        {}
func (*ExplicitTable) queryBody() {}

// A Query is a body where it is in parentheses and has its own WITH, ORDER BY or LIMIT.
func (*Query) queryBody() {}

// Hint is one hint of /*+ … */: OPTIONS('k'='v'), LOOKUP(…), BROADCAST(t).
type Hint struct {
	Span
	Name string // as written
	Args []HintArg
}

// HintArg is 'key'='value', or a plain name or literal.
type HintArg struct {
	Span
	HasKey bool
	Key    string
	Value  string
	Quoted bool // a plain argument was a string …
	Number bool // … or a number; else it was a name
}

// Alias is [AS] Name [(Columns)].
type Alias struct {
	Span
	Name    Ident
	Columns []Ident
}

// Table is name [/*+ OPTIONS(…) */] [FOR SYSTEM_TIME AS OF x] [alias].
type Table struct {
	Span
	Name       Name
	Hints      []Hint
	SystemTime Expr // nil without FOR SYSTEM_TIME AS OF
	Alias      *Alias
}

// Derived is [LATERAL] (query) [alias].
type Derived struct {
	Span
	Lateral bool
	Query   *Query
	Alias   *Alias
}

// TableFunc is a function in FROM: a window TVF or a process table function, with
// or without TABLE(…) around it, or LATERAL TABLE(f(x)).
type TableFunc struct {
	Span
	Lateral bool
	Call    *Call
	Alias   *Alias
}

// Unnest is UNNEST(x, …) [WITH ORDINALITY] [alias].
type Unnest struct {
	Span
	Args       []Expr
	Ordinality bool
	Alias      *Alias
}

// JoinKind is the kind of a Join.
type JoinKind string

const (
	InnerJoin JoinKind = "INNER"
	LeftJoin  JoinKind = "LEFT"
	RightJoin JoinKind = "RIGHT"
	FullJoin  JoinKind = "FULL"
	CrossJoin JoinKind = "CROSS"
	CommaJoin JoinKind = "," // binds weaker than the others
)

// Join is Left Kind JOIN Right [ON On | USING (Using)].
type Join struct {
	Span
	Kind        JoinKind
	Natural     bool
	Left, Right TableRef
	On          Expr
	Using       []Ident
}

// Pivot is Input PIVOT (Aggs FOR Axes IN (Values)) [alias].
type Pivot struct {
	Span
	Input  TableRef
	Aggs   []SelectItem
	Axes   []Path
	Values []PivotValue
	Alias  *Alias
}

// PivotValue is one value (or row of values) of PIVOT … IN.
type PivotValue struct {
	Span
	Elems []Expr // as many as there are axes
	Alias *Ident
}

// MatchRecognize is Input MATCH_RECOGNIZE ( … ) [alias].
type MatchRecognize struct {
	Span
	Input       TableRef // a Table, Derived or TableFunc; its Alias is the name before MATCH_RECOGNIZE
	PartitionBy []Expr
	OrderBy     []SortItem
	Measures    []Measure
	Rows        RowsPerMatch
	After       *AfterMatch
	Pattern     Pattern
	StrictStart bool // PATTERN (^ …)
	StrictEnd   bool // PATTERN (… $)
	Within      Expr // an Interval; nil when not written
	Subsets     []Subset
	Define      []Define
	Alias       *Alias
}

// RowsPerMatch is the output mode of MATCH_RECOGNIZE.
type RowsPerMatch string

const (
	RowsUnspecified RowsPerMatch = "" // ONE ROW PER MATCH is meant
	OneRowPerMatch  RowsPerMatch = "ONE ROW PER MATCH"
	AllRowsPerMatch RowsPerMatch = "ALL ROWS PER MATCH"
)

// Measure is X AS Name.
type Measure struct {
	Span
	X    Expr
	Name Ident
}

// AfterMatchKind is where matching goes on.
type AfterMatchKind string

const (
	SkipPastLastRow AfterMatchKind = "PAST LAST ROW"
	SkipToNextRow   AfterMatchKind = "TO NEXT ROW"
	SkipToFirst     AfterMatchKind = "TO FIRST"
	SkipToLast      AfterMatchKind = "TO LAST"
)

// AfterMatch is AFTER MATCH SKIP Kind [Variable]. SKIP TO v is SKIP TO LAST v.
type AfterMatch struct {
	Span
	Kind     AfterMatchKind
	Variable *Ident // of SkipToFirst and SkipToLast
}

// Subset is Name = (Members).
type Subset struct {
	Span
	Name    Ident
	Members []Ident
}

// Define is Name AS Cond.
type Define struct {
	Span
	Name Ident
	Cond Expr
}

// PatternVar is a pattern variable.
type PatternVar struct {
	Span
	Name Ident
}

// PatternSeq is A B C, at least two items.
type PatternSeq struct {
	Span
	Items []Pattern
}

// PatternAlt is A | B, at least two items.
type PatternAlt struct {
	Span
	Items []Pattern
}

// PatternRepeat is X*, X+, X?, X{n,m}, reluctant with a `?` behind.
type PatternRepeat struct {
	Span
	X         Pattern
	Min       int // -1 is not written: {,m}
	Max       int // -1 is no limit
	Reluctant bool
}

// PatternExclude is {- X -}.
type PatternExclude struct {
	Span
	X Pattern
}

// PatternPermute is PERMUTE(A, B).
type PatternPermute struct {
	Span
	Items []Pattern
}

func (*Table) tableRef()          {}
func (*Derived) tableRef()        {}
func (*TableFunc) tableRef()      {}
func (*Unnest) tableRef()         {}
func (*Join) tableRef()           {}
func (*Pivot) tableRef()          {}
func (*MatchRecognize) tableRef() {}

func (*PatternVar) pattern()     {}
func (*PatternSeq) pattern()     {}
func (*PatternAlt) pattern()     {}
func (*PatternRepeat) pattern()  {}
func (*PatternExclude) pattern() {}
func (*PatternPermute) pattern() {}
