package connector

import (
	"fmt"
	"sort"
	"strconv"
	"strings"
	"time"
)

// Options reads a table's options by name and remembers which it was asked
// for, so that what nobody reads can be refused. Getters record the first error.
type Options struct {
	connector string
	values    map[string]string
	known     map[string]bool
	required  map[string]bool
	err       error
}

// NewOptions wraps the options of a table of the given connector.
func NewOptions(connector string, values map[string]string) *Options {
	return &Options{connector: connector, values: values, known: map[string]bool{}, required: map[string]bool{}}
}

// String returns an option or its default.
func (o *Options) String(name, def string) string {
	o.known[name] = true
	if v, ok := o.values[name]; ok {
		return v
	}
	return def
}

// Required returns an option that must be given.
func (o *Options) Required(name string) string {
	o.known[name], o.required[name] = true, true
	return o.values[name]
}

// Has reports whether an option is given.
func (o *Options) Has(name string) bool {
	o.known[name] = true
	_, ok := o.values[name]
	return ok
}

// Int returns a whole number option.
func (o *Options) Int(name string, def int64) int64 {
	return parse(o, name, def, "a whole number", func(s string) (int64, error) { return strconv.ParseInt(s, 10, 64) })
}

// Float returns a number option.
func (o *Options) Float(name string, def float64) float64 {
	return parse(o, name, def, "a number", func(s string) (float64, error) { return strconv.ParseFloat(s, 64) })
}

// Bool returns a true/false option.
func (o *Options) Bool(name string, def bool) bool {
	return parse(o, name, def, "true or false", func(s string) (bool, error) {
		switch strings.ToLower(s) {
		case "true":
			return true, nil
		case "false":
			return false, nil
		}
		return false, strconv.ErrSyntax
	})
}

// Duration returns a duration option in Flink's notation: "10 s", "5min", "200".
func (o *Options) Duration(name string, def time.Duration) time.Duration {
	return parse(o, name, def, `a duration such as "10 s" or "5 min"`, ParseDuration)
}

// Bytes returns a memory size option in Flink's notation: "128MB", "32 kb", "64".
func (o *Options) Bytes(name string, def int64) int64 {
	return parse(o, name, def, `a memory size such as "128 mb"`, ParseBytes)
}

// Enum returns one of the allowed words, compared without case; the result is
// the allowed spelling.
func (o *Options) Enum(name, def string, allowed ...string) string {
	return parse(o, name, def, "one of "+strings.Join(allowed, ", "), func(s string) (string, error) {
		for _, a := range allowed {
			if strings.EqualFold(a, s) {
				return a, nil
			}
		}
		return "", strconv.ErrSyntax
	})
}

// Prefixed returns the options that begin with prefix, the prefix removed.
func (o *Options) Prefixed(prefix string) map[string]string {
	sub := map[string]string{}
	for k, v := range o.values {
		if strings.HasPrefix(k, prefix) {
			o.known[k] = true
			sub[k[len(prefix):]] = v
		}
	}
	return sub
}

// Fail records an error about an option found by other means.
func (o *Options) Fail(err error) {
	if o.err == nil {
		o.err = err
	}
}

// Done returns the first error: a required option missing, a bad value, or
// options nobody asked for, in Flink's words.
func (o *Options) Done() error {
	if missing := o.missing(); len(missing) > 0 {
		return fmt.Errorf("One or more required options are missing.\n\nMissing required options are:\n\n%s", strings.Join(missing, "\n"))
	}
	if o.err != nil {
		return o.err
	}
	if unknown := o.unknown(); len(unknown) > 0 {
		err := fmt.Errorf("Unsupported options found for '%s'.\n\nUnsupported options:\n\n%s\n\nSupported options:\n\n%s",
			o.connector, strings.Join(unknown, "\n"), strings.Join(sorted(o.known), "\n"))
		return WithHint(err, DidYouMean(unknown[0], sorted(o.known)))
	}
	return nil
}

