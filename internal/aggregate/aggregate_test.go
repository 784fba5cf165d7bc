package aggregate

import (
	"fmt"
	"math"
	"math/rand/v2"
	"sort"
	"strings"
	"testing"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/decimal"
	"github.com/flottstream/flott/internal/keygroup"
	"github.com/flottstream/flott/internal/rowcodec"
	"github.com/flottstream/flott/internal/state"
	"github.com/flottstream/flott/internal/state/heap"
	"github.com/flottstream/flott/internal/types"
)

func TestResultTypes(t *testing.T) {
	dec := types.DecimalOf(10, 2)
	for _, c := range []struct {
		fn   string
		args []types.Type
		want string
	}{
		{"COUNT", nil, "BIGINT NOT NULL"},
		{"COUNT", []types.Type{types.String()}, "BIGINT NOT NULL"},
		{"SUM", []types.Type{types.Of(types.TinyInt)}, "TINYINT"},
		{"SUM", []types.Type{types.Of(types.Int).NotNull()}, "INT NOT NULL"},
		{"SUM", []types.Type{dec}, "DECIMAL(38, 2)"},
		{"SUM0", []types.Type{types.Of(types.BigInt)}, "BIGINT NOT NULL"},
		{"AVG", []types.Type{types.Of(types.Int)}, "INT"},
		{"AVG", []types.Type{types.Of(types.Float)}, "FLOAT"},
		{"AVG", []types.Type{dec}, "DECIMAL(38, 6)"},
		{"AVG", []types.Type{types.DecimalOf(20, 8)}, "DECIMAL(38, 8)"},
		{"MAX", []types.Type{types.TimestampOf(3)}, "TIMESTAMP(3)"},
		{"MIN", []types.Type{types.String()}, "STRING"},
		{"STDDEV", []types.Type{types.Of(types.Double)}, "DOUBLE"},
		{"LISTAGG", []types.Type{types.String()}, "STRING"},
		{"COLLECT", []types.Type{types.Of(types.Int)}, "MULTISET<INT> NOT NULL"},
		{"ARRAY_AGG", []types.Type{types.Of(types.Int)}, "ARRAY<INT>"},
		{"APPROX_COUNT_DISTINCT", []types.Type{types.String()}, "BIGINT NOT NULL"},
	} {
		f, err := Resolve(c.fn, c.args, false)
		if err != nil {
			t.Errorf("%s%v: %v", c.fn, c.args, err)
		} else if got := f.Type.String(); got != c.want {
			t.Errorf("%s%v is %s, want %s", c.fn, c.args, got, c.want)
		}
	}
}

func TestResolveRefuses(t *testing.T) {
	for _, c := range []struct {
		fn   string
		args []types.Type
		want string
	}{
		{"SUM", []types.Type{types.String()}, "Cannot apply 'SUM' to arguments of type 'SUM(<STRING>)'. Supported form(s): 'SUM(<NUMERIC>)'"},
		{"LISTAGG", []types.Type{types.Of(types.Int).NotNull()}, "Cannot apply 'LISTAGG' to arguments of type 'LISTAGG(<INT>)'. Supported form(s): 'LISTAGG(<CHARACTER>)' 'LISTAGG(<CHARACTER>, <CHARACTER_LITERAL>)'"},
		{"MAX", []types.Type{types.ArrayOf(types.String())}, "MAX aggregate function does not support type: 'ARRAY<STRING>'"},
		{"MEDIAN", []types.Type{types.String()}, "MEDIAN is not an aggregate function"},
		{"AVG", nil, "Invalid number of arguments to function 'AVG'. Was expecting 1 arguments"},
		{"PERCENTILE", []types.Type{types.Of(types.Int)}, "Invalid number of arguments to function 'PERCENTILE'. Was expecting 2 or 3 arguments"},
	} {
		if _, err := Resolve(c.fn, c.args, false); err == nil || err.Error() != c.want {
			t.Errorf("%s%v: %v, want %s", c.fn, c.args, err, c.want)
		}
	}
}

// The columns of the random tests.
var (
	columns = []types.Type{
		types.Of(types.Int), types.Of(types.BigInt), types.Of(types.Double), types.DecimalOf(10, 2), types.String(),
		types.Of(types.Boolean), types.Of(types.TinyInt).NotNull(),
	}
	filterColumn = 5
)

