package aggregate

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

// onGroup is a function over the rows of one group, without a Set.
type onGroup struct {
	t  *testing.T
	fn Function
	u  update
}

func newGroup(t *testing.T, name string, args ...*batch.Vector) *onGroup {
	t.Helper()
	ts := make([]types.Type, len(args))
	for i, a := range args {
		ts[i] = a.Type
	}
	fn, err := Resolve(name, ts, false)
	if err != nil {
		t.Fatal(err)
	}
	g := &onGroup{t: t, fn: fn, u: update{args: args}}
	g.u.recs = [][]byte{make([]byte, fn.impl.width())}
	g.u.vars = make([]variable, 1)
	return g
}

func (g *onGroup) change(retract bool, rows ...int32) error {
	g.u.rows, g.u.gid = rows, make([]int32, len(rows))
	if retract {
		return g.fn.impl.retract(&g.u)
	}
	return g.fn.impl.accumulate(&g.u)
}

func (g *onGroup) result() string {
	g.t.Helper()
	out := batch.New(g.fn.Type.WithNull(true), 1)
	if err := g.fn.impl.result(&results{recs: g.u.recs, vars: g.u.vars}, out); err != nil {
		return err.Error()
	}
	if out.IsNull(0) {
		return "NULL"
	}
	return string(valuetext.AppendCast(nil, out, 0, time.UTC))
}

func (g *onGroup) expect(want string) {
	g.t.Helper()
	if got := g.result(); got != want {
		g.t.Errorf("%s is %s, want %s", g.fn.Name, got, want)
	}
}

// mergeOf merges the groups of two lists of rows.
func (g *onGroup) mergeOf(a, b []int32) {
	g.t.Helper()
	other := newGroup(g.t, g.fn.Name, g.u.args...)
	if err := g.change(false, a...); err != nil {
		g.t.Fatal(err)
	}
	if err := other.change(false, b...); err != nil {
		g.t.Fatal(err)
	}
	m := merger{recs: g.u.recs, vars: g.u.vars, gid: []int32{0}, src: other.u.recs, from: other.u.vars}
	if err := g.fn.impl.merge(&m); err != nil {
		g.t.Fatal(err)
	}
}

func texts(ss ...string) *batch.Vector {
	v := batch.New(types.String(), len(ss))
	for _, s := range ss {
		if s == "-" {
			v.AppendNull()
		} else {
			v.AppendString(s)
		}
	}
	return v
}

func ints(xs ...int32) *batch.Vector {
	v := batch.New(types.Of(types.Int), len(xs))
	for _, x := range xs {
		v.AppendInt32(x)
	}
	return v
}

// doubles is a vector of a percentage per row.
func doubles(n int, x float64) *batch.Vector {
	v := batch.New(types.Of(types.Double).NotNull(), n)
	for range n {
		v.AppendFloat64(x)
	}
	return v
}

func TestJSONArray(t *testing.T) {
	values := texts("1", "-", `"a"`, "1")
	for _, c := range []struct{ name, all, less string }{
		{"JSON_ARRAYAGG_NULL_ON_NULL", `[1,null,"a",1]`, `["a",1]`},
		{"JSON_ARRAYAGG_ABSENT_ON_NULL", `[1,"a",1]`, `["a",1]`},
	} {
		g := newGroup(t, c.name, values)
		g.expect("[]")
		g.change(false, 0, 1, 2, 3)
		g.expect(c.all)
		g.change(true, 1, 3)
		g.expect(c.less)
		g = newGroup(t, c.name, values)
		g.mergeOf([]int32{0, 1}, []int32{2, 3})
		g.expect(c.all)
	}
}

func TestJSONObject(t *testing.T) {
	keys, values := texts("z", "b", `q"`, "b", "-"), texts("1", "-", "[2]", "3", "4")
	g := newGroup(t, "JSON_OBJECTAGG_NULL_ON_NULL", keys, values)
	g.expect("{}")
	g.change(false, 0, 1, 2)
	g.expect(`{"b":null,"q\"":[2],"z":1}`)
	g.change(true, 1)
	g.change(false, 3)
	g.expect(`{"b":3,"q\"":[2],"z":1}`)
	g.change(false, 1)
	if got := g.result(); !strings.HasPrefix(got, "Key 'b' is already present.") {
		t.Errorf("two equal keys: %s", got)
	}
	if err := g.change(false, 4); err == nil {
		t.Error("a NULL key is accepted")
	}
	g = newGroup(t, "JSON_OBJECTAGG_ABSENT_ON_NULL", keys, values)
	g.mergeOf([]int32{0, 1}, []int32{2})
	g.expect(`{"q\"":[2],"z":1}`)
}

