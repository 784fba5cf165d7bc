package session

import (
	"context"
	"fmt"
	"time"

	"github.com/flottstream/flott/internal/sql/ast"
	"github.com/flottstream/flott/internal/types"
)

// JobControl is a Host that knows its running jobs.
type JobControl interface {
	Jobs() []RunningJob
	// StopJob ends a job: with a savepoint, whose path it returns, or by cancelling it.
	StopJob(ctx context.Context, id string, savepoint, drain bool) (path string, err error)
}

// RunningJob is a line of SHOW JOBS.
type RunningJob struct {
	ID, Name, Status string
	Started          time.Time
}

// control carries out the statements about running jobs; ok is false for others.
func control(ctx context.Context, stmt ast.Statement, h Host) (r *Result, ok bool, err error) {
	c, is := h.(JobControl)
	if !is {
		return nil, false, nil
	}
	switch x := stmt.(type) {
	case *ast.Show:
		if x.What != "JOBS" {
			return nil, false, nil
		}
		return showJobs(x, c), true, nil
	case *ast.StopJob:
		path, err := c.StopJob(ctx, x.ID.Text, x.Savepoint, x.Drain)
		switch {
		case err != nil:
			return nil, true, fail(x.ID, "SHOW JOBS lists the jobs that run", fmt.Sprintf("job %s could not be stopped: %v", x.ID.Text, err))
		case !x.Savepoint:
			return &Result{Statement: stmt}, true, nil
		}
		r := list("savepoint path", []string{path})
		r.Statement = stmt
		return r, true, nil
	}
	return nil, false, nil
}

func showJobs(stmt ast.Statement, c JobControl) *Result {
	r := &Result{Statement: stmt}
	for _, name := range []string{"job id", "job name", "status", "start time"} {
		r.Columns = append(r.Columns, types.Field{Name: name, Type: types.String()})
	}
	for _, j := range c.Jobs() {
		started := j.Started.UTC().Format("2006-01-02T15:04:05.000")
		r.Rows = append(r.Rows, []*string{&j.ID, &j.Name, &j.Status, &started})
	}
	return r
}