func (o *Options) missing() (names []string) {
	for name := range o.required {
		if _, ok := o.values[name]; !ok {
			names = append(names, name)
		}
	}
	sort.Strings(names)
	return names
}

func (o *Options) unknown() (names []string) {
	for name := range o.values {
		if !o.known[name] {
			names = append(names, name)
		}
	}
	sort.Strings(names)
	return names
}

func sorted(set map[string]bool) []string {
	names := make([]string, 0, len(set))
	for n := range set {
		names = append(names, n)
	}
	sort.Strings(names)
	return names
}

func parse[T any](o *Options, name string, def T, want string, f func(string) (T, error)) T {
	o.known[name] = true
	s, ok := o.values[name]
	if !ok {
		return def
	}
	v, err := f(strings.TrimSpace(s))
	if err != nil {
		o.Fail(fmt.Errorf("option '%s' of connector '%s' is %q, but must be %s", name, o.connector, s, want))
		return def
	}
	return v
}

var durationUnits = map[string]time.Duration{
	"": time.Millisecond, "ms": time.Millisecond, "milli": time.Millisecond, "millis": time.Millisecond,
	"millisecond": time.Millisecond, "milliseconds": time.Millisecond,
	"s": time.Second, "sec": time.Second, "secs": time.Second, "second": time.Second, "seconds": time.Second,
	"m": time.Minute, "min": time.Minute, "minute": time.Minute, "minutes": time.Minute,
	"h": time.Hour, "hour": time.Hour, "hours": time.Hour,
	"d": 24 * time.Hour, "day": 24 * time.Hour, "days": 24 * time.Hour,
	"µs": time.Microsecond, "micro": time.Microsecond, "micros": time.Microsecond,
	"microsecond": time.Microsecond, "microseconds": time.Microsecond,
	"ns": time.Nanosecond, "nano": time.Nanosecond, "nanos": time.Nanosecond,
	"nanosecond": time.Nanosecond, "nanoseconds": time.Nanosecond,
}

// ParseDuration reads Flink's duration notation: a number and a unit; without
// a unit it counts milliseconds. It takes ISO 8601, too: PT10S.
func ParseDuration(s string) (time.Duration, error) {
	if s = strings.TrimSpace(s); s != "" && (s[0] == 'P' || s[0] == 'p') {
		return parseISODuration(s)
	}
	n, unit, err := numberAndUnit(s)
	if err != nil {
		return 0, err
	}
	u, ok := durationUnits[unit]
	if !ok || n > int64(1<<63-1)/int64(u) {
		return 0, strconv.ErrSyntax
	}
	return time.Duration(n) * u, nil
}

var byteUnits = map[string]int64{
	"": 1, "b": 1, "bytes": 1,
	"k": 1 << 10, "kb": 1 << 10, "kibibytes": 1 << 10,
	"m": 1 << 20, "mb": 1 << 20, "mebibytes": 1 << 20,
	"g": 1 << 30, "gb": 1 << 30, "gibibytes": 1 << 30,
	"t": 1 << 40, "tb": 1 << 40, "tebibytes": 1 << 40,
}

// ParseBytes reads Flink's memory size notation.
func ParseBytes(s string) (int64, error) {
	n, unit, err := numberAndUnit(s)
	if err != nil {
		return 0, err
	}
	u, ok := byteUnits[unit]
	if !ok || n > int64(1<<63-1)/u {
		return 0, strconv.ErrSyntax
	}
	return n * u, nil
}

func numberAndUnit(s string) (int64, string, error) {
	s = strings.TrimSpace(s)
	i := 0
	for i < len(s) && s[i] >= '0' && s[i] <= '9' {
		i++
	}
	n, err := strconv.ParseInt(s[:i], 10, 64)
	return n, strings.ToLower(strings.TrimSpace(s[i:])), err
}
