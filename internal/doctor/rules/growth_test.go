package rules

import "testing"

// Sizes in KiB of real checkpoints.
func TestGrowing(t *testing.T) {
	for _, c := range []struct {
		name           string
		sizes          []float64
		growing, teeth bool
	}{
		{"appended to, files merged twice", []float64{472, 523, 506, 566, 585, 631, 609, 658, 705, 754}, true, false},
		{"kept for some seconds", []float64{56, 115, 177, 216, 185, 262, 347}, false, false},
		{"level", []float64{700, 705, 702, 707, 703, 706}, false, false},
		{"levels off", []float64{100, 600, 900, 1050, 1100, 1110, 1112, 1113, 1113}, false, false},
		{"written anew and larger each time", []float64{1658, 2160, 1125, 1712, 2341, 3013, 1468, 2224, 3024, 3866}, false, true},
		{"written anew, always the same", []float64{1658, 2160, 1125, 1712, 2241, 2713, 1168, 1724, 2224, 2766}, false, false},
		{"teeth of different length", []float64{1658, 2160, 1125, 1712, 2341, 1468, 2224, 3024, 1866, 2500}, false, false},
	} {
		sizes := make([]float64, len(c.sizes))
		for i, kib := range c.sizes {
			sizes[i] = kib * 1024
		}
		if growing(sizes) != c.growing || risingTeeth(sizes) != c.teeth {
			t.Errorf("%s: growing %t, rising teeth %t", c.name, growing(sizes), risingTeeth(sizes))
		}
	}
}
