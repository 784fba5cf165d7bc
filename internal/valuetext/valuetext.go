// Package valuetext gives values their text: as CAST to STRING does (AppendCast),
// as the SQL client shows them (AppendDisplay), and as Flink's print connector
// does, which is Java's toString of a Row (AppendPrint).
package valuetext

import (
	"encoding/hex"
	"strconv"
	"time"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/decimal"
	"github.com/flottstream/flott/internal/expr/civil"
	"github.com/flottstream/flott/internal/types"
)

// AppendCast appends value i of v as CAST(… AS STRING) gives it; NULL is "NULL"
// at the top and inside arrays, maps and rows. TIMESTAMP_LTZ is shown in zone
// (nil: UTC).
func AppendCast(dst []byte, v *batch.Vector, i int, zone *time.Location) []byte {
	if v.IsNull(i) {
		return append(dst, "NULL"...)
	}
	t := v.Type
	switch t.Kind {
	case types.Boolean:
		if v.Bool(i) {
			return append(dst, "TRUE"...)
		}
		return append(dst, "FALSE"...)
	case types.Time:
		return AppendTime(dst, v.Int32s()[i], t.Length)
	case types.Timestamp:
		sec, nano := v.Moment(i)
		return AppendMoment(dst, sec, nano, t.Length)
	case types.TimestampLTZ:
		sec, nano := v.Moment(i)
		return AppendMoment(dst, local(sec, zone), nano, t.Length)
	case types.Array:
		return appendElements(append(dst, '['), v, i, zone, AppendCast, ']')
	case types.Map, types.Multiset:
		return appendEntries(dst, v, i, zone, AppendCast)
	case types.Row:
		return appendFields(dst, v, i, zone, AppendCast)
	}
	return appendScalar(dst, v, i)
}

// AppendDisplay appends value i of v as the SQL client and the gateway's
// PLAIN_TEXT show it: as AppendCast, but bytes as x'00ff' and NULL as the caller
// likes it at the top.
func AppendDisplay(dst []byte, v *batch.Vector, i int, zone *time.Location) []byte {
	if v.IsNull(i) {
		return append(dst, "NULL"...)
	}
	switch v.Type.Kind {
	case types.Binary, types.Varbinary:
		return append(hex.AppendEncode(append(dst, "x'"...), v.At(i)), '\'')
	case types.Array:
		return appendElements(append(dst, '['), v, i, zone, AppendDisplay, ']')
	case types.Map, types.Multiset:
		return appendEntries(dst, v, i, zone, AppendDisplay)
	case types.Row:
		return appendFields(dst, v, i, zone, AppendDisplay)
	}
	return AppendCast(dst, v, i, zone)
}

// AppendPrint appends value i of v as the print connector shows it.
func AppendPrint(dst []byte, v *batch.Vector, i int, zone *time.Location) []byte {
	if v.IsNull(i) {
		return append(dst, "null"...)
	}
	t := v.Type
	switch t.Kind {
	case types.Boolean:
		return strconv.AppendBool(dst, v.Bool(i))
	case types.Binary, types.Varbinary:
		dst = append(dst, '[')
		for k, c := range v.At(i) {
			if k > 0 {
				dst = append(dst, ", "...)
			}
			dst = strconv.AppendInt(dst, int64(int8(c)), 10)
		}
		return append(dst, ']')
	case types.Date:
		return appendISODate(dst, v.Int32s()[i])
	case types.Time:
		ms := v.Int32s()[i]
		return appendISOTime(dst, int(ms/1000), int64(ms%1000)*1_000_000, false)
	case types.Timestamp:
		sec, nano := v.Moment(i)
		return appendISO(dst, sec, nano, false)
	case types.TimestampLTZ:
		sec, nano := v.Moment(i)
		return append(appendISO(dst, sec, nano, true), 'Z')
	case types.IntervalYearMonth:
		return appendPeriod(dst, v.Int32s()[i])
	case types.IntervalDayTime:
		return appendDuration(dst, v.Int64s()[i])
	case types.Array:
		return appendElements(append(dst, '['), v, i, zone, AppendPrint, ']')
	case types.Map, types.Multiset:
		return appendEntries(dst, v, i, zone, AppendPrint)
	case types.Row:
		dst = append(dst, "+I["...)
		for k, kid := range v.Kids {
			if k > 0 {
				dst = append(dst, ", "...)
			}
			dst = AppendPrint(dst, kid, i, zone)
		}
		return append(dst, ']')
	}
	return appendScalar(dst, v, i)
}

