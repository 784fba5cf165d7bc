package expr

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/decimal"
	"github.com/flottstream/flott/internal/types"
	"github.com/flottstream/flott/internal/valuetext"
)

// The tests write constants in a small notation: 12 INT, 12L BIGINT, 12T
// TINYINT, 12S SMALLINT, 1.5 DECIMAL, 1e3 DOUBLE, 1.5f FLOAT, 'x' CHAR, "x"
// STRING, x'00ff' BYTES, true, null, null:TYPE, d'…' DATE, t'…' TIME, ts'…'
// TIMESTAMP(3), ts6'…', ltz'…' TIMESTAMP_LTZ(3), [a,b] ARRAY, {k:v} MAP,
// (a,b) ROW, iym'1-2', idt'1 00:00:00'.
func arg(s string) Expr {
	s = strings.TrimSpace(s)
	typed := func(prefix string, t types.Type) Expr {
		x, err := Cast(StringLit(s[len(prefix)+1:len(s)-1]), t)
		if err != nil {
			panic(err)
		}
		f := Fold(x, testEnv)
		if _, ok := f.(*Literal); !ok {
			panic("bad literal " + s)
		}
		return f
	}
	switch {
	case s == "null":
		return NullLit(types.Type{Nullable: true})
	case strings.HasPrefix(s, "null:"):
		return NullLit(typeOf(s[5:]))
	case s == "true", s == "false":
		return BoolLit(s == "true")
	case s[0] == '\'':
		return StringLit(s[1 : len(s)-1])
	case s[0] == '"':
		return typed("", types.String().NotNull())
	case strings.HasPrefix(s, "x'"):
		var b []byte
		fmt.Sscanf(s[2:len(s)-1], "%x", &b)
		v := batch.New(types.Bytes().NotNull(), 1)
		v.AppendBytes(b)
		return &Literal{Value: v}
	case strings.HasPrefix(s, "d'"):
		return typed("d", types.Of(types.Date).NotNull())
	case strings.HasPrefix(s, "t'"):
		return typed("t", types.Type{Kind: types.Time, Length: 3})
	case strings.HasPrefix(s, "ts'"):
		return typed("ts", types.TimestampOf(3).NotNull())
	case strings.HasPrefix(s, "ts6'"):
		return typed("ts6", types.TimestampOf(6).NotNull())
	case strings.HasPrefix(s, "ts9'"):
		return typed("ts9", types.TimestampOf(9).NotNull())
	case strings.HasPrefix(s, "ltz'"):
		return typed("ltz", types.TimestampLTZOf(3).NotNull())
	case strings.HasPrefix(s, "iym'"):
		return typed("iym", types.Of(types.IntervalYearMonth).NotNull())
	case strings.HasPrefix(s, "idt'"):
		return typed("idt", types.Of(types.IntervalDayTime).NotNull())
	case s[0] == '[':
		return constructed("ARRAY", list(s[1:len(s)-1], ','))
	case s[0] == '(':
		return constructed("ROW", list(s[1:len(s)-1], ','))
	case s[0] == '{':
		var flat []string
		for _, e := range list(s[1:len(s)-1], ',') {
			flat = append(flat, list(e, ':')...)
		}
		return constructed("MAP", flat)
	}
	return numberArg(s)
}

func constructed(fn string, parts []string) Expr {
	args := make([]Expr, len(parts))
	for i, p := range parts {
		args[i] = arg(p)
	}
	return Fold(mustResolve(fn, args...), testEnv)
}

func numberArg(s string) Expr {
	lit := func(text string, t types.Type) Expr {
		x, err := Cast(StringLit(text), t.NotNull())
		if err != nil {
			panic(err)
		}
		return Fold(x, testEnv)
	}
	last, text := s[len(s)-1], s[:len(s)-1]
	switch {
	case last == 'L':
		return lit(text, types.Of(types.BigInt))
	case last == 'T':
		return lit(text, types.Of(types.TinyInt))
	case last == 'S':
		return lit(text, types.Of(types.SmallInt))
	case last == 'f':
		return lit(text, types.Of(types.Float))
	case last == 'e': // NaN and Infinity: NaNe, Infinitye
		return lit(text, types.Of(types.Double))
	case strings.Contains(s, "e"):
		return lit(s, types.Of(types.Double))
	case strings.Contains(s, "."):
		point := strings.IndexByte(s, '.')
		scale := len(s) - point - 1
		n, _, _ := decimal.Parse([]byte(s), 38, scale)
		return DecimalLit(n, max(n.Digits(), scale), scale)
	}
	x, ok := ParseInteger([]byte(s), 64)
	if !ok {
		panic("bad literal " + s)
	}
	return Int64Lit(x)
}

