package operators

import (
	"fmt"
	"math/rand"
	"strings"
	"testing"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/expr"
	"github.com/flottstream/flott/internal/jobgraph"
	"github.com/flottstream/flott/internal/operator"
	"github.com/flottstream/flott/internal/types"
)

// chainCase is a chain of joins of tables (key, value), as one operator and as
// one operator per join.
type chainCase struct {
	inputs   int
	kinds    []jobgraph.JoinKind
	against  []int  // the input whose key join i compares its right input's with
	less     []bool // join i also asks for value of input 0 < value of the right input
	updating []bool
	unique   bool // one row per key and input
}

func randomChain(r *rand.Rand, unique bool) chainCase {
	c := chainCase{inputs: 3 + r.Intn(2), unique: unique}
	for i := 1; i < c.inputs; i++ {
		c.kinds = append(c.kinds, []jobgraph.JoinKind{jobgraph.Inner, jobgraph.Left}[r.Intn(2)])
		c.against = append(c.against, r.Intn(i))
		c.less = append(c.less, r.Intn(3) == 0)
	}
	for range c.inputs {
		c.updating = append(c.updating, unique || r.Intn(2) == 0)
	}
	return c
}

func (c chainCase) String() string {
	return fmt.Sprintf("%v against %v less %v updating %v", c.kinds, c.against, c.less, c.updating)
}

func (c chainCase) side(i int) jobgraph.JoinSide {
	s := jobgraph.JoinSide{Keys: []int{0}, Schema: bigints("k", "v")}
	if c.updating[i] {
		s.Changes = jobgraph.Deletes
	}
	if c.unique {
		s.Unique, s.OnePerKey = []int{0}, true
	}
	return s
}

