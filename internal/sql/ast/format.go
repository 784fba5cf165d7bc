package ast

import (
	"strconv"
	"strings"
	"unicode"
)

// Format prints n as SQL, on one line, such that parsing the text gives the same
// tree (see Equal). Parts of a statement (a TableRef, a Pattern, a Hint …) print
// as they stand in it.
func Format(n Node) string {
	var p printer
	p.node(n)
	return p.b.String()
}

// FormatQuoted is Format with the columns of expressions always in back-ticks, as
// Flink shows expressions of a table: `a` + 1.
func FormatQuoted(x Expr) string {
	p := printer{quoteColumns: true}
	p.node(x)
	return p.b.String()
}

// QuoteIdent returns name as it must be written in SQL: in back-ticks if it is not
// a plain word or means something else to the parser.
func QuoteIdent(name string) string {
	if plainIdent(name) && !Reserved(name) && !ambiguous[strings.ToUpper(name)] {
		return name
	}
	return "`" + strings.ReplaceAll(name, "`", "``") + "`"
}

// QuoteString returns s as a string literal.
func QuoteString(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }

// ambiguous are words which are not reserved but start a construct of their own in
// an expression.
var ambiguous = words("DESCRIPTOR FINAL IF MAP MODEL UNBOUNDED")

func plainIdent(name string) bool {
	for i, r := range name {
		if r == unicode.ReplacementChar || !IdentStart(r) && (i == 0 || !unicode.IsDigit(r)) {
			return false
		}
	}
	return name != ""
}

// IdentStart reports whether r may begin an identifier without back-ticks; digits
// may follow.
func IdentStart(r rune) bool {
	return r == '_' || r == '$' || 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || r > 127 && unicode.IsLetter(r)
}

// A printer collects the text. Its methods print one kind of thing each.
type printer struct {
	b            strings.Builder
	quoteColumns bool // see FormatQuoted
	expanded     *Expansion
	unknown      bool // see FormatExpanded
}

// put prints strings as they are.
func (p *printer) put(parts ...string) {
	for _, s := range parts {
		p.b.WriteString(s)
	}
}

// putIf prints s if ok.
func (p *printer) putIf(ok bool, s string) {
	if ok {
		p.b.WriteString(s)
	}
}

// list prints n items separated by commas.
func (p *printer) list(n int, item func(i int)) {
	for i := range n {
		if i > 0 {
			p.put(", ")
		}
		item(i)
	}
}

func (p *printer) ident(id Ident) {
	if p.expanded != nil {
		p.quoted(id.Name)
		return
	}
	p.put(QuoteIdent(id.Name))
}

func (p *printer) idents(ids []Ident) { p.list(len(ids), func(i int) { p.ident(ids[i]) }) }

// parenIdents prints " (a, b)", or nothing for nil.
func (p *printer) parenIdents(ids []Ident) {
	if ids != nil {
		p.put(" (")
		p.idents(ids)
		p.put(")")
	}
}

func (p *printer) dotted(parts []Ident) {
	for i, id := range parts {
		p.putIf(i > 0, ".")
		p.ident(id)
	}
}

func (p *printer) path(x *Path) {
	if !p.quoteColumns {
		p.dotted(x.Parts)
		return
	}
	for i, id := range x.Parts {
		p.putIf(i > 0, ".")
		p.put("`" + strings.ReplaceAll(id.Name, "`", "``") + "`")
	}
}

func (p *printer) name(n Name) { p.dotted(n.Parts) }

func (p *printer) str(s string) { p.put(QuoteString(s)) }

func (p *printer) int(n int) { p.put(strconv.Itoa(n)) }

// node prints any node.
func (p *printer) node(n Node) {
	switch n := n.(type) {
	case Statement:
		p.statement(n)
	case Expr:
		p.expr(n, LevelNone)
	case QueryBody: // *Query among them
		p.body(n)
	case TableRef:
		p.tableRef(n)
	case Pattern:
		p.pattern(n, false)
	case AlterAction:
		p.alterAction(n)
	case *Ident:
		p.ident(*n)
	case *Name:
		p.name(*n)
	case *DataType:
		p.dataType(n)
	case *ColumnDef:
		p.columnDef(n)
	case *SelectItem:
		p.selectItem(n)
	case *SortItem:
		p.sortItem(n)
	case *WindowSpec:
		p.windowSpec(n)
	case *GroupItem:
		p.groupItem(n)
	case *Option:
		p.option(n)
	case *Hint:
		p.hint(n)
	case *Watermark:
		p.watermark(n)
	case *Constraint:
		p.constraint(n)
	case *Alias:
		p.alias(n)
	case *TableSchema:
		p.schema(n, nil)
	}
}

func (p *printer) dataType(t *DataType) {
	switch {
	case t.Other != nil:
		p.name(*t.Other)
	case t.Interval != nil:
		p.put("INTERVAL ")
		p.qualifier(t.Interval)
	case p.expanded != nil && t.Name == "INT":
		p.put("INTEGER")
	default:
		p.put(t.Name)
	}
	if t.Params != nil {
		p.put("(")
		p.list(len(t.Params), func(i int) { p.int(t.Params[i]) })
		p.put(")")
	}
	switch t.Name {
	case "RAW":
		p.put("(", QuoteString(t.Class), ", ", QuoteString(t.Snapshot), ")")
	case "ARRAY", "MULTISET":
		p.put("<")
		p.dataType(t.Elem)
		p.put(">")
	case "MAP":
		p.put("<")
		p.dataType(t.Key)
		p.put(", ")
		p.dataType(t.Elem)
		p.put(">")
	case "ROW", "STRUCTURED":
		p.put("<")
		if t.Name == "STRUCTURED" {
			p.str(t.Class)
			p.putIf(len(t.Fields) > 0, ", ")
		}
		p.list(len(t.Fields), func(i int) { p.field(&t.Fields[i]) })
		p.put(">")
	}
	switch t.Null {
	case NotNull:
		p.put(" NOT NULL")
	case Null:
		p.put(" NULL")
	}
}

func (p *printer) field(f *Field) {
	p.ident(f.Name)
	p.put(" ")
	p.dataType(f.Type)
	if f.Comment != nil {
		p.put(" ")
		p.str(f.Comment.Text)
	}
}

// qualifier prints an interval qualifier.
func (p *printer) qualifier(q *IntervalQualifier) {
	p.put(string(q.From))
	switch {
	case q.From == Second && q.To == "" && q.FracPrecision >= 0:
		p.put("(", strconv.Itoa(max(q.FromPrecision, 2)), ", ", strconv.Itoa(q.FracPrecision), ")")
	case q.FromPrecision >= 0:
		p.put("(", strconv.Itoa(q.FromPrecision), ")")
	}
	if q.To != "" {
		p.put(" TO ", string(q.To))
		if q.FracPrecision >= 0 {
			p.put("(", strconv.Itoa(q.FracPrecision), ")")
		}
	}
}