// appendScalar appends the types that both forms show alike.
func appendScalar(dst []byte, v *batch.Vector, i int) []byte {
	switch v.Type.Kind {
	case types.Date:
		return AppendDate(dst, v.Int32s()[i])
	case types.IntervalYearMonth:
		return appendMonths(dst, v.Int32s()[i])
	case types.IntervalDayTime:
		return appendInterval(dst, v.Int64s()[i])
	case types.Bitmap:
		return AppendBitmap(dst, v.At(i))
	}
	switch v.Type.Physical() {
	case types.LayoutBytes:
		return append(dst, v.At(i)...)
	case types.LayoutInt8:
		return strconv.AppendInt(dst, int64(v.Int8s()[i]), 10)
	case types.LayoutInt16:
		return strconv.AppendInt(dst, int64(v.Int16s()[i]), 10)
	case types.LayoutInt32:
		return strconv.AppendInt(dst, int64(v.Int32s()[i]), 10)
	case types.LayoutInt64:
		return strconv.AppendInt(dst, v.Int64s()[i], 10)
	case types.LayoutFloat32:
		return AppendFloat(dst, v.Float32s()[i])
	case types.LayoutFloat64:
		return AppendDouble(dst, v.Float64s()[i])
	case types.LayoutDecimal:
		return decimal.AppendText(dst, v.Decimals()[i], v.Type.Scale)
	}
	return append(dst, "NULL"...)
}

type appendFunc func([]byte, *batch.Vector, int, *time.Location) []byte

func appendElements(dst []byte, v *batch.Vector, i int, zone *time.Location, element appendFunc, end byte) []byte {
	for k := v.Offsets[i]; k < v.Offsets[i+1]; k++ {
		if k > v.Offsets[i] {
			dst = append(dst, ", "...)
		}
		dst = element(dst, v.Kids[0], int(k), zone)
	}
	return append(dst, end)
}

// appendFields appends a row: (1, a), or (x=1, y=a) if it is structured.
func appendFields(dst []byte, v *batch.Vector, i int, zone *time.Location, field appendFunc) []byte {
	dst = append(dst, '(')
	for k, kid := range v.Kids {
		if k > 0 {
			dst = append(dst, ", "...)
		}
		if v.Type.Class != "" {
			dst = append(append(dst, v.Type.Fields[k].Name...), '=')
		}
		dst = field(dst, kid, i, zone)
	}
	return append(dst, ')')
}

func appendEntries(dst []byte, v *batch.Vector, i int, zone *time.Location, element appendFunc) []byte {
	dst = append(dst, '{')
	for k := v.Offsets[i]; k < v.Offsets[i+1]; k++ {
		if k > v.Offsets[i] {
			dst = append(dst, ", "...)
		}
		dst = append(element(dst, v.Kids[0], int(k), zone), '=')
		dst = element(dst, v.Kids[1], int(k), zone)
	}
	return append(dst, '}')
}

// local is the local time of an instant, in seconds.
func local(sec int64, zone *time.Location) int64 {
	if zone == nil || zone == time.UTC {
		return sec
	}
	_, offset := time.Unix(sec, 0).In(zone).Zone()
	return sec + int64(offset)
}

// appendISO appends a moment as Java's LocalDateTime or, with seconds always,
// Instant.
func appendISO(dst []byte, sec, nano int64, seconds bool) []byte {
	days := civil.FloorDiv(sec, 86400)
	return appendISOTime(append(appendISODate(dst, int32(days)), 'T'), int(sec-days*86400), nano, seconds)
}

// appendPeriod appends months as Java's Period: P1Y2M, P0D.
func appendPeriod(dst []byte, months int32) []byte {
	dst = append(dst, 'P')
	if months == 0 {
		return append(dst, "0D"...)
	}
	if y := months / 12; y != 0 {
		dst = append(strconv.AppendInt(dst, int64(y), 10), 'Y')
	}
	if m := months % 12; m != 0 {
		dst = append(strconv.AppendInt(dst, int64(m), 10), 'M')
	}
	return dst
}

// appendDuration appends ms as Java's Duration: PT34H0.1S, PT0S.
func appendDuration(dst []byte, ms int64) []byte {
	dst = append(dst, "PT"...)
	if ms == 0 {
		return append(dst, "0S"...)
	}
	if h := ms / civil.MsPerHour; h != 0 {
		dst = append(strconv.AppendInt(dst, h, 10), 'H')
	}
	if m := ms % civil.MsPerHour / civil.MsPerMinute; m != 0 {
		dst = append(strconv.AppendInt(dst, m, 10), 'M')
	}
	rest := ms % civil.MsPerMinute
	if rest == 0 {
		return dst
	}
	if rest < 0 {
		dst = append(dst, '-')
		rest = -rest
	}
	dst = strconv.AppendInt(dst, rest/1000, 10)
	if f := rest % 1000; f != 0 {
		dst = append(dst, '.')
		dst = appendPadded(dst, f, 3)
		for dst[len(dst)-1] == '0' {
			dst = dst[:len(dst)-1]
		}
	}
	return append(dst, 'S')
}
