package ast

// Path is a column reference, qualified or reaching into rows: a, t.a, t.r.f.
// Which part is the table, the column and the field is for the binder to find.
type Path struct {
	Span
	Parts []Ident // never empty
}

// Star is `*` or `t.*` in a SELECT list. (COUNT(*) is Call.Star.)
type Star struct {
	Span
	Qualifier []Ident // nil for a plain star
}

// LiteralKind tells what a Literal's Text holds.
type LiteralKind uint8

const (
	NullLit         LiteralKind = iota // Text ""
	BoolLit                            // Text "TRUE", "FALSE" or "UNKNOWN" (a NULL of type BOOLEAN)
	IntLit                             // digits
	DecimalLit                         // digits with a point, exact: 1.5
	FloatLit                           // with an exponent, approximate: 1e3
	StringLit                          // decoded characters: quotes, '' and U& escapes resolved
	BinaryLit                          // an even number of hex digits, upper case
	DateLit                            // the quoted text of DATE '…'
	TimeLit                            // the quoted text of TIME '…'
	TimestampLit                       // the quoted text of TIMESTAMP '…'
	TimestampLtzLit                    // the quoted text of TIMESTAMP WITH LOCAL TIME ZONE '…'
)

// Literal is a constant of any kind but INTERVAL. A sign is a Unary around it.
type Literal struct {
	Span
	Kind LiteralKind
	Text string // see LiteralKind
}

// TimeUnit is the unit of an interval, upper case and singular: "YEAR", "DAY",
// "SECOND". Units in calls (EXTRACT, FLOOR … TO, TIMESTAMPADD) are Symbols.
type TimeUnit string

// The units an interval qualifier may have.
const (
	Year    TimeUnit = "YEAR"
	Quarter TimeUnit = "QUARTER"
	Month   TimeUnit = "MONTH"
	Week    TimeUnit = "WEEK"
	Day     TimeUnit = "DAY"
	Hour    TimeUnit = "HOUR"
	Minute  TimeUnit = "MINUTE"
	Second  TimeUnit = "SECOND"
)

// IntervalQualifier is YEAR(2) TO MONTH, DAY TO SECOND(3), HOUR …
type IntervalQualifier struct {
	Span
	From          TimeUnit
	FromPrecision int      // leading precision, -1 when not written
	To            TimeUnit // "" for a single unit
	FracPrecision int      // digits of the fraction of SECOND, -1 when not written
}

// Interval is INTERVAL [-]'text' qualifier, or INTERVAL (expr) qualifier.
type Interval struct {
	Span
	Negative  bool   // INTERVAL -'1' DAY
	Text      string // the quoted text: "1-2", "1 10:00:00.1"; "" when Value is set
	Value     Expr   // INTERVAL (n) DAY, INTERVAL n DAY; nil for the literal form
	Qualifier IntervalQualifier
}

// BinaryOp is an operator with two operands, as printed.
type BinaryOp string

// The binary operators, by falling strength of binding.
const (
	OpMul        BinaryOp = "*"
	OpDiv        BinaryOp = "/"
	OpMod        BinaryOp = "%"
	OpAdd        BinaryOp = "+"
	OpSub        BinaryOp = "-"
	OpConcat     BinaryOp = "||"
	OpEq         BinaryOp = "="
	OpNe         BinaryOp = "<>"
	OpLt         BinaryOp = "<"
	OpLe         BinaryOp = "<="
	OpGt         BinaryOp = ">"
	OpGe         BinaryOp = ">="
	OpOverlaps   BinaryOp = "OVERLAPS"
	OpMemberOf   BinaryOp = "MEMBER OF"
	OpSubmultiOf BinaryOp = "SUBMULTISET OF"
	OpAnd        BinaryOp = "AND"
	OpOr         BinaryOp = "OR"
)

// Binary is L Op R.
type Binary struct {
	Span
	Op    BinaryOp
	OpPos int // byte offset of the operator, for messages
	L, R  Expr
}

// UnaryOp is a prefix operator.
type UnaryOp string

const (
	OpMinus   UnaryOp = "-"
	OpPlus    UnaryOp = "+"
	OpNot     UnaryOp = "NOT"
	OpRunning UnaryOp = "RUNNING" // MATCH_RECOGNIZE measures
	OpFinal   UnaryOp = "FINAL"   // MATCH_RECOGNIZE measures
)

// Unary is Op X.
type Unary struct {
	Span
	Op UnaryOp
	X  Expr
}

// IsTest is what X is tested for.
type IsTest string

const (
	IsNull       IsTest = "NULL"
	IsTrue       IsTest = "TRUE"
	IsFalse      IsTest = "FALSE"
	IsUnknown    IsTest = "UNKNOWN"
	IsJSON       IsTest = "JSON" // the same as JSON VALUE
	IsJSONObject IsTest = "JSON OBJECT"
	IsJSONArray  IsTest = "JSON ARRAY"
	IsJSONScalar IsTest = "JSON SCALAR"
	IsASet       IsTest = "A SET"
	IsEmpty      IsTest = "EMPTY"
)

