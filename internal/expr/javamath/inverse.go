package javamath

import "math"

// polynomial is c[0] + x*(c[1] + x*(…)).
func polynomial(x float64, c []float64) float64 {
	v := c[len(c)-1]
	for i := len(c) - 2; i >= 0; i-- {
		v = c[i] + x*v
	}
	return v
}

// The arctangent of 1/2, 1, 3/2 and infinity, in two parts.
var (
	atanHigh = [4]float64{4.63647609000806093515e-01, 7.85398163397448278999e-01, 9.82793723247329054082e-01, 1.57079632679489655800e+00}
	atanLow  = [4]float64{2.26987774529616870924e-17, 3.06161699786838301793e-17, 1.39033110312309984516e-17, 6.12323399573676603587e-17}
	// The minimax polynomial of the arctangent up to 7/16, odd and even terms.
	atanOdd = []float64{3.33333333333329318027e-01, 1.42857142725034663711e-01, 9.09088713343650656196e-02,
		6.66107313738753120669e-02, 4.97687799461593236017e-02, 1.62858201153657823623e-02}
	atanEven = []float64{-1.99999999998764832476e-01, -1.11111104054623557880e-01, -7.69187620504482999495e-02,
		-5.83357013379057348645e-02, -3.65315727442169155270e-02}
)

// Atan is the arctangent.
func Atan(x float64) float64 {
	a := math.Abs(x)
	if math.IsNaN(x) || a < 0x1p-29 {
		return x
	}
	base := -1
	switch {
	case a >= 0x1p66:
		return math.Copysign(atanHigh[3]+atanLow[3], x)
	case a < 0.4375:
		a = x
	case a < 0.6875:
		base, a = 0, (2*a-1)/(2+a)
	case a < 1.1875:
		base, a = 1, (a-1)/(a+1)
	case a < 2.4375:
		base, a = 2, (a-1.5)/(1+1.5*a)
	default:
		base, a = 3, -1/a
	}
	z := a * a
	w := z * z
	rest := z*polynomial(w, atanOdd) + w*polynomial(w, atanEven)
	if base < 0 {
		return a - a*rest
	}
	return math.Copysign(atanHigh[base]-((a*rest-atanLow[base])-a), x)
}

const piLow = 1.2246467991473531772e-16

// Atan2 is the angle of the point (x, y).
func Atan2(y, x float64) float64 {
	if special(x) || special(y) || x == 0 || y == 0 {
		return math.Atan2(y, x)
	}
	if x == 1 {
		return Atan(y)
	}
	var z float64
	switch k := exponent(y) - exponent(x); {
	case k > 60:
		z = math.Pi/2 + 0.5*piLow
	case x < 0 && k < -60:
		z = 0
	default:
		z = Atan(math.Abs(y / x))
	}
	if x < 0 {
		if y < 0 {
			return (z - piLow) - math.Pi
		}
		return math.Pi - (z - piLow)
	}
	return math.Copysign(z, y)
}

func exponent(x float64) int { return int(math.Float64bits(x)>>52) & 0x7ff }

// The rational approximation of (asin(x)-x)/x^3.
var (
	asinOver = []float64{1.66666666666666657415e-01, -3.25565818622400915405e-01, 2.01212532134862925881e-01,
		-4.00555345006794114027e-02, 7.91534994289814532176e-04, 3.47933107596021167570e-05}
	asinUnder = []float64{1, -2.40339491173441421878e+00, 2.02094576023350569471e+00, -6.88283971605453293030e-01,
		7.70381505559019352791e-02}
)

const halfPiLow = 6.12323399573676603587e-17

// rightAngle is the double next to π/2. (math.Pi is a constant of more digits, and a
// sum of constants is exact before it is rounded.)
var rightAngle float64 = math.Pi / 2

func asinRatio(t float64) float64 { return t * polynomial(t, asinOver) / polynomial(t, asinUnder) }

// upper is x without the lower half of its digits.
func upper(x float64) float64 { return math.Float64frombits(math.Float64bits(x) &^ (1<<32 - 1)) }

// Asin is the arcsine; NaN outside of [-1, 1].
func Asin(x float64) float64 {
	a := math.Abs(x)
	switch {
	case !(a <= 1):
		return math.NaN()
	case a == 1:
		return x*(math.Pi/2) + x*halfPiLow
	case a < 0x1p-27:
		return x
	case a < 0.5:
		return x + x*asinRatio(x*x)
	}
	t := (1 - a) * 0.5
	s := math.Sqrt(t)
	if math.Float64bits(a)>>32 >= 0x3FEF3333 { // 0.975
		return math.Copysign(math.Pi/2-(2*(s+s*asinRatio(t))-halfPiLow), x)
	}
	w := upper(s)
	c := (t - w*w) / (s + w)
	p := 2*s*asinRatio(t) - (halfPiLow - 2*c)
	return math.Copysign(math.Pi/4-(p-(math.Pi/4-2*w)), x)
}

// Acos is the arccosine; NaN outside of [-1, 1].
func Acos(x float64) float64 {
	switch a := math.Abs(x); {
	case !(a <= 1):
		return math.NaN()
	case x == 1:
		return 0
	case x == -1:
		return 2*rightAngle + 2*halfPiLow
	case a <= 0x1p-57:
		return rightAngle + halfPiLow // added while running: 1.5707963267948966
	case a < 0.5:
		return rightAngle - (x - (halfPiLow - x*asinRatio(x*x)))
	case x < 0:
		z := (1 + x) * 0.5
		s := math.Sqrt(z)
		return math.Pi - 2*(s+(asinRatio(z)*s-halfPiLow))
	}
	z := (1 - x) * 0.5
	s := math.Sqrt(z)
	w := upper(s)
	c := (z - w*w) / (s + w)
	return 2 * (w + (asinRatio(z)*s + c))
}
