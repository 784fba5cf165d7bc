// Package config is the table of configuration keys: Flink's names, types and
// defaults for every key that flott acts on, and the names of those it does
// not, so that none is silently ignored.
package config

import (
	_ "embed"
	"fmt"
	"sort"
	"strconv"
	"strings"
	"time"

	"github.com/flottstream/flott/internal/blob/storage"
	"github.com/flottstream/flott/internal/connector"
	"github.com/flottstream/flott/internal/state/backends"
)

// Kind is how the text of a value is read.
type Kind uint8

// The kinds of values.
const (
	Text     Kind = iota
	Bool          // true, false
	Int           // whole number
	Count         // whole number from 1; -1 is the default
	Duration      // "10 s"
	Bytes         // "128 mb"
	Float         // number
	Enum          // one of Option.Words
	Zone          // time zone name or offset
)

// Option is one key that flott acts on.
type Option struct {
	Key     string
	Kind    Kind
	Default string
	Words   []string // Enum
	Doc     string   // one sentence
}

//go:embed flink_keys.txt
var flinkKeys string

//go:embed flink_renames.txt
var flinkRenames string

// Config holds the values set over the defaults. Not safe for concurrent use.
type Config struct {
	values map[string]string
	// Warn is told about Flink keys that are accepted but have no effect.
	Warn func(message string)
}

// New returns a configuration of defaults.
func New() *Config { return &Config{values: map[string]string{}, Warn: func(string) {}} }

// Clone returns a copy.
func (c *Config) Clone() *Config {
	n := New()
	n.Warn = c.Warn
	for k, v := range c.values {
		n.values[k] = v
	}
	return n
}

// Set gives a key a value. An old name of a key means the key. A key that Flink
// has and flott does not act on is kept and warned about; one that nobody has is
// an error that suggests the nearest.
func (c *Config) Set(key, value string) error {
	key = canonical(key)
	if storage.Is(key) {
		if err := storage.Check(map[string]string{key: value}); err != nil {
			return err
		}
		c.values[key] = value
		return nil
	}
	if why, ok := backends.Refused[key]; ok {
		return fmt.Errorf("'%s' cannot be honoured: %s; leave it out", key, why)
	}
	o, ok := find(key)
	if !ok {
		if instead, ok := former[key]; ok {
			return fmt.Errorf("unknown configuration key '%s': it is of an earlier Flink; %s", key, instead)
		}
		if !isFlinkKey(key) {
			return fmt.Errorf("unknown configuration key '%s'%s", key, suggestion(key))
		}
		c.Warn(fmt.Sprintf("'%s' is an option of Flink that flott does not act on; it has no effect", key))
		c.values[key] = value
		return nil
	}
	if err := check(o, value); err != nil {
		return err
	}
	c.values[key] = value
	return nil
}

// Reset forgets the value of a key, or of all keys if key is "".
func (c *Config) Reset(key string) {
	if key == "" {
		clear(c.values)
		return
	}
	delete(c.values, canonical(key))
}

// List returns the values that were set, as key and value, by key.
func (c *Config) List() [][2]string {
	out := make([][2]string, 0, len(c.values))
	for k, v := range c.values {
		out = append(out, [2]string{k, mask(k, v)})
	}
	sort.Slice(out, func(i, j int) bool { return out[i][0] < out[j][0] })
	return out
}

// mask hides the values of keys that look like secrets.
func mask(key, value string) string {
	if storage.IsSecret(key) {
		return "******"
	}
	lower := strings.ToLower(key)
	for _, word := range []string{"password", "secret", "token", "apikey", "api-key", "auth-params", "service-key", "credential", "account.key", "basic-auth", "jaas.config", "http-headers"} {
		if strings.Contains(lower, word) {
			return "******"
		}
	}
	return value
}

// IsSet reports whether a key was given a value.
func (c *Config) IsSet(key string) bool { _, ok := c.values[key]; return ok }

// Text returns the value of a key as text, its default if it was not set. The
// key must be in the table.
func (c *Config) Text(key string) string {
	o, ok := find(key)
	if !ok {
		panic("config: no such key in the table: " + key)
	}
	if v, ok := c.values[key]; ok {
		return strings.TrimSpace(v)
	}
	return o.Default
}

// Bool returns the value of a Bool key.
func (c *Config) Bool(key string) bool { return strings.EqualFold(c.Text(key), "true") }

// Int returns the value of an Int key.
func (c *Config) Int(key string) int64 { n, _ := strconv.ParseInt(c.Text(key), 10, 64); return n }

// Float returns the value of a Float key.
func (c *Config) Float(key string) float64 { f, _ := strconv.ParseFloat(c.Text(key), 64); return f }

// Duration returns the value of a Duration key.
func (c *Config) Duration(key string) time.Duration {
	d, _ := connector.ParseDuration(c.Text(key))
	return d
}

// Bytes returns the value of a Bytes key.
func (c *Config) Bytes(key string) int64 { n, _ := connector.ParseBytes(c.Text(key)); return n }

