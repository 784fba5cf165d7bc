package expr

import (
	"strings"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/types"
)

// UserFunction is a scalar function written in Go.
type UserFunction struct {
	Name string // as shown in plans
	// Infer checks the argument types and returns the types to cast them to and
	// the result type.
	Infer func(args []types.Type) (params []types.Type, result types.Type, err error)
	// Eval writes the result at the rows into out, which has the length of the
	// batch, no NULL and unspecified values; or, if Append is set, appends to out
	// a value per row, in order. Arguments are vectors of the length of the batch
	// and may hold NULLs.
	Eval func(args []*batch.Vector, rows []int32, out *batch.Vector) error
	// New, if not nil, makes an Eval for one goroutine; without it Eval may be
	// called by many.
	New func() (func(args []*batch.Vector, rows []int32, out *batch.Vector) error, error)
	// Append says that Eval appends. Results with offsets need it.
	Append bool
	// Deterministic functions may be shared and folded.
	Deterministic bool
}

// Functions are the user functions of a session by name. It is built by CREATE
// FUNCTION and read-only while statements are bound.
type Functions map[string]*UserFunction

// Resolve is the package's Resolve, with the user's functions before the
// table's. Names of user functions are taken in any case.
func (fs Functions) Resolve(name string, args []Expr) (Expr, error) {
	f := fs[name]
	if f == nil {
		for n, g := range fs {
			if strings.EqualFold(n, name) {
				f = g
			}
		}
	}
	if f == nil {
		return Resolve(name, args)
	}
	return ResolveUser(f, args)
}

// ResolveUser types a call of a user function.
func ResolveUser(f *UserFunction, args []Expr) (Expr, error) {
	in := make([]types.Type, len(args))
	for i, a := range args {
		in[i] = a.Type()
	}
	want, result, err := f.Infer(in)
	if err != nil {
		return nil, SignatureError(f.Name, args, err)
	}
	cast, err := CastUser(f.Name, args, want)
	if err != nil {
		return nil, err
	}
	return &Call{Fn: f.Name, Args: cast, T: result, User: f}, nil
}

// BuiltinClass returns the Go function that stands for a class name in CREATE
// FUNCTION name AS 'class'; nil if there is none.
func BuiltinClass(class string) *UserFunction {
	simple := class[strings.LastIndexAny(class, ".$")+1:]
	if simple == "CountChar" {
		return countChar()
	}
	return nil
}

// countChar is count_char(STRING, CHAR) of Nexmark's q14: how often the first
// character of the second argument occurs in the first one.
func countChar() *UserFunction {
	return &UserFunction{
		Name:          "count_char",
		Deterministic: true,
		Infer: func(args []types.Type) ([]types.Type, types.Type, error) {
			if len(args) != 2 || !args[0].IsCharacter() || !args[1].IsCharacter() {
				return nil, types.Type{}, &EvalError{Msg: "count_char takes a STRING and a character"}
			}
			return []types.Type{types.String(), types.String()}, types.Of(types.BigInt).NotNull(), nil
		},
		Eval: evalCountChar,
	}
}

func evalCountChar(args []*batch.Vector, rows []int32, out *batch.Vector) error {
	s, c, res := args[0], args[1], out.Int64s()
	for _, i := range rows {
		res[i] = 0
		if s.IsNull(int(i)) || c.IsNull(int(i)) {
			continue
		}
		char := firstRune(c.At(int(i)))
		if len(char) == 1 {
			res[i] = int64(countByte(s.At(int(i)), char[0]))
			continue
		}
		if len(char) > 1 {
			res[i] = int64(countBytes(s.At(int(i)), char))
		}
	}
	return nil
}

// userNode calls a user function.
type userNode struct {
	f    *UserFunction
	call func(args []*batch.Vector, rows []int32, out *batch.Vector) error
	args []node
	vecs []*batch.Vector
	out  *batch.Vector
	flat *batch.Vector
	dst  spreader
}

func buildUser(b *builder) (node, error) {
	u := &userNode{f: b.call.User, call: b.call.User.Eval, args: b.args, vecs: make([]*batch.Vector, len(b.args)), out: batch.New(b.call.T, 0)}
	if u.f.Append {
		u.flat = batch.New(b.call.T, 0)
	}
	if u.f.New != nil {
		call, err := u.f.New()
		if err != nil {
			return nil, err
		}
		u.call = call
	}
	return u, nil
}

func (u *userNode) eval(f *frame, sel []int32) (*batch.Vector, error) {
	for i, a := range u.args {
		v, err := a.eval(f, sel)
		if err != nil {
			return nil, err
		}
		u.vecs[i] = v
	}
	rows := allRows(f, sel)
	if !u.f.Append {
		resetOut(u.out, f.n)
		return u.out, u.call(u.vecs, rows, u.out)
	}
	u.flat.Reset()
	if err := u.call(u.vecs, rows, u.flat); err != nil {
		return nil, err
	}
	if u.flat.Len() != len(rows) {
		return nil, &EvalError{Expr: u.f.Name, Msg: "The function did not append a value per row"}
	}
	return u.dst.spread(u.flat, rows, f.n, u.out), nil
}

// spreader places the k-th value of a dense vector at row rows[k].
type spreader struct{ gather []int32 }

func (s *spreader) spread(flat *batch.Vector, rows []int32, n int, out *batch.Vector) *batch.Vector {
	if len(rows) == n || len(rows) == 0 {
		if len(rows) == 0 {
			resetOut(out, n)
			return out
		}
		return flat
	}
	// Rows left out repeat the value before them.
	s.gather = s.gather[:0]
	k := 0
	for i := range n {
		if k+1 < len(rows) && int(rows[k+1]) <= i {
			k++
		}
		s.gather = append(s.gather, int32(k))
	}
	out.Reset()
	out.AppendSelected(flat, s.gather)
	return out
}
