package expr

import (
	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/expr/civil"
)

// nowNode is a function of the time at which it is evaluated: one value for the
// rows of a batch.
type nowNode struct {
	fn   string
	env  *Env
	zone *civil.Zone
	out  *batch.Vector
}

func buildNow(b *builder) (node, error) {
	return &nowNode{fn: b.call.Fn, env: b.env, zone: civil.NewZone(b.env.Zone), out: batch.New(b.call.T, 0)}, nil
}

func (n *nowNode) eval(f *frame, _ []int32) (*batch.Vector, error) {
	resetOut(n.out, f.n)
	now := n.env.now()
	if n.fn == "CURRENT_ROW_TIMESTAMP" || n.fn == "PROCTIME" {
		now = n.env.rowTime()
	}
	ms := now.UnixMilli()
	local := n.zone.Local(ms, 1000)
	switch n.fn {
	case "CURRENT_DATE":
		fill(n.out.Int32s(), int32(civil.FloorDiv(local, civil.MsPerDay)))
	case "CURRENT_TIME", "LOCALTIME":
		fill(n.out.Int32s(), int32(civil.FloorMod(local, civil.MsPerDay)/1000*1000))
	case "LOCALTIMESTAMP":
		fill(n.out.Int64s(), local)
	case "$UNIX_NOW":
		fill(n.out.Int64s(), civil.FloorDiv(ms, 1000))
	default:
		fill(n.out.Int64s(), ms)
	}
	return n.out, nil
}

func fill[T any](dst []T, v T) {
	for i := range dst {
		dst[i] = v
	}
}

// watermarkNode is CURRENT_WATERMARK(rowtime): NULL before the first watermark.
type watermarkNode struct {
	env   *Env
	out   *batch.Vector
	valid batch.Bitmap
}

func buildWatermark(b *builder) (node, error) {
	return &watermarkNode{env: b.env, out: batch.New(b.call.T, 0)}, nil
}

func (w *watermarkNode) eval(f *frame, _ []int32) (*batch.Vector, error) {
	resetOut(w.out, f.n)
	if w.env.Watermark != nil {
		if ms, ok := w.env.Watermark(); ok {
			fill(w.out.Int64s(), ms)
			return w.out, nil
		}
	}
	w.valid = sizedBitmap(w.valid, f.n)
	w.valid.Fill(false)
	w.out.Valid = w.valid
	return w.out, nil
}