func comparison(t testing.TB, fn string, left, right int) expr.Expr {
	t.Helper()
	column := func(i int) expr.Expr {
		return &expr.Column{Index: i, Name: fmt.Sprint(i), T: types.Of(types.BigInt)}
	}
	e, err := expr.Resolve(fn, []expr.Expr{column(left), column(right)})
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// multi is the chain as one operator.
func (c chainCase) multi(t testing.TB) operator.Operator {
	spec := &jobgraph.MultiJoin{Kinds: c.kinds}
	for i := range c.inputs {
		spec.Inputs = append(spec.Inputs, c.side(i))
	}
	for i := 1; i < c.inputs; i++ {
		var conds []expr.Expr
		if a := c.against[i-1]; a > 0 && c.kinds[a-1] == jobgraph.Left {
			conds = append(conds, comparison(t, "=", 2*a, 2*i))
		}
		if c.less[i-1] {
			conds = append(conds, comparison(t, "<", 1, 2*i+1))
		}
		spec.Conds = append(spec.Conds, allOf(t, conds))
	}
	return NewMultiJoin(spec)
}

func allOf(t testing.TB, conds []expr.Expr) expr.Expr {
	t.Helper()
	switch len(conds) {
	case 0:
		return nil
	case 1:
		return conds[0]
	}
	e, err := expr.Resolve("AND", conds)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// binaryChain is the chain as one operator per join.
type binaryChain struct{ joins []operator.Operator }

func (c chainCase) binary(t testing.TB) *binaryChain {
	b := &binaryChain{}
	left := bigints("k", "v")
	changes := c.side(0).Changes
	for i := 1; i < c.inputs; i++ {
		spec := &jobgraph.Join{Kind: c.kinds[i-1], NullSafe: []bool{false}, Right: c.side(i)}
		spec.Left = jobgraph.JoinSide{Keys: []int{2 * c.against[i-1]}, Schema: append(types.Schema(nil), left...), Changes: changes}
		if i == 1 {
			spec.Left = c.side(0)
		}
		if c.less[i-1] {
			spec.Cond = comparison(t, "<", 1, 2*i+1)
		}
		b.joins = append(b.joins, NewJoin(spec))
		left = append(left, bigints("k", "v")...)
		changes |= c.side(i).Changes
		if c.kinds[i-1] == jobgraph.Left {
			changes |= jobgraph.Deletes
		}
	}
	return b
}

func (b *binaryChain) take(input int, rows *batch.Batch, out operator.Output) error {
	at, port := max(input-1, 0), min(input, 1)
	return b.joins[at].ProcessBatch(port, rows, b.after(at, out))
}

// after is where the output of join at goes.
func (b *binaryChain) after(at int, out operator.Output) operator.Output {
	if at == len(b.joins)-1 {
		return out
	}
	return emitTo(func(rows *batch.Batch) error { return b.joins[at+1].ProcessBatch(0, rows, b.after(at+1, out)) })
}

type emitTo func(*batch.Batch) error

func (f emitTo) Emit(b *batch.Batch) error { return f(b) }

func (b *binaryChain) open(t *testing.T) {
	for _, j := range b.joins {
		openOperator(t, j, true)
	}
}

// After every batch a multi-join and a chain of joins have come to the same table.
func TestMultiJoinEqualsChain(t *testing.T) {
	joined := 0
	for seed := range int64(60) {
		r := rand.New(rand.NewSource(seed))
		c := randomChain(r, false)
		t.Run(c.String(), func(t *testing.T) {
			multi, chain := c.multi(t), c.binary(t)
			openOperator(t, multi, true)
			chain.open(t)
			got, want := newFold(t), newFold(t)
			tables := make([][][]int64, c.inputs)
			newRow := func() []int64 { return []int64{int64(r.Intn(9)) - 1, int64(r.Intn(5)) - 1} }
			for range 50 {
				input := r.Intn(c.inputs)
				b := randomChanges(r, bigints("k", "v"), 5, &tables[input], c.updating[input], newRow)
				if err := multi.ProcessBatch(input, b, got); err != nil {
					t.Fatal(err)
				}
				if err := chain.take(input, b, want); err != nil {
					t.Fatal(err)
				}
				if got.table() != want.table() {
					t.Fatalf("input %d\ngot\n%s\nwant\n%s", input, got.table(), want.table())
				}
			}
			joined += len(want.rows)
		})
	}
	if joined < 1000 {
		t.Fatalf("%d rows joined show nothing", joined)
	}
}

// Where each key has one row per input the order of the changes is defined: it is
// the same.
func TestMultiJoinEmitsAsChain(t *testing.T) {
	for seed := range int64(30) {
		r := rand.New(rand.NewSource(seed))
		c := randomChain(r, true)
		t.Run(c.String(), func(t *testing.T) {
			multi, chain := c.multi(t), c.binary(t)
			openOperator(t, multi, true)
			chain.open(t)
			there := make([]map[int64]int64, c.inputs)
			for i := range there {
				there[i] = map[int64]int64{}
			}
			changes := 0
			for range 150 {
				input, key := r.Intn(c.inputs), int64(r.Intn(3))
				kind, value := batch.Insert, int64(r.Intn(4))
				if old, ok := there[input][key]; ok {
					kind, value = batch.Delete, old
					delete(there[input], key)
				} else {
					there[input][key] = value
				}
				b := batch.NewBatch(bigints("k", "v"), 1)
				appendInts(b, kind, []int64{key, value})
				var got, want strings.Builder
				if err := multi.ProcessBatch(input, b, writeTo(&got)); err != nil {
					t.Fatal(err)
				}
				if err := chain.take(input, b, writeTo(&want)); err != nil {
					t.Fatal(err)
				}
				if got.String() != want.String() {
					t.Fatalf("input %d %s %d,%d: got\n%swant\n%s", input, kind, key, value, got.String(), want.String())
				}
				changes += want.Len()
			}
			if changes == 0 {
				t.Fatal("nothing came out")
			}
		})
	}
}

// writeTo writes changes as text. An update may come as +I or as +U.
func writeTo(sb *strings.Builder) operator.Output {
	return emitTo(func(b *batch.Batch) error {
		for k := range b.Rows() {
			i := b.Row(k)
			sign := "-"
			if b.Kind(i).IsAdd() {
				sign = "+"
			}
			fmt.Fprintf(sb, "%s%s\n", sign, rowText(b, i))
		}
		return nil
	})
}