// list splits at sep outside quotes and brackets.
func list(s string, sep byte) []string {
	var parts []string
	depth, quote, start := 0, byte(0), 0
	for i := range len(s) {
		c := s[i]
		switch {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '\'' || c == '"':
			quote = c
		case c == '[' || c == '(' || c == '{':
			depth++
		case c == ']' || c == ')' || c == '}':
			depth--
		case c == sep && depth == 0:
			parts = append(parts, s[start:i])
			start = i + 1
		}
	}
	if strings.TrimSpace(s[start:]) != "" {
		parts = append(parts, s[start:])
	}
	return parts
}

var typeNames = map[string]types.Type{
	"INT": types.Of(types.Int), "BIGINT": types.Of(types.BigInt), "TINYINT": types.Of(types.TinyInt), "SMALLINT": types.Of(types.SmallInt),
	"DOUBLE": types.Of(types.Double), "FLOAT": types.Of(types.Float), "STRING": types.String(), "BYTES": types.Bytes(), "BOOLEAN": types.Of(types.Boolean),
	"DATE": types.Of(types.Date), "TS": types.TimestampOf(3), "TS0": types.TimestampOf(0), "TS6": types.TimestampOf(6), "TS9": types.TimestampOf(9),
	"LTZ": types.TimestampLTZOf(3), "TIME": types.Of(types.Time), "TIME3": {Kind: types.Time, Length: 3, Nullable: true},
	"IYM": types.Of(types.IntervalYearMonth), "IDT": types.Of(types.IntervalDayTime),
}

func typeOf(name string) types.Type {
	if t, ok := typeNames[name]; ok {
		return t
	}
	var p, s int
	switch {
	case strings.HasPrefix(name, "ARRAY<"):
		return types.ArrayOf(typeOf(name[6 : len(name)-1]))
	case strings.HasPrefix(name, "MAP<"):
		kv := strings.Split(name[4:len(name)-1], "/")
		return types.MapOf(typeOf(kv[0]), typeOf(kv[1]))
	}
	if n, _ := fmt.Sscanf(name, "DEC(%d/%d)", &p, &s); n == 2 {
		return types.DecimalOf(p, s)
	}
	if n, _ := fmt.Sscanf(name, "CHAR(%d)", &p); n == 1 {
		return types.Type{Kind: types.Char, Length: p, Nullable: true}
	}
	if n, _ := fmt.Sscanf(name, "VARCHAR(%d)", &p); n == 1 {
		return types.Type{Kind: types.Varchar, Length: p, Nullable: true}
	}
	if n, _ := fmt.Sscanf(name, "BINARY(%d)", &p); n == 1 {
		return types.Type{Kind: types.Binary, Length: p, Nullable: true}
	}
	panic("unknown type " + name)
}

type fixedClock struct{}

func (fixedClock) Now() time.Time { return time.Date(2024, 2, 29, 12, 34, 56, 789_000_000, time.UTC) }

var testEnv = &Env{Zone: time.UTC, Clock: fixedClock{}, Streaming: true}

// call parses "NAME arg, arg", CAST with the type last.
func call(text string) (Expr, error) {
	text = strings.TrimSpace(text)
	name, rest, _ := strings.Cut(text+" ", " | ")
	name = strings.TrimSpace(name)
	parts := list(rest, ',')
	if name == "CAST" || name == "TRY_CAST" {
		to := typeOf(strings.TrimSpace(parts[1]))
		if name == "CAST" {
			return Cast(arg(parts[0]), to)
		}
		return TryCast(arg(parts[0]), to)
	}
	args := make([]Expr, len(parts))
	for i, p := range parts {
		args[i] = arg(p)
	}
	return Resolve(name, args)
}

