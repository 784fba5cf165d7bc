package flott

import "github.com/flottstream/flott/internal/expr"

// Users are the functions of a program, for the simulator.
func (p *Program) Users() *expr.UserFunctions { return p.users }
