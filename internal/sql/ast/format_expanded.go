package ast

import (
	"strings"
	"unicode"
)

// Expansion is what the names of a query mean, by the place where they stand.
type Expansion struct {
	Paths  map[*Path][]string    // relation, column, fields
	Stars  map[*Star][][2]string // relation and column of each
	Tables map[*Table][]string   // catalog, database and name; the name of a WITH
	// Builtin reports whether a name in capitals is a function of the program.
	Builtin func(name string) bool
}

// FormatExpanded prints q as Flink shows the query of a view: every name in full
// and in back-ticks, a clause a line. It reports false for what it does not know
// how Flink would print.
func FormatExpanded(q *Query, e *Expansion) (string, bool) {
	p := printer{quoteColumns: true, expanded: e}
	p.expandedQuery(q)
	return p.b.String(), !p.unknown
}

func (p *printer) quoted(parts ...string) {
	for i, s := range parts {
		p.putIf(i > 0, ".")
		p.put("`", strings.ReplaceAll(s, "`", "``"), "`")
	}
}

func (p *printer) expandedQuery(q *Query) {
	p.unknown = p.unknown || q.Recursive
	if q.With != nil {
		p.put("WITH ")
		p.list(len(q.With), func(i int) {
			c := &q.With[i]
			p.ident(c.Name)
			p.parenIdents(c.Columns)
			p.put(" AS ")
			p.subquery(c.Query)
		})
		p.put(" ")
	}
	paren := q.With != nil && (q.OrderBy != nil || q.Limit != nil || q.Offset != nil)
	p.putIf(paren, "(")
	p.expandedBody(q.Body)
	if q.OrderBy != nil {
		p.put("\nORDER BY ")
		p.sortItems(q.OrderBy)
	}
	if q.Offset != nil {
		p.put("\nOFFSET ", q.Offset.Text, " ROWS")
	}
	if q.Limit != nil {
		p.put("\nFETCH NEXT ", q.Limit.Text, " ROWS ONLY")
	}
	p.putIf(paren, ")")
}

func (p *printer) expandedBody(b QueryBody) {
	switch b := b.(type) {
	case *Select:
		p.expandedSelect(b)
	case *SetOp:
		right, isOp := b.Right.(*SetOp)
		p.unknown = p.unknown || isOp && right.Op.level() <= b.Op.level()
		p.expandedBody(b.Left)
		p.put("\n", string(b.Op))
		p.putIf(b.All, " ALL")
		p.put("\n")
		p.expandedBody(b.Right)
	case *Values:
		p.put("VALUES ")
		for i := range b.Rows {
			p.putIf(i > 0, ",\n")
			p.put("ROW(")
			p.exprs(b.Rows[i].Elems)
			p.put(")")
		}
	default:
		p.unknown = true
	}
}

func (p *printer) expandedSelect(s *Select) {
	p.unknown = p.unknown || s.Hints != nil || s.Qualify != nil
	p.put("SELECT ")
	p.putIf(s.Distinct, "DISTINCT ")
	p.list(len(s.Items), func(i int) { p.selectItem(&s.Items[i]) })
	if s.From != nil {
		p.put("\nFROM ")
		p.expandedTable(s.From)
	}
	p.clause("\nWHERE ", s.Where)
	if s.GroupBy != nil {
		p.put("\nGROUP BY ")
		p.unknown = p.unknown || s.GroupBy.Distinct
		p.list(len(s.GroupBy.Items), func(i int) {
			p.unknown = p.unknown || s.GroupBy.Items[i].Kind != GroupExpr
			p.groupItem(&s.GroupBy.Items[i])
		})
	}
	p.clause("\nHAVING ", s.Having)
	p.windows("\nWINDOW ", s)
}

func (p *printer) expandedTable(t TableRef) {
	switch t := t.(type) {
	case *Table:
		path := p.expanded.Tables[t]
		p.unknown = p.unknown || t.Hints != nil || path == nil
		p.quoted(path...)
		if t.SystemTime != nil {
			p.put(" FOR SYSTEM_TIME AS OF ")
			p.expr(t.SystemTime, LevelCompare+1)
		}
		if t.Alias == nil {
			p.put(" AS ")
			p.ident(t.Name.Last())
		}
		p.alias(t.Alias)
	case *Derived:
		p.unknown = p.unknown || t.Lateral
		p.subquery(t.Query)
		p.alias(t.Alias)
	case *TableFunc:
		name := strings.ToUpper(t.Call.Name.Last().Name)
		window := name == "TUMBLE" || name == "HOP" || name == "CUMULATE" || name == "SESSION"
		p.unknown = p.unknown || t.Lateral || !window || len(t.Call.Name.Parts) > 1
		p.put("TABLE(", name)
		p.callArgs(t.Call)
		p.put(")")
		p.alias(t.Alias)
	case *Unnest:
		p.unknown = p.unknown || t.Ordinality
		p.put("UNNEST(")
		p.exprs(t.Args)
		p.put(")")
		p.alias(t.Alias)
	case *Join:
		p.expandedJoin(t)
	default:
		p.unknown = true
	}
}

