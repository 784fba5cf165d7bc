package expr

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/types"
	"github.com/flottstream/flott/internal/valuetext"
)

// table returns a batch of random columns: a, b BIGINT; s STRING; d DOUBLE; p
// BOOLEAN; ts TIMESTAMP(3); x DECIMAL(10, 2); i INT. One value in seven is NULL.
func table(r *rand.Rand, n int) (*batch.Batch, []Expr) {
	schema := types.Schema{
		{Name: "a", Type: types.Of(types.BigInt)}, {Name: "b", Type: types.Of(types.BigInt)}, {Name: "s", Type: types.String()},
		{Name: "d", Type: types.Of(types.Double)}, {Name: "p", Type: types.Of(types.Boolean)}, {Name: "ts", Type: types.TimestampOf(3)},
		{Name: "x", Type: types.DecimalOf(10, 2)}, {Name: "i", Type: types.Of(types.Int)},
	}
	b := batch.NewBatch(schema, n)
	words := []string{"", "apple", "Google", "日本", "a,b,c", "2024-01-01 10:00:00", "42", "https://x/y?channel_id=7&z"}
	for range n {
		for _, c := range b.Cols {
			if r.IntN(7) == 0 {
				c.AppendNull()
				continue
			}
			switch c.Type.Kind {
			case types.BigInt:
				c.AppendInt64(r.Int64N(20) - 10)
			case types.Varchar:
				c.AppendString(words[r.IntN(len(words))])
			case types.Double:
				c.AppendFloat64(float64(r.IntN(100)) / 8)
			case types.Boolean:
				c.AppendBool(r.IntN(2) == 0)
			case types.Timestamp:
				c.AppendInt64(r.Int64N(1 << 42))
			case types.Decimal:
				n, _, _ := decimalOf(r.IntN(100000))
				batch.AppendFixed(c, n)
			default:
				c.AppendInt32(int32(r.IntN(9)) - 4)
			}
		}
	}
	b.SetLen()
	cols := make([]Expr, len(schema))
	for i, f := range schema {
		cols[i] = &Column{Index: i, Name: f.Name, T: f.Type}
	}
	return b, cols
}

// someExprs are expressions over the columns of table.
func someExprs(c []Expr) []Expr {
	a, b, s, d, p, ts, x, i := c[0], c[1], c[2], c[3], c[4], c[5], c[6], c[7]
	r := mustResolve
	return []Expr{
		r("+", a, b), r("-", a, Int64Lit(3)), r("*", Int64Lit(3), i), r("-", Int64Lit(7), b), r("+", a, d), r("*", x, a), r("+", x, x),
		r("/", x, Int64Lit(7)), r("/", a, Int64Lit(3)), r("%", a, Int64Lit(3)), r("NEG", x),
		r("=", a, b), r("<", a, Int64Lit(2)), r(">=", Int64Lit(2), a), r("<>", s, StringLit("apple")), r("<=", x, a), r("IS DISTINCT FROM", a, b),
		r("AND", r("<", a, b), r(">", d, Int64Lit(3)), p), r("OR", p, r("<", a, b), r("IS NULL", s)), r("NOT", p),
		r("IS TRUE", p), r("IS NOT FALSE", p), r("IN", a, Int64Lit(1), Int64Lit(2), NullLit(types.Type{})), r("NOT IN", s, StringLit("apple"), StringLit("42")),
		r("CASE", r("<", a, Int64Lit(0)), StringLit("neg"), r("=", a, Int64Lit(0)), s, r("UPPER", s)),
		r("CASE", r("<>", i, Int64Lit(0)), r("/", a, i), b), r("COALESCE", a, b, i), r("NULLIF", a, b),
		r("LOWER", s), r("||", s, r("||", StringLit("-"), s)), r("SUBSTRING", s, i, Int64Lit(2)), r("SPLIT_INDEX", s, StringLit(","), Int64Lit(1)),
		r("CHAR_LENGTH", s), r("LIKE", s, StringLit("%a%")), r("REGEXP_EXTRACT", s, StringLit("(&|^|[?])channel_id=([^&]*)"), Int64Lit(2)),
		r("CONCAT_WS", StringLit("|"), s, s), r("DATE_FORMAT", ts, StringLit("yyyy-MM-dd")), r("HOUR", ts), r("FLOOR", ts, StringLit("MONTH")),
		r("+", ts, IntLit(types.IntervalDayTime, 5000)), r("ARRAY", a, b), r("ITEM", r("ARRAY", a, b), Int64Lit(2)), r("MAP", StringLit("k"), a),
		r("ROW", a, s), &Field{X: r("ROW", a, s), Index: 1, T: types.String()}, r("CARDINALITY", r("SPLIT", s, StringLit(","))),
		must(TryCast(s, types.Of(types.Int))), must(Cast(x, types.Of(types.Double))), must(Cast(a, types.String())), must(Cast(d, types.DecimalOf(8, 1))),
		must(Cast(r("ARRAY", a, b), types.ArrayOf(types.String()))), r("GREATEST", a, b), r("ROUND", d, Int64Lit(1)), r("JSON_OBJECT", StringLit("NULL"), StringLit("k"), a),
	}
}

