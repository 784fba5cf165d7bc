package expr

import (
	"github.com/flottstream/flott/internal/expr/civil"
	"github.com/flottstream/flott/internal/types"
)

// typeTemporalSum types temporal ± interval, interval ± interval and
// interval + temporal.
func typeTemporalSum(s *signature) (types.Type, error) {
	for i := range 2 {
		coerceNull(s, i, types.Of(types.IntervalDayTime))
	}
	a, b := s.typ(0), s.typ(1)
	if s.fn.name == "+" && a.IsInterval() && b.IsTemporal() {
		s.args[0], s.args[1] = s.args[1], s.args[0]
		a, b = b, a
	}
	nullable := a.Nullable || b.Nullable
	switch {
	case a.IsInterval() && b.IsInterval() && a.Kind == b.Kind:
		return a.WithNull(nullable), nil
	case a.IsTemporal() && b.IsInterval():
		return a.WithoutTime().WithNull(nullable), nil
	}
	hint := "Add or subtract an INTERVAL, as in ts + INTERVAL '1' DAY"
	if s.fn.name == "-" && a.IsTemporal() && b.IsTemporal() {
		hint = "The difference of two times is TIMESTAMPDIFF(unit, a, b)"
	}
	return types.Type{}, s.refuse(1, hint)
}

// typeScaledInterval types interval * n and interval / n.
func typeScaledInterval(s *signature) (types.Type, error) {
	if s.fn.name == "/" {
		return types.Type{}, s.refuse(0, "An INTERVAL cannot be divided; write a shorter one")
	}
	if s.typ(1).IsInterval() {
		s.args[0], s.args[1] = s.args[1], s.args[0]
	}
	if !s.typ(1).IsInteger() {
		return types.Type{}, s.refuse(1, "An INTERVAL is multiplied by an integer")
	}
	if err := s.coerce(1, types.Of(types.BigInt)); err != nil {
		return types.Type{}, err
	}
	return s.typ(0).WithNull(s.nullable()), nil
}

// buildTemporalSum makes the node of temporal ± interval and of interval
// arithmetic.
func buildTemporalSum(b *builder) (node, error) {
	lt, rt := b.call.Args[0].Type(), b.call.Args[1].Type()
	sign := int64(1)
	if b.call.Fn == "-" {
		sign = -1
	}
	switch {
	case b.call.Fn == "*":
		return newStrict(b, scaleInterval), nil
	case rt.Kind == types.IntervalYearMonth && lt.IsInterval():
		return newArith(b.call, arithOps[b.call.Fn], b.args[0], b.args[1], b.call.T), nil
	case rt.Kind == types.IntervalYearMonth && lt.Kind == types.Time:
		return newStrict(b, sameTime), nil
	case rt.Kind == types.IntervalYearMonth:
		return newStrict(b, addMonths(lt, sign, civil.NewZone(b.env.Zone))), nil
	case lt.IsInterval(), lt.IsTimestamp() && lt.UnitsPerSecond() == 1000:
		for i := range b.args {
			if v := b.constant(i); v != nil && v.IsNull(0) {
				return nullConst(b.call.T), nil
			}
		}
		return newArith(b.call, arithOps[b.call.Fn], b.args[0], b.args[1], b.call.T), nil
	}
	return newStrict(b, addMillis(lt, sign)), nil
}

// addMillis adds an interval of ms to a DATE, TIME or timestamp.
func addMillis(t types.Type, sign int64) castFunc {
	return func(c *kernelCall, rows []int32) error {
		x, y := c.args[0], c.args[1]
		ms := y.Int64s()
		switch t.Kind {
		case types.Date:
			for _, i := range rows {
				// Whole days count, whatever hours there are beside them.
				c.out.Int32s()[i] = x.Int32s()[x.at(i)] + int32(sign*(ms[y.at(i)]/civil.MsPerDay))
			}
		case types.Time:
			for _, i := range rows {
				c.out.Int32s()[i] = int32(civil.FloorMod(int64(x.Int32s()[x.at(i)])+sign*ms[y.at(i)], civil.MsPerDay))
			}
		default:
			if t.HasNanos() {
				for _, i := range rows {
					sec, nano := x.Moment(int(x.at(i)))
					setMs(c, i, sec*1000+nano/1_000_000+sign*ms[y.at(i)], nano%1_000_000)
				}
				return nil
			}
			scale := sign * (t.UnitsPerSecond() / 1000)
			out, in := c.out.Int64s(), x.Int64s()
			for _, i := range rows {
				out[i] = in[x.at(i)] + scale*ms[y.at(i)]
			}
		}
		return nil
	}
}

// sameTime is TIME ± months, which does not move it.
func sameTime(c *kernelCall, rows []int32) error {
	for _, i := range rows {
		c.out.Int32s()[i] = c.args[0].Int32s()[c.args[0].at(i)]
	}
	return nil
}

// addMonths adds an interval of months to a DATE or timestamp; instants are
// moved as they stand in UTC, as Flink does.
func addMonths(t types.Type, sign int64, _ *civil.Zone) castFunc {
	return func(c *kernelCall, rows []int32) error {
		x, y := c.args[0], c.args[1]
		months := y.Int32s()
		if t.Kind == types.Date {
			for _, i := range rows {
				c.out.Int32s()[i] = int32(civil.AddMonths(int(x.Int32s()[x.at(i)]), int(sign)*int(months[y.at(i)])))
			}
			return nil
		}
		if t.HasNanos() {
			for _, i := range rows {
				sec, nano := x.Moment(int(x.at(i)))
				d := civil.FloorDiv(sec, 86400)
				moved := civil.AddMonths(int(d), int(sign)*int(months[y.at(i)]))
				c.out.SetMoment(int(i), int64(moved)*86400+(sec-d*86400), nano)
			}
			return nil
		}
		day := t.UnitsPerSecond() * 86400
		for _, i := range rows {
			v := x.Int64s()[x.at(i)]
			d := civil.FloorDiv(v, day)
			moved := civil.AddMonths(int(d), int(sign)*int(months[y.at(i)]))
			c.out.Int64s()[i] = int64(moved)*day + (v - d*day)
		}
		return nil
	}
}

// scaleInterval is interval * n.
func scaleInterval(c *kernelCall, rows []int32) error {
	x, n := c.args[0], c.args[1]
	for _, i := range rows {
		setInt64(c, i, int64At(x, i)*n.Int64s()[n.at(i)])
	}
	return nil
}