// randomCalls draws calls; FIRST_VALUE and such only where order is defined.
func randomCalls(r *rand.Rand, ordered bool) []Call {
	calls := []Call{{Fn: "COUNT", Filter: -1}}
	fns := []string{"COUNT", "SUM", "AVG", "MIN", "MAX", "SUM0", "VAR_POP", "STDDEV_SAMP", "COLLECT"}
	if ordered {
		fns = append(fns, "FIRST_VALUE", "LAST_VALUE", "LISTAGG", "ARRAY_AGG")
	}
	for len(calls) < 8 {
		c := Call{Fn: fns[r.IntN(len(fns))], Args: []int{r.IntN(len(columns))}, Filter: -1, Distinct: r.IntN(3) == 0}
		if r.IntN(3) == 0 {
			c.Filter = filterColumn
		}
		if c.Args[0] == 3 && (c.Fn == "VAR_POP" || c.Fn == "STDDEV_SAMP") {
			continue // rounded twice, as printed here
		}
		if _, err := Resolve(c.Fn, []types.Type{columns[c.Args[0]]}, false); err == nil {
			calls = append(calls, c)
		}
	}
	return calls
}

func randomRows(r *rand.Rand, n int) *batch.Batch {
	schema := make(types.Schema, len(columns))
	for i, t := range columns {
		schema[i].Type = t
	}
	b := batch.NewBatch(schema, n)
	for range n {
		for _, v := range b.Cols {
			x := int64(r.IntN(6))
			switch {
			case v.Type.Nullable && r.IntN(5) == 0:
				v.AppendNull()
			case v.Type.Kind == types.Int:
				v.AppendInt32(int32(x))
			case v.Type.Kind == types.BigInt:
				v.AppendInt64(x)
			case v.Type.Kind == types.Double:
				v.AppendFloat64(float64(x) / 2)
			case v.Type.Kind == types.Decimal:
				batch.AppendFixed(v, decimal.FromInt64(x))
			case v.Type.Kind == types.Varchar:
				v.AppendString(fmt.Sprint("s", x))
			case v.Type.Kind == types.Boolean:
				v.AppendBool(x%2 == 0)
			default:
				batch.AppendFixed(v, int8(x))
			}
		}
	}
	b.N = n
	return b
}

// fold is the naive truth: the values of a call over a list of rows.
func fold(c Call, rows []int32, b *batch.Batch) string {
	if len(c.Args) == 0 {
		return fmt.Sprint(len(rows))
	}
	v := b.Cols[c.Args[0]]
	seen := map[string]bool{}
	var kept []int
	for _, i := range rows {
		if c.Filter >= 0 && (b.Cols[c.Filter].IsNull(int(i)) || !b.Cols[c.Filter].Bool(int(i))) {
			continue
		}
		if v.IsNull(int(i)) && c.Fn != "ARRAY_AGG" {
			continue
		}
		if s := show(v, int(i)); !c.Distinct || !seen[s] {
			seen[s] = true
			kept = append(kept, int(i))
		}
	}
	return foldValues(c.Fn, v, kept)
}

func foldValues(fn string, v *batch.Vector, kept []int) string {
	var texts []string
	sum, squares := 0.0, 0.0
	n := float64(len(kept))
	for _, i := range kept {
		texts = append(texts, show(v, i))
		if v.Type.IsNumeric() {
			x := numberAt(v, i)
			sum, squares = sum+x, squares+x*x
		}
	}
	if fn == "COUNT" {
		return fmt.Sprint(len(kept))
	}
	if fn == "SUM0" && len(kept) == 0 {
		return number(v.Type, 0)
	}
	if fn == "COLLECT" {
		sort.Strings(texts)
		return "{" + strings.Join(texts, " ") + "}"
	}
	if len(kept) == 0 || fn == "STDDEV_SAMP" && len(kept) == 1 {
		return "NULL"
	}
	switch fn {
	case "SUM", "SUM0":
		return number(v.Type, sum)
	case "AVG":
		return number(v.Type, sum/n)
	case "VAR_POP":
		return number(v.Type, (squares-sum*sum/n)/n)
	case "STDDEV_SAMP":
		return number(v.Type, math.Sqrt(max(0, (squares-sum*sum/n)/(n-1))))
	case "FIRST_VALUE":
		return texts[0]
	case "LAST_VALUE":
		return texts[len(texts)-1]
	case "LISTAGG":
		return strings.Join(texts, ",")
	case "ARRAY_AGG":
		return "[" + strings.Join(texts, " ") + "]"
	}
	best := kept[0]
	for _, i := range kept {
		less := show(v, i) < show(v, best) // values are digits of one length
		if v.Type.IsNumeric() {
			less = numberAt(v, i) < numberAt(v, best)
		}
		if show(v, i) != show(v, best) && less == (fn == "MIN") {
			best = i
		}
	}
	return show(v, best)
}

