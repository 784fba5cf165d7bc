package decimal

import (
	"math/big"
	"math/rand/v2"
	"testing"
)

func random(r *rand.Rand) Num {
	n := Num{Lo: r.Uint64(), Hi: int64(r.Uint64())}
	switch r.IntN(4) {
	case 0:
		n.Hi = 0
		n.Lo >>= uint(r.IntN(64))
	case 1:
		n.Hi >>= uint(r.IntN(64))
	case 2:
		n = FromInt64(r.Int64() >> uint(r.IntN(64)))
	}
	if !n.Fits(MaxPrecision) {
		n.Hi >>= 4
	}
	if r.IntN(2) == 0 {
		n = n.Neg()
	}
	return n
}

// halfUp is num/den rounded half away from zero, the slow way.
func halfUp(num, den *big.Int) *big.Int {
	twice := new(big.Int).Abs(num)
	twice.Mul(twice, big.NewInt(2)).Add(twice, new(big.Int).Abs(den))
	twice.Quo(twice, new(big.Int).Mul(big.NewInt(2), new(big.Int).Abs(den)))
	if num.Sign()*den.Sign() < 0 {
		twice.Neg(twice)
	}
	return twice
}

func check(t *testing.T, what string, got Num, ok bool, want *big.Int) {
	t.Helper()
	fits := len(new(big.Int).Abs(want).String()) <= MaxPrecision
	if ok != fits {
		t.Fatalf("%s: ok=%v, want %v for %v", what, ok, fits, want)
	}
	if ok && got.Big().Cmp(want) != 0 {
		t.Fatalf("%s: %v, want %v", what, got, want)
	}
}

func TestArithmeticAgainstBig(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 20000 {
		a, b := random(r), random(r)
		drop := r.IntN(39)
		product := new(big.Int).Mul(a.Big(), b.Big())
		got, ok := Mul(a, b, drop, MaxPrecision)
		check(t, "mul "+a.String()+" "+b.String(), got, ok, halfUp(product, pow10Big(drop)))
		if b.Sign() != 0 {
			got, ok = Div(a, b, drop, MaxPrecision)
			check(t, "div "+a.String()+" "+b.String(), got, ok, halfUp(new(big.Int).Mul(a.Big(), pow10Big(drop)), b.Big()))
			check(t, "mod", Mod(a, b), true, new(big.Int).Rem(a.Big(), b.Big()))
			check(t, "quo", Quo(a, b), true, new(big.Int).Quo(a.Big(), b.Big()))
		}
		got, ok = Rescale(a, drop, 0, MaxPrecision)
		check(t, "down", got, ok, halfUp(a.Big(), pow10Big(drop)))
		got, ok = Rescale(a, 0, drop, MaxPrecision)
		check(t, "up", got, ok, new(big.Int).Mul(a.Big(), pow10Big(drop)))
		if Cmp(a, b) != a.Big().Cmp(b.Big()) {
			t.Fatalf("cmp %v %v", a, b)
		}
		if want := new(big.Int).Mul(a.Big(), pow10Big(drop)).Cmp(b.Big()); CmpScaled(a, 0, b, drop) != want {
			t.Fatalf("cmp %v with %v scale %d, want %d", a, b, drop, want)
		}
		if a.String() != a.Big().String() {
			t.Fatalf("text %v, want %v", a, a.Big())
		}
		if d := len(a.Abs().String()); a.Digits() != d {
			t.Fatalf("digits of %v: %d", a, a.Digits())
		}
	}
}

func TestParse(t *testing.T) {
	for _, c := range []struct {
		in   string
		p, s int
		want string
	}{
		{"1.5", 10, 1, "1.5"}, {"-1.25", 10, 1, "-1.3"}, {"1.25", 10, 1, "1.3"}, {"0.04", 10, 1, "0.0"},
		{".5", 10, 0, "1"}, {"5.", 10, 2, "5.00"}, {"1e3", 10, 0, "1000"}, {"12345e-2", 10, 2, "123.45"},
		{"000000000000000000000000000000000000000000000001", 5, 0, "1"},
		{"99999999999999999999999999999999999999", 38, 0, "99999999999999999999999999999999999999"},
		{"999999999999999999999999999999999999999", 38, 0, "overflow"}, {"1000", 3, 0, "overflow"},
		{"9.99", 2, 1, "10.0 overflow"}, {"", 5, 0, "bad"}, {"+", 5, 0, "bad"}, {"1x", 5, 0, "bad"}, {"1e", 5, 0, "bad"},
		{"1e99", 5, 0, "overflow"}, {"1e-99", 5, 0, "0"}, {"0e99", 5, 0, "0"}, {"-0.00", 5, 1, "0.0"},
		{"1.99999999999999999999999999999999999999999999", 5, 0, "2"},
	} {
		n, ok, bad := Parse([]byte(c.in), c.p, c.s)
		got := string(AppendText(nil, n, c.s))
		if bad {
			got = "bad"
		} else if !ok {
			if got = "overflow"; c.want == "10.0 overflow" {
				got = c.want
			}
		}
		if got != c.want {
			t.Errorf("Parse(%q, %d, %d) = %s, want %s", c.in, c.p, c.s, got, c.want)
		}
	}
}

func TestRounding(t *testing.T) {
	for _, c := range []struct{ n, drop, floor, ceil, trunc int64 }{
		{15, 1, 1, 2, 1}, {-15, 1, -2, -1, -1}, {20, 1, 2, 2, 2}, {-20, 1, -2, -2, -2}, {0, 3, 0, 0, 0},
	} {
		n := FromInt64(c.n)
		if Floor(n, int(c.drop)).Int64() != c.floor || Ceil(n, int(c.drop)).Int64() != c.ceil || Trunc(n, int(c.drop)).Int64() != c.trunc {
			t.Errorf("%d: floor %v ceil %v trunc %v", c.n, Floor(n, int(c.drop)), Ceil(n, int(c.drop)), Trunc(n, int(c.drop)))
		}
	}
}

func TestFloat(t *testing.T) {
	if n, ok := FromFloat64(0.1, 10, 3); !ok || n.Int64() != 100 {
		t.Errorf("0.1: %v %v", n, ok)
	}
	if f := FromInt64(12345).Float64(3); f != 12.345 {
		t.Errorf("12.345: %v", f)
	}
	big, _, _ := Parse([]byte("12345678901234567890.123456789"), 38, 9)
	if f := big.Float64(9); f != 12345678901234567890.123456789 {
		t.Errorf("big: %v", f)
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte("1.5e3"), 10, 2)
	f.Add([]byte("-.5"), 38, 38)
	f.Fuzz(func(t *testing.T, s []byte, p, sc int) {
		p = 1 + (p%38+38)%38
		sc = (sc%(p+1) + p + 1) % (p + 1)
		n, ok, bad := Parse(s, p, sc)
		if bad || !ok {
			return
		}
		again, ok, bad := Parse(AppendText(nil, n, sc), p, sc)
		if bad || !ok || again != n {
			t.Fatalf("%q: %v reads back as %v", s, n, again)
		}
	})
}

func BenchmarkMulInt64(b *testing.B) {
	x, y := FromInt64(123456), FromInt64(908)
	for b.Loop() {
		x2, _ := Mul(x, y, 0, 23)
		_ = x2
	}
}
