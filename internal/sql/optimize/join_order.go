package optimize

import (
	"math/bits"

	"github.com/flottstream/flott/internal/expr"
	"github.com/flottstream/flott/internal/types"
)

// joinGraph is what inner joins combine: relations (factors) of estimated size
// and conditions between them. Factors are numbered as the query writes them; a
// set of factors is a bit mask.
type joinGraph struct {
	rows    []float64
	offsets []int // first column of each factor among all columns
	schema  types.Schema
	// classes are sets of columns that the conditions make equal to each other.
	classes []columnClass
	conds   []joinCondition // the other conditions
}

// columnClass are columns that are equal in every row of the result.
type columnClass struct {
	columns  []int
	distinct []float64 // of each, -1 if not known
}

type joinCondition struct {
	cond        expr.Expr // over all columns
	factors     uint64
	selectivity float64
	equality    bool
}

// joinShape is an order of joins: a factor, or two shapes.
type joinShape struct {
	left, right *joinShape
	factors     uint64
}

func (g *joinGraph) factorOf(column int) int {
	f := 0
	for f+1 < len(g.offsets) && g.offsets[f+1] <= column {
		f++
	}
	return f
}

// linked reports whether some condition relates the two sets.
func (g *joinGraph) linked(a, b uint64) bool {
	for _, c := range g.classes {
		inA, inB := false, false
		for _, col := range c.columns {
			f := uint64(1) << g.factorOf(col)
			inA, inB = inA || f&a != 0, inB || f&b != 0
		}
		if inA && inB {
			return true
		}
	}
	for _, c := range g.conds {
		if c.factors&a != 0 && c.factors&b != 0 && c.factors&^(a|b) == 0 {
			return true
		}
	}
	return false
}

// joinRows estimates the join of two sets that have so many rows.
func (g *joinGraph) joinRows(a, b uint64, rowsA, rowsB float64) float64 {
	var pairs []keyPair
	for _, c := range g.classes {
		p, inA, inB := keyPair{}, false, false
		for i, col := range c.columns {
			f, d := uint64(1)<<g.factorOf(col), c.distinct[i]
			// The side's values are those of its column with the fewest.
			if f&a != 0 {
				inA = true
				if d >= 0 && (!p.leftKnown || d < p.left) {
					p.left, p.leftKnown = d, true
				}
			}
			if f&b != 0 {
				inB = true
				if d >= 0 && (!p.rightKnown || d < p.right) {
					p.right, p.rightKnown = d, true
				}
			}
		}
		if inA && inB {
			pairs = append(pairs, p)
		}
	}
	rest := 1.0
	for _, c := range g.conds {
		if c.factors&^(a|b) != 0 || c.factors&^a == 0 || c.factors&^b == 0 {
			continue
		}
		if c.equality {
			pairs = append(pairs, keyPair{})
		} else {
			rest *= c.selectivity
		}
	}
	return max(joinedRows(rowsA, rowsB, pairs)*rest, 1)
}

// joinPlan is the cheapest known way to join a set. The cost is the sum of the
// rows of all joins: what travels, and in streaming what is kept.
type joinPlan struct {
	shape *joinShape
	rows  float64
	cost  float64
}

func (g *joinGraph) single(f int) *joinPlan {
	return &joinPlan{shape: &joinShape{factors: 1 << f}, rows: g.rows[f]}
}

func (g *joinGraph) combine(a, b *joinPlan) *joinPlan {
	if bits.TrailingZeros64(b.shape.factors) < bits.TrailingZeros64(a.shape.factors) {
		a, b = b, a // what the query has first stays on the left
	}
	rows := g.joinRows(a.shape.factors, b.shape.factors, a.rows, b.rows)
	return &joinPlan{
		shape: &joinShape{left: a.shape, right: b.shape, factors: a.shape.factors | b.shape.factors},
		rows:  rows, cost: a.cost + b.cost + rows,
	}
}

// costed is the plan of a given shape.
func (g *joinGraph) costed(s *joinShape) *joinPlan {
	if s.left == nil {
		return g.single(bits.TrailingZeros64(s.factors))
	}
	return g.combine(g.costed(s.left), g.costed(s.right))
}

// maxBushy is the greatest number of factors for which all trees are tried: the
// work is 3 to that power.
const maxBushy = 14