// number prints a float as a value of a numeric type: integers cut off.
func number(t types.Type, x float64) string {
	if t.IsInteger() {
		return fmt.Sprint(int64(x))
	}
	return fmt.Sprintf("%.4f", x+1e-9) // so that both sides round a tie alike
}

func show(v *batch.Vector, i int) string {
	if v.IsNull(i) {
		return "NULL"
	}
	switch v.Type.Physical() {
	case types.LayoutBytes:
		return string(v.At(i))
	case types.LayoutBool:
		return fmt.Sprint(v.Bool(i))
	case types.LayoutList:
		var s []string
		for k := v.Offsets[i]; k < v.Offsets[i+1]; k++ {
			s = append(s, show(v.Kids[0], int(k)))
		}
		return "[" + strings.Join(s, " ") + "]"
	case types.LayoutMap:
		var s []string
		for k := v.Offsets[i]; k < v.Offsets[i+1]; k++ {
			for range v.Kids[1].Int32s()[k] {
				s = append(s, show(v.Kids[0], int(k)))
			}
		}
		sort.Strings(s)
		return "{" + strings.Join(s, " ") + "}"
	}
	return number(v.Type, numberAt(v, i))
}

// harness runs a Set on a heap table, groups being the numbers 0 to n-1.
type harness struct {
	t    *testing.T
	set  *Set
	tab  state.Table
	keys *state.Keys
}

func newHarness(t *testing.T, calls []Call, retract, namespaced bool, groups int) *harness {
	t.Helper()
	set, err := NewSet(calls, Options{Input: columns, Retract: retract, Name: "a", Namespaced: namespaced})
	if err != nil {
		t.Fatal(err)
	}
	b := heap.New(heap.Options{KeyGroups: keygroup.RangeOf(0, 128, 1), MaxParallelism: 128})
	if err := set.Open(b); err != nil {
		t.Fatal(err)
	}
	tab, err := b.Table(state.Spec{Name: "groups", FixedWidth: set.Width()})
	if err != nil {
		t.Fatal(err)
	}
	ids := batch.New(types.Of(types.BigInt).NotNull(), groups)
	for g := range groups {
		ids.AppendInt64(int64(g))
	}
	keys := &state.Keys{}
	rowcodec.NewKeyEncoder([]types.Type{ids.Type}).Encode(&batch.Batch{Cols: []*batch.Vector{ids}, N: groups}, []int{0}, nil, keys)
	return &harness{t, set, tab, keys}
}

func (h *harness) groups(ns state.Namespace) (*Groups, []state.Ref) {
	refs := make([]state.Ref, h.keys.Len())
	if _, err := h.tab.Upsert(ns, h.keys, refs, nil); err != nil {
		h.t.Fatal(err)
	}
	g := &Groups{NS: ns, Keys: h.keys, Recs: h.tab.Records(refs, nil)}
	h.set.LoadVars(g, h.tab, refs)
	return g, refs
}

func (h *harness) update(ns state.Namespace, b *batch.Batch, rows, gid []int32, retract bool) {
	g, refs := h.groups(ns)
	if err := h.set.Update(g, b, rows, gid, retract); err != nil {
		h.t.Fatal(err)
	}
	h.set.StoreVars(g, h.tab, refs)
}

func (h *harness) results(g *Groups) []*batch.Vector {
	out := make([]*batch.Vector, 0)
	for _, t := range h.set.Types() {
		out = append(out, batch.New(t.WithNull(true), 0))
	}
	if err := h.set.Results(g, out); err != nil {
		h.t.Fatal(err)
	}
	return out
}

func (h *harness) check(seed uint64, calls []Call, g *Groups, b *batch.Batch, want [][]int32) {
	h.t.Helper()
	out := h.results(g)
	for gi, rows := range want {
		for c, call := range calls {
			got, want := show(out[c], gi), fold(call, rows, b)
			if got != want {
				h.t.Fatalf("seed %d group %d: %+v over %s is %s, want %s", seed, gi, call, columns[max(0, argOf(call))], got, want)
			}
		}
	}
}

