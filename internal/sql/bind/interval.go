package bind

import (
	"strconv"
	"strings"

	"github.com/flottstream/flott/internal/expr"
	"github.com/flottstream/flott/internal/sql/ast"
	"github.com/flottstream/flott/internal/types"
)

// unitSize is a unit in months (YEAR, QUARTER, MONTH) or milliseconds.
var unitSize = map[ast.TimeUnit]int64{
	ast.Year: 12, ast.Quarter: 3, ast.Month: 1,
	ast.Week: 7 * 86_400_000, ast.Day: 86_400_000, ast.Hour: 3_600_000, ast.Minute: 60_000, ast.Second: 1000,
}

// unitFields are the units a range passes through, in order, and the character before each.
var unitFields = []struct {
	unit ast.TimeUnit
	sep  byte
}{{ast.Year, 0}, {ast.Month, '-'}, {ast.Day, 0}, {ast.Hour, ' '}, {ast.Minute, ':'}, {ast.Second, ':'}}

// interval is the constant of INTERVAL '…' unit.
func interval(x *ast.Interval) (expr.Expr, error) {
	v, ok := intervalValue(x)
	if !ok {
		q := string(x.Qualifier.From)
		if x.Qualifier.To != "" {
			q += " TO " + string(x.Qualifier.To)
		}
		return nil, errorAt(x, intervalHint(x), "Illegal interval literal format '%s' for INTERVAL %s", x.Text, q)
	}
	if x.Negative {
		v = -v
	}
	k := intervalType(&x.Qualifier.From).Kind
	if k == types.IntervalYearMonth && int64(int32(v)) != v {
		return nil, errorAt(x, "", "Interval literal '%s' is out of range", x.Text)
	}
	return expr.IntLit(k, v), nil
}

func intervalHint(x *ast.Interval) string {
	switch {
	case x.Qualifier.To == "":
		return "a number is expected, such as INTERVAL '10' " + string(x.Qualifier.From)
	case x.Qualifier.From == ast.Year:
		return "write it as '1-2', one year and two months"
	}
	return "write it as '1 10:00:00.5', with the units from " + string(x.Qualifier.From) + " to " + string(x.Qualifier.To)
}

// intervalValue reads the text of an interval by its qualifier.
func intervalValue(x *ast.Interval) (int64, bool) {
	text := strings.TrimSpace(x.Text)
	negative := false
	if strings.HasPrefix(text, "-") || strings.HasPrefix(text, "+") {
		negative, text = text[0] == '-', text[1:]
	}
	from, to := x.Qualifier.From, x.Qualifier.To
	if to == "" {
		to = from
	}
	var total int64
	started := false
	for _, f := range unitsBetween(from, to) {
		if started {
			if text == "" || text[0] != f.sep {
				return 0, false
			}
			text = text[1:]
		}
		v, rest, ok := intervalField(text, f.unit)
		if !ok || started && v >= unitLimit(f.unit) {
			return 0, false
		}
		total, text, started = total+v, rest, true
		if total < 0 || total > 1<<52 {
			return 0, false
		}
	}
	if negative {
		total = -total
	}
	return total, started && text == ""
}

// intervalOfNumber is CAST(5 AS INTERVAL DAY): a constant counts units, where
// other values count ms or months.
func intervalOfNumber(d *ast.DataType, x expr.Expr) (expr.Expr, bool) {
	l, ok := x.(*expr.Literal)
	if !ok || d.Interval == nil || d.Interval.To != "" || !l.Type().IsExact() || l.Value.IsNull(0) {
		return nil, false
	}
	n, err := strconv.ParseFloat(expr.LiteralText(l), 64)
	if err != nil {
		return nil, false
	}
	v := n * float64(unitSize[d.Interval.From])
	if v > 1<<52 || v < -1<<52 {
		return nil, false
	}
	return expr.IntLit(intervalType(&d.Interval.From).Kind, int64(v)), true
}

type unitField = struct {
	unit ast.TimeUnit
	sep  byte
}

func unitsBetween(from, to ast.TimeUnit) []unitField {
	if from == to {
		return []unitField{{from, 0}}
	}
	var out []unitField
	inside := false
	for _, f := range unitFields {
		inside = inside || f.unit == from
		if inside {
			out = append(out, f)
		}
		if f.unit == to {
			break
		}
	}
	return out
}

// unitLimit is the size of the next larger unit, which a field that is not the
// first must stay below.
func unitLimit(u ast.TimeUnit) int64 {
	switch u {
	case ast.Month:
		return 12
	case ast.Hour:
		return unitSize[ast.Day]
	case ast.Minute:
		return unitSize[ast.Hour]
	case ast.Second:
		return unitSize[ast.Minute]
	}
	return 1 << 62
}

// intervalField reads one number and returns its size; seconds may have a fraction.
func intervalField(text string, u ast.TimeUnit) (int64, string, bool) {
	digits, rest := leadingDigits(text)
	n, err := strconv.ParseInt(digits, 10, 64)
	if err != nil || n > (1<<52)/unitSize[u] {
		return 0, "", false
	}
	v := n * unitSize[u]
	if u == ast.Second && strings.HasPrefix(rest, ".") {
		var fraction string
		fraction, rest = leadingDigits(rest[1:])
		nanos, ok := fractionNanos(fraction)
		if !ok || fraction == "" {
			return 0, "", false
		}
		v += nanos / 1_000_000
	}
	return v, rest, true
}

func leadingDigits(s string) (digits, rest string) {
	i := 0
	for i < len(s) && s[i] >= '0' && s[i] <= '9' {
		i++
	}
	return s[:i], s[i:]
}
