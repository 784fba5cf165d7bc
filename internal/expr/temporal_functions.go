package expr

import (
	"github.com/flottstream/flott/internal/types"
)

// temporalFunctions are the functions of dates and times.
func temporalFunctions() []function {
	units := keyword(extractUnits...)
	text := types.String()
	fns := []function{
		{name: "EXTRACT", min: 2, max: 2, typing: typeExtract(units), build: buildExtract},
		{name: "TIMESTAMPADD", min: 3, max: 3, rewrite: rewriteTimestampAdd},
		{name: "TIMESTAMPDIFF", min: 3, max: 3, typing: typeTimestampDiff(units), build: buildTimestampDiff},
		{name: "MINUS_DATE", min: 3, max: 3, typing: typeMinusDate, build: buildMinusDate},
		{name: "DATE_FORMAT", min: 2, max: 2, typing: typeDateFormat, build: buildDateFormat},
		{name: "TO_TIMESTAMP", min: 1, max: 2, typing: params(always(types.TimestampOf(3)), aString, aString), build: buildToTimestamp},
		{name: "TO_TIMESTAMP_LTZ", min: 1, max: 3, typing: typeToTimestampLTZ, build: buildToTimestampLTZ},
		{name: "TO_DATE", min: 1, max: 2, typing: params(always(types.Of(types.Date)), aString, aString), build: buildToDate},
		{name: "FROM_UNIXTIME", min: 1, max: 2, typing: params(always(text), aBigint, aString), build: buildFromUnixtime},
		{name: "UNIX_TIMESTAMP", min: 0, max: 2, rewrite: rewriteUnixTimestamp},
		{name: "$UNIX_NOW", typing: params(always(types.Of(types.BigInt).NotNull())), build: buildNow, volatility: perQuery},
		{name: "$UNIX_TIMESTAMP", min: 1, max: 2, typing: params(strictly(types.Of(types.BigInt)), aString, aString), build: buildUnixTimestamp},
		{name: "CONVERT_TZ", min: 3, max: 3, typing: params(always(text), aString, aString, aString), build: buildConvertTZ},
		{name: "CURRENT_WATERMARK", min: 1, max: 1, typing: typeWatermark, build: buildWatermark, volatility: perRow},
		sourceWatermark(),
	}
	for _, unit := range []string{"YEAR", "QUARTER", "MONTH", "WEEK", "DAY", "DAYOFYEAR", "DAYOFWEEK", "HOUR", "MINUTE", "SECOND"} {
		name := unit
		switch unit {
		case "DAYOFYEAR":
			unit = "DOY"
		case "DAYOFWEEK":
			unit = "DOW"
		}
		fns = append(fns, function{name: name, min: 1, max: 1, rewrite: func(args []Expr) (Expr, error) {
			return Resolve("EXTRACT", []Expr{StringLit(unit), args[0]})
		}})
	}
	for _, f := range []struct {
		name string
		t    types.Type
		v    volatility
	}{
		{"CURRENT_DATE", types.Of(types.Date), perQuery},
		{"CURRENT_TIME", types.Of(types.Time), perQuery},
		{"LOCALTIME", types.Of(types.Time), perQuery},
		{"CURRENT_TIMESTAMP", types.TimestampLTZOf(3), perQuery},
		{"NOW", types.TimestampLTZOf(3), perQuery},
		{"LOCALTIMESTAMP", types.TimestampOf(3), perQuery},
		{"CURRENT_ROW_TIMESTAMP", types.TimestampLTZOf(3), perRow},
		{"PROCTIME", types.TimestampLTZOf(3), perRow},
	} {
		fns = append(fns, function{name: f.name, typing: params(always(f.t.NotNull())), build: buildNow, volatility: f.v})
	}
	return fns
}

var extractUnits = []string{
	"MILLENNIUM", "CENTURY", "DECADE", "YEAR", "QUARTER", "MONTH", "WEEK", "DAY", "DOW", "ISODOW", "DOY", "ISOYEAR",
	"EPOCH", "HOUR", "MINUTE", "SECOND", "MILLISECOND", "MICROSECOND", "NANOSECOND",
}

// constantUnit is the keyword at argument i.
func (b *builder) constantUnit(i int) string {
	s, _ := ConstantString(b.call.Args[i])
	return s
}

