package datagen

import (
	"errors"
	"fmt"
	"hash/fnv"
	"math"
	"math/bits"
	"strconv"
	"time"

	"github.com/flottstream/flott/internal/connector"
	"github.com/flottstream/flott/internal/decimal"
	"github.com/flottstream/flott/internal/format/scalar"
	"github.com/flottstream/flott/internal/types"
)

// compiler makes generators of the options of fields. An option that does not
// suit a field's type is never asked for, and so refused as unsupported.
type compiler struct {
	options *connector.Options
	rate    int64
	rows    int64 // rows of the table so far known, -1: no end
}

// newStream is the randomness of a field, by its path.
func newStream(path, purpose string) stream {
	h := fnv.New64a()
	h.Write([]byte(path))
	h.Write([]byte{0})
	h.Write([]byte(purpose))
	return stream(h.Sum64())
}

func (c *compiler) fail(path, option, format string, args ...any) {
	c.options.Fail(fmt.Errorf("option 'fields.%s.%s' of connector 'datagen' %s", path, option, fmt.Sprintf(format, args...)))
}

// field makes the generator of the field at path.
func (c *compiler) field(path string, t types.Type) generator {
	if c.options.Enum("fields."+path+".kind", "random", "random", "sequence") == "sequence" {
		return c.sequence(path, t)
	}
	g := c.random(path, t)
	rate := c.options.Float("fields."+path+".null-rate", 0)
	if !(rate >= 0 && rate <= 1) {
		c.fail(path, "null-rate", "is %v, but must be from 0 to 1", rate)
	}
	if rate > 0 {
		g = nullable{g, newStream(path, "null"), rate}
	}
	return g
}

func (c *compiler) sequence(path string, t types.Type) generator {
	switch {
	case t.IsInteger(), t.IsApproximate(), t.IsCharacter(), t.Kind == types.Decimal:
	default:
		c.options.Fail(fmt.Errorf("Unsupported type: %s for the sequence generator of field '%s'", t, path))
		return nothing{}
	}
	for _, name := range []string{"start", "end"} {
		if !c.options.Has("fields." + path + "." + name) {
			c.options.Fail(fmt.Errorf("Could not find required property 'fields.%s.%s' for sequence generator.", path, name))
			return nothing{}
		}
	}
	start, end := c.options.Int("fields."+path+".start", 0), c.options.Int("fields."+path+".end", 0)
	rows := uint64(end-start) + 1
	if end < start || rows > math.MaxInt64 {
		c.fail(path, "end", "is %d, but must not be below the start, %d", end, start)
		return nothing{}
	}
	if lowest, highest := intRange(t); start < lowest || end > highest {
		c.fail(path, "end", "is beyond the range of %s", t.WithNull(true))
	}
	if c.rows < 0 || int64(rows) < c.rows {
		c.rows = int64(rows)
	}
	g := sequence{start: start, scale: 1}
	if t.Kind == types.Decimal {
		for range t.Scale {
			hi, lo := bits.Mul64(g.scale, 10)
			if hi != 0 {
				c.fail(path, "kind", "cannot be sequence for %s: its scale is above 19", t.WithNull(true))
				break
			}
			g.scale = lo
		}
	}
	return g
}

// intRange is the range of an integer type, of BIGINT for others.
func intRange(t types.Type) (lowest, highest int64) {
	switch t.Kind {
	case types.TinyInt:
		return math.MinInt8, math.MaxInt8
	case types.SmallInt:
		return math.MinInt16, math.MaxInt16
	case types.Int:
		return math.MinInt32, math.MaxInt32
	case types.IntervalYearMonth:
		return 0, 120_000
	}
	return math.MinInt64, math.MaxInt64
}