func (p *printer) expandedJoin(j *Join) {
	_, nested := j.Right.(*Join)
	left, ok := j.Left.(*Join)
	mixed := ok && (left.Kind == CommaJoin) != (j.Kind == CommaJoin)
	p.unknown = p.unknown || nested || mixed || j.Natural || j.Using != nil
	p.expandedTable(j.Left)
	if j.Kind == CommaJoin {
		p.put(",\n")
	} else {
		p.put("\n", string(j.Kind), " JOIN ")
	}
	p.expandedTable(j.Right)
	p.clause(" ON ", j.On)
}

// expandedStar prints the columns that a star stands for.
func (p *printer) expandedStar(x *Star) {
	columns := p.expanded.Stars[x]
	p.unknown = p.unknown || len(columns) == 0
	p.list(len(columns), func(i int) { p.quoted(columns[i][:]...) })
}

// expandedExpr prints what Flink shows in another way than it is written. It
// reports false, having printed nothing, for the rest.
func (p *printer) expandedExpr(x Expr) bool {
	switch x := x.(type) {
	case *Path:
		parts := p.expanded.Paths[x]
		for i := 0; parts == nil && i < len(x.Parts); i++ {
			p.unknown = p.unknown || i > 0
			p.ident(x.Parts[i]) // a name of the SELECT list
		}
		p.quoted(parts...)
	case *Star:
		p.expandedStar(x)
	case *ScalarSubquery:
		p.put("((")
		p.subquery(x.Query)
		p.put("))")
	case *Unary:
		if _, number := x.X.(*Literal); x.Op != OpMinus || number {
			return false
		}
		p.put("- ")
		p.expr(x.X, LevelSign)
	case *Case:
		p.expandedCase(x)
	case *Between:
		p.expr(x.X, LevelRange)
		p.putIf(x.Not, " NOT")
		p.put(" BETWEEN ")
		if x.Symmetric {
			p.put("SYMMETRIC ")
		} else {
			p.put("ASYMMETRIC ")
		}
		p.expr(x.Lo, LevelRange+1)
		p.put(" AND ")
		p.expr(x.Hi, LevelRange+1)
	case *Call:
		return p.expandedCall(x)
	case *Literal:
		p.unknown = p.unknown || strings.ContainsFunc(x.Text, func(r rune) bool { return r > unicode.MaxASCII })
		if x.Kind != FloatLit {
			return false
		}
		p.put(strings.ToUpper(x.Text))
	case *Cast:
		p.unknown = p.unknown || !plainType(x.Type)
		return false
	case *Is:
		p.unknown = p.unknown || strings.HasPrefix(string(x.Test), "JSON")
		return false
	case *Quantified:
		p.unknown = p.unknown || !x.All
		return false
	case *TableArg:
		p.unknown = p.unknown || x.PartitionBy != nil || x.OrderBy != nil
		return false
	case *MultisetCtor, *ModelArg, *FormatJSON:
		p.unknown = true
		return false
	default:
		return false
	}
	return true
}

// expandedCase prints the conditions of CASE x WHEN y in full.
func (p *printer) expandedCase(x *Case) {
	p.put("CASE")
	for _, w := range x.Whens {
		p.put(" WHEN ")
		if x.Operand != nil {
			p.expr(&Binary{Op: OpEq, L: x.Operand, R: w.Cond}, LevelNone)
		} else {
			p.expr(w.Cond, LevelNone)
		}
		p.put(" THEN ")
		p.expr(w.Result, LevelNone)
	}
	p.put(" ELSE ")
	if x.Else != nil {
		p.expr(x.Else, LevelNone)
	} else {
		p.put("NULL")
	}
	p.put(" END")
}

// unlikeWritten are the functions that Flink shows as something else, or with
// words which are not written.
var unlikeWritten = words(`NULLIF DAYOFYEAR DAYOFMONTH DAYOFWEEK TRANSLATE TUMBLE HOP SESSION JSON_ARRAY JSON_OBJECT JSON_QUERY JSON_OBJECTAGG JSON_ARRAYAGG MINUS_DATE`)

// timeUnits are the functions that are shown as EXTRACT.
var timeUnits = words("YEAR QUARTER MONTH WEEK HOUR MINUTE SECOND")

func (p *printer) expandedCall(c *Call) bool {
	name := strings.ToUpper(c.Name.Last().Name)
	switch {
	case len(c.Name.Parts) > 1 || unlikeWritten[name] || name == "TRIM" && len(c.Args) == 2 || !p.expanded.Builtin(name):
		p.unknown = true
	case timeUnits[name]:
		p.form(c.Args, "EXTRACT("+name+" FROM ", ")")
		return true
	case name == "TRIM" && len(c.Args) == 1:
		p.form(c.Args, "TRIM(BOTH ' ' FROM ", ")")
		return true
	case name == "SUBSTRING":
		p.put(name)
		p.callArgs(c)
		return true
	case specialCalls[name] || quotedFunctions[name]:
	default:
		p.put(name)
		p.callArgs(c)
		p.callSuffix(c)
		return true
	}
	return false
}

// plainType reports whether a type is shown as it is written.
func plainType(t *DataType) bool {
	return t.Other == nil && t.Elem == nil && t.Fields == nil && t.Class == "" && t.Null != NotNull && t.Null != Null
}
