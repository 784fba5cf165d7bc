package config

import "strings"

// Renamed returns the present name of a key that Flink still takes under an old one.
func Renamed(key string) (now string, ok bool) {
	now = canonical(key)
	return now, now != key
}

// Known reports whether flott or Flink has a key, under any of its names.
func Known(key string) bool {
	if now := canonical(key); now != key {
		return true
	}
	_, own := find(key)
	return own || isFlinkKey(key)
}

// Nearest is the known key that a misspelt one is nearest to; "" if none is near.
func Nearest(key string) string {
	_, after, ok := strings.Cut(suggestion(key), "'")
	if !ok {
		return ""
	}
	return strings.TrimSuffix(after, "'?")
}