func typeExtract(units family) func(*signature) (types.Type, error) {
	return func(s *signature) (types.Type, error) {
		if err := units(s, 0); err != nil {
			return types.Type{}, err
		}
		coerceNull(s, 1, types.TimestampOf(3))
		unit, _ := ConstantString(s.args[0])
		t := s.typ(1)
		ok := t.IsTemporal()
		switch t.Kind {
		case types.Date:
			ok = ok && unit != "MICROSECOND" && unit != "NANOSECOND"
		case types.Time:
			ok = ok && timeUnit(unit) && unit != "MICROSECOND" && unit != "NANOSECOND"
		case types.IntervalYearMonth:
			ok = unit == "YEAR" || unit == "MONTH" || unit == "QUARTER" || unit == "CENTURY" || unit == "MILLENNIUM"
		case types.IntervalDayTime:
			ok = unit == "DAY" || timeUnit(unit) && unit != "MICROSECOND" && unit != "NANOSECOND"
		}
		switch {
		case !t.IsTemporal() && !t.IsInterval():
			return t, s.refuse(1, "A DATE, TIME, TIMESTAMP or INTERVAL is expected")
		case !ok:
			return t, typeErrorf(0, "", "unit %s can not be applied to a value of type %s", unit, typeName(t))
		}
		return types.Of(types.BigInt).WithNull(t.Nullable), nil
	}
}

// timeUnit reports the units of a time of the day.
func timeUnit(unit string) bool {
	switch unit {
	case "HOUR", "MINUTE", "SECOND", "MILLISECOND", "MICROSECOND", "NANOSECOND":
		return true
	}
	return false
}

// intervalOf is one of a unit as an INTERVAL literal; nil for units that no
// interval has.
func intervalOf(unit string) *Literal {
	switch unit {
	case "YEAR":
		return IntLit(types.IntervalYearMonth, 12)
	case "QUARTER":
		return IntLit(types.IntervalYearMonth, 3)
	case "MONTH":
		return IntLit(types.IntervalYearMonth, 1)
	case "WEEK":
		return IntLit(types.IntervalDayTime, 7*86_400_000)
	case "DAY":
		return IntLit(types.IntervalDayTime, 86_400_000)
	case "HOUR":
		return IntLit(types.IntervalDayTime, 3_600_000)
	case "MINUTE":
		return IntLit(types.IntervalDayTime, 60_000)
	case "SECOND":
		return IntLit(types.IntervalDayTime, 1000)
	case "MILLISECOND":
		return IntLit(types.IntervalDayTime, 1)
	}
	return nil
}

// rewriteTimestampAdd is x + n * INTERVAL '1' unit. A DATE with hours, minutes
// or seconds becomes a TIMESTAMP first.
func rewriteTimestampAdd(args []Expr) (Expr, error) {
	word, _ := ConstantString(args[0])
	unit := canonicalUnit(word)
	interval := intervalOf(unit)
	if interval == nil {
		return nil, typeErrorf(0, "Units are YEAR, QUARTER, MONTH, WEEK, DAY, HOUR, MINUTE, SECOND and MILLISECOND",
			"TIMESTAMPADD does not support the unit %s", word)
	}
	x := args[2]
	if !x.Type().IsTemporal() && x.Type().Kind != types.Null {
		return nil, cannotApply("TIMESTAMPADD", args, 2, "A DATE, TIME or TIMESTAMP is expected")
	}
	n := args[1]
	if t := n.Type(); !t.IsInteger() && t.Kind != types.Null {
		return nil, cannotApply("TIMESTAMPADD", args, 1, "An integer is expected")
	}
	if x.Type().Kind == types.Date && timeUnit(unit) {
		cast, err := Cast(x, types.TimestampOf(6))
		if err != nil {
			return nil, err
		}
		x = cast
	}
	if x.Type().Kind == types.Null {
		x = NullLit(types.TimestampOf(3))
	}
	if t := x.Type(); unit == "MILLISECOND" && t.IsTimestamp() && t.Length < 3 {
		t.Length = 3
		cast, err := Cast(x, t)
		if err != nil {
			return nil, err
		}
		x = cast
	}
	amount, err := Resolve("*", []Expr{interval, n})
	if err != nil {
		return nil, err
	}
	return Resolve("+", []Expr{x, amount})
}

