package ast

import "strings"

// Levels of binding, from weak to strong. An operand is put in parentheses if it
// binds weaker than its place asks for. They are those of Calcite's operator table.
const (
	LevelNone = iota
	LevelOr
	LevelAnd
	LevelNot
	LevelIs
	LevelCompare // = <> < … IS DISTINCT FROM, OVERLAPS, MEMBER OF
	LevelRange   // BETWEEN, IN, LIKE, SIMILAR TO
	LevelAdd     // + -
	LevelMul     // * / % ||
	LevelSign    // prefix + -
	LevelPrimary
)

// Level returns how strongly op binds; higher is stronger. It is shared with the
// parser, which climbs the same ladder.
func (op BinaryOp) Level() int {
	switch op {
	case OpOr:
		return LevelOr
	case OpAnd:
		return LevelAnd
	case OpAdd, OpSub:
		return LevelAdd
	case OpMul, OpDiv, OpMod, OpConcat:
		return LevelMul
	default:
		return LevelCompare
	}
}

func level(x Expr) int {
	switch x := x.(type) {
	case *Binary:
		return x.Op.Level()
	case *Unary:
		switch x.Op {
		case OpNot:
			return LevelNot
		case OpMinus, OpPlus:
			return LevelSign
		}
	case *Is:
		return LevelIs
	case *IsDistinct, *Quantified:
		return LevelCompare
	case *Between, *In, *Like:
		return LevelRange
	case *NamedArg, *TableArg, *ModelArg, *FormatJSON:
		return LevelNone
	}
	return LevelPrimary
}

// expr prints x, in parentheses if it binds weaker than least.
func (p *printer) expr(x Expr, least int) {
	if level(x) < least {
		p.put("(")
		p.bare(x)
		p.put(")")
		return
	}
	p.bare(x)
}

func (p *printer) exprs(xs []Expr) {
	p.list(len(xs), func(i int) { p.expr(xs[i], LevelNone) })
}

// bare prints x without parentheses around it.
func (p *printer) bare(x Expr) {
	if p.expanded != nil && p.expandedExpr(x) {
		return
	}
	switch x := x.(type) {
	case *Path:
		p.path(x)
	case *Star:
		p.dotted(x.Qualifier)
		p.putIf(x.Qualifier != nil, ".")
		p.put("*")
	case *Literal:
		p.literal(x)
	case *Interval:
		p.interval(x)
	case *Binary:
		l := x.Op.Level()
		p.expr(x.L, l)
		p.put(" ", string(x.Op), " ")
		p.expr(x.R, l+1)
	case *Unary:
		p.unary(x)
	case *Is, *IsDistinct, *Between, *In, *Like, *Quantified:
		p.predicate(x)
	case *Exists:
		p.put("EXISTS ")
		p.subquery(x.Query)
	case *ScalarSubquery:
		p.subquery(x.Query)
	case *Case:
		p.caseExpr(x)
	case *Cast:
		p.putIf(x.Try, "TRY_")
		p.put("CAST(")
		p.expr(x.X, LevelNone)
		p.put(" AS ")
		p.dataType(x.Type)
		p.put(")")
	case *RowCtor:
		p.put("ROW(")
		p.exprs(x.Elems)
		p.put(")")
	case *ArrayCtor:
		p.collection("ARRAY", x.Elems, x.Query)
	case *MultisetCtor:
		p.collection("MULTISET", x.Elems, x.Query)
	case *MapCtor:
		entries := make([]Expr, 0, 2*len(x.Keys))
		for i := range x.Keys {
			entries = append(entries, x.Keys[i], x.Values[i])
		}
		p.collection("MAP", entries, x.Query)
	case *Index:
		p.receiver(x.X)
		p.put("[")
		p.expr(x.At, LevelNone)
		p.put("]")
	case *FieldAccess:
		p.receiver(x.X)
		p.put(".")
		p.ident(x.Field)
	case *Call:
		p.call(x)
	default:
		p.argument(x)
	}
}

// argument prints what only stands in an argument list.
func (p *printer) argument(x Expr) {
	switch x := x.(type) {
	case *Symbol:
		p.put(x.Word)
	case *NamedArg:
		p.ident(x.Name)
		p.put(" => ")
		p.expr(x.Value, LevelNone)
	case *Default:
		p.put("DEFAULT")
	case *Descriptor:
		p.put("DESCRIPTOR(")
		p.idents(x.Columns)
		p.put(")")
	case *FormatJSON:
		p.expr(x.X, LevelOr)
		p.put(" FORMAT JSON")
	case *TableArg:
		if x.Table != nil {
			p.put("TABLE ")
			p.name(*x.Table)
		} else {
			p.subquery(x.Query)
		}
		if x.PartitionBy != nil {
			p.put(" PARTITION BY (")
			p.exprs(x.PartitionBy)
			p.put(")")
		}
		if x.OrderBy != nil {
			p.put(" ORDER BY (")
			p.sortItems(x.OrderBy)
			p.put(")")
		}
	case *ModelArg:
		p.put("MODEL ")
		p.name(x.Name)
	}
}