func TestPercentile(t *testing.T) {
	values := ints(10, 1, 3, 11, 12)
	for _, c := range []struct {
		p    float64
		want string
	}{{0, "1.0"}, {1, "12.0"}, {0.5, "10.0"}, {0.25, "3.0"}, {0.3, "4.400000000000001"}, {0.6, "10.399999999999999"}} {
		g := newGroup(t, "PERCENTILE", values, doubles(5, c.p))
		g.expect("NULL")
		g.change(false, 0, 1)
		g.change(false, 2, 3, 4)
		g.expect(c.want)
		g = newGroup(t, "PERCENTILE", values, doubles(5, c.p))
		g.mergeOf([]int32{4, 0}, []int32{1, 3, 2})
		g.expect(c.want)
	}
	g := newGroup(t, "PERCENTILE", values, doubles(5, 1))
	g.change(false, 0, 4, 4, 1)
	g.change(true, 4)
	g.expect("12.0")
	g.change(true, 4)
	g.expect("10.0")
	g.change(true, 0, 1)
	g.expect("NULL")
	if err := newGroup(t, "PERCENTILE", values, doubles(5, 1.5)).change(false, 0); err == nil {
		t.Error("a percentage of 1.5 is accepted")
	}
}

// A frequency counts a value as often; rows of none are left out.
func TestPercentileFrequency(t *testing.T) {
	frequencies := batch.New(types.Of(types.BigInt), 5)
	for _, n := range []int64{4, 2, 1, -1} {
		frequencies.AppendInt64(n)
	}
	frequencies.AppendNull()
	g := newGroup(t, "PERCENTILE", ints(10, 1, 3, 11, 12), doubles(5, 0.3), frequencies)
	g.change(false, 0, 1, 2, 3, 4)
	g.expect("2.5999999999999996")
	g.change(true, 1)
	g.expect("10.0")
}

func TestPercentiles(t *testing.T) {
	list := batch.New(types.ArrayOf(types.Of(types.Double).NotNull()).NotNull(), 3)
	for range 3 {
		list.Kids[0].AppendFloat64(0.5)
		list.Kids[0].AppendFloat64(0.25)
		list.EndList()
	}
	g := newGroup(t, "PERCENTILE", ints(4, 2, 1), list)
	g.expect("NULL")
	g.change(false, 0, 1, 2)
	g.expect("[2.0, 1.5]")
}

// A DECIMAL sum of too many digits is NULL, and the next value starts anew.
func TestDecimalOverflow(t *testing.T) {
	most, ok, _ := decimal.Parse([]byte(strings.Repeat("9", 38)), 38, 0)
	if !ok {
		t.Fatal("38 nines")
	}
	v := batch.New(types.DecimalOf(38, 0), 3)
	for _, x := range []decimal.Num{most, decimal.FromInt64(1), decimal.FromInt64(7)} {
		batch.AppendFixed(v, x)
	}
	g := newGroup(t, "SUM", v)
	g.change(false, 0, 1)
	g.expect("NULL")
	g.change(false, 2)
	g.expect("7")
	g = newGroup(t, "AVG", v)
	g.change(false, 0, 1)
	g.expect("NULL")
}

// What a type has no room for is cut as Java cuts it.
func TestVarianceBounds(t *testing.T) {
	tiny := batch.New(types.Of(types.TinyInt), 3)
	for _, x := range []int8{1, 3, 100} {
		batch.AppendFixed(tiny, x)
	}
	g := newGroup(t, "VAR_POP", tiny)
	g.change(false, 0, 1, 2)
	g.expect("86") // 2134 in eight bits
	big := batch.New(types.Of(types.BigInt), 3)
	for _, x := range []int64{1 << 62, 1 << 62, 1} {
		big.AppendInt64(x)
	}
	g = newGroup(t, "VAR_SAMP", big)
	g.change(false, 0, 1, 2)
	g.expect(fmt.Sprint(int64(1<<63 - 1)))
}
