package config

import (
	"maps"
	"slices"
	"strings"
)

// Values are the values that were set, secrets as they are, as key and value, by key: for those who pass them on.
func (c *Config) Values() [][2]string {
	out := make([][2]string, 0, len(c.values))
	for _, k := range slices.Sorted(maps.Keys(c.values)) {
		out = append(out, [2]string{k, c.values[k]})
	}
	return out
}

// Keys are the keys that Flink has, those that flott acts on included, by key.
func Keys() []string {
	var out []string
	for _, o := range Options {
		out = append(out, o.Key)
	}
	for line := range strings.Lines(flinkKeys) {
		out = append(out, strings.TrimSpace(line))
	}
	slices.Sort(out)
	return slices.Compact(out)
}
