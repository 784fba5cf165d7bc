package expr

import (
	"fmt"
	"strings"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/types"
)

// compiler turns trees into nodes.
type compiler struct {
	env *Env
	// uses counts how often a sub-expression occurs in the projections that share
	// work, and always says that it occurs where it is evaluated for every row.
	uses   map[string]int
	always map[string]bool
	shared map[string]*sharedNode
}

func newCompiler(env *Env) *compiler {
	if env == nil {
		env = &Env{}
	}
	return &compiler{env: env}
}

// builder is what a function's build sees: the call, its compiled arguments and
// the means to compile more.
type builder struct {
	*compiler
	call *Call
	args []node
}

// constant returns argument i's value if it is a constant, else nil.
func (b *builder) constant(i int) *batch.Vector {
	if c, ok := b.args[i].(*constNode); ok {
		return c.value
	}
	return nil
}

// constantText returns argument i's text if it is a constant string.
func (b *builder) constantText(i int) (string, bool) {
	if v := b.constant(i); v != nil && !v.IsNull(0) && v.Type.Physical() == types.LayoutBytes {
		return string(v.At(0)), true
	}
	return "", false
}

func (c *compiler) compile(e Expr) (node, error) {
	if c.uses == nil {
		return c.compileOne(e)
	}
	call, ok := e.(*Call)
	if !ok {
		return c.compileOne(e)
	}
	key := exprKey(call)
	if c.uses[key] < 2 || !c.always[key] {
		return c.compileOne(e)
	}
	if s := c.shared[key]; s != nil {
		return s, nil
	}
	nd, err := c.compileOne(e)
	if err != nil {
		return nil, err
	}
	if _, ok := nd.(*constNode); ok {
		return nd, nil
	}
	s := &sharedNode{of: nd}
	c.shared[key] = s
	return s, nil
}

func (c *compiler) compileOne(e Expr) (node, error) {
	switch e := e.(type) {
	case *Column:
		return &columnNode{index: e.Index}, nil
	case *Literal:
		return &constNode{value: e.Value}, nil
	case *Field:
		x, err := c.compile(e.X)
		if err != nil {
			return nil, err
		}
		return &fieldNode{x: x, index: e.Index, t: e.T}, nil
	case *Call:
		return c.compileCall(e)
	}
	return nil, fmt.Errorf("expr: cannot compile %T", e)
}

func (c *compiler) compileCall(e *Call) (node, error) {
	b := &builder{compiler: c, call: e, args: make([]node, len(e.Args))}
	for i, a := range e.Args {
		nd, err := c.compile(a)
		if err != nil {
			return nil, err
		}
		b.args[i] = nd
	}
	if e.User != nil {
		return buildUser(b)
	}
	f := lookup(e.Fn)
	if f == nil || f.build == nil {
		return nil, fmt.Errorf("expr: function %s has no kernel", e.Fn)
	}
	nd, err := f.build(b)
	if err != nil || f.volatility != immutable {
		return nd, err
	}
	return foldNode(b, nd), nil
}

// foldNode evaluates a node whose arguments are all constant, unless it fails:
// then it does so when a row reaches it.
func foldNode(b *builder, nd node) node {
	for _, a := range b.args {
		if _, ok := a.(*constNode); !ok {
			return nd
		}
	}
	if _, ok := nd.(*constNode); ok {
		return nd
	}
	f := &frame{b: &batch.Batch{N: 1}, n: 1, round: 1}
	v, err := nd.eval(f, nil)
	if err != nil {
		return nd
	}
	return &constNode{value: ValueLit(v, 0).Value}
}

// share counts sub-expressions. Those below a conditional function's later
// arguments may not be evaluated for all rows and do not count as "always".
func (c *compiler) share(projections []Expr) {
	c.uses, c.always, c.shared = map[string]int{}, map[string]bool{}, map[string]*sharedNode{}
	for _, e := range projections {
		c.count(e, true)
	}
}

func (c *compiler) count(e Expr, always bool) {
	switch e := e.(type) {
	case *Field:
		c.count(e.X, always)
	case *Call:
		if volatilityOf(e) != perRow {
			key := exprKey(e)
			c.uses[key]++
			c.always[key] = c.always[key] || always
			if c.uses[key] > 1 && c.always[key] {
				// The inner ones are shared through this one, and count for it once.
				return
			}
		}
		for i, a := range e.Args {
			c.count(a, always && (i == 0 || !evaluatesLazily(e.Fn)))
		}
	}
}

