package plan

import (
	"testing"

	"github.com/flottstream/flott/internal/expr"
	"github.com/flottstream/flott/internal/types"
)

// The three forms of an expression, as real Flink prints them in the AST, the
// physical plan and the execution plan.
func TestExpressionForms(t *testing.T) {
	price := &expr.Column{Index: 2, Name: "price", T: types.Of(types.BigInt)}
	url := &expr.Column{Index: 4, Name: "url", T: types.String()}
	id := &expr.Column{Index: 0, Name: "id", T: types.Of(types.Int).NotNull()}
	call := func(fn string, args ...expr.Expr) expr.Expr {
		x, err := expr.Resolve(fn, args)
		if err != nil {
			t.Fatal(err)
		}
		return x
	}
	cast := func(x expr.Expr, to types.Type) expr.Expr {
		y, err := expr.Cast(x, to)
		if err != nil {
			t.Fatal(err)
		}
		return y
	}
	for _, c := range []struct {
		x                     expr.Expr
		digest, prefix, infix string
	}{
		{call(">", price, expr.IntLit(types.Int, 100)), ">($2, 100)", ">(price, 100)", "(price > 100)"},
		{call("AND", call("IS NULL", url), call("LIKE", url, expr.StringLit("%x"))),
			"AND(IS NULL($4), LIKE($4, _UTF-16LE'%x'))", "AND(IS NULL(url), LIKE(url, _UTF-16LE'%x'))", "(url IS NULL AND LIKE(url, '%x'))"},
		{cast(id, types.Of(types.BigInt).NotNull()), "CAST($0):BIGINT NOT NULL", "CAST(id AS BIGINT NOT NULL)", "CAST(id AS BIGINT)"},
		{cast(price, types.String()), `CAST($2):VARCHAR(2147483647) CHARACTER SET "UTF-16LE"`,
			`CAST(price AS VARCHAR(2147483647) CHARACTER SET "UTF-16LE")`, "CAST(price AS VARCHAR(2147483647))"},
		{expr.IntLit(types.BigInt, 10), "10:BIGINT", "10:BIGINT", "10"},
		{expr.NullLit(types.Of(types.Int)), "null:INTEGER", "null:INTEGER", "null:INTEGER"},
		{call("NEG", id), "-($0)", "-(id)", "-(id)"},
		{call("||", url, expr.StringLit("'")), "||($4, _UTF-16LE'''')", "||(url, _UTF-16LE'''')", "||(url, '''')"},
	} {
		if got := Digest(c.x); got != c.digest {
			t.Errorf("digest %s, want %s", got, c.digest)
		}
		if got := Prefix(c.x); got != c.prefix {
			t.Errorf("prefix %s, want %s", got, c.prefix)
		}
		if got := Infix(c.x); got != c.infix {
			t.Errorf("infix %s, want %s", got, c.infix)
		}
	}
}
