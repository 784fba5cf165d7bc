package expr

import (
	"errors"

	"github.com/flottstream/flott/internal/types"
)

// SourceWatermark is the function that, as the whole expression of a WATERMARK
// clause, leaves the watermarks to the source. It is a mark: it has no value.
const SourceWatermark = "SOURCE_WATERMARK"

// ErrSourceWatermark is why a job does not read a table which leaves its
// watermarks to its source: no connector makes any.
var ErrSourceWatermark = errors.New("SOURCE_WATERMARK() is a declarative marker function and doesn't have concrete runtime implementation. It can only be used as a single expression in a WATERMARK FOR clause in the CREATE TABLE DDL. The declaration would be pushed down into a source that emits watermarks of its own, and no connector of this program does")

func sourceWatermark() function {
	return function{
		name: SourceWatermark, typing: params(always(types.TimestampLTZOf(3))), volatility: perRow,
		build: func(*builder) (node, error) { return nil, ErrSourceWatermark },
	}
}

// IsSourceWatermark reports whether e is a call of SOURCE_WATERMARK.
func IsSourceWatermark(e Expr) bool {
	c, ok := e.(*Call)
	return ok && c.Fn == SourceWatermark
}
