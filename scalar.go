package flott

import (
	"fmt"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/expr"
	"github.com/flottstream/flott/internal/types"
)

// RegisterScalar registers a function of one argument. Types of arguments and results
// are bool (BOOLEAN), int8 (TINYINT), int16 (SMALLINT), int32 (INT), int64 and int
// (BIGINT), float32 (FLOAT), float64 (DOUBLE), string (STRING), []byte (BYTES) and
// time.Time (TIMESTAMP_LTZ, or the TIMESTAMP it is given, as UTC). Arguments are cast as
// SQL casts implicitly. A NULL argument makes the result NULL without a call, unless its
// type is sql.Null of one of these; a result of that type can be NULL. A []byte argument
// is valid during the call. An error fails the job, with the function and the message.
//
// A function has to give the same result for the same arguments.
func RegisterScalar[A, R any](p *Program, name string, f func(A) (R, error)) {
	a, r := codecOf[A](), codecOf[R]()
	p.scalar(name, r.sql, []accepting{&a}, func(args []*batch.Vector, rows []int32, out *batch.Vector) error {
		v := args[0]
		for _, i := range rows {
			if v.IsNull(int(i)) && !a.nulls {
				out.AppendNull()
				continue
			}
			x, err := f(a.read(v, int(i)))
			if err != nil {
				return failed(name, err)
			}
			r.write(out, x)
		}
		return nil
	})
}

// RegisterScalar2 is RegisterScalar of a function of two arguments.
func RegisterScalar2[A, B, R any](p *Program, name string, f func(A, B) (R, error)) {
	a, b, r := codecOf[A](), codecOf[B](), codecOf[R]()
	p.scalar(name, r.sql, []accepting{&a, &b}, func(args []*batch.Vector, rows []int32, out *batch.Vector) error {
		v, w := args[0], args[1]
		for _, i := range rows {
			if v.IsNull(int(i)) && !a.nulls || w.IsNull(int(i)) && !b.nulls {
				out.AppendNull()
				continue
			}
			x, err := f(a.read(v, int(i)), b.read(w, int(i)))
			if err != nil {
				return failed(name, err)
			}
			r.write(out, x)
		}
		return nil
	})
}

// RegisterScalar3 is RegisterScalar of a function of three arguments.
func RegisterScalar3[A, B, C, R any](p *Program, name string, f func(A, B, C) (R, error)) {
	a, b, c, r := codecOf[A](), codecOf[B](), codecOf[C](), codecOf[R]()
	p.scalar(name, r.sql, []accepting{&a, &b, &c}, func(args []*batch.Vector, rows []int32, out *batch.Vector) error {
		v, w, x := args[0], args[1], args[2]
		for _, i := range rows {
			if v.IsNull(int(i)) && !a.nulls || w.IsNull(int(i)) && !b.nulls || x.IsNull(int(i)) && !c.nulls {
				out.AppendNull()
				continue
			}
			y, err := f(a.read(v, int(i)), b.read(w, int(i)), c.read(x, int(i)))
			if err != nil {
				return failed(name, err)
			}
			r.write(out, y)
		}
		return nil
	})
}

// accepting is the part of a codec that does not depend on its type.
type accepting interface{ accepts(types.Type) types.Type }

func failed(name string, err error) error { return fmt.Errorf("function %s: %w", name, err) }

// inferring checks the number of arguments and says what they are cast to.
func inferring(args []accepting, given []types.Type) ([]types.Type, error) {
	if len(given) != len(args) {
		return nil, fmt.Errorf("it takes %d arguments", len(args))
	}
	want := make([]types.Type, len(args))
	for i, a := range args {
		want[i] = a.accepts(given[i])
	}
	return want, nil
}

func (p *Program) scalar(name string, result types.Type, args []accepting, eval func([]*batch.Vector, []int32, *batch.Vector) error) {
	p.users.Scalars[p.key(name)] = &expr.UserFunction{
		Name: name, Append: true, Deterministic: true, Eval: eval,
		Infer: func(given []types.Type) ([]types.Type, types.Type, error) {
			want, err := inferring(args, given)
			return want, result.WithNull(true), err
		},
	}
}