func (c *compiler) random(path string, t types.Type) generator {
	s := newStream(path, "value")
	switch t.Kind {
	case types.Boolean:
		return booleans{s}
	case types.TinyInt, types.SmallInt, types.Int, types.BigInt, types.IntervalYearMonth, types.IntervalDayTime:
		return c.integer(path, t, s)
	case types.Float:
		lowest, highest := c.floatRange(path, math.SmallestNonzeroFloat32, math.MaxFloat32)
		return floats[float32]{s, lowest, highest}
	case types.Double:
		lowest, highest := c.floatRange(path, math.SmallestNonzeroFloat64, math.MaxFloat64)
		return floats[float64]{s, lowest, highest}
	case types.Decimal:
		return c.decimal(path, t, s)
	case types.Char, types.Binary:
		if c.options.Has("fields." + path + ".length") {
			c.options.Fail(fmt.Errorf("Custom length for fixed-length type (CHAR/BINARY) field '%s' is not supported.", path))
		}
		return texts{s, t.Length, false, t.Kind == types.Binary}
	case types.Varchar, types.Varbinary:
		return c.text(path, t, s)
	case types.Date, types.Time:
		return clock{time: t.Kind == types.Time, offset: func(ms int64) int64 {
			_, seconds := time.UnixMilli(ms).Zone()
			return int64(seconds) * 1000
		}}
	case types.Timestamp, types.TimestampLTZ:
		return c.moment(path, t, s)
	case types.Array:
		return arrayOf{s, c.field(path+".element", *t.Elem), c.length(path, 3)}
	case types.Multiset:
		return mapOf{s, c.field(path+".element", *t.Elem), nil, c.length(path, 3)}
	case types.Map:
		return mapOf{s, c.field(path+".key", *t.Key), c.field(path+".value", *t.Elem), c.length(path, 3)}
	case types.Row:
		g := rowOf{}
		for _, f := range t.Fields {
			g.fields = append(g.fields, c.field(path+"."+f.Name, f.Type))
		}
		return g
	}
	c.options.Fail(fmt.Errorf("Unsupported type: %s", t))
	return nothing{}
}

func (c *compiler) length(path string, def int64) int {
	n := c.options.Int("fields."+path+".length", def)
	if n < 0 || n > 1<<24 {
		c.fail(path, "length", "is %d, but must be from 0 to %d", n, 1<<24)
		return 0
	}
	return int(n)
}

func (c *compiler) text(path string, t types.Type, s stream) generator {
	def := int64(t.Length)
	if t.Length == types.MaxLength {
		def = 100
	}
	length := c.length(path, def)
	if length > t.Length {
		c.options.Fail(fmt.Errorf("Custom length '%d' for variable-length type (VARCHAR/STRING/VARBINARY/BYTES) field '%s' should be shorter than '%d' defined in the schema.",
			length, path, t.Length))
	}
	return texts{s, length, c.options.Bool("fields."+path+".var-len", false), t.Kind == types.Varbinary}
}

func (c *compiler) integer(path string, t types.Type, s stream) generator {
	low, high := intRange(t)
	lowest, highest := c.options.Int("fields."+path+".min", low), c.options.Int("fields."+path+".max", high)
	if lowest < low || highest > high || lowest > highest {
		c.fail(path, "max", "is %d and min is %d, but min <= max must hold within the range of %s", highest, lowest, t.WithNull(true))
		return nothing{}
	}
	span := uint64(highest-lowest) + 1
	if c.options.Enum("fields."+path+".distribution", "uniform", "uniform", "zipf") == "zipf" {
		return c.zipfian(path, t, s, lowest, span)
	}
	switch t.Physical() {
	case types.LayoutInt8:
		return integers[int8]{s, lowest, span}
	case types.LayoutInt16:
		return integers[int16]{s, lowest, span}
	case types.LayoutInt32:
		return integers[int32]{s, lowest, span}
	}
	return integers[int64]{s, lowest, span}
}

