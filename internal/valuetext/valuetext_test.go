package valuetext

import (
	"math"
	"testing"
	"time"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/decimal"
	"github.com/flottstream/flott/internal/expr/civil"
	"github.com/flottstream/flott/internal/types"
)

func tokyo() *time.Location { return time.FixedZone("Asia/Tokyo", 9*3600) }

// The texts were printed by the print connector and by CAST of Flink 2.3 in the
// zone Asia/Tokyo.
func TestText(t *testing.T) {
	day := int64(civil.Days(2024, 1, 1)) * 86400
	one := func(typ types.Type, fill func(v *batch.Vector)) *batch.Vector {
		v := batch.New(typ, 1)
		fill(v)
		return v
	}
	ticks := func(typ types.Type, n int64) *batch.Vector {
		return one(typ, func(v *batch.Vector) { v.AppendInt64(n) })
	}
	for _, c := range []struct {
		v           *batch.Vector
		print, cast string
	}{
		{one(types.Of(types.Boolean), func(v *batch.Vector) { v.AppendBool(true) }), "true", "TRUE"},
		{one(types.Of(types.TinyInt), func(v *batch.Vector) { batch.AppendFixed(v, int8(-1)) }), "-1", "-1"},
		{one(types.Of(types.Float), func(v *batch.Vector) { batch.AppendFixed(v, float32(1e-5)) }), "1.0E-5", "1.0E-5"},
		{one(types.DecimalOf(10, 3), func(v *batch.Vector) { batch.AppendFixed(v, decimal.FromInt64(-1500)) }), "-1.500", "-1.500"},
		{one(types.String(), func(v *batch.Vector) { v.AppendString("a b") }), "a b", "a b"},
		{one(types.Bytes(), func(v *batch.Vector) { v.AppendBytes([]byte{0, 255, 65}) }), "[0, -1, 65]", "\x00\xffA"},
		{one(types.Of(types.Date), func(v *batch.Vector) { v.AppendInt32(int32(civil.Days(1, 1, 1))) }), "0001-01-01", "0001-01-01"},
		{one(types.Type{Kind: types.Time}, func(v *batch.Vector) { v.AppendInt32(36_000_000) }), "10:00", "10:00:00"},
		{one(types.Type{Kind: types.Time}, func(v *batch.Vector) { v.AppendInt32(36_001_000) }), "10:00:01", "10:00:01"},
		{ticks(types.TimestampOf(0), day*1000), "2024-01-01T00:00", "2024-01-01 00:00:00"},
		{ticks(types.TimestampOf(3), day*1000+45_000_500), "2024-01-01T12:30:00.500", "2024-01-01 12:30:00.500"},
		{ticks(types.TimestampOf(9), day*1e9+123_456_000), "2024-01-01T00:00:00.123456", "2024-01-01 00:00:00.123456000"},
		{ticks(types.TimestampOf(9), day*1e9+1), "2024-01-01T00:00:00.000000001", "2024-01-01 00:00:00.000000001"},
		{ticks(types.TimestampLTZOf(3), (day-9*3600)*1000), "2023-12-31T15:00:00Z", "2024-01-01 00:00:00.000"},
		{ticks(types.Of(types.IntervalDayTime), 122_400_100), "PT34H0.1S", "+1 10:00:00.100"},
		{one(types.Of(types.IntervalYearMonth), func(v *batch.Vector) { v.AppendInt32(-38) }), "P-3Y-2M", "-3-02"},
		{one(types.Of(types.Int), func(v *batch.Vector) { v.AppendNull() }), "null", "NULL"},
		{one(types.ArrayOf(types.String()), func(v *batch.Vector) {
			v.Kids[0].AppendString("x")
			v.Kids[0].AppendNull()
			v.EndList()
		}), "[x, null]", "[x, NULL]"},
		{one(types.MapOf(types.String(), types.Of(types.Int)), func(v *batch.Vector) {
			v.Kids[0].AppendString("k")
			v.Kids[1].AppendInt32(1)
			v.EndList()
		}), "{k=1}", "{k=1}"},
		{one(types.RowOf(types.Field{Name: "x", Type: types.Of(types.Int)}, types.Field{Name: "q", Type: types.TimestampOf(3)}), func(v *batch.Vector) {
			v.Kids[0].AppendInt32(1)
			v.Kids[1].AppendInt64(day * 1000)
			v.EndRow()
		}), "+I[1, 2024-01-01T00:00]", "(1, 2024-01-01 00:00:00.000)"},
	} {
		if got := string(AppendPrint(nil, c.v, 0, tokyo())); got != c.print {
			t.Errorf("%s prints %q, want %q", c.v.Type, got, c.print)
		}
		if got := string(AppendCast(nil, c.v, 0, tokyo())); got != c.cast {
			t.Errorf("CAST of %s is %q, want %q", c.v.Type, got, c.cast)
		}
	}
}

func TestJavaDouble(t *testing.T) {
	for f, want := range map[float64]string{
		1: "1.0", -0.1: "-0.1", 1e7: "1.0E7", 9999999: "9999999.0", 1e-3: "0.001", 0.00099: "9.9E-4", 123456789012345: "1.23456789012345E14",
		1e22: "1.0E22", math.MaxFloat64: "1.7976931348623157E308", 5e-324: "4.9E-324", math.Inf(1): "Infinity", 0.30000000000000004: "0.30000000000000004",
	} {
		if got := string(AppendDouble(nil, f)); got != want {
			t.Errorf("%g: %s, want %s", f, got, want)
		}
	}
	// What Java 17 does not print as short as it could.
	for f, want := range map[float64]string{
		1e23: "9.999999999999999E22", 2e23: "1.9999999999999998E23", 8.41e21: "8.409999999999999E21", math.Ldexp(1, -44): "5.6843418860808015E-14",
		788565261127432960: "7.8856526112743296E17", -236551388679222784: "-2.36551388679222784E17", 1234567890123456789: "1.23456789012345677E18",
		18014398509481984: "1.8014398509481984E16", 1e18: "1.0E18", 9007199254740992: "9.007199254740992E15", 9.223372036854775807e18: "9.223372036854776E18",
		0.5: "0.5", 0.0625: "0.0625", 0.001953125: "0.001953125", 3e22: "3.0E22",
	} {
		if got := string(AppendDouble(nil, f)); got != want {
			t.Errorf("%g: %s, want %s", f, got, want)
		}
	}
	for f, want := range map[float32]string{123456788103168: "1.23456788E14", 1.1e10: "1.10000005E10", 3.3e7: "3.3E7", 0.3: "0.3", 16777216: "1.6777216E7"} {
		if got := string(AppendFloat(nil, f)); got != want {
			t.Errorf("%g: %s, want %s", f, got, want)
		}
	}
	if got := string(AppendFloat(nil, 3.4028235e38)); got != "3.4028235E38" {
		t.Error(got)
	}
	if got := string(AppendDouble(nil, math.Copysign(0, -1))); got != "-0.0" {
		t.Error(got)
	}
}

func BenchmarkAppendTimestamp(b *testing.B) {
	var buf []byte
	for b.Loop() {
		buf = AppendMoment(buf[:0], 1_700_000_000, 123_000_000, 3)
	}
}