// evaluatesLazily reports functions that evaluate only their first argument for
// every row.
func evaluatesLazily(fn string) bool {
	switch fn {
	case "AND", "OR", "CASE", "COALESCE", "IN", "NOT IN", "TRY_CAST":
		return true
	}
	return false
}

// exprKey identifies an expression by structure and type.
func exprKey(e Expr) string {
	var sb strings.Builder
	writeKey(&sb, e)
	return sb.String()
}

func writeKey(sb *strings.Builder, e Expr) {
	switch e := e.(type) {
	case *Column:
		fmt.Fprintf(sb, "$%d", e.Index)
	case *Literal:
		fmt.Fprintf(sb, "%s:%s", LiteralText(e), e.Type())
	case *Field:
		writeKey(sb, e.X)
		fmt.Fprintf(sb, ".%d", e.Index)
	case *Call:
		fmt.Fprintf(sb, "%s#%s(", e.Fn, e.T)
		for i, a := range e.Args {
			if i > 0 {
				sb.WriteByte(',')
			}
			writeKey(sb, a)
		}
		sb.WriteByte(')')
	}
}

// Equal reports whether two expressions have the same structure and types.
func Equal(a, b Expr) bool { return exprKey(a) == exprKey(b) }

// Fold evaluates the constant parts of e. Parts that fail are kept: they fail
// when, and only if, a row reaches them.
func Fold(e Expr, env *Env) Expr {
	return Rewrite(e, func(n Expr) Expr {
		call, ok := n.(*Call)
		if !ok {
			return n
		}
		if r := simplify(call); r != nil {
			return r
		}
		for _, a := range call.Args {
			if _, ok := a.(*Literal); !ok {
				return n
			}
		}
		if volatilityOf(call) != immutable {
			return n
		}
		p, err := Compile(call, env)
		if err != nil {
			return n
		}
		v, err := p.Eval(&batch.Batch{N: 1}, nil)
		if err != nil {
			return n
		}
		lit := ValueLit(v, 0)
		lit.Value.Type = call.T.WithNull(call.T.Nullable || v.IsNull(0))
		return asLiteral(lit)
	})
}

// asLiteral is what Flink's planner can write down of a folded value: there is
// no literal of -0.0, and one of CHAR(n) has no more than n characters.
func asLiteral(l *Literal) *Literal {
	v := l.Value
	if v.IsNull(0) {
		return l
	}
	switch t := v.Type; t.Kind {
	case types.Float:
		v.Float32s()[0] += 0
	case types.Double:
		v.Float64s()[0] += 0
	case types.Char:
		if countRunes(v.At(0)) > t.Length {
			cut := batch.New(t, 1)
			cut.AppendBytes(appendFitted(nil, v.At(0), t))
			return &Literal{Value: cut}
		}
	}
	return l
}

// simplify applies the rules of AND, OR and CASE with constant conditions.
func simplify(c *Call) Expr {
	switch c.Fn {
	case "AND":
		return simplifyConnective(c, false)
	case "OR":
		return simplifyConnective(c, true)
	case "CASE":
		return simplifyCase(c)
	}
	return nil
}

// simplifyConnective drops the neutral operand and ends at the dominant one.
func simplifyConnective(c *Call, dominant bool) Expr {
	var rest []Expr
	for _, a := range c.Args {
		l, ok := a.(*Literal)
		if !ok || l.Value.IsNull(0) {
			rest = append(rest, a)
			continue
		}
		if l.Value.Bool(0) == dominant {
			if len(rest) == 0 || IsDeterministic(c) {
				return BoolLit(dominant)
			}
			rest = append(rest, a)
			break
		}
	}
	switch {
	case len(rest) == len(c.Args):
		return nil
	case len(rest) == 0:
		return BoolLit(!dominant)
	case len(rest) == 1:
		return rest[0]
	}
	return &Call{Fn: c.Fn, Args: rest, T: c.T}
}

func simplifyCase(c *Call) Expr {
	var args []Expr
	n := len(c.Args)
	for i := 0; i+1 < n; i += 2 {
		l, ok := c.Args[i].(*Literal)
		if !ok {
			args = append(args, c.Args[i], c.Args[i+1])
			continue
		}
		if l.Value.IsNull(0) || !l.Value.Bool(0) {
			continue
		}
		if len(args) == 0 {
			return c.Args[i+1]
		}
		return &Call{Fn: "CASE", Args: append(args, c.Args[i+1]), T: c.T}
	}
	if len(args) == n/2*2 {
		return nil
	}
	if len(args) == 0 {
		return c.Args[n-1]
	}
	return &Call{Fn: "CASE", Args: append(args, c.Args[n-1]), T: c.T}
}
