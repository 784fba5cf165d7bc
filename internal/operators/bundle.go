package operators

import (
	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/operator"
	"github.com/flottstream/flott/internal/types"
)

// bundle holds rows back for mini-batch processing, until there are as many as
// table.exec.mini-batch.size or the first is as old as allow-latency.
type bundle struct {
	rows    *batch.Batch // nil: empty
	spare   *batch.Batch
	limit   int64
	latency int64 // ms
	ends    int64 // ms, when the bundle in rows is due
	ctx     *operator.Context
}

// newBundle returns nil if mini-batch is off.
func newBundle(ctx *operator.Context) *bundle {
	s := ctx.Settings
	if s.MiniBatchRows <= 0 || !s.Streaming {
		return nil
	}
	return &bundle{limit: s.MiniBatchRows, latency: s.MiniBatchLatency.Milliseconds(), ctx: ctx}
}

// add copies the rows of b and reports whether the bundle is full.
func (u *bundle) add(b *batch.Batch) bool {
	if u.rows == nil {
		u.begin(b)
	}
	u.rows.AppendSelected(b, nil)
	return int64(u.rows.N) >= u.limit
}

func (u *bundle) begin(b *batch.Batch) {
	if u.rows, u.spare = u.spare, nil; u.rows == nil {
		schema := make(types.Schema, len(b.Cols))
		for i, v := range b.Cols {
			schema[i].Type = v.Type
		}
		u.rows = batch.NewBatch(schema, 0)
	}
	u.rows.Reset()
	if u.latency > 0 {
		u.ends = u.ctx.Clock.Now().UnixMilli() + u.latency
		u.ctx.Timers.Set(u.ends)
	}
}

// due reports whether the bundle has to be processed at now (ms).
func (u *bundle) due(now int64) bool { return u.rows != nil && u.latency > 0 && now >= u.ends }

// take ends the bundle and returns its rows, valid until the bundle after the
// next begins.
func (u *bundle) take() *batch.Batch {
	b := u.rows
	u.rows, u.spare = nil, b
	return b
}