func must(e Expr, err error) Expr {
	if err != nil {
		panic(err)
	}
	return e
}

func textAt(v *batch.Vector, i int) string { return string(valuetext.AppendPrint(nil, v, i, nil)) }

// Every expression gives the same over the whole batch, over selections, one row
// at a time, and in an Evaluator that shares work.
func TestDenseSelectedAndRowByRow(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	for _, n := range []int{1, 63, 64, 65, 300} {
		b, cols := table(r, n)
		exprs := someExprs(cols)
		ev, err := NewEvaluator(exprs, testEnv)
		if err != nil {
			t.Fatal(err)
		}
		var sel []int32
		for i := range n {
			if r.IntN(3) == 0 {
				sel = append(sel, int32(i))
			}
		}
		shared, err := ev.Eval(b, sel)
		if err != nil {
			t.Fatal(err)
		}
		for k, e := range exprs {
			dense, selected, single := mustCompile(t, e), mustCompile(t, e), mustCompile(t, e)
			want := mustEval(t, dense, b, nil)
			got := mustEval(t, selected, b, sel)
			if want.Len() != n || got.Len() != n {
				t.Fatalf("%s: length %d and %d of %d", e, want.Len(), got.Len(), n)
			}
			for i := range n {
				if one := textAt(mustEval(t, single, b, []int32{int32(i)}), i); one != textAt(want, i) {
					t.Fatalf("%s row %d: %s alone, %s in the batch", e, i, one, textAt(want, i))
				}
			}
			for _, i := range sel {
				if w := textAt(want, int(i)); textAt(got, int(i)) != w || textAt(shared[k], int(i)) != w {
					t.Fatalf("%s row %d: %s selected, %s shared, %s in the batch", e, i, textAt(got, int(i)), textAt(shared[k], int(i)), w)
				}
			}
			checkFilter(t, e, b, sel, want)
		}
	}
}

// checkFilter compares Filter with the values.
func checkFilter(t *testing.T, e Expr, b *batch.Batch, sel []int32, want *batch.Vector) {
	if e.Type().Kind != types.Boolean {
		return
	}
	for _, rows := range [][]int32{nil, sel} {
		got, err := mustCompile(t, e).Filter(b, rows, []int32{-7})
		if err != nil {
			t.Fatal(err)
		}
		expect := []int32{-7}
		all := rows
		if all == nil {
			all = identity[:b.N]
		}
		for _, i := range all {
			if textAt(want, int(i)) == "true" {
				expect = append(expect, i)
			}
		}
		if len(got) != len(expect) {
			t.Fatalf("%s: Filter %v, want %v", e, got, expect)
		}
		for k := range got {
			if got[k] != expect[k] {
				t.Fatalf("%s: Filter %v, want %v", e, got, expect)
			}
		}
	}
}

func mustCompile(t testing.TB, e Expr) *Program {
	t.Helper()
	p, err := Compile(e, testEnv)
	if err != nil {
		t.Fatalf("%s: %v", e, err)
	}
	return p
}