func (c *compiler) zipfian(path string, t types.Type, s stream, lowest int64, span uint64) generator {
	exponent := c.options.Float("fields."+path+".zipf.s", 1)
	if !(exponent > 0 && exponent <= 20) {
		c.fail(path, "zipf.s", "is %v, but must be above 0 and at most 20", exponent)
		return nothing{}
	}
	if span == 0 || span > 1<<52 {
		c.fail(path, "distribution", "is zipf, for which min and max must be given and less than 2^52 apart")
		return nothing{}
	}
	z := newZipf(span, exponent)
	switch t.Physical() {
	case types.LayoutInt8:
		return zipfian[int8]{s, lowest, z}
	case types.LayoutInt16:
		return zipfian[int16]{s, lowest, z}
	case types.LayoutInt32:
		return zipfian[int32]{s, lowest, z}
	}
	return zipfian[int64]{s, lowest, z}
}

func (c *compiler) floatRange(path string, low, high float64) (lowest, highest float64) {
	lowest, highest = c.options.Float("fields."+path+".min", low), c.options.Float("fields."+path+".max", high)
	if !(lowest <= highest) || math.IsInf(lowest, 0) || math.IsInf(highest, 0) {
		c.fail(path, "max", "is %v and min is %v, but min <= max must hold and both be finite", highest, lowest)
	}
	return lowest, highest
}

// decimal spreads over min..max, from 0 to the largest value unless given.
func (c *compiler) decimal(path string, t types.Type, s stream) generator {
	bound := func(option string, def decimal.Num) decimal.Num {
		name := "fields." + path + "." + option
		if !c.options.Has(name) {
			return def
		}
		x, fit := scalar.Decimal([]byte(c.options.String(name, "")), t.Length, t.Scale)
		if fit != scalar.Fits {
			c.fail(path, option, "is %q, but must be a %s", c.options.String(name, ""), t.WithNull(true))
		}
		return x
	}
	nines := make([]byte, t.Length)
	for i := range nines {
		nines[i] = '9'
	}
	largest, _ := scalar.Decimal(append(nines, fmt.Sprintf("e-%d", t.Scale)...), t.Length, t.Scale)
	lowest, highest := bound("min", decimal.Num{}), bound("max", largest)
	if highest.Hi < lowest.Hi || highest.Hi == lowest.Hi && highest.Lo < lowest.Lo {
		c.fail(path, "max", "must not be below min")
	}
	lo, borrow := bits.Sub64(highest.Lo, lowest.Lo, 0)
	hi, _ := bits.Sub64(uint64(highest.Hi), uint64(lowest.Hi), borrow)
	return decimals{s, lowest, [2]uint64{hi, lo}}
}

// moment is a time in the past, or a time series.
func (c *compiler) moment(path string, t types.Type, s stream) generator {
	ticks := t.UnitsPerSecond() / 1000
	maxPast := c.options.Duration("fields."+path+".max-past", 0)
	prefix := "flott.fields." + path
	if !c.options.Has(prefix+".interval") && !c.options.Has(prefix+".start") && !c.options.Has(prefix+".out-of-order") {
		return moments{stream: s, ticks: ticks, maxPast: maxPast.Milliseconds()}
	}
	if maxPast != 0 {
		c.fail(path, "max-past", "cannot be given with a time series (%s.…)", prefix)
	}
	g := series{stream: s, startNow: true, ticks: ticks}
	g.intervalNs = int64(c.options.Duration(prefix+".interval", time.Duration(int64(time.Second)/c.rate)))
	disorder := c.options.Duration(prefix+".out-of-order", 0)
	if g.intervalNs < 0 || disorder < 0 {
		c.options.Fail(errors.New("options '" + prefix + ".interval' and '.out-of-order' of connector 'datagen' must not be negative"))
	}
	g.disorder = uint64(int64(disorder) / (1_000_000 / ticks))
	if text := c.options.String(prefix+".start", ""); text != "" {
		start, ok := scalar.Timestamp([]byte(text), ' ', scalar.NoZone, t.UnitsPerSecond())
		if !ok {
			ms, err := strconv.ParseInt(text, 10, 64)
			if err != nil {
				c.options.Fail(fmt.Errorf("option '%s.start' of connector 'datagen' is %q, but must be a time such as '2024-01-01 00:00:00' or milliseconds since 1970", prefix, text))
			}
			start = ms * ticks
		}
		g.start, g.startNow = start, false
	}
	return g
}