// evalText evaluates with constants folded and with every argument a column
// under several selections, and fails when the ways disagree.
func evalText(t *testing.T, e Expr, env *Env) string {
	t.Helper()
	want := evalOne(e, env, &batch.Batch{N: 1}, nil, 0)
	if volatilityOf(e) != immutable {
		return want
	}
	const n = 131
	cols := &batch.Batch{N: n}
	asColumns := columnsFor(e, cols)
	for _, sel := range [][]int32{nil, {0, 5, 64, 130}, {77}} {
		at := 5
		if len(sel) == 1 {
			at = 77
		}
		if got := evalOne(asColumns, env, cols, sel, at); got != want {
			t.Errorf("%s: %q on columns (sel %v), %q on constants", e, got, sel, want)
		}
	}
	return want
}

func evalOne(e Expr, env *Env, b *batch.Batch, sel []int32, row int) string {
	p, err := Compile(e, env)
	if err != nil {
		return "error: " + err.Error()
	}
	v, err := p.Eval(b, sel)
	if err != nil {
		if ee, ok := err.(*EvalError); ok {
			return "error: " + ee.Msg
		}
		return "error: " + err.Error()
	}
	return string(valuetext.AppendCast(nil, v, row, env.Zone))
}

// columnsFor replaces constants in a call by columns that hold them, a NULL in
// row 1 of each; those that must be constant stay.
func columnsFor(e Expr, b *batch.Batch) Expr {
	c, ok := e.(*Call)
	if !ok {
		return e
	}
	args := make([]Expr, len(c.Args))
	for i, a := range c.Args {
		l, ok := a.(*Literal)
		switch {
		case !ok:
			args[i] = columnsFor(a, b)
		case staysConstant(c, i):
			args[i] = a
		default:
			col := batch.New(l.Type().WithNull(true), b.N)
			for r := range b.N {
				if r == 1 {
					col.AppendNull()
				} else {
					col.AppendFrom(l.Value, 0)
				}
			}
			b.Cols = append(b.Cols, col)
			args[i] = &Column{Index: len(b.Cols) - 1, Name: "c", T: l.Type().WithNull(true)}
		}
	}
	return &Call{Fn: c.Fn, Args: args, T: c.T.WithNull(true), User: c.User}
}

// staysConstant reports arguments that kernels require to be constant.
func staysConstant(c *Call, i int) bool {
	return i < len(constantArgs[c.Fn]) && constantArgs[c.Fn][i] == 'c'
}

var constantArgs = map[string]string{
	"EXTRACT": "c", "TIMESTAMPDIFF": "c", "FLOOR": ".c", "CEIL": ".c", "TO_TIMESTAMP_LTZ": ".c", "MINUS_DATE": "..c",
	"TRIM": "c", "ROUND": ".c", "TRUNCATE": ".c",
	"JSON_EXISTS": "..c", "JSON_VALUE": "..cc.c", "JSON_QUERY": "..cccc", "JSON_OBJECT": "cc.c.c", "JSON_ARRAY": "c",
}

// check runs lines of "NAME | args => TYPE text" or "NAME | args => error …".
func check(t *testing.T, lines string) {
	t.Helper()
	checkEnv(t, testEnv, lines)
}

func checkEnv(t *testing.T, env *Env, lines string) {
	t.Helper()
	for _, line := range strings.Split(lines, "\n") {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		in, want, ok := strings.Cut(line, "=> ")
		if !ok {
			t.Fatalf("no => in %q", line)
		}
		e, err := call(in)
		var got string
		if err != nil {
			got = "error: " + err.Error()
		} else {
			got = evalText(t, e, env)
			if !strings.HasPrefix(got, "error: ") {
				got = e.Type().String() + " " + got
			}
		}
		if strings.TrimRight(got, " ") != strings.TrimRight(want, " ") {
			t.Errorf("%s\n   got  %s\n   want %s", in, got, want)
		}
	}
}