func argOf(c Call) int {
	if len(c.Args) == 0 {
		return -1
	}
	return c.Args[0]
}

const groupCount = 3

// Inserted rows, in several batches: every result is the fold of the rows.
func TestInsertsAgainstFold(t *testing.T) {
	for seed := range uint64(60) {
		r := rand.New(rand.NewPCG(seed, 1))
		calls := randomCalls(r, true)
		b := randomRows(r, 60)
		h := newHarness(t, calls, false, false, groupCount)
		want := make([][]int32, groupCount)
		for at := int32(0); at < 60; at += 20 {
			var rows, gid []int32
			for i := at; i < at+20; i++ {
				g := int32(r.IntN(groupCount))
				rows, gid = append(rows, i), append(gid, g)
				want[g] = append(want[g], i)
			}
			h.update(0, b, rows, gid, false)
		}
		g, _ := h.groups(0)
		h.check(seed, calls, g, b, want)
	}
}

// Rows come and go: every result is the fold of the rows that are left.
func TestRetractionsAgainstFold(t *testing.T) {
	for seed := range uint64(80) {
		r := rand.New(rand.NewPCG(seed, 2))
		calls := randomCalls(r, false)
		b := randomRows(r, 60)
		h := newHarness(t, calls, true, false, groupCount)
		want := make([][]int32, groupCount)
		for range 6 {
			var rows, gid []int32
			for range 15 {
				i, g := int32(r.IntN(60)), int32(r.IntN(groupCount))
				rows, gid = append(rows, i), append(gid, g)
				want[g] = append(want[g], i)
			}
			h.update(0, b, rows, gid, false)
			rows, gid = nil, nil
			for g := range want {
				for len(want[g]) > 0 && r.IntN(4) > 0 {
					k := r.IntN(len(want[g]))
					rows, gid = append(rows, want[g][k]), append(gid, int32(g))
					want[g] = append(want[g][:k], want[g][k+1:]...)
				}
			}
			h.update(0, b, rows, gid, true)
			g, _ := h.groups(0)
			h.check(seed, calls, g, b, want)
		}
	}
}

// Slices merged give what their rows give together, with and without retraction.
func TestMergeAgainstFold(t *testing.T) {
	for seed := range uint64(60) {
		r := rand.New(rand.NewPCG(seed, 3))
		retract := seed%2 == 1
		calls := randomCalls(r, !retract)
		for i := range calls {
			switch calls[i].Fn { // the order of DISTINCT values is not kept by merging
			case "FIRST_VALUE", "LAST_VALUE", "LISTAGG", "ARRAY_AGG":
				calls[i].Distinct = false
			}
		}
		b := randomRows(r, 60)
		h := newHarness(t, calls, retract, true, groupCount)
		want := make([][]int32, groupCount)
		for ns := range int64(3) {
			var rows, gid []int32
			for i := int32(ns) * 20; i < int32(ns+1)*20; i++ {
				g := int32(r.IntN(groupCount))
				rows, gid = append(rows, i), append(gid, g)
				want[g] = append(want[g], i)
			}
			h.update(ns, b, rows, gid, false)
		}
		for ns := range int64(3) {
			src, _ := h.groups(ns)
			src.Recs = cloned(src.Recs)
			dst, refs := h.groups(99)
			if err := h.set.Merge(dst, []int32{0, 1, 2}, src); err != nil {
				t.Fatal(err)
			}
			h.set.StoreVars(dst, h.tab, refs)
		}
		g, _ := h.groups(99)
		h.check(seed, calls, g, b, want)
	}
}

func cloned(recs [][]byte) [][]byte {
	out := make([][]byte, len(recs))
	for i, r := range recs {
		out[i] = append([]byte(nil), r...)
	}
	return out
}