// Is is X IS [NOT] Test.
type Is struct {
	Span
	X    Expr
	Not  bool
	Test IsTest
}

// IsDistinct is L IS [NOT] DISTINCT FROM R.
type IsDistinct struct {
	Span
	L, R Expr
	Not  bool
}

// Between is X [NOT] BETWEEN [SYMMETRIC] Lo AND Hi.
type Between struct {
	Span
	X, Lo, Hi Expr
	Not       bool
	Symmetric bool
}

// In is X [NOT] IN (List) or X [NOT] IN (Query). One of List and Query is set.
type In struct {
	Span
	X     Expr
	Not   bool
	List  []Expr
	Query *Query
}

// LikeOp is the kind of pattern.
type LikeOp string

const (
	OpLike      LikeOp = "LIKE"
	OpILike     LikeOp = "ILIKE"
	OpRLike     LikeOp = "RLIKE"
	OpSimilarTo LikeOp = "SIMILAR TO"
)

// Like is X [NOT] Op Pattern [ESCAPE Escape].
type Like struct {
	Span
	Op      LikeOp
	X       Expr
	Not     bool
	Pattern Expr
	Escape  Expr // nil when not written
}

// Quantified is X Op ANY|ALL (List or Query). SOME is ANY.
type Quantified struct {
	Span
	X     Expr
	Op    BinaryOp // a comparison
	All   bool
	List  []Expr
	Query *Query
}

// Exists is EXISTS (Query); NOT EXISTS is a Unary around it.
type Exists struct {
	Span
	Query *Query
}

// ScalarSubquery is a query used as a value.
type ScalarSubquery struct {
	Span
	Query *Query
}

// When is one branch of a Case.
type When struct {
	Span
	Cond   Expr // with an operand: the value compared to it
	Result Expr
}

// Case is CASE [Operand] WHEN … THEN … [ELSE …] END.
type Case struct {
	Span
	Operand Expr // nil in the searched form
	Whens   []When
	Else    Expr // nil means NULL
}

// Cast is CAST(X AS Type) or TRY_CAST(X AS Type).
type Cast struct {
	Span
	X    Expr
	Type *DataType
	Try  bool
}

// RowCtor is ROW(a, b) or (a, b).
type RowCtor struct {
	Span
	Elems []Expr
}

// ArrayCtor is ARRAY[a, b] or ARRAY(query).
type ArrayCtor struct {
	Span
	Elems []Expr
	Query *Query // nil in the bracket form
}

// MultisetCtor is MULTISET[a, b] or MULTISET(query).
type MultisetCtor struct {
	Span
	Elems []Expr
	Query *Query // nil in the bracket form
}

// MapCtor is MAP[k1, v1, k2, v2] or MAP(query).
type MapCtor struct {
	Span
	Keys, Values []Expr // of equal length
	Query        *Query // nil in the bracket form
}

// Index is X[At]: array element (from 1), map value, variant member.
type Index struct {
	Span
	X, At Expr
}

// FieldAccess is X.Field where X is not a plain Path: a[1].f, f(x).g. A path in
// parentheses is a plain path: (a.b).c is a.b.c.
type FieldAccess struct {
	Span
	X     Expr
	Field Ident
}

// Symbol is a keyword used as an argument: the DAY of EXTRACT(DAY FROM x), the
// BOTH of TRIM(BOTH …). Upper case.
type Symbol struct {
	Span
	Word string
}

// NamedArg is name => value in an argument list.
type NamedArg struct {
	Span
	Name  Ident
	Value Expr
}

// Default is the word DEFAULT as an argument or a value to insert.
type Default struct {
	Span
}

// Descriptor is DESCRIPTOR(c, …).
type Descriptor struct {
	Span
	Columns []Ident
}

// FormatJSON is X FORMAT JSON, a value of JSON_OBJECT or JSON_ARRAY which is JSON text.
type FormatJSON struct {
	Span
	X Expr
}

// TableArg is a table passed to a function: TABLE t [PARTITION BY …] [ORDER BY …]
// or (query) …. One of Table and Query is set.
type TableArg struct {
	Span
	Table       *Name
	Query       *Query
	PartitionBy []Expr
	OrderBy     []SortItem
}

// ModelArg is MODEL m passed to a function.
type ModelArg struct {
	Span
	Name Name
}

// Quantifier is the word before the arguments of an aggregate.
type Quantifier string

const (
	QuantNone     Quantifier = ""
	QuantDistinct Quantifier = "DISTINCT"
	QuantAll      Quantifier = "ALL"
)

// NullTreatment is RESPECT NULLS or IGNORE NULLS.
type NullTreatment string

const (
	NullsUnspecified NullTreatment = ""
	RespectNulls     NullTreatment = "RESPECT NULLS"
	IgnoreNulls      NullTreatment = "IGNORE NULLS"
)

