package cluster

import (
	"context"
	"iter"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/flinkgateway"
	"github.com/flottstream/flott/internal/tableau"
	"github.com/flottstream/flott/internal/types"
)

// result reads the pages of an operation. It is used by one goroutine at a time.
type result struct {
	op   *flinkgateway.Operation
	pull func() (flinkgateway.Page, error, bool)
	stop func()
	ctx  context.Context // of the pages, which outlive the call that began them
	end  context.CancelFunc
}

func newResult(op *flinkgateway.Operation) *result {
	r := &result{op: op}
	r.ctx, r.end = context.WithCancel(context.Background())
	r.pull, r.stop = iter.Pull2(op.Pages(r.ctx))
	return r
}

// next is the next page; ok is false in the zero page after the last.
func (r *result) next(ctx context.Context) (flinkgateway.Page, error) {
	undo := context.AfterFunc(ctx, r.end)
	defer undo()
	p, err, _ := r.pull()
	if err != nil && ctx.Err() != nil {
		err = ctx.Err()
	}
	return p, err
}

// rest reads the rows to the end.
func (r *result) rest(ctx context.Context, first flinkgateway.Page) (columns types.Schema, rows [][]*string, err error) {
	undo := context.AfterFunc(ctx, r.end)
	defer undo()
	columns, _ = schemaOf(first.Columns)
	for p, ok := first, true; ok; p, err, ok = r.pull() {
		if err != nil {
			return nil, nil, err
		}
		for _, row := range p.Rows {
			rows = append(rows, row.Fields)
		}
	}
	return columns, rows, nil
}

// abandon frees what the gateway keeps; the job of a query ends with it.
func (r *result) abandon(ctx context.Context) {
	r.stop()
	r.end()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), closeTimeout)
	defer cancel()
	r.op.Close(ctx)
}

// kinds are those of the rows.
var kinds = map[flinkgateway.RowKind]batch.RowKind{
	flinkgateway.Insert: batch.Insert, flinkgateway.UpdateBefore: batch.UpdateBefore,
	flinkgateway.UpdateAfter: batch.UpdateAfter, flinkgateway.Delete: batch.Delete,
}

// fill makes a row of texts.
func fill(r *tableau.Row, fields []*string) *tableau.Row {
	r.Reset()
	for _, f := range fields {
		if f == nil {
			r.Null()
			continue
		}
		r.Text = append(r.Text, *f...)
		r.End()
	}
	return r
}

// schemaOf are columns with the types that matter for showing them, and the types as Flink writes them.
func schemaOf(columns []flinkgateway.Column) (schema types.Schema, names []string) {
	for _, c := range columns {
		schema = append(schema, types.Field{Name: c.Name, Type: typeOf(c.Type)})
		names = append(names, c.Type.String())
	}
	return schema, names
}

// scalars are the types that are shown otherwise than as text, or compared otherwise.
var scalars = map[string]types.Kind{
	"BOOLEAN": types.Boolean, "TINYINT": types.TinyInt, "SMALLINT": types.SmallInt, "INTEGER": types.Int, "BIGINT": types.BigInt,
	"FLOAT": types.Float, "DOUBLE": types.Double, "DATE": types.Date,
}

func typeOf(t flinkgateway.LogicalType) types.Type {
	kind, ok := scalars[t.Root]
	out := types.String()
	switch {
	case ok:
		out = types.Of(kind)
	case t.Root == "DECIMAL" && t.Precision != nil:
		out = types.DecimalOf(*t.Precision, t.Scale)
	case t.Root == "TIMESTAMP_WITHOUT_TIME_ZONE" && t.Precision != nil:
		out = types.TimestampOf(*t.Precision)
	}
	return out.WithNull(t.Nullable)
}
