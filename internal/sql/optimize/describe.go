package optimize

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/flottstream/flott/internal/expr"
	"github.com/flottstream/flott/internal/jobgraph"
	"github.com/flottstream/flott/internal/sql/plan"
	"github.com/flottstream/flott/internal/types"
)

// list prints [a, b].
func list(items []string) string { return "[" + strings.Join(items, ", ") + "]" }

// names are the names of some columns.
func names(s types.Schema, cols []int) []string {
	out := make([]string, len(cols))
	for i, c := range cols {
		out[i] = s[c].Name
	}
	return out
}

// selectAttr prints a projection: "a, (b + 1) AS c".
func selectAttr(name string, exprs []expr.Expr, out types.Schema) plan.Attr {
	return plan.Expressions(name, func(form func(expr.Expr) string) string { return list(selectItems(exprs, out, form)) })
}

func selectItems(exprs []expr.Expr, out types.Schema, form func(expr.Expr) string) []string {
	items := make([]string, len(exprs))
	for i, e := range exprs {
		items[i] = form(e)
		if items[i] != out[i].Name {
			items[i] += " AS " + out[i].Name
		}
	}
	return items
}

// conditionAttr prints a condition, nil as true.
func conditionAttr(name string, cond expr.Expr) plan.Attr {
	if cond == nil {
		return plan.Attr{Name: name, Value: "[true]"}
	}
	return plan.Expressions(name, func(form func(expr.Expr) string) string { return "[" + form(cond) + "]" })
}

// callItem prints an aggregate call: "COUNT(DISTINCT a) FILTER c AS cnt".
func callItem(c jobgraph.AggCall, in types.Schema, retract bool) string {
	fn := c.Fn
	if fn == "SUM0" {
		fn = "$SUM0"
	}
	if retract {
		fn += "_RETRACT"
	}
	args := strings.Join(names(in, c.Args), ", ")
	if c.Fn == "COUNT" && len(c.Args) == 0 {
		args = "*"
	}
	if c.Distinct {
		args = "DISTINCT " + args
	}
	s := fn + "(" + args + ")"
	if c.Filter >= 0 {
		s += " FILTER " + in[c.Filter].Name
	}
	return s + " AS " + c.Name
}

// partialItems prints what a local phase sends for its calls: "COUNT(*) AS count1$0".
func partialItems(calls []jobgraph.AggCall, in types.Schema, retract bool) []string {
	var out []string
	for _, c := range calls {
		local := c
		for _, fn := range partialFns(c) {
			local.Fn, local.Name = fn, partialName(fn, c, len(out))
			out = append(out, callItem(local, in, retract))
		}
	}
	return out
}

// totalItems prints what a global phase makes of it: "COUNT(count1$0) AS n".
func totalItems(calls []jobgraph.AggCall, retract bool) []string {
	out := make([]string, len(calls))
	next := 0
	for i, c := range calls {
		var parts []string
		for _, fn := range partialFns(c) {
			parts = append(parts, partialName(fn, c, next))
			next++
		}
		arg := parts[0]
		if len(parts) > 1 {
			arg = "(" + strings.Join(parts, ", ") + ")"
		}
		one := jobgraph.AggCall{Fn: c.Fn, Args: []int{0}, Filter: -1, Name: c.Name}
		out[i] = callItem(one, types.Schema{{Name: arg}}, retract)
	}
	return out
}

// partialFns are the partial results of a call.
func partialFns(c jobgraph.AggCall) []string {
	if c.Fn == "AVG" {
		return []string{"SUM", "COUNT"}
	}
	return []string{c.Fn}
}

func partialName(fn string, c jobgraph.AggCall, i int) string {
	name := strings.ToLower(fn)
	if fn == "COUNT" && len(c.Args) == 0 {
		name = "count1"
	}
	return name + "$" + strconv.Itoa(i)
}

// orderItems prints sort keys: "price DESC, ts ASC".
func orderItems(keys []jobgraph.SortKey, s types.Schema) []string {
	out := make([]string, len(keys))
	for i, k := range keys {
		out[i] = s[k.Column].Name + " ASC"
		if k.Descending {
			out[i] = s[k.Column].Name + " DESC"
		}
		// Nulls are the smallest values: that is where they are without a word.
		if k.NullsLast != k.Descending {
			if k.NullsLast {
				out[i] += " NULLS LAST"
			} else {
				out[i] += " NULLS FIRST"
			}
		}
	}
	return out
}

