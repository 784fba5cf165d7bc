package main

import (
	"context"
	"regexp"
	"strconv"
)

// engine answers one query: the types and texts of its columns, or how it failed.
type engine interface {
	query(ctx context.Context, settings map[string]string, sql string) (types []string, rows [][]string, how failure, why string)
}

// asker finds the answers of single expressions by queries of many.
type asker struct{ engine engine }

// atLine is where Flink and flott say that a mistake is.
var atLine = regexp.MustCompile(`(?:line |:)(\d+)`)

func (a asker) ask(ctx context.Context, p pack, exprs []string) map[string]answer {
	answers := make(map[string]answer, len(exprs))
	a.into(ctx, p, exprs, answers)
	return answers
}

func (a asker) into(ctx context.Context, p pack, exprs []string, answers map[string]answer) {
	for len(exprs) > 0 {
		types, rows, how, why := a.engine.query(ctx, p.settings, p.query(exprs))
		if how == "" && len(types) != len(exprs) {
			how, why = failed, "an expression of the list is not one column" // a comment, or two of them
		}
		if how == "" {
			for i, x := range exprs {
				of := answer{Type: types[i]}
				for _, row := range rows {
					of.Rows = append(of.Rows, row[i])
				}
				answers[x] = of
			}
			return
		}
		if len(exprs) == 1 || how == noAnswer {
			for _, x := range exprs {
				answers[x] = answer{Failure: how, Text: why}
			}
			return
		}
		at := faulty(how, why, len(exprs))
		if at < 0 {
			half := len(exprs) / 2
			a.into(ctx, p, exprs[:half], answers)
			exprs = exprs[half:]
			continue
		}
		a.into(ctx, p, exprs[at:at+1], answers)
		exprs = append(append([]string(nil), exprs[:at]...), exprs[at+1:]...)
	}
}

// faulty is the place of the expression that a refusal points at, -1 if it does not.
func faulty(how failure, why string, n int) int {
	m := atLine.FindStringSubmatch(why)
	if how != refused || m == nil {
		return -1
	}
	if line, err := strconv.Atoi(m[1]); err == nil && line >= 2 && line < n+2 {
		return line - 2
	}
	return -1
}