// Accumulators that travel as bytes arrive whole.
func TestAccumulatorsTravel(t *testing.T) {
	for seed := range uint64(30) {
		r := rand.New(rand.NewPCG(seed, 4))
		calls := randomCalls(r, true)
		for i := range calls {
			calls[i].Distinct = false
		}
		b := randomRows(r, 40)
		set, err := NewSet(calls, Options{Input: columns})
		if err != nil {
			t.Fatal(err)
		}
		if !set.CanTravel() {
			t.Fatal("accumulators without views cannot travel")
		}
		h := newHarness(t, calls, false, false, 1)
		var all []int32
		for at := int32(0); at < 40; at += 10 {
			local := &Groups{Recs: [][]byte{make([]byte, set.Width())}}
			set.Begin(local, 1)
			rows := ascending(10)
			for k := range rows {
				rows[k] += at
			}
			all = append(all, rows...)
			if err := set.Update(local, b, rows, make([]int32, 10), false); err != nil {
				t.Fatal(err)
			}
			col := batch.New(types.Bytes(), 1)
			col.AppendBytes(set.AppendAccumulators(nil, local, 0))
			src := &Groups{}
			if err := h.set.DecodeAccumulators(src, col, []int32{0}); err != nil {
				t.Fatal(err)
			}
			g, refs := h.groups(0)
			if err := h.set.Merge(g, []int32{0}, src); err != nil {
				t.Fatal(err)
			}
			h.set.StoreVars(g, h.tab, refs)
		}
		g, _ := h.groups(0)
		h.check(seed, calls, g, b, [][]int32{all})
	}
}

func TestIntegerSumsWrap(t *testing.T) {
	schema := types.Schema{{Type: types.Of(types.Int)}}
	b := batch.NewBatch(schema, 2)
	b.Cols[0].AppendInt32(math.MaxInt32)
	b.Cols[0].AppendInt32(1)
	b.N = 2
	set, err := NewSet([]Call{{Fn: "SUM", Args: []int{0}, Filter: -1}}, Options{Input: schema.Types()})
	if err != nil {
		t.Fatal(err)
	}
	g := &Groups{Recs: [][]byte{make([]byte, set.Width())}}
	set.Begin(g, 1)
	out := []*batch.Vector{batch.New(types.Of(types.Int), 1)}
	if err := set.Update(g, b, []int32{0, 1}, []int32{0, 0}, false); err != nil {
		t.Fatal(err)
	}
	if err := set.Results(g, out); err != nil {
		t.Fatal(err)
	}
	if got := out[0].Int32s()[0]; got != math.MinInt32 {
		t.Fatalf("SUM(INT) of 2147483647 and 1 is %d, want -2147483648", got)
	}
}

func TestApproxCountIsClose(t *testing.T) {
	for _, n := range []int{0, 10, 1000, 200000} {
		v := batch.New(types.Of(types.BigInt), n)
		for i := range n {
			v.AppendInt64(int64(i) * 977)
		}
		set, err := NewSet([]Call{{Fn: "APPROX_COUNT_DISTINCT", Args: []int{0}, Filter: -1}}, Options{Input: []types.Type{v.Type}})
		if err != nil {
			t.Fatal(err)
		}
		g := &Groups{Recs: [][]byte{make([]byte, set.Width())}}
		set.Begin(g, 1)
		b := &batch.Batch{Cols: []*batch.Vector{v}, N: n}
		for range 2 {
			if err := set.Update(g, b, ascending(n), make([]int32, n), false); err != nil {
				t.Fatal(err)
			}
		}
		out := []*batch.Vector{batch.New(types.Of(types.BigInt), 1)}
		if err := set.Results(g, out); err != nil {
			t.Fatal(err)
		}
		if got := out[0].Int64s()[0]; math.Abs(float64(got)-float64(n)) > 0.04*float64(n) {
			t.Errorf("%d distinct values are estimated as %d", n, got)
		}
	}
}

const benchRows, benchGroups = 4096, 500

func BenchmarkUpdate(b *testing.B) {
	v := batch.New(types.Of(types.BigInt), benchRows)
	gid := make([]int32, benchRows)
	for i := range benchRows {
		v.AppendInt64(int64(i * 7919 % 1000))
		gid[i] = int32(i * 31 % benchGroups)
	}
	rows := ascending(benchRows)
	data := &batch.Batch{Cols: []*batch.Vector{v}, N: benchRows}
	for _, fn := range []string{"COUNT", "SUM", "AVG", "MAX"} {
		b.Run(fn, func(b *testing.B) {
			set, err := NewSet([]Call{{Fn: fn, Args: []int{0}, Filter: -1}}, Options{Input: []types.Type{v.Type}})
			if err != nil {
				b.Fatal(err)
			}
			g := &Groups{}
			for range benchGroups {
				g.Recs = append(g.Recs, make([]byte, set.Width()))
			}
			b.ReportAllocs()
			for b.Loop() {
				if err := set.Update(g, data, rows, gid, false); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*benchRows), "ns/row")
		})
	}
}