func (p *printer) literal(x *Literal) {
	switch x.Kind {
	case NullLit:
		p.put("NULL")
	case StringLit:
		p.str(x.Text)
	case BinaryLit:
		p.put("X'", x.Text, "'")
	case DateLit:
		p.put("DATE ", QuoteString(x.Text))
	case TimeLit:
		p.put("TIME ", QuoteString(x.Text))
	case TimestampLit:
		p.put("TIMESTAMP ", QuoteString(x.Text))
	case TimestampLtzLit:
		p.put("TIMESTAMP WITH LOCAL TIME ZONE ", QuoteString(x.Text))
	default:
		p.put(x.Text)
	}
}

func (p *printer) interval(x *Interval) {
	p.put("INTERVAL ")
	switch {
	case x.Value == nil:
		p.putIf(x.Negative, "-")
		p.str(x.Text)
	default:
		p.put("(")
		p.expr(x.Value, LevelNone)
		p.put(")")
	}
	p.put(" ")
	p.qualifier(&x.Qualifier)
}

func (p *printer) unary(x *Unary) {
	p.put(string(x.Op))
	inner, ok := x.X.(*Unary)
	switch {
	case x.Op == OpNot:
		p.put(" ")
		p.expr(x.X, LevelNot)
	case x.Op == OpRunning || x.Op == OpFinal:
		p.put(" ")
		p.expr(x.X, LevelPrimary)
	default:
		p.putIf(ok && inner.Op != OpNot, " ") // -- begins a comment
		p.expr(x.X, LevelSign)
	}
}

func (p *printer) predicate(x Expr) {
	switch x := x.(type) {
	case *Is:
		p.expr(x.X, LevelIs)
		p.put(" IS ")
		p.putIf(x.Not, "NOT ")
		p.put(string(x.Test))
	case *IsDistinct:
		p.expr(x.L, LevelCompare)
		p.put(" IS ")
		p.putIf(x.Not, "NOT ")
		p.put("DISTINCT FROM ")
		p.expr(x.R, LevelCompare+1)
	case *Between:
		p.expr(x.X, LevelRange)
		p.putIf(x.Not, " NOT")
		p.put(" BETWEEN ")
		p.putIf(x.Symmetric, "SYMMETRIC ")
		p.expr(x.Lo, LevelRange+1)
		p.put(" AND ")
		p.expr(x.Hi, LevelRange+1)
	case *In:
		p.expr(x.X, LevelRange)
		p.putIf(x.Not, " NOT")
		p.put(" IN ")
		p.listOrQuery(x.List, x.Query)
	case *Like:
		p.expr(x.X, LevelRange)
		p.putIf(x.Not, " NOT")
		p.put(" ", string(x.Op), " ")
		p.expr(x.Pattern, LevelRange+1)
		if x.Escape != nil {
			p.put(" ESCAPE ")
			p.expr(x.Escape, LevelRange+1)
		}
	case *Quantified:
		p.expr(x.X, LevelCompare)
		p.put(" ", string(x.Op), " ")
		if x.All {
			p.put("ALL ")
		} else {
			p.put("ANY ")
		}
		p.listOrQuery(x.List, x.Query)
	}
}

func (p *printer) listOrQuery(list []Expr, q *Query) {
	if q != nil {
		p.subquery(q)
		return
	}
	p.put("(")
	p.exprs(list)
	p.put(")")
}

func (p *printer) subquery(q *Query) {
	p.put("(")
	if p.expanded != nil {
		p.expandedQuery(q)
	} else {
		p.query(q)
	}
	p.put(")")
}

func (p *printer) caseExpr(x *Case) {
	p.put("CASE")
	if x.Operand != nil {
		p.put(" ")
		p.expr(x.Operand, LevelNone)
	}
	for _, w := range x.Whens {
		p.put(" WHEN ")
		p.expr(w.Cond, LevelNone)
		p.put(" THEN ")
		p.expr(w.Result, LevelNone)
	}
	if x.Else != nil {
		p.put(" ELSE ")
		p.expr(x.Else, LevelNone)
	}
	p.put(" END")
}

func (p *printer) collection(kind string, elems []Expr, q *Query) {
	p.put(kind)
	if q != nil {
		p.subquery(q)
		return
	}
	p.put("[")
	p.exprs(elems)
	p.put("]")
}