func mustEval(t testing.TB, p *Program, b *batch.Batch, sel []int32) *batch.Vector {
	t.Helper()
	v, err := p.Eval(b, sel)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// What is guarded is not evaluated where the guard does not hold, shared or not.
func TestGuards(t *testing.T) {
	b := batch.NewBatch(types.Schema{{Name: "x", Type: types.Of(types.BigInt)}}, 4)
	for _, v := range []int64{2, 0, 4, 0} {
		b.Cols[0].AppendInt64(v)
	}
	b.SetLen()
	x := &Column{Name: "x", T: types.Of(types.BigInt)}
	inverse := mustResolve("/", Int64Lit(8), x)
	notZero := mustResolve("<>", x, Int64Lit(0))
	guarded := []Expr{
		mustResolve("CASE", notZero, inverse, NullLit(types.Type{})),
		mustResolve("AND", notZero, mustResolve(">", inverse, Int64Lit(3))),
		mustResolve("OR", mustResolve("=", x, Int64Lit(0)), mustResolve(">", inverse, Int64Lit(3))),
		mustResolve("COALESCE", mustResolve("NULLIF", x, Int64Lit(0)), Int64Lit(1)),
	}
	ev, err := NewEvaluator(guarded, testEnv)
	if err != nil {
		t.Fatal(err)
	}
	vs, err := ev.Eval(b, nil)
	if err != nil {
		t.Fatal(err)
	}
	for k, want := range []string{"4 null 2 null", "true false false false", "true true false true", "2 1 4 1"} {
		var got []string
		for i := range b.N {
			got = append(got, textAt(vs[k], i))
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%s: %v, want %s", guarded[k], got, want)
		}
	}
	if _, err := mustCompile(t, inverse).Eval(b, nil); err == nil || err.Error() != "Division by zero (in (8 / x))" {
		t.Errorf("unguarded: %v", err)
	}
	// Unguarded in one projection, it fails there.
	ev, _ = NewEvaluator(append(guarded, inverse), testEnv)
	if _, err := ev.Eval(b, nil); err == nil {
		t.Error("the unguarded projection did not fail")
	}
}

func TestSharedOnce(t *testing.T) {
	calls := 0
	f := &UserFunction{Name: "f", Deterministic: true,
		Infer: func([]types.Type) ([]types.Type, types.Type, error) {
			return []types.Type{types.Of(types.BigInt)}, types.Of(types.BigInt), nil
		},
		Eval: func(args []*batch.Vector, rows []int32, out *batch.Vector) error {
			calls++
			for _, i := range rows {
				out.Int64s()[i] = args[0].Int64s()[i] + 1
			}
			return nil
		}}
	x := &Column{Name: "x", T: types.Of(types.BigInt).NotNull()}
	call, err := Functions{"F": f}.Resolve("f", []Expr{x})
	if err != nil {
		t.Fatal(err)
	}
	b := batch.NewBatch(types.Schema{{Name: "x", Type: x.T}}, 1)
	b.Cols[0].AppendInt64(1)
	b.SetLen()
	ev, _ := NewEvaluator([]Expr{mustResolve("+", call, call), call, mustResolve("CASE", mustResolve(">", call, x), call, x)}, testEnv)
	for round := 1; round <= 2; round++ {
		vs, err := ev.Eval(b, nil)
		if err != nil || textAt(vs[0], 0) != "4" || textAt(vs[2], 0) != "2" {
			t.Fatalf("%v %v", vs, err)
		}
		if calls != round {
			t.Fatalf("called %d times in round %d", calls, round)
		}
	}
}

func TestFold(t *testing.T) {
	x := &Column{Name: "x", T: types.Of(types.Int)}
	for _, c := range []struct {
		e    Expr
		want string
	}{
		{mustResolve("+", Int64Lit(1), Int64Lit(2)), "3"},
		{mustResolve("+", x, mustResolve("*", Int64Lit(2), Int64Lit(3))), "(x + 6)"},
		{mustResolve("/", Int64Lit(1), Int64Lit(0)), "(1 / 0)"},
		{mustResolve("AND", mustResolve("=", Int64Lit(1), Int64Lit(1)), mustResolve(">", x, Int64Lit(1))), "(x > 1)"},
		{mustResolve("OR", mustResolve("=", Int64Lit(1), Int64Lit(1)), mustResolve(">", x, Int64Lit(1))), "true"},
		{mustResolve("CASE", BoolLit(false), x, Int64Lit(5)), "5"},
		{mustResolve("UPPER", StringLit("it's")), "'IT''S'"},
		{mustResolve("NOW"), "NOW()"},
		{mustResolve("RAND"), "RAND()"},
	} {
		if got := Fold(c.e, testEnv).String(); got != c.want {
			t.Errorf("%s folds to %s, want %s", c.e, got, c.want)
		}
	}
	if IsConstant(mustResolve("NOW")) || !IsConstant(mustResolve("PI")) || IsConstant(x) {
		t.Error("IsConstant")
	}
}

func TestUnknownFunctions(t *testing.T) {
	for name, want := range map[string]string{
		"UPER":       "No match found for function UPER. Did you mean UPPER?",
		"xyzzy":      "No match found for function XYZZY. SHOW FUNCTIONS lists the functions there are; CREATE FUNCTION registers a new one",
		"ML_PREDICT": "Function ML_PREDICT is not supported yet",
	} {
		if _, err := Resolve(name, nil); err == nil || err.Error() != want {
			t.Errorf("%s: %v, want %s", name, err, want)
		}
	}
	_, err := Resolve("UPPER", nil)
	if err == nil || err.Error() != "Invalid number of arguments to function 'UPPER'. Was expecting 1 arguments, got 0. UPPER takes 1 argument(s)" {
		t.Error(err)
	}
}

func TestCountChar(t *testing.T) {
	f := BuiltinClass("com.github.nexmark.flink.udf.CountChar")
	if f == nil || BuiltinClass("com.example.Other") != nil {
		t.Fatal("class names")
	}
	e, err := ResolveUser(f, []Expr{StringLit("banana"), StringLit("a")})
	if err != nil {
		t.Fatal(err)
	}
	if got := evalText(t, e, testEnv); got != "3" {
		t.Errorf("got %s", got)
	}
}

func FuzzCastFromText(f *testing.F) {
	for _, s := range []string{"12", "1.5e3", "2024-02-30 24:00:00", "10:00:00.5+01:00", "true", "+1-2", "1 10:00:00"} {
		f.Add(s)
	}
	targets := []types.Type{types.Of(types.TinyInt), types.Of(types.BigInt), types.Of(types.Float), types.Of(types.Double), types.DecimalOf(10, 2), types.Of(types.Boolean),
		types.Of(types.Date), types.Of(types.Time), types.TimestampOf(3), types.TimestampLTZOf(9), types.Of(types.IntervalDayTime), types.Of(types.IntervalYearMonth)}
	f.Fuzz(func(t *testing.T, s string) {
		for _, to := range targets {
			e := must(TryCast(StringLit(s), to))
			text := evalOne(e, testEnv, &batch.Batch{N: 1}, nil, 0)
			if strings.HasPrefix(text, "error") {
				t.Fatalf("TRY_CAST of %q to %s fails: %s", s, to, text)
			}
			if text == "NULL" || to.IsApproximate() || to.IsInterval() {
				continue
			}
			if again := evalOne(must(TryCast(StringLit(text), to)), testEnv, &batch.Batch{N: 1}, nil, 0); again != text {
				t.Fatalf("%q casts to %s %s, which reads back as %s", s, to, text, again)
			}
		}
	})
}

func FuzzLike(f *testing.F) {
	f.Add("a_%b", "axxb")
	f.Fuzz(func(t *testing.T, pattern, text string) {
		p := compileLike([]byte(pattern), []byte("!"))
		if p.ok {
			p.match([]byte(text))
		}
	})
}

// TestConstantsAreAsLongAsTheBatch evaluates constants over batches that become
// smaller: whoever copies the vector must not get values of the batch before.
func TestConstantsAreAsLongAsTheBatch(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, e := range []Expr{IntLit(types.Int, 3), NullLit(types.Of(types.Int)), StringLit("x"), NullLit(types.String())} {
		p, err := Compile(e, &Env{})
		if err != nil {
			t.Fatal(err)
		}
		for _, n := range []int{4, 1, 0, 2, 9, 3} {
			b, _ := table(r, n)
			v, err := p.Eval(b, nil)
			if err != nil || v.Len() != n {
				t.Fatalf("%s over %d rows: a vector of length %d, %v", e, n, v.Len(), err)
			}
			for i := range n {
				if got, want := string(valuetext.AppendDisplay(nil, v, i, nil)), strings.Trim(e.String(), "'"); got != want && !v.IsNull(i) {
					t.Errorf("%s: row %d of %d is %s", e, i, n, got)
				}
			}
		}
	}
}
