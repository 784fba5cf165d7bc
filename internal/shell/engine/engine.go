// Package engine is the contract between those who carry out SQL statements (this process, a Flink cluster) and those
// who hand them over and show what comes of it (flott run --target, flott sql), and the order in which the statements
// of a script are carried out.
//
// The contract:
//
//   - Execute returns when a statement without a job is done and its answer was shown, or when the job of a query or
//     INSERT has been started. Rows of a query are shown by a goroutine of the job's.
//   - A job is waited for by exactly one caller of Wait; Cancel, Stop and Progress may be called at any time.
//   - Statements are handed over one after the other, by one goroutine.
//   - A mistake of the user is a *diag.Error whose positions are in the text that was handed over.
package engine

import (
	"context"
	"errors"
	"fmt"

	"github.com/flottstream/flott/internal/sql/ast"
	"github.com/flottstream/flott/internal/sql/parser"
	"github.com/flottstream/flott/internal/tableau"
	"github.com/flottstream/flott/internal/types"
)

// ErrCanceled is the outcome of a job that was cancelled.
var ErrCanceled = errors.New("the job was cancelled")

// Statement is a statement of a text.
type Statement struct {
	ast.Span               // in the text
	Node     ast.Statement // nil: flott's parser does not know it; a cluster may
}

// Engine carries out statements.
type Engine interface {
	// Execute carries out a statement of script. The job is nil for statements that have none.
	Execute(ctx context.Context, script string, s Statement, d Display) (Job, error)
	// Close ends the session. Jobs of INSERTs on a cluster go on.
	Close(ctx context.Context) error
}

// Display shows answers.
type Display interface {
	// Answer shows the answer of a statement that is no job; columns are nil for one that has just been done.
	Answer(s Statement, columns types.Schema, rows [][]*string) error
	// Rows makes what shows the rows of a query.
	Rows(q Query) (tableau.Writer, error)
}

// Query is what is known about the rows of a query before they come.
type Query struct {
	Statement Statement
	Text      string // of the statement
	Columns   types.Schema
	Types     []string // of the columns, as Flink writes them
	JobID     string
	Streaming bool // execution.runtime-mode
	// Bounded: the input ends by itself. InsertOnly: no row is taken back. False if it is not known.
	Bounded, InsertOnly bool
	// Order is the order in which the user wants the rows.
	Order []tableau.SortColumn
}

// Job is a running query or INSERT.
type Job interface {
	ID() string
	Name() string
	// IsQuery: its rows go to the user.
	IsQuery() bool
	// Bounded: it ends by itself, as far as that is known.
	Bounded() bool
	// Wait returns when the job has ended and its rows were shown: nil, ErrCanceled (wrapped), or why it failed.
	Wait() error
	// Stop ends the job gracefully if the engine can, and so does Cancel at once. Neither waits.
	Stop()
	Cancel()
	// Progress is how it goes, as one line; "" if that is not known.
	Progress() string
	// Summary is what came of it, as a part of a sentence.
	Summary() string
}

// JobError is why a job did not come to its end.
type JobError struct {
	Job Job
	Pos int // of its statement in the text
	Err error
}

// Error names the job.
func (e *JobError) Error() string { return fmt.Sprintf("job %s failed: %v", e.Job.Name(), e.Err) }

// Unwrap returns the cause.
func (e *JobError) Unwrap() error { return e.Err }

// Parse parses a script; a syntax error anywhere in it is an error.
func Parse(script string) ([]Statement, error) {
	nodes, err := parser.ParseScript(script)
	if err != nil {
		return nil, err
	}
	return statements(nodes), nil
}

func statements(nodes []ast.Statement) (out []Statement) {
	for _, n := range nodes {
		out = append(out, Statement{ast.Span{Pos: n.Range().Pos, End: n.Range().End}, n})
	}
	return out
}

// ParseKnown parses what it knows of a script and leaves the rest to the engine.
func ParseKnown(script string) (out []Statement) {
	if nodes, err := parser.ParseScript(script); err == nil {
		return statements(nodes)
	}
	for _, p := range parser.Split(script) {
		s := Statement{Span: p.Span}
		if node, err := parser.ParseStatement(Blank(script, p.Span)); err == nil {
			s.Node = node
		}
		out = append(out, s)
	}
	return out
}

// Blank is a part of a script at the place that it has there: what stands before it is made blank, so that positions
// hold in the whole.
func Blank(script string, part ast.Span) string {
	text := []byte(script[:part.End])
	for i := range text[:part.Pos] {
		if text[i] != '\n' {
			text[i] = ' '
		}
	}
	return string(text)
}
