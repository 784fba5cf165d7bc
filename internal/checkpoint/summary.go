package checkpoint

import (
	"math"
	"slices"
	"strconv"
)

// window is how many of the newest values percentiles are taken of.
const window = 10_000

// Summary is the distribution of a measurement: minimum, maximum and average of
// all values, percentiles of the newest 10,000. Negative values are not counted.
type Summary struct {
	min, max, sum, count int64
	recent               []int64 // a ring once it is full
	next                 int
}

// Add counts a value.
func (s *Summary) Add(v int64) {
	if v < 0 {
		return
	}
	if s.count == 0 {
		s.min, s.max = v, v
	}
	s.min, s.max = min(s.min, v), max(s.max, v)
	s.sum += v
	s.count++
	if len(s.recent) < window {
		s.recent = append(s.recent, v)
		return
	}
	s.recent[s.next] = v
	s.next = (s.next + 1) % window
}

// distribution is a Summary in JSON.
type distribution struct {
	Min  int64  `json:"min"`
	Max  int64  `json:"max"`
	Avg  int64  `json:"avg"`
	P50  double `json:"p50"`
	P90  double `json:"p90"`
	P95  double `json:"p95"`
	P99  double `json:"p99"`
	P999 double `json:"p999"`
}

func (s *Summary) distribution() distribution {
	d := distribution{Min: s.min, Max: s.max}
	if s.count > 0 {
		d.Avg = s.sum / s.count
	}
	sorted := slices.Sorted(slices.Values(s.recent))
	for _, q := range []struct {
		at *double
		p  float64
	}{{&d.P50, 0.5}, {&d.P90, 0.9}, {&d.P95, 0.95}, {&d.P99, 0.99}, {&d.P999, 0.999}} {
		*q.at = double(quantile(sorted, q.p))
	}
	return d
}

// quantile interpolates between the two values around place p × (n + 1), as Flink's
// statistics do; NaN if there are none.
func quantile(sorted []int64, p float64) float64 {
	n := len(sorted)
	if n == 0 {
		return math.NaN()
	}
	place := p * float64(n+1)
	switch {
	case place < 1:
		return float64(sorted[0])
	case place >= float64(n):
		return float64(sorted[n-1])
	}
	i := int(place)
	low, high := float64(sorted[i-1]), float64(sorted[i])
	return low + (place-float64(i))*(high-low)
}

// double is a Java double in JSON: with a decimal point, and NaN as a string.
type double float64

// MarshalJSON writes the number as Jackson does.
func (d double) MarshalJSON() ([]byte, error) {
	f := float64(d)
	if math.IsNaN(f) {
		return []byte(`"NaN"`), nil
	}
	if f == math.Trunc(f) && math.Abs(f) < 1e7 {
		return strconv.AppendFloat(nil, f, 'f', 1, 64), nil
	}
	return strconv.AppendFloat(nil, f, 'g', -1, 64), nil
}
