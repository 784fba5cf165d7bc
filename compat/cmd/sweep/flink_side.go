package main

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/flottstream/flott/compat"
	"github.com/flottstream/flott/internal/flinkgateway"
)

// flinkSide asks a real Flink.
type flinkSide struct{ client *flinkgateway.Client }

func (f flinkSide) query(ctx context.Context, settings map[string]string, sql string) (types []string, rows [][]string, how failure, why string) {
	session, err := f.client.Open(ctx, "sweep", settings)
	if err != nil {
		return nil, nil, noAnswer, err.Error()
	}
	defer session.Close(context.WithoutCancel(ctx))
	op, err := session.Submit(ctx, sql, nil)
	if err != nil {
		return nil, nil, noAnswer, err.Error()
	}
	for page, err := range op.Pages(ctx) {
		if err != nil {
			how, why := flinkFailure(err)
			return nil, nil, how, why
		}
		types = types[:0]
		for _, c := range page.Columns {
			types = append(types, c.Type.String())
		}
		for _, r := range page.Rows {
			rows = append(rows, fieldTexts(r.Fields))
		}
	}
	slices.SortFunc(rows, slices.Compare)
	return types, rows, "", ""
}

func fieldTexts(fields []*string) []string {
	row := make([]string, len(fields))
	for i, f := range fields {
		if row[i] = compat.Null; f != nil {
			row[i] = *f
		}
	}
	return row
}

// flinkFailure tells a refusal from a job that failed.
func flinkFailure(err error) (failure, string) {
	var f *flinkgateway.Failure
	if !errors.As(err, &f) || strings.Contains(f.Error(), "Could not acquire the minimum required resources") || strings.Contains(f.Error(), "Ask timed out") {
		return noAnswer, err.Error()
	}
	for _, c := range f.Causes {
		if strings.HasSuffix(c.Class, "JobExecutionException") || strings.HasSuffix(c.Class, "JobException") {
			return failed, f.Error()
		}
	}
	text := f.Error()
	for _, c := range f.Causes {
		if strings.Contains(c.Message, "line ") {
			text = c.Message
		}
	}
	return refused, text
}
