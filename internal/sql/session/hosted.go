package session

import (
	"context"

	"github.com/flottstream/flott/internal/sql/ast"
)

// ExecuteOn is Execute for a statement that may be about the running jobs of a host: SHOW JOBS, STOP JOB.
func (s *Session) ExecuteOn(ctx context.Context, source string, stmt ast.Statement, h Host) (*Result, error) {
	r, done, err := control(ctx, stmt, h)
	if !done {
		return s.Execute(source, stmt)
	}
	if err != nil {
		return nil, positioned(stmt, source, err)
	}
	return r, nil
}

// Builtins lists the functions that need no CREATE FUNCTION, in lower case.
func Builtins() []string { return builtins() }
