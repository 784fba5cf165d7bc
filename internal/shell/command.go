package shell

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/flottstream/flott/internal/sql/ast"
	"github.com/flottstream/flott/internal/sql/diag"
)

const help = `Statements end with ';' and may go over many lines. Tab completes, Ctrl-R searches the history,
Ctrl-C cancels a query or clears what is typed, Ctrl-D leaves.

  SELECT …               shows rows: SET 'sql-client.execution.result-mode' = 'table' | 'changelog' | 'tableau'
  INSERT INTO …          runs in the background; SET 'table.dml-sync' = 'true' waits for it
  SHOW JOBS              the jobs that run; STOP JOB 'id' [WITH SAVEPOINT] ends one
  SHOW TABLES, DESCRIBE  what there is; SHOW FUNCTIONS, SHOW CATALOGS …
  EXPLAIN …              how a query would run
  SET 'key' = 'value'    sets an option, SET shows those that are set, RESET 'key' forgets one
  SOURCE 'file'          carries out the statements of a file
  CLEAR                  clears the screen
  QUIT, EXIT             leaves`

// deepest bounds SOURCE in a file that SOURCE carries out.
const deepest = 16

// depth is how many files deep a text is.
type depth struct{}

// command carries out a command of the client.
func (s *Shell) command(ctx context.Context, name, script string, c *ast.ClientCommand) error {
	switch c.Verb {
	case "QUIT", "EXIT":
		s.quit = s.leave()
	case "HELP":
		fmt.Fprintln(s.Out, help)
	case "CLEAR":
		if s.interactive() {
			fmt.Fprint(s.Terminal, "\x1b[H\x1b[2J\x1b[3J")
		}
	case "SOURCE":
		n, _ := ctx.Value(depth{}).(int)
		text, err := os.ReadFile(c.Arg.Text)
		var path *os.PathError
		switch {
		case errors.As(err, &path):
			err = fmt.Errorf("cannot read %s: %w", c.Arg.Text, path.Err)
		case n >= deepest:
			err = fmt.Errorf("files carry each other out, more than %d deep", deepest)
		}
		if err != nil {
			s.failed(name, script, (&diag.Error{Pos: c.Arg.Pos, End: c.Arg.End, Msg: err.Error()}).Locate(script))
			return errFailed
		}
		return s.text(context.WithValue(ctx, depth{}, n+1), c.Arg.Text, string(text))
	default:
		s.failed(name, script, (&diag.Error{Pos: c.Pos, End: c.End, Msg: c.Verb + " is no command of flott sql", Hint: "HELP lists them"}).Locate(script))
		return errFailed
	}
	return nil
}

// leave reports whether the shell may end: the first time it says what ends with it.
func (s *Shell) leave() bool {
	n := s.running()
	if !s.interactive() || !s.Ephemeral || n == 0 || s.warned {
		return true
	}
	s.warned = true
	jobs := "1 job runs in this process and ends"
	if n > 1 {
		jobs = fmt.Sprintf("%d jobs run in this process and end", n)
	}
	s.say("%s with it; once more to leave (SHOW JOBS lists them)", jobs)
	return false
}
