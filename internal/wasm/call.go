package wasm

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/sys"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/expr"
	"github.com/flottstream/flott/internal/types"
	"github.com/flottstream/flott/internal/valuetext"
)

// caller calls a function of an instance. It belongs to one goroutine.
type caller struct {
	*module
	memory      api.Memory
	call        api.Function
	alloc, free api.Function
	stack       []uint64
	texts       []span // of the call, to be freed
}

// span is a piece of the module's memory.
type span struct{ at, length uint32 }

// maxCalls is the number of calls that share a deadline, since making one costs
// more than a short call.
const maxCalls = 1024

// eval calls the function for rows.
func (c *caller) eval(args []*batch.Vector, rows []int32, out *batch.Vector) error {
	for len(rows) > 0 {
		n := min(len(rows), maxCalls)
		if err := c.some(args, rows[:n], out); err != nil {
			return err
		}
		rows = rows[n:]
	}
	return nil
}

func (c *caller) some(args []*batch.Vector, rows []int32, out *batch.Vector) error {
	ctx, cancel := context.WithTimeout(context.Background(), c.limit)
	defer cancel()
	for _, i := range rows {
		if anyNull(args, int(i)) {
			if isText(c.Result) {
				out.AppendNull()
			} else {
				out.SetNull(int(i))
			}
			continue
		}
		if err := c.row(ctx, args, int(i), out); err != nil {
			return c.failed(args, int(i), err)
		}
	}
	return nil
}

func anyNull(args []*batch.Vector, i int) bool {
	for _, a := range args {
		if a.IsNull(i) {
			return true
		}
	}
	return false
}

// row calls the function for row i.
func (c *caller) row(ctx context.Context, args []*batch.Vector, i int, out *batch.Vector) error {
	c.texts = c.texts[:0]
	for _, a := range args {
		if !isText(a.Type) {
			continue
		}
		t, err := c.put(ctx, a.At(i))
		if err != nil {
			return err
		}
		c.texts = append(c.texts, t)
	}
	c.stack = c.stack[:0]
	texts := c.texts
	for _, a := range args {
		if isText(a.Type) {
			c.stack = append(c.stack, uint64(texts[0].at), uint64(texts[0].length))
			texts = texts[1:]
			continue
		}
		c.stack = append(c.stack, argument(a, i))
	}
	if len(c.stack) == 0 {
		c.stack = append(c.stack, 0) // room for the result
	}
	if err := c.call.CallWithStack(ctx, c.stack); err != nil {
		return err
	}
	if err := c.result(c.stack[0], i, out); err != nil {
		return err
	}
	return c.release(ctx)
}

// put copies a text into the module's memory.
func (c *caller) put(ctx context.Context, text []byte) (span, error) {
	c.stack = append(c.stack[:0], uint64(len(text)))
	if err := c.alloc.CallWithStack(ctx, c.stack); err != nil {
		return span{}, err
	}
	s := span{uint32(c.stack[0]), uint32(len(text))}
	if !c.memory.Write(s.at, text) {
		return span{}, fmt.Errorf("alloc gave an address outside of the memory (%d)", s.at)
	}
	return s, nil
}

// release gives the arguments of the call back, and the result if it is a text.
func (c *caller) release(ctx context.Context) error {
	if c.free == nil {
		return nil
	}
	for _, t := range c.texts {
		c.stack = append(c.stack[:0], uint64(t.at), uint64(t.length))
		if err := c.free.CallWithStack(ctx, c.stack); err != nil {
			return err
		}
	}
	return nil
}

func argument(a *batch.Vector, i int) uint64 {
	switch a.Type.Physical() {
	case types.LayoutBool:
		if a.Bool(i) {
			return 1
		}
		return 0
	case types.LayoutInt8:
		return api.EncodeI32(int32(a.Int8s()[i]))
	case types.LayoutInt16:
		return api.EncodeI32(int32(a.Int16s()[i]))
	case types.LayoutInt32:
		return api.EncodeI32(a.Int32s()[i])
	case types.LayoutFloat32:
		return api.EncodeF32(a.Float32s()[i])
	case types.LayoutFloat64:
		return api.EncodeF64(a.Float64s()[i])
	}
	return uint64(a.Int64s()[i])
}

// result stores what the function gave for row i.
func (c *caller) result(x uint64, i int, out *batch.Vector) error {
	switch out.Type.Physical() {
	case types.LayoutBool:
		if uint32(x) != 0 {
			out.Bits.Set(i)
		} else {
			out.Bits.Clear(i)
		}
	case types.LayoutInt8:
		out.Int8s()[i] = int8(x)
	case types.LayoutInt16:
		out.Int16s()[i] = int16(x)
	case types.LayoutInt32:
		out.Int32s()[i] = int32(uint32(x))
	case types.LayoutFloat32:
		out.Float32s()[i] = math.Float32frombits(uint32(x))
	case types.LayoutFloat64:
		out.Float64s()[i] = math.Float64frombits(x)
	case types.LayoutBytes:
		at, length := uint32(x>>32), uint32(x)
		text, ok := c.memory.Read(at, length)
		if !ok {
			return fmt.Errorf("the result lies outside of the memory (address %d, length %d)", at, length)
		}
		out.AppendBytes(text)
		c.texts = append(c.texts, span{at, length})
	default:
		out.Int64s()[i] = int64(x)
	}
	return nil
}

// failed says for which arguments a call failed.
func (c *caller) failed(args []*batch.Vector, i int, err error) error {
	parts := make([]string, len(args))
	for k, a := range args {
		text := string(valuetext.AppendDisplay(nil, a, i, nil))
		if len(text) > 60 {
			text = text[:60] + "…"
		}
		if a.Type.IsCharacter() {
			text = "'" + text + "'"
		}
		parts[k] = text
	}
	return &expr.EvalError{Expr: c.Name + "(" + strings.Join(parts, ", ") + ")", Msg: fmt.Sprintf("The WASM function %s failed: %s", c.Name, reason(err))}
}

// reason is the first line of an error of the runtime: a stack of addresses follows.
func reason(err error) string {
	var exit *sys.ExitError
	if errors.As(err, &exit) && exit.ExitCode() == sys.ExitCodeDeadlineExceeded || errors.Is(err, context.DeadlineExceeded) {
		return "it took longer than it may"
	}
	text, _, _ := strings.Cut(err.Error(), "\n")
	return strings.TrimPrefix(strings.TrimSuffix(text, " (recovered by wazero)"), "wasm error: ")
}

func sortNames(list []string) { slices.Sort(list) }