// typeTimestampDiff types TIMESTAMPDIFF(unit, a, b).
func typeTimestampDiff(units family) func(*signature) (types.Type, error) {
	return func(s *signature) (types.Type, error) {
		t, err := params(strictly(types.Of(types.Int)), units, aTemporal, aTemporal)(s)
		if err != nil {
			return t, err
		}
		if unit, _ := ConstantString(s.args[0]); unit == "NANOSECOND" {
			t.Kind = types.BigInt
		}
		return t, s.bothInstants(1, 2)
	}
}

// bothInstants refuses the difference of an instant and a local time.
func (s *signature) bothInstants(i, k int) error {
	if (s.typ(i).Kind == types.TimestampLTZ) == (s.typ(k).Kind == types.TimestampLTZ) {
		return nil
	}
	return typeErrorf(k, "Use CAST(… AS TIMESTAMP_LTZ(3))", "TIMESTAMP_LTZ only supports diff between the same type.")
}

func rewriteUnixTimestamp(args []Expr) (Expr, error) {
	if len(args) == 0 {
		return Resolve("$UNIX_NOW", nil)
	}
	return Resolve("$UNIX_TIMESTAMP", args)
}

// typeMinusDate types (a - b) unit, the difference of two times as an INTERVAL;
// its arguments are a, b and the unit.
func typeMinusDate(s *signature) (types.Type, error) {
	t, err := params(strictly(types.Of(types.IntervalDayTime)), aTemporal, aTemporal, keyword("YEAR", "QUARTER", "MONTH", "WEEK", "DAY", "HOUR", "MINUTE", "SECOND"))(s)
	if err != nil {
		return t, err
	}
	if s.typ(0).Kind != s.typ(1).Kind {
		return t, typeErrorf(-1, "Use CAST to bring both sides to one type", "Parameters must be of the same type")
	}
	unit, _ := ConstantString(s.args[2])
	if intervalOf(unit).Type().Kind == types.IntervalYearMonth {
		t.Kind = types.IntervalYearMonth
	}
	return t, nil
}

func typeDateFormat(s *signature) (types.Type, error) {
	t := s.typ(0)
	if !t.IsTimestamp() && !t.IsCharacter() && !coerceNull(s, 0, types.TimestampOf(3)) {
		return t, s.refuse(0, "Use CAST(… AS TIMESTAMP(3))")
	}
	if err := aString(s, 1); err != nil {
		return t, err
	}
	if pattern, ok := ConstantString(s.args[1]); ok {
		if _, err := compilePattern(pattern, s.typ(0)); err != nil {
			return t, typeErrorf(1, "", "Invalid pattern '%s' of DATE_FORMAT: %s", pattern, err)
		}
	}
	return types.String(), nil
}

// typeToTimestampLTZ types (number[, precision]) and (text[, format[, zone]]).
func typeToTimestampLTZ(s *signature) (types.Type, error) {
	t := s.typ(0)
	if t.Kind == types.Null {
		t = types.Of(types.BigInt)
		s.args[0] = NullLit(t)
	}
	if t.IsCharacter() {
		for i := range s.args {
			if err := aString(s, i); err != nil {
				return t, err
			}
		}
		return types.TimestampLTZOf(3), nil
	}
	if !t.IsNumeric() || len(s.args) > 2 {
		return t, s.refuse(0, "TO_TIMESTAMP_LTZ takes a number and a precision, or a string, a format and a time zone")
	}
	if len(s.args) == 1 {
		s.args = append(s.args, Int64Lit(3))
	}
	if IsNullLit(s.args[1]) {
		s.args[1] = Int64Lit(3)
		s.args[0] = NullLit(types.Of(types.BigInt))
		t = s.typ(0)
	}
	p, ok := ConstantInt(s.args[1])
	target := types.Of(types.BigInt)
	if t.IsApproximate() && ok && p == 0 {
		target = types.Of(types.Double) // seconds with a fraction
	}
	if t.Kind != target.Kind {
		x, err := Cast(s.args[0], target.WithNull(t.Nullable))
		if err != nil {
			return t, err
		}
		s.args[0] = x
	}
	if !ok || p < 0 || p > 9 {
		return t, typeErrorf(1, "", "The precision of TO_TIMESTAMP_LTZ must be a constant from 0 to 9")
	}
	return types.TimestampLTZOf(max(3, int(p))), nil
}

func typeWatermark(s *signature) (types.Type, error) {
	t := s.typ(0)
	if !t.IsTimestamp() {
		return t, s.refuse(0, "A rowtime attribute is expected")
	}
	t.Length = 3
	return t.WithoutTime().WithNull(true), nil
}