// windowText prints a window: "TUMBLE(time_col=[ts], size=[10 min])". partition
// are the keys of a session.
func windowText(w jobgraph.Window, time string, partition []string) string {
	parts := []string{time}
	switch w.Kind {
	case jobgraph.Session:
		if w.Size > 0 {
			parts = append(parts, "gap=["+period(w.Size)+"]")
		}
		if len(partition) > 0 {
			parts = append(parts, "partition keys="+list(partition))
		}
	case jobgraph.Hop:
		parts = append(parts, "size=["+period(w.Size)+"]", "slide=["+period(w.Slide)+"]")
	case jobgraph.Cumulate:
		parts = append(parts, "max_size=["+period(w.Size)+"]", "step=["+period(w.Slide)+"]")
	default:
		parts = append(parts, "size=["+period(w.Size)+"]")
	}
	if w.Offset != 0 {
		parts = append(parts, "offset=["+period(w.Offset)+"]")
	}
	return [...]string{"TUMBLE", "HOP", "CUMULATE", "SESSION"}[w.Kind] + "(" + strings.Join(parts, ", ") + ")"
}

// period prints milliseconds as Flink does, in the largest unit that fits.
func period(ms int64) string {
	sign := ""
	if ms < 0 {
		sign, ms = "-", -ms
	}
	for _, u := range []struct {
		ms   int64
		name string
	}{{86_400_000, "d"}, {3_600_000, "h"}, {60_000, "min"}, {1000, "s"}} {
		if ms >= u.ms && ms%u.ms == 0 {
			return fmt.Sprintf("%s%d %s", sign, ms/u.ms, u.name)
		}
	}
	return fmt.Sprintf("%s%d ms", sign, ms)
}

// rangeText prints a frame: "ROWS BETWEEN 2 PRECEDING AND CURRENT ROW".
func rangeText(f jobgraph.OverFrame) string {
	kind := "RANGE"
	if f.Rows {
		kind = "ROWS"
	}
	from := "CURRENT ROW"
	switch {
	case f.UnboundedPreceding:
		from = "UNBOUNDED PRECEDING"
	case f.Preceding > 0:
		from = strconv.FormatInt(f.Preceding, 10) + " PRECEDING"
	}
	to := "CURRENT ROW"
	switch {
	case f.UnboundedFollowing:
		to = "UNBOUNDED FOLLOWING"
	case f.Following > 0:
		to = strconv.FormatInt(f.Following, 10) + " FOLLOWING"
	case f.Following < 0:
		to = strconv.FormatInt(-f.Following, 10) + " PRECEDING"
	}
	return kind + " BETWEEN " + from + " AND " + to
}

// parseDuration reads Flink's durations: a number and a unit, ms if none.
func parseDuration(s string) (time.Duration, error) {
	s = strings.TrimSpace(s)
	i := 0
	for i < len(s) && s[i] >= '0' && s[i] <= '9' {
		i++
	}
	n, err := strconv.ParseInt(s[:i], 10, 64)
	if err != nil {
		return 0, fmt.Errorf("not a duration such as '5 s'")
	}
	unit := strings.TrimSpace(s[i:])
	for name, d := range durationUnits {
		if unit == name || unit == name+"s" {
			return time.Duration(n) * d, nil
		}
	}
	return 0, fmt.Errorf("unknown unit %q of time", unit)
}

var durationUnits = map[string]time.Duration{
	"": time.Millisecond, "ns": 1, "nano": 1, "nanosecond": 1, "µs": time.Microsecond, "micro": time.Microsecond,
	"microsecond": time.Microsecond, "ms": time.Millisecond, "milli": time.Millisecond, "millisecond": time.Millisecond,
	"s": time.Second, "sec": time.Second, "second": time.Second, "m": time.Minute, "min": time.Minute, "minute": time.Minute,
	"h": time.Hour, "hour": time.Hour, "d": 24 * time.Hour, "day": 24 * time.Hour,
}