// Enum returns the value of an Enum key in the spelling of the table.
func (c *Config) Enum(key string) string {
	o, _ := find(key)
	v := c.Text(key)
	for _, w := range o.Words {
		if strings.EqualFold(w, v) {
			return w
		}
	}
	return v
}

// Zone returns the value of a Zone key; "default" is the machine's zone.
func (c *Config) Zone(key string) *time.Location {
	z, err := ParseZone(c.Text(key))
	if err != nil {
		return time.UTC
	}
	return z
}

// ParseZone reads a zone as Flink takes it: a region name, "UTC", or an offset
// such as "GMT+08:00" or "+08:00".
func ParseZone(s string) (*time.Location, error) {
	if s == "default" {
		return time.Local, nil
	}
	offset := strings.TrimPrefix(strings.TrimPrefix(s, "GMT"), "UTC")
	if offset != s || strings.HasPrefix(s, "+") || strings.HasPrefix(s, "-") {
		if offset == "" {
			return time.UTC, nil
		}
		for _, layout := range []string{"-07:00", "-0700", "-07"} {
			if t, err := time.Parse(layout, offset); err == nil {
				_, seconds := t.Zone()
				return time.FixedZone(s, seconds), nil
			}
		}
	}
	z, err := time.LoadLocation(s)
	if err != nil || s == "" {
		return nil, fmt.Errorf("%q is not a time zone; use a name such as 'Europe/Berlin' or an offset such as 'GMT+08:00'", s)
	}
	return z, nil
}

// check reports whether value fits the option, in a sentence that names the key.
func check(o Option, value string) (err error) {
	value = strings.TrimSpace(value)
	want := ""
	switch o.Kind {
	case Bool:
		if !strings.EqualFold(value, "true") && !strings.EqualFold(value, "false") {
			want = "true or false"
		}
	case Int:
		if _, err := strconv.ParseInt(value, 10, 64); err != nil {
			want = "a whole number"
		}
	case Float:
		if _, err := strconv.ParseFloat(value, 64); err != nil {
			want = "a number"
		}
	case Count:
		if n, err := strconv.ParseInt(value, 10, 32); err != nil || n < 1 && n != -1 {
			want = "a whole number, at least 1"
		}
	case Duration:
		if _, err := connector.ParseDuration(value); err != nil {
			want = `a duration such as "10 s" or "5 min"`
		}
	case Bytes:
		if _, err := connector.ParseBytes(value); err != nil {
			want = `a memory size such as "64 mb"`
		}
	case Zone:
		_, err := ParseZone(value)
		return err
	case Enum:
		want = "one of " + strings.Join(o.Words, ", ")
		for _, w := range o.Words {
			if strings.EqualFold(w, value) {
				want = ""
			}
		}
	}
	if want != "" {
		return fmt.Errorf("'%s' is %q, but must be %s", o.Key, value, want)
	}
	return nil
}

func find(key string) (Option, bool) {
	i := sort.Search(len(Options), func(i int) bool { return Options[i].Key >= key })
	if i < len(Options) && Options[i].Key == key {
		return Options[i], true
	}
	return Option{}, false
}

// canonical follows Flink's renames of keys.
func canonical(key string) string {
	for line := range strings.Lines(flinkRenames) {
		old, now, _ := strings.Cut(strings.TrimSpace(line), " ")
		if old == key {
			return now
		}
	}
	return key
}

func isFlinkKey(key string) bool {
	for line := range strings.Lines(flinkKeys) {
		if strings.TrimSpace(line) == key {
			return true
		}
	}
	// Keys with a free part, e.g. metrics.reporter.<name>.class.
	for _, prefix := range []string{"metrics.reporter.", "security.", "env.", "fs.", "gs.", "s3.", "s3a.", "s3p.", "kubernetes.", "yarn.", "python.", "hadoop.", "flink.", "sql-client.", "sql-gateway."} {
		if strings.HasPrefix(key, prefix) {
			return true
		}
	}
	return false
}

// suggestion names the known key nearest to a misspelt one.
func suggestion(key string) string {
	best, distance := "", max(3, len(key)/5)
	consider := func(k string) {
		if d := editDistance(key, k, distance); d < distance {
			best, distance = k, d
		}
	}
	for _, o := range Options {
		consider(o.Key)
	}
	for line := range strings.Lines(flinkKeys) {
		consider(strings.TrimSpace(line))
	}
	if best == "" {
		return ""
	}
	return fmt.Sprintf("; did you mean '%s'?", best)
}

// editDistance is the Levenshtein distance of a and b, or limit if it is more.
func editDistance(a, b string, limit int) int {
	if max(len(a)-len(b), len(b)-len(a)) >= limit {
		return limit
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			diagonal, row[j+1] = row[j+1], min(row[j+1]+1, row[j]+1, diagonal+cost)
		}
	}
	return row[len(b)]
}