// receiver prints what stands before [ or a dot.
func (p *printer) receiver(x Expr) {
	switch x.(type) {
	case *Path, *Index, *FieldAccess, *ArrayCtor, *MapCtor, *RowCtor:
		p.bare(x)
		return
	case *Call:
		if c := x.(*Call); c.Over == nil && c.Filter == nil && c.WithinGroup == nil && c.NullTreatment == "" {
			p.bare(x)
			return
		}
	}
	p.put("(")
	p.bare(x)
	p.put(")")
}

// specialCalls are the names which the parser does not read as name(args).
var specialCalls = words(`CAST TRY_CAST MINUS_DATE CEIL CEILING FLOOR EXTRACT TIMESTAMPADD TIMESTAMPDIFF POSITION TRIM
	SUBSTRING OVERLAY TRANSLATE JSON_EXISTS JSON_VALUE JSON_QUERY JSON_OBJECT JSON_OBJECTAGG JSON_ARRAY
	JSON_ARRAYAGG DESCRIPTOR MAP MODEL ` + bareNames)

// bareNames are functions which are written without parentheses.
const bareNames = niladicNames + ` USER CURRENT_USER
	SESSION_USER SYSTEM_USER CURRENT_CATALOG CURRENT_SCHEMA CURRENT_PATH CURRENT_ROLE
	CURRENT_DEFAULT_TRANSFORM_GROUP`

// niladicNames are those of them that there is a function for.
const niladicNames = `CURRENT_DATE CURRENT_TIME CURRENT_TIMESTAMP LOCALTIME LOCALTIMESTAMP`

var bareCalls, niladics = words(bareNames), words(niladicNames)

// Niladic reports whether word, in upper case, calls a function without parentheses.
func Niladic(word string) bool { return niladics[word] }

// BareFunction reports whether word, in any case, is a function written without
// parentheses, as CURRENT_DATE.
func BareFunction(word string) bool { return bareCalls[strings.ToUpper(word)] }

func (p *printer) call(c *Call) {
	switch {
	case p.quotedFunction(c):
		p.callArgs(c)
	case p.specialCall(c):
	case len(c.Name.Parts) == 1 && ReservedFunction(c.Name.Parts[0].Name) && !specialCalls[strings.ToUpper(c.Name.Parts[0].Name)]:
		p.put(c.Name.Parts[0].Name)
		p.callArgs(c)
	case len(c.Name.Parts) == 1 && specialCalls[strings.ToUpper(c.Name.Parts[0].Name)]:
		p.put("`", c.Name.Parts[0].Name, "`")
		p.callArgs(c)
	default:
		p.name(c.Name)
		p.callArgs(c)
	}
	p.callSuffix(c)
}

func (p *printer) callArgs(c *Call) {
	p.put("(")
	if c.Star {
		p.put("*")
	}
	if c.Quantifier != QuantNone {
		p.put(string(c.Quantifier), " ")
	}
	p.exprs(c.Args)
	if c.OrderBy != nil {
		p.put(" ORDER BY ")
		p.sortItems(c.OrderBy)
	}
	p.put(")")
}

func (p *printer) callSuffix(c *Call) {
	if c.NullTreatment != "" {
		p.put(" ", string(c.NullTreatment))
	}
	if c.WithinGroup != nil {
		p.put(" WITHIN GROUP (ORDER BY ")
		p.sortItems(c.WithinGroup)
		p.put(")")
	}
	if c.Filter != nil {
		p.put(" FILTER (WHERE ")
		p.expr(c.Filter, LevelNone)
		p.put(")")
	}
	if c.Over != nil {
		p.put(" OVER ")
		if w := c.Over; w.Ref != nil && w.PartitionBy == nil && w.OrderBy == nil && w.Frame == nil {
			p.ident(*w.Ref)
		} else {
			p.put("(")
			p.windowSpec(w)
			p.put(")")
		}
	}
}

