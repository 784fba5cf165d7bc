package config

import (
	"strings"
	"testing"
)

// TestFormerKeys: keys of earlier versions of Flink are refused with what to write, and
// none of them is a key of today.
func TestFormerKeys(t *testing.T) {
	for key, instead := range former {
		c := New()
		c.Warn = func(string) {}
		if err := c.Set(key, "x"); err == nil || !strings.Contains(err.Error(), instead) {
			t.Errorf("%s: %v", key, err)
		}
		if Known(key) {
			t.Errorf("%s is known", key)
		}
		if _, now, ok := strings.Cut(instead, "write '"); ok && !Known(strings.TrimSuffix(now, "'")) {
			t.Errorf("%s: %s is no key", key, now)
		}
	}
}
