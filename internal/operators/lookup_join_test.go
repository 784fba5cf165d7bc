package operators

import (
	"fmt"
	"math/rand"
	"slices"
	"strings"
	"testing"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/connector"
	"github.com/flottstream/flott/internal/expr"
	"github.com/flottstream/flott/internal/jobgraph"
	"github.com/flottstream/flott/internal/types"
)

// dimension is a connector whose table can be asked for rows by key.
type dimension struct {
	rows  [][]int64
	asked []string // keys of every call
}

func (d *dimension) Name() string { return "dimension" }
func (d *dimension) Source(*connector.Env, *connector.Scan) (connector.Source, error) {
	return dimensionSource{dimension: d}, nil
}
func (d *dimension) Sink(*connector.Env, *connector.Target) (connector.Sink, error) { return nil, nil }

// dimensionSource is its source, which nobody reads.
type dimensionSource struct {
	connector.Source
	dimension *dimension
}

func (d dimensionSource) Lookup(_ *connector.ReaderContext, keys []int) (connector.Lookup, error) {
	return &dimensionLookup{d.dimension, keys}, nil
}

type dimensionLookup struct {
	*dimension
	keys []int
}

func (d *dimensionLookup) Find(keys, out *batch.Batch, matches []int32) ([]int32, error) {
	for i := range keys.N {
		d.asked = append(d.asked, rowText(keys, i))
		for _, row := range d.rows {
			ok := true
			for c, k := range d.keys {
				ok = ok && keys.Cols[c].Int64s()[i] == row[k]
			}
			if ok {
				appendInts(out, batch.Insert, row)
				matches = append(matches, int32(i))
			}
		}
	}
	return matches, nil
}

func (d *dimensionLookup) Close() error { return nil }

func lookupOperator(t *testing.T, d *dimension, spec *jobgraph.LookupJoin) *lookupJoin {
	t.Helper()
	spec.Connector = "dimension"
	spec.Scan = connector.Scan{Fields: []connector.ScanField{{Name: "id", Type: types.Of(types.BigInt)}, {Name: "w", Type: types.Of(types.BigInt)}}}
	op, err := (&Builder{Connectors: map[string]connector.Factory{"dimension": d}}).newLookupJoin(spec)
	if err != nil {
		t.Fatal(err)
	}
	openOperator(t, op, true)
	return op.(*lookupJoin)
}

// The output is that of a join with the table, also when there are more pairs
// than fit a batch.
func TestLookupJoinEqualsRecomputation(t *testing.T) {
	schema := bigints("k", "v")
	for _, kind := range []jobgraph.JoinKind{jobgraph.Inner, jobgraph.Left} {
		for _, withCond := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s/cond=%v", kind, withCond), func(t *testing.T) {
				r := rand.New(rand.NewSource(14))
				d := &dimension{}
				for range 30 {
					d.rows = append(d.rows, []int64{int64(r.Intn(8)), int64(r.Intn(5))})
				}
				spec := &jobgraph.LookupJoin{Kind: kind, LookupKeys: []int{0}, LeftKeys: []int{0}, LeftSchema: schema}
				if withCond {
					spec.Cond = lessThan(t)
				}
				op := lookupOperator(t, d, spec)
				got := newFold(t)
				var table [][]int64
				for range 50 {
					b := randomChanges(r, schema, 12, &table, true, func() []int64 { return []int64{int64(r.Intn(12)) - 1, int64(r.Intn(5)) - 1} })
					if err := op.ProcessBatch(0, b, got); err != nil {
						t.Fatal(err)
					}
					want := joinRows(kind, table, d.rows, func(l, r []int64) bool { return l[0] == r[0] && (!withCond || l[1] >= 0 && l[1] < r[1]) })
					expect(t, "after a batch", got.table(), tableText(want))
				}
			})
		}
	}
}

// A batch asks for each key once and for NULL never; constants are part of the
// key; computed columns are those of the table.
func TestLookupJoinAsks(t *testing.T) {
	schema := bigints("k")
	d := &dimension{rows: [][]int64{{1, 7}, {2, 7}, {2, 8}}}
	seven := batch.New(types.Of(types.BigInt).NotNull(), 1)
	seven.AppendInt64(7)
	w := &expr.Column{Index: 1, Name: "w", T: types.Of(types.BigInt)}
	double, err := expr.Resolve("+", []expr.Expr{w, w})
	if err != nil {
		t.Fatal(err)
	}
	op := lookupOperator(t, d, &jobgraph.LookupJoin{
		Kind: jobgraph.Left, LookupKeys: []int{0, 1}, LeftKeys: []int{0, -1}, Constants: []*expr.Literal{{Value: seven}},
		Project: []expr.Expr{double}, LeftSchema: schema,
	})
	got := &lines{}
	process(t, op, 0, schema, got, []int64{2}, []int64{-1}, []int64{1}, []int64{2}, []int64{3})
	expect(t, "rows", got.take(), "2,14\nNULL,NULL\n1,14\n2,14\n3,NULL")
	slices.Sort(d.asked)
	expect(t, "asked", strings.Join(d.asked, " "), "1,7 2,7 3,7")
}

// A connector without lookups is refused by name.
func TestLookupJoinRefuses(t *testing.T) {
	b := &Builder{Connectors: map[string]connector.Factory{"plain": plainSource{}}}
	_, err := b.newLookupJoin(&jobgraph.LookupJoin{Connector: "plain"})
	if err == nil || !strings.Contains(err.Error(), "connector 'plain' cannot look rows up by key") {
		t.Errorf("got %v", err)
	}
}

type plainSource struct{}

func (plainSource) Name() string { return "plain" }
func (plainSource) Source(*connector.Env, *connector.Scan) (connector.Source, error) {
	return struct{ connector.Source }{}, nil
}
func (plainSource) Sink(*connector.Env, *connector.Target) (connector.Sink, error) { return nil, nil }
