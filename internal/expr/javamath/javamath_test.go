package javamath

import (
	"math"
	"math/rand/v2"
	"testing"
)

// TestJavaAnswers holds the functions against what Java 17 gives.
func TestJavaAnswers(t *testing.T) {
	for _, c := range []struct {
		name      string
		f         func(float64) float64
		x, answer float64
	}{
		{"sin", Sin, -2.25, -0.7780731968879212}, {"sin", Sin, 2, 0.9092974268256817}, {"cos", Cos, 32767, 0.9822633517692823},
		{"tan", Tan, 1, 1.5574077246549023}, {"tan", Tan, 100, -0.5872139151569291},
		{"cot", func(x float64) float64 { return 1 / Tan(x) }, 9223372036854775807, 0.011800898130584457},
		{"log10", Log10, 9223372036854775807, 18.964889726830815},
		{"acos", Acos, 0, 1.5707963267948966}, {"acos", Acos, -1, 3.141592653589793}, {"acos", Acos, 0.001, 1.56979632662823}, {"acos", Acos, 0.5, 1.0471975511965979}, {"atan", Atan, 7, 1.4288992721907328},
		{"atan", Atan, 100, 1.5607966601082315}, {"sinh", Sinh, -128, -1.9438542029972977e55},
		{"sinh", Sinh, float64(float32(3.3)), 13.53787722933329}, {"cosh", Cosh, 1.5, 2.352409615243247}, {"cosh", Cosh, 1, 1.543080634815244},
	} {
		if got := c.f(c.x); got != c.answer {
			t.Errorf("%s(%v) = %v, Java gives %v", c.name, c.x, got, c.answer)
		}
	}
}

// TestNearGo checks that no function is far from Go's own.
func TestNearGo(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	for range 20000 {
		x := math.Exp(rnd.NormFloat64()*6) * float64(1-2*rnd.IntN(2))
		for name, f := range map[string][2]func(float64) float64{
			"sin": {Sin, math.Sin}, "cos": {Cos, math.Cos}, "tan": {Tan, math.Tan}, "exp": {Exp, math.Exp}, "log": {Log, math.Log},
			"log10": {Log10, math.Log10}, "asin": {Asin, math.Asin}, "acos": {Acos, math.Acos}, "atan": {Atan, math.Atan},
			"sinh": {Sinh, math.Sinh}, "cosh": {Cosh, math.Cosh}, "tanh": {Tanh, math.Tanh},
			"pow":   {func(x float64) float64 { return Pow(math.Abs(x), 1.7) }, func(x float64) float64 { return math.Pow(math.Abs(x), 1.7) }},
			"atan2": {func(x float64) float64 { return Atan2(x, -3) }, func(x float64) float64 { return math.Atan2(x, -3) }},
		} {
			a, b := f[0](x), f[1](x)
			if math.IsNaN(a) != math.IsNaN(b) || math.Abs(a-b) > 1e-13*math.Max(1e-2, math.Abs(b)) {
				t.Fatalf("%s(%v) = %v, Go gives %v", name, x, a, b)
			}
		}
	}
}

// TestExactReduction compares both ways of reducing an angle.
func TestExactReduction(t *testing.T) {
	for _, x := range []float64{1, -2, 3.5, 100, 12345.678, -1e7} {
		a, qa := reduced(x)
		b, qb := reducedExactly(x)
		if qa != qb || a.hi != b.hi || math.Abs(a.lo-b.lo) > 1e-30 {
			t.Errorf("%v: %v %d, exactly %v %d", x, a, qa, b, qb)
		}
	}
	if s := Sin(1e300); s != -0.8178819121159085 {
		t.Errorf("sin(1e300) = %v", s)
	}
}

func BenchmarkSin(b *testing.B) {
	for b.Loop() {
		Sin(1.25)
	}
}

func BenchmarkPow(b *testing.B) {
	for b.Loop() {
		Pow(1.25, 3.5)
	}
}
