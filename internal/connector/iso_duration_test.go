package connector

import (
	"testing"
	"time"
)

func TestISODuration(t *testing.T) {
	for text, want := range map[string]time.Duration{
		"PT10S": 10 * time.Second, "pt1m": time.Minute, "P2D": 48 * time.Hour, "PT0S": 0,
		"P1DT2H3M4.5S": 26*time.Hour + 3*time.Minute + 4500*time.Millisecond, "PT0,000000001S": 1,
	} {
		if got, err := ParseDuration(text); err != nil || got != want {
			t.Errorf("%s is %v, %v; want %v", text, got, err, want)
		}
	}
	for _, text := range []string{"P", "PT", "P1", "PT1D", "P1H", "PT1S2M", "PT1M1M", "PT1.5M", "PT-1S", "P1DT", "PTS", "PT9999999999H", "PT1.1234567891S"} {
		if got, err := ParseDuration(text); err == nil {
			t.Errorf("%s is taken for %v", text, got)
		}
	}
}
