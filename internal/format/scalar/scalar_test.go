package scalar

import (
	"math"
	"math/big"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/flottstream/flott/internal/decimal"
)

// Plain numbers are read like strconv reads them, to the last bit.
func FuzzFloat(f *testing.F) {
	for _, s := range []string{"0.1", "-123.456e7", "9007199254740993", "1e22", "1e23", "4.9e-324", "179769313486231570000", "00012.500", "-0"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		plain := s != "" && strings.Trim(s, "0123456789.eE+-") == ""
		got, ok := Float64([]byte(s))
		got32, ok32 := Float32([]byte(s))
		if ok != ok32 {
			t.Fatalf("%q is a DOUBLE: %v, a FLOAT: %v", s, ok, ok32)
		}
		if !plain {
			return
		}
		want, err := strconv.ParseFloat(s, 64)
		if (err == nil || math.IsInf(want, 0)) != ok {
			t.Fatalf("%q: accepted %v, strconv says %v", s, ok, err)
		}
		want32, _ := strconv.ParseFloat(s, 32)
		if ok && (math.Float64bits(got) != math.Float64bits(want) || math.Float32bits(got32) != math.Float32bits(float32(want32))) {
			t.Fatalf("%q is %v and %v, want %v and %v", s, got, got32, want, want32)
		}
		if back, ok := Float64(AppendFloat64(nil, got)); ok && math.Float64bits(back) != math.Float64bits(got) && !math.IsNaN(got) {
			t.Fatalf("%v is written as %s", got, AppendFloat64(nil, got))
		}
	})
}

// Decimals agree with arithmetic on big rationals.
func FuzzDecimal(f *testing.F) {
	for _, s := range []string{"1.005", "-0.5", "99999999999999999999999999999999999999", "1e-39", "123456789.123456789123456789e3", "+.5", "5.", "0.000e5", "1e38"} {
		f.Add(s, uint8(38), uint8(18))
		f.Add(s, uint8(5), uint8(2))
	}
	f.Fuzz(func(t *testing.T, s string, p, q uint8) {
		precision := int(p%38) + 1
		scale := int(q) % (precision + 1)
		got, fit := Decimal([]byte(s), precision, scale)
		if fit == NotANumber || len(s) > 60 {
			return
		}
		if i := strings.IndexAny(s, "eE"); i >= 0 {
			if n, err := strconv.Atoi(s[i+1:]); err != nil || n > 400 || n < -400 {
				return // big.Rat would take for ever
			}
		}
		x, ok := new(big.Rat).SetString(strings.TrimSuffix(strings.Replace(s, ".e", "e", 1), "."))
		if !ok {
			x, ok = new(big.Rat).SetString(s)
		}
		if !ok {
			return // Java's grammar is wider
		}
		x.Mul(x, new(big.Rat).SetInt(new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(scale)), nil)))
		twice := new(big.Int).Mul(x.Num(), big.NewInt(2))
		twice.Abs(twice).Add(twice, x.Denom())
		want := twice.Div(twice, new(big.Int).Mul(x.Denom(), big.NewInt(2)))
		limit := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(precision)), nil)
		if overflows := want.Cmp(limit) >= 0; overflows != (fit == Overflows) {
			t.Fatalf("%q as DECIMAL(%d, %d): fit %d, want value %v", s, precision, scale, fit, want)
		}
		if fit == Overflows {
			return
		}
		if x.Sign() < 0 {
			want.Neg(want)
		}
		back := new(big.Int).Lsh(big.NewInt(got.Hi), 64)
		back.Add(back, new(big.Int).SetUint64(got.Lo))
		if back.Cmp(want) != 0 {
			t.Fatalf("%q as DECIMAL(%d, %d) is %v, want %v", s, precision, scale, back, want)
		}
		for _, text := range [][]byte{AppendDecimal(nil, got, scale), AppendDecimalStripped(nil, got, scale)} {
			if again, fit := Decimal(text, precision, scale); fit != Fits || again != got {
				t.Fatalf("%v is written as %s and read as %v", got, text, again)
			}
		}
	})
}

func TestDecimalText(t *testing.T) {
	for _, test := range []struct {
		value           int64
		scale           int
		plain, stripped string
	}{
		{0, 0, "0", "0"}, {0, 3, "0.000", "0"}, {150, 2, "1.50", "1.5"}, {-5, 3, "-0.005", "-0.005"}, {100, 0, "100", "1E+2"},
		{1, 7, "0.0000001", "1E-7"}, {12, 8, "0.00000012", "1.2E-7"}, {-1234500, 2, "-12345.00", "-12345"}, {1000000000000, 0, "1000000000000", "1E+12"},
	} {
		v := decimal.FromInt64(test.value)
		if got := string(AppendDecimal(nil, v, test.scale)); got != test.plain {
			t.Errorf("%d scale %d: %s, want %s", test.value, test.scale, got, test.plain)
		}
		if got := string(AppendDecimalStripped(nil, v, test.scale)); got != test.stripped {
			t.Errorf("%d scale %d: %s, want %s", test.value, test.scale, got, test.stripped)
		}
	}
}

// Every day is counted as package time counts it, and written back as it was.
func TestCalendar(t *testing.T) {
	for day := int64(-800_000); day < 3_000_000; day += 37 {
		want := time.Unix(day*daySeconds, 0).UTC()
		text := AppendDate(nil, day)
		if y := want.Year(); y >= 0 && y <= 9999 && string(text) != want.Format("2006-01-02") {
			t.Fatalf("day %d is %s, want %s", day, text, want.Format("2006-01-02"))
		}
		if got, ok := Date(text); !ok || int64(got) != day {
			t.Fatalf("%s is day %d, want %d", text, got, day)
		}
	}
	for _, ticks := range []int64{0, -1, 1, 1709210096789123456, -62135596800000000 * 100, 999999999} {
		for _, units := range []int64{1e3, 1e6, 1e9} {
			if ticks/units > 1e11 || ticks/units < -1e11 {
				continue
			}
			text := AppendTimestamp(nil, ticks, ' ', Zulu, units)
			if got, ok := Timestamp(text, ' ', Zulu, units); !ok || got != ticks {
				t.Errorf("%d of %d a second is written as %s and read as %d", ticks, units, text, got)
			}
		}
	}
}

func FuzzMoments(f *testing.F) {
	f.Add("2024-02-30 12:00:00.5Z")
	f.Add("+292278994-08-17T07:12:55.807")
	f.Fuzz(func(t *testing.T, s string) {
		b := []byte(s)
		Date(b)
		SQLDate(b)
		Time(b)
		LocalTime(b)
		for _, units := range []int64{1e3, 1e6, 1e9} {
			if ticks, ok := Timestamp(b, ' ', Zulu, units); ok {
				text := AppendTimestamp(nil, ticks, ' ', Zulu, units)
				if again, ok := Timestamp(text, ' ', Zulu, units); !ok || again != ticks {
					t.Fatalf("%q is %d, written as %s, read as %d", s, ticks, text, again)
				}
			}
		}
	})
}
