// Package compat judges answers: it runs the SQL jobs of cases/ on an engine and compares the folded result with what
// real Flink answered, which golden/ keeps.
//
// Contract: a case is one script (DDL, SET and one final query). An engine gets the whole script and gives the final
// query's changelog; the changelog is folded to a multiset of rows before it is compared, so engines may differ in the
// updates they emit and must agree on the table they arrive at. A final INSERT or STATEMENT SET is judged by the files
// it wrote.
package compat

import (
	"context"
	"errors"
	"fmt"
)

// ErrNoAnswer marks an error of Run that says nothing about the script: the engine is not there, or too busy.
var ErrNoAnswer = errors.New("the engine cannot answer now")

// Null is the text of NULL in a row, as Flink's SQL client shows it. It tells NULL from the string 'NULL'.
const Null = "<NULL>"

// Kind of a changelog row, in Flink's short form.
type Kind string

const (
	Insert       Kind = "+I"
	UpdateBefore Kind = "-U"
	UpdateAfter  Kind = "+U"
	Delete       Kind = "-D"
)

// ChangeRow is one row of a changelog. A field is the value's CAST to STRING, or Null.
type ChangeRow struct {
	Kind   Kind
	Fields []string
}

// Engine runs a script.
type Engine interface {
	// Run executes every statement of script under settings (Flink's keys; SET in the script comes after them) and waits
	// for the end of the final one. Columns are "name TYPE" of the final query, with TYPE as DESCRIBE prints it; a final
	// INSERT gives neither columns nor rows, and its files are complete when Run returns. An error is the first statement's
	// that failed or was refused.
	Run(ctx context.Context, script string, settings map[string]string) (columns []string, rows []ChangeRow, err error)
}

// Printing is an engine that can tell what the print connector wrote.
type Printing interface {
	// RunPrinting is Run for a script whose final INSERT goes to a print table. Lines are those of standard output, as
	// printed, in any order.
	RunPrinting(ctx context.Context, script string, settings map[string]string) (lines []string, err error)
}

// Mode is execution.runtime-mode.
type Mode string

const (
	Streaming Mode = "streaming"
	Batch     Mode = "batch"
)

// Settings under which every case runs.
func Settings(mode Mode, parallelism int) map[string]string {
	return map[string]string{
		"execution.runtime-mode": string(mode),
		"parallelism.default":    fmt.Sprint(parallelism),
		"table.local-time-zone":  "UTC",
	}
}