// Call is a function, aggregate, window function or table function call.
//
// Calls with a syntax of their own have an upper-case name of one part and these
// arguments, in this order:
//
//	CEIL, FLOOR             x [, Symbol unit]
//	EXTRACT                 Symbol unit, x
//	TIMESTAMPADD            Symbol unit, n, ts
//	TIMESTAMPDIFF           Symbol unit, a, b
//	POSITION                needle, haystack [, from]
//	TRIM                    Symbol BOTH|LEADING|TRAILING, what, s   (what defaults to ' ')
//	SUBSTRING               s, from [, for]
//	OVERLAY                 s, replacement, from [, for]
//	TRANSLATE               s, from, to
//	GROUPING SETS etc.      are not calls, see GroupItem
//	JSON_EXISTS             json, path; clauses in JSON
//	JSON_VALUE, JSON_QUERY  json, path; clauses in JSON
//	JSON_OBJECT, JSON_OBJECTAGG  key, value, key, value, …; clauses in JSON
//	JSON_ARRAY, JSON_ARRAYAGG    elements; clauses in JSON
//	CURRENT_DATE, CURRENT_TIME, LOCALTIME, LOCALTIMESTAMP, CURRENT_TIMESTAMP, …
//	                        no argument, or a precision
type Call struct {
	Span
	Name          Name
	Quantifier    Quantifier
	Star          bool // COUNT(*)
	Args          []Expr
	JSON          *JSONClauses  // nil without such clauses
	OrderBy       []SortItem    // ARRAY_AGG(x ORDER BY y)
	NullTreatment NullTreatment // LAG(x) IGNORE NULLS
	WithinGroup   []SortItem    // WITHIN GROUP (ORDER BY …)
	Filter        Expr          // FILTER (WHERE …)
	Over          *WindowSpec   // nil for a plain function or group aggregate
}

// JSONClauses are the clauses after the arguments of a JSON_* call. Empty
// strings and nil mean "not written".
type JSONClauses struct {
	Span
	Returning *DataType
	Wrapper   string        // JSON_QUERY: "WITHOUT", "CONDITIONAL", "UNCONDITIONAL"
	OnNull    string        // constructors: "NULL" or "ABSENT"
	OnEmpty   *JSONBehavior // JSON_VALUE, JSON_QUERY
	OnError   *JSONBehavior // JSON_EXISTS, JSON_VALUE, JSON_QUERY
}

// JSONBehavior is the word before ON EMPTY or ON ERROR: NULL, ERROR, DEFAULT,
// EMPTY ARRAY, EMPTY OBJECT, TRUE, FALSE, UNKNOWN.
type JSONBehavior struct {
	Span
	Word    string
	Default Expr // the value of DEFAULT
}

// WindowSpec is what follows OVER, or a definition of the WINDOW clause.
// `OVER w` has only Ref.
type WindowSpec struct {
	Span
	Ref         *Ident // an existing window
	PartitionBy []Expr
	OrderBy     []SortItem
	Frame       *Frame
}

// Frame is {ROWS|RANGE} [BETWEEN] Start [AND End].
type Frame struct {
	Span
	Rows  bool // else RANGE
	Start FrameBound
	End   *FrameBound // nil without BETWEEN: CURRENT ROW is meant
}

// BoundKind is the kind of a frame bound.
type BoundKind string

const (
	UnboundedPreceding BoundKind = "UNBOUNDED PRECEDING"
	Preceding          BoundKind = "PRECEDING"
	CurrentRow         BoundKind = "CURRENT ROW"
	Following          BoundKind = "FOLLOWING"
	UnboundedFollowing BoundKind = "UNBOUNDED FOLLOWING"
)

// FrameBound is one end of a Frame.
type FrameBound struct {
	Span
	Kind   BoundKind
	Offset Expr // of Preceding and Following
}

func (*Path) expr()           {}
func (*Star) expr()           {}
func (*Literal) expr()        {}
func (*Interval) expr()       {}
func (*Binary) expr()         {}
func (*Unary) expr()          {}
func (*Is) expr()             {}
func (*IsDistinct) expr()     {}
func (*Between) expr()        {}
func (*In) expr()             {}
func (*Like) expr()           {}
func (*Quantified) expr()     {}
func (*Exists) expr()         {}
func (*ScalarSubquery) expr() {}
func (*Case) expr()           {}
func (*Cast) expr()           {}
func (*RowCtor) expr()        {}
func (*ArrayCtor) expr()      {}
func (*MultisetCtor) expr()   {}
func (*MapCtor) expr()        {}
func (*Index) expr()          {}
func (*FieldAccess) expr()    {}
func (*Symbol) expr()         {}
func (*NamedArg) expr()       {}
func (*Default) expr()        {}
func (*Descriptor) expr()     {}
func (*FormatJSON) expr()     {}
func (*TableArg) expr()       {}
func (*ModelArg) expr()       {}
func (*Call) expr()           {}
