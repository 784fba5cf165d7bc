package aggregate

import (
	"errors"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/expr"
	"github.com/flottstream/flott/internal/types"
)

// resolveCall finds the function of a call, the user's own one if it has one.
func resolveCall(c *Call, args []types.Type) (Function, error) {
	if c.User == nil {
		return Resolve(c.Fn, args, c.Distinct)
	}
	return ResolveUser(c.User, args)
}

// ResolveUser is Resolve for a function written by a user.
func ResolveUser(u *expr.UserAggregate, args []types.Type) (Function, error) {
	params, result, err := u.Infer(args)
	if err != nil {
		return Function{}, err
	}
	return Function{
		Name: u.Name, Type: result.WithoutTime(), Args: params, keepNulls: u.KeepNulls, onlyAppends: !u.Retracts,
		impl: &userFunction{of: u, evaluator: u.New()},
	}, nil
}

// userFunction keeps the state of a user's function as a variable.
type userFunction struct {
	of        *expr.UserAggregate
	evaluator expr.AggregateEvaluator
	states    userStates
	from      userStates
}

func (f *userFunction) variable()  {}
func (f *userFunction) width() int { return 0 }

func (f *userFunction) accumulate(u *update) error {
	f.states = u.vars
	return f.evaluator.Update(&f.states, u.args, u.rows, u.gid, false)
}

func (f *userFunction) retract(u *update) error {
	if !f.of.Retracts {
		return errors.New(f.of.Name + " cannot aggregate an input with updates or deletes")
	}
	f.states = u.vars
	return f.evaluator.Update(&f.states, u.args, u.rows, u.gid, true)
}

func (f *userFunction) merge(m *merger) error {
	f.states, f.from = m.vars, m.from
	return f.evaluator.Merge(&f.states, m.gid, &f.from)
}

func (f *userFunction) result(r *results, out *batch.Vector) error {
	f.states = r.vars[:len(r.recs)] // there may be room for more groups
	return f.evaluator.Result(&f.states, out)
}

// userStates are the variables of the groups.
type userStates []variable

// Len is the number of groups.
func (s *userStates) Len() int { return len(*s) }

// Get is the state of a group.
func (s *userStates) Get(group int) []byte { return (*s)[group].b }

// Set replaces the state of a group.
func (s *userStates) Set(group int, state []byte) { (*s)[group].set(state) }