// best returns the cheapest order. Up to threshold factors it is sought among all
// trees, above step by step. Factors that nothing links are joined last.
func (g *joinGraph) best(threshold int64) *joinPlan {
	var parts []*joinPlan
	for _, set := range g.components() {
		if n := bits.OnesCount64(set); int64(n) <= min(threshold, maxBushy) {
			parts = append(parts, g.bestTree(set))
		} else {
			parts = append(parts, g.greedy(set))
		}
	}
	for len(parts) > 1 {
		a := smallest(parts)
		first := parts[a]
		parts = append(parts[:a:a], parts[a+1:]...)
		b := smallest(parts)
		parts[b] = g.combine(first, parts[b])
	}
	return parts[0]
}

func smallest(parts []*joinPlan) int {
	at := 0
	for i, p := range parts {
		if p.rows < parts[at].rows {
			at = i
		}
	}
	return at
}

// components are the sets of factors that conditions link.
func (g *joinGraph) components() []uint64 {
	var out []uint64
	left := uint64(1)<<len(g.rows) - 1
	for left != 0 {
		set := left & -left
		for grown := true; grown; {
			grown = false
			for f := range g.rows {
				if one := uint64(1) << f; one&left&^set != 0 && g.touches(set, one) {
					set, grown = set|one, true
				}
			}
		}
		out = append(out, set)
		left &^= set
	}
	return out
}

// touches is linked, with conditions that need further factors counted in.
func (g *joinGraph) touches(a, b uint64) bool {
	for _, c := range g.conds {
		if c.factors&a != 0 && c.factors&b != 0 {
			return true
		}
	}
	return g.linked(a, b)
}

// bestTree tries all trees over a set, subsets first.
func (g *joinGraph) bestTree(set uint64) *joinPlan {
	var factors []int
	for s := set; s != 0; s &= s - 1 {
		factors = append(factors, bits.TrailingZeros64(s))
	}
	plans := make([]*joinPlan, 1<<len(factors))
	full := func(dense int) uint64 {
		out := uint64(0)
		for ; dense != 0; dense &= dense - 1 {
			out |= 1 << factors[bits.TrailingZeros(uint(dense))]
		}
		return out
	}
	for i, f := range factors {
		plans[1<<i] = g.single(f)
	}
	for dense := 1; dense < len(plans); dense++ {
		if dense&(dense-1) == 0 {
			continue
		}
		plans[dense] = g.bestSplit(plans, dense, full, true)
		if plans[dense] == nil && dense == len(plans)-1 { // a condition over three factors is the only link
			plans[dense] = g.greedy(set)
		}
	}
	return plans[len(plans)-1]
}

func (g *joinGraph) bestSplit(plans []*joinPlan, dense int, full func(int) uint64, linkedOnly bool) *joinPlan {
	var best *joinPlan
	for sub := (dense - 1) & dense; sub > 0; sub = (sub - 1) & dense {
		a, b := plans[sub], plans[dense&^sub]
		if sub < dense&^sub || a == nil || b == nil { // each split once
			continue
		}
		if linkedOnly && !g.linked(full(sub), full(dense&^sub)) {
			continue
		}
		if p := g.combine(a, b); best == nil || p.cost < best.cost {
			best = p
		}
	}
	return best
}

// greedy joins, again and again, the two parts whose join is the smallest.
func (g *joinGraph) greedy(set uint64) *joinPlan {
	var parts []*joinPlan
	for s := set; s != 0; s &= s - 1 {
		parts = append(parts, g.single(bits.TrailingZeros64(s)))
	}
	for len(parts) > 1 {
		var best *joinPlan
		bestI, bestK, bestLinked := 0, 0, false
		for i := range parts {
			for k := i + 1; k < len(parts); k++ {
				linked := g.linked(parts[i].shape.factors, parts[k].shape.factors)
				if bestLinked && !linked {
					continue
				}
				if p := g.combine(parts[i], parts[k]); best == nil || linked && !bestLinked || p.rows < best.rows {
					best, bestI, bestK, bestLinked = p, i, k, linked
				}
			}
		}
		parts[bestI] = best
		parts = append(parts[:bestK], parts[bestK+1:]...)
	}
	return parts[0]
}