// specialCall prints a call that has a syntax of its own up to its closing
// parenthesis. It reports false, having printed nothing, if c is not one.
func (p *printer) specialCall(c *Call) bool {
	if len(c.Name.Parts) != 1 || c.Quantifier != QuantNone || c.Star {
		return false
	}
	name := c.Name.Parts[0].Name
	if strings.HasPrefix(name, "JSON_") {
		return p.jsonCall(name, c)
	}
	if c.OrderBy != nil || c.NullTreatment != "" || c.WithinGroup != nil || c.Filter != nil || c.Over != nil {
		return false
	}
	n := len(c.Args)
	unitFirst := n > 0 && isSymbol(c.Args[0])
	switch {
	case niladics[name] && n == 0:
		p.put(c.Name.Parts[0].Name) // as written: it may name a column
	case bareCalls[name] && n == 1, (name == "CEIL" || name == "FLOOR") && n == 1:
		p.form(c.Args, name+"(", ")")
	case (name == "CEIL" || name == "FLOOR") && n == 2 && isSymbol(c.Args[1]):
		p.form(c.Args, name+"(", " TO ", ")")
	case name == "EXTRACT" && n == 2 && unitFirst:
		p.form(c.Args, "EXTRACT(", " FROM ", ")")
	case (name == "TIMESTAMPADD" || name == "TIMESTAMPDIFF") && n == 3 && unitFirst:
		p.form(c.Args, name+"(", ", ", ", ", ")")
	case name == "MINUS_DATE" && n == 3 && isSymbol(c.Args[2]):
		p.form(c.Args, "(", " - ", ") ", "")
	case name == "POSITION" && n == 2:
		p.form(c.Args, "POSITION(", " IN ", ")")
	case name == "POSITION" && n == 3:
		p.form(c.Args, "POSITION(", " IN ", " FROM ", ")")
	case name == "TRIM" && n == 3 && unitFirst:
		p.form(c.Args, "TRIM(", " ", " FROM ", ")")
	case name == "SUBSTRING" && n == 2:
		p.form(c.Args, "SUBSTRING(", " FROM ", ")")
	case name == "SUBSTRING" && n == 3:
		p.form(c.Args, "SUBSTRING(", " FROM ", " FOR ", ")")
	case name == "TRANSLATE" && n == 3:
		p.form(c.Args, "TRANSLATE(", ", ", ", ", ")")
	case name == "OVERLAY" && n == 3:
		p.form(c.Args, "OVERLAY(", " PLACING ", " FROM ", ")")
	case name == "OVERLAY" && n == 4:
		p.form(c.Args, "OVERLAY(", " PLACING ", " FROM ", " FOR ", ")")
	default:
		return false
	}
	return true
}

// form prints text[0] args[0] text[1] args[1] … text[len(args)]. The arguments
// are printed so that IN between them is not taken for an operator.
func (p *printer) form(args []Expr, text ...string) {
	for i, a := range args {
		p.put(text[i])
		if strings.HasPrefix(text[i+1], " IN") {
			p.expr(a, LevelRange+1)
		} else {
			p.expr(a, LevelNone)
		}
	}
	p.put(text[len(args)])
}

// jsonCall is specialCall for the JSON_* functions.
func (p *printer) jsonCall(name string, c *Call) bool {
	n := len(c.Args)
	aggregate := name == "JSON_OBJECTAGG" || name == "JSON_ARRAYAGG"
	if !aggregate && (c.NullTreatment != "" || c.WithinGroup != nil || c.Filter != nil || c.Over != nil) {
		return false
	}
	if name != "JSON_ARRAYAGG" && c.OrderBy != nil {
		return false
	}
	switch {
	case (name == "JSON_EXISTS" || name == "JSON_VALUE" || name == "JSON_QUERY") && n == 2:
		p.form(c.Args, name+"(", ", ", "")
	case name == "JSON_OBJECT" && n%2 == 0 || name == "JSON_OBJECTAGG" && n == 2:
		p.put(name, "(")
		p.list(n/2, func(i int) {
			p.form(c.Args[2*i:2*i+2], "KEY ", " VALUE ", "")
		})
	case name == "JSON_ARRAY" || name == "JSON_ARRAYAGG" && n == 1:
		p.put(name, "(")
		p.exprs(c.Args)
	default:
		return false
	}
	if c.OrderBy != nil {
		p.put(" ORDER BY ")
		p.sortItems(c.OrderBy)
	}
	if c.JSON != nil {
		p.jsonClauses(c.JSON)
	}
	p.put(")")
	return true
}

func (p *printer) jsonClauses(j *JSONClauses) {
	if j.Returning != nil {
		p.put(" RETURNING ")
		p.dataType(j.Returning)
	}
	switch j.Wrapper {
	case "WITHOUT":
		p.put(" WITHOUT ARRAY WRAPPER")
	case "CONDITIONAL", "UNCONDITIONAL":
		p.put(" WITH ", j.Wrapper, " ARRAY WRAPPER")
	}
	if j.OnNull != "" {
		p.put(" ", j.OnNull, " ON NULL")
	}
	p.jsonBehavior(j.OnEmpty, " ON EMPTY")
	p.jsonBehavior(j.OnError, " ON ERROR")
}

func (p *printer) jsonBehavior(b *JSONBehavior, when string) {
	if b == nil {
		return
	}
	p.put(" ", b.Word)
	if b.Default != nil {
		p.put(" ")
		p.expr(b.Default, LevelNone)
	}
	p.put(when)
}

func isSymbol(x Expr) bool {
	_, ok := x.(*Symbol)
	return ok
}
