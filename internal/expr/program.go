package expr

import (
	"fmt"
	"time"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/types"
)

// Clock tells the processing time.
type Clock interface{ Now() time.Time }

// Env is what evaluation needs to know of the session and the task. It is
// read-only after Compile.
type Env struct {
	Zone       *time.Location // table.local-time-zone; nil is UTC
	QueryStart time.Time      // CURRENT_TIMESTAMP in batch mode
	Streaming  bool
	LegacyCast bool  // table.exec.legacy-cast-behaviour: failing CASTs give NULL
	Clock      Clock // nil is the wall clock
	// Watermark returns the current watermark of the operator in ms, false
	// before the first one. nil: there is none.
	Watermark func() (int64, bool)
}

func (e *Env) zone() *time.Location {
	if e.Zone == nil {
		return time.UTC
	}
	return e.Zone
}

// now is the time that CURRENT_TIMESTAMP and its like see.
func (e *Env) now() time.Time {
	if !e.Streaming && !e.QueryStart.IsZero() {
		return e.QueryStart
	}
	return e.rowTime()
}

// rowTime is the processing time of the row being evaluated.
func (e *Env) rowTime() time.Time {
	if e.Clock == nil {
		return time.Now()
	}
	return e.Clock.Now()
}

// EvalError is a failure on the data: division by zero, a CAST of bad text.
type EvalError struct {
	Expr string // the expression that failed
	Msg  string
}

func (e *EvalError) Error() string {
	if e.Expr == "" {
		return e.Msg
	}
	return e.Msg + " (in " + e.Expr + ")"
}

func evalErrorf(of Expr, format string, args ...any) *EvalError {
	return &EvalError{Expr: of.String(), Msg: fmt.Sprintf(format, args...)}
}

// frame is one evaluation over a batch.
type frame struct {
	b     *batch.Batch
	n     int     // b.N
	top   []int32 // the rows of the whole evaluation, nil for all
	round uint64  // counts evaluations, for shared sub-expressions
}

// node evaluates an expression.
type node interface {
	// eval returns a vector of length f.n that is defined at the rows sel (nil:
	// all of them). It is valid until the next eval of the node.
	eval(f *frame, sel []int32) (*batch.Vector, error)
}

// filterNode is a node of type BOOLEAN that can list its TRUE rows without
// making a vector.
type filterNode interface {
	node
	// filter appends to dst the rows of sel (nil: all) at which it is TRUE.
	filter(f *frame, sel, dst []int32) ([]int32, error)
}

// Program is a compiled expression. It belongs to one goroutine.
type Program struct {
	root  node
	frame frame
	t     types.Type
}

// Compile makes e executable.
func Compile(e Expr, env *Env) (*Program, error) {
	c := newCompiler(env)
	root, err := c.compile(e)
	if err != nil {
		return nil, err
	}
	return &Program{root: root, t: e.Type()}, nil
}

// Type is the type of the result.
func (p *Program) Type() types.Type { return p.t }

// Eval evaluates at the rows sel of b (nil: all b.N rows; b.Sel is the caller's
// to pass). The vector has length b.N and is defined at sel. It is owned by the
// program and valid until its next Eval, or it is a column of b itself.
func (p *Program) Eval(b *batch.Batch, sel []int32) (*batch.Vector, error) {
	p.begin(b, sel)
	return p.root.eval(&p.frame, sel)
}

func (p *Program) begin(b *batch.Batch, sel []int32) {
	p.frame.b, p.frame.n, p.frame.top = b, b.N, sel
	p.frame.round++
}

// Filter appends to dst the rows of sel (nil: all b.N) at which the BOOLEAN
// expression is TRUE. The result is not nil, so that it can serve as a selection.
func (p *Program) Filter(b *batch.Batch, sel, dst []int32) ([]int32, error) {
	if dst == nil {
		dst = make([]int32, 0, batch.Capacity)
	}
	p.begin(b, sel)
	return filterRows(p.root, &p.frame, sel, dst)
}

// filterRows is filter for any node of type BOOLEAN.
func filterRows(nd node, f *frame, sel, dst []int32) ([]int32, error) {
	if fn, ok := nd.(filterNode); ok {
		return fn.filter(f, sel, dst)
	}
	v, err := nd.eval(f, sel)
	if err != nil {
		return dst, err
	}
	return appendTrue(v, f.n, sel, dst), nil
}

// appendTrue appends the rows of sel at which v is TRUE.
func appendTrue(v *batch.Vector, n int, sel, dst []int32) []int32 {
	if v.Type.Kind == types.Null {
		return dst
	}
	if sel == nil {
		if v.Valid == nil {
			return v.Bits.AppendSelected(dst, n)
		}
		for i := range n {
			if v.Bits.Get(i) && v.Valid.Get(i) {
				dst = append(dst, int32(i))
			}
		}
		return dst
	}
	for _, i := range sel {
		if v.Bits.Get(int(i)) && (v.Valid == nil || v.Valid.Get(int(i))) {
			dst = append(dst, i)
		}
	}
	return dst
}

// Evaluator evaluates a list of projections; equal sub-expressions are
// evaluated once per batch. It belongs to one goroutine.
type Evaluator struct {
	roots []node
	frame frame
	out   []*batch.Vector
}

// NewEvaluator compiles the projections.
func NewEvaluator(projections []Expr, env *Env) (*Evaluator, error) {
	c := newCompiler(env)
	c.share(projections)
	ev := &Evaluator{out: make([]*batch.Vector, len(projections))}
	for _, e := range projections {
		root, err := c.compile(e)
		if err != nil {
			return nil, err
		}
		ev.roots = append(ev.roots, root)
	}
	return ev, nil
}

// Eval evaluates all projections at the rows sel of b. The vectors are as those
// of Program.Eval; the slice is reused.
func (ev *Evaluator) Eval(b *batch.Batch, sel []int32) ([]*batch.Vector, error) {
	ev.frame.b, ev.frame.n, ev.frame.top = b, b.N, sel
	ev.frame.round++
	for i, root := range ev.roots {
		v, err := root.eval(&ev.frame, sel)
		if err != nil {
			return nil, err
		}
		ev.out[i] = v
	}
	return ev.out, nil
}
