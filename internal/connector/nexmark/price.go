package nexmark

import (
	"math"
	"math/big"
)

// A price is round(10^(6u) * 100) for a uniform u in [0, 1), computed by the public generator as
// Math.round(Math.pow(10.0, u * 6.0) * 100.0). To be equal to it in every case at a tenth of the cost:
//
//  1. 10^y = 10^(i/256) * e^(r ln 10) with a table for the first factor and five terms for the second; the
//     relative error is below 1e-14, less than 1e-6 of a unit for the largest price.
//  2. Only a value that near to a half could round to the other side. One price in a million: it is computed
//     again with 100 bits, rounded to a double where Math.pow rounds, multiplied and rounded as written above.
type priceTable struct {
	scaled [6*priceSteps + 1]float64 // 100 * 10^(i/256)
	high   [6*priceSteps + 1]float64 // 10^(i/256), upper half
	low    [6*priceSteps + 1]float64 // 10^(i/256) - high
}

const (
	priceSteps = 256
	// priceDoubt is the distance from a half below which step 1 is not trusted.
	priceDoubt = 1e-6

	ln10High = math.Ln10
	ln10Low  = -2.1707562233822494e-16 // ln 10 - ln10High
)

func newPriceTable() *priceTable {
	const precision = 200
	step := new(big.Float).SetPrec(precision).SetInt64(10)
	for range 8 { // the 256th root
		step.Sqrt(step)
	}
	t := new(priceTable)
	power := new(big.Float).SetPrec(precision).SetInt64(1)
	hundred := new(big.Float).SetPrec(precision).SetInt64(100)
	for i := range t.high {
		t.high[i], _ = power.Float64()
		rest := new(big.Float).SetPrec(precision).SetFloat64(t.high[i])
		t.low[i], _ = rest.Sub(power, rest).Float64()
		t.scaled[i], _ = rest.Mul(power, hundred).Float64()
		power.Mul(power, step)
	}
	return t
}

// price turns the 64 random bits of one draw into a price.
func (t *priceTable) price(raw uint64) int64 {
	y := float64(raw>>11) * 0x1p-53 * 6.0
	scaled := y * priceSteps
	i := int(scaled)
	z := (scaled - float64(i)) * (math.Ln10 / priceSteps)
	z2 := z * z
	x := t.scaled[i] * (1 + z + z2*((1.0/2+z*(1.0/6))+z2*(1.0/24+z*(1.0/120))))
	up := x + 0.5
	v := int64(up)
	if f := up - float64(v); f < priceDoubt || f > 1-priceDoubt {
		return t.exactPrice(y)
	}
	return v
}

// exactPrice is price for the cases in which a double's precision does not decide.
func (t *priceTable) exactPrice(y float64) int64 {
	i := int(y * priceSteps)
	r := y - float64(i)/priceSteps
	// z = r * ln 10 in two doubles.
	zh := r * ln10High
	zl := math.FMA(r, ln10High, -zh) + r*ln10Low
	// e^z = 1 + z + tail; the tail is below 1e-4, so one double holds it to 1e-20.
	z := zh
	tail := z * z * (1.0/2 + z*(1.0/6+z*(1.0/24+z*(1.0/120+z*(1.0/720+z*(1.0/5040))))))
	small := zl + tail + zl*zh
	sh := zh + small
	sl := (zh - sh) + small
	// (high + low) * (1 + sh + sl)
	ph := t.high[i] * sh
	pl := math.FMA(t.high[i], sh, -ph) + t.high[i]*sl + t.low[i]*(1+sh)
	high := t.high[i]
	sum := high + ph
	pow := sum + ((high - sum) + ph + pl)
	v := pow * 100.0
	floor := math.Floor(v)
	if v-floor >= 0.5 {
		return int64(floor) + 1
	}
	return int64(floor)
}
