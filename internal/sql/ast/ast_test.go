package ast

import (
	"fmt"
	"strings"
	"testing"
)

func path(names ...string) *Path {
	p := &Path{}
	for _, n := range names {
		p.Parts = append(p.Parts, Ident{Name: n})
	}
	return p
}

func number(text string) *Literal { return &Literal{Kind: IntLit, Text: text} }

// Trees made by hand, as the binder makes them, print with the parentheses and
// quotes they need.
func TestFormat(t *testing.T) {
	a, b, c := path("a"), path("b"), path("c")
	for _, test := range []struct {
		n    Node
		want string
	}{
		{&Binary{Op: OpMul, L: &Binary{Op: OpAdd, L: a, R: b}, R: c}, "(a + b) * c"},
		{&Binary{Op: OpSub, L: a, R: &Binary{Op: OpSub, L: b, R: c}}, "a - (b - c)"},
		{&Binary{Op: OpSub, L: &Binary{Op: OpSub, L: a, R: b}, R: c}, "a - b - c"},
		{&Unary{Op: OpNot, X: &Binary{Op: OpAnd, L: a, R: b}}, "NOT (a AND b)"},
		{&Unary{Op: OpMinus, X: &Unary{Op: OpMinus, X: a}}, "- -a"},
		{&Is{X: &Binary{Op: OpOr, L: a, R: b}, Test: IsTrue, Not: true}, "(a OR b) IS NOT TRUE"},
		{&Between{X: a, Lo: &Binary{Op: OpEq, L: a, R: b}, Hi: c}, "a BETWEEN (a = b) AND c"},
		{&Index{X: &Cast{X: a, Type: &DataType{Name: "ARRAY", Elem: &DataType{Name: "INT", Null: NotNull}}}, At: number("1")},
			"(CAST(a AS ARRAY<INT NOT NULL>))[1]"},
		{path("t", "order", "it`s", "1"), "t.`order`.`it``s`.`1`"},
		{path("map"), "`map`"},
		{&Literal{Kind: StringLit, Text: "it's"}, "'it''s'"},
		{&Literal{Kind: NullLit}, "NULL"},
		{&Call{Name: Name{Parts: []Ident{{Name: "COUNT"}}}, Star: true}, "COUNT(*)"},
		{&Call{Name: Name{Parts: []Ident{{Name: "EXTRACT"}}}, Args: []Expr{&Symbol{Word: "DAY"}, a}}, "EXTRACT(DAY FROM a)"},
		{&Call{Name: Name{Parts: []Ident{{Name: "EXTRACT"}}}, Args: []Expr{a, b}}, "`EXTRACT`(a, b)"},
		{&Interval{Text: "1", Negative: true, Qualifier: IntervalQualifier{From: Day, FromPrecision: -1, To: Second, FracPrecision: 3}},
			"INTERVAL -'1' DAY TO SECOND(3)"},
		{&Query{Body: &SetOp{Op: Union, All: true, Left: &Values{Rows: []ValuesRow{{Elems: []Expr{a}}}},
			Right: &SetOp{Op: Except, Left: &ExplicitTable{Name: Name{Parts: []Ident{{Name: "t"}}}}, Right: &ExplicitTable{Name: Name{Parts: []Ident{{Name: "u"}}}}}},
			Limit: number("5")}, "VALUES (a) UNION ALL (TABLE t EXCEPT TABLE u) LIMIT 5"},
		{&Join{Kind: LeftJoin, Left: &Table{Name: Name{Parts: []Ident{{Name: "a"}}}},
			Right: &Join{Kind: CrossJoin, Left: &Table{Name: Name{Parts: []Ident{{Name: "b"}}}}, Right: &Table{Name: Name{Parts: []Ident{{Name: "c"}}}}},
			On:    a}, "a LEFT JOIN (b CROSS JOIN c) ON a"},
		{&PatternRepeat{X: &PatternSeq{Items: []Pattern{&PatternVar{Name: Ident{Name: "A"}}, &PatternVar{Name: Ident{Name: "B"}}}}, Min: 2, Max: -1, Reluctant: true},
			"(A B){2,}?"},
	} {
		if got := Format(test.n); got != test.want {
			t.Errorf("got  %s\nwant %s", got, test.want)
		}
	}
}

func TestInspect(t *testing.T) {
	sub := &ScalarSubquery{Query: &Query{Body: &Select{Items: []SelectItem{{X: path("inner")}}}}}
	x := &Binary{Op: OpAdd, L: path("a", "b"), R: &Call{Name: Name{Parts: []Ident{{Name: "f"}}}, Args: []Expr{number("1"), sub}}}
	var seen []string
	Inspect(x, func(n Node) bool {
		if n == nil {
			seen = append(seen, "end")
			return false
		}
		seen = append(seen, strings.TrimPrefix(fmt.Sprintf("%T", n), "*ast."))
		_, query := n.(*Query)
		return !query
	})
	want := "Binary Path Ident end Ident end end Call Name Ident end end Literal end ScalarSubquery Query end end end"
	if got := strings.Join(seen, " "); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestEqual(t *testing.T) {
	sum := func(pos int, right Expr) Node {
		return &Binary{Span: Span{Pos: pos, End: pos + 5}, Op: OpAdd, OpPos: pos + 2, L: path("a"), R: right}
	}
	for _, test := range []struct {
		a, b Node
		want bool
	}{
		{sum(0, number("1")), sum(7, number("1")), true},
		{sum(0, number("1")), sum(0, number("2")), false},
		{sum(0, number("1")), sum(0, path("1")), false},
		{sum(0, nil), sum(0, path("b")), false},
		{path("a"), path("a", "b"), false},
		{path("a"), path("A"), false},
		{nil, path("a"), false},
		{nil, nil, true},
	} {
		if got := Equal(test.a, test.b); got != test.want {
			t.Errorf("Equal(%v, %v) = %v", test.a, test.b, got)
		}
	}
}

func TestDump(t *testing.T) {
	x := &In{X: path("a"), Not: true, List: []Expr{number("1"), &Literal{Kind: BoolLit, Text: "TRUE"}}}
	want := `(In X=(Path Parts=[a]) Not=true List=[(Literal Kind=2 Text="1") (Literal Kind=1 Text="TRUE")])`
	if got := Dump(x); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}
