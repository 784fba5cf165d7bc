package expr

import (
	"github.com/flottstream/flott/internal/expr/civil"
	"github.com/flottstream/flott/internal/types"
)

// typeRoundTime types FLOOR and CEIL(x TO unit).
func typeRoundTime(s *signature) (types.Type, error) {
	if err := keyword(extractUnits...)(s, 1); err != nil {
		return types.Type{}, err
	}
	coerceNull(s, 0, types.TimestampOf(3))
	t := s.typ(0)
	if !t.IsTemporal() {
		return t, s.refuse(0, "A DATE, TIME or TIMESTAMP is expected")
	}
	unit, _ := ConstantString(s.args[1])
	switch unit {
	case "DOW", "ISODOW", "DOY", "ISOYEAR", "EPOCH", "MICROSECOND", "NANOSECOND":
		return t, typeErrorf(1, "", "%s to the unit %s is not supported", s.fn.name, unit)
	}
	if t.Kind == types.Time && !timeUnit(unit) {
		return t, typeErrorf(1, "", "unit %s can not be applied to a value of type %s", unit, typeName(t))
	}
	return t.WithoutTime(), nil
}

// buildRoundTime makes the kernel of FLOOR and CEIL(x TO unit).
func buildRoundTime(b *builder) (node, error) {
	unit, t, ceil := b.constantUnit(1), b.call.Args[0].Type(), b.call.Fn == "CEIL"
	sub := &builder{compiler: b.compiler, call: b.call, args: b.args[:1]}
	zone := civil.NewZone(b.env.Zone)
	r := ticksReader{t, zone}
	return newStrict(sub, func(c *kernelCall, rows []int32) error {
		for _, i := range rows {
			v := roundMs(r.ms(c.args[0], i), unit, ceil)
			switch t.Kind {
			case types.Date:
				c.out.Int32s()[i] = int32(civil.FloorDiv(v, civil.MsPerDay))
			case types.Time:
				c.out.Int32s()[i] = int32(v)
			default:
				scale := t.UnitsPerSecond() / 1000
				if t.Kind == types.TimestampLTZ {
					v = zone.Instant(v, 1000)
				}
				c.out.Int64s()[i] = v * scale
			}
		}
		return nil
	}), nil
}

// roundMs rounds local ms to a unit; weeks begin on Sunday.
func roundMs(ms int64, unit string, ceil bool) int64 {
	step, shift := int64(0), int64(0)
	switch unit {
	case "MILLISECOND":
		return ms
	case "SECOND":
		step = civil.MsPerSecond
	case "MINUTE":
		step = civil.MsPerMinute
	case "HOUR":
		step = civil.MsPerHour
	case "DAY":
		step = civil.MsPerDay
	case "WEEK":
		step, shift = 7*civil.MsPerDay, 4*civil.MsPerDay // 1970-01-04 was a Sunday: -3 days
	}
	if step > 0 {
		low := ms - civil.FloorMod(ms+shift, step)
		if ceil && low != ms {
			low += step
		}
		return low
	}
	y, m, _ := civil.Date(int(civil.FloorDiv(ms, civil.MsPerDay)))
	span := 12 // months
	switch unit {
	case "MONTH":
		span = 1
	case "QUARTER":
		m, span = (m-1)/3*3+1, 3
	case "YEAR":
		m = 1
	case "DECADE":
		y, m, span = y/10*10, 1, 120
	case "CENTURY":
		y, m, span = (y+99)/100*100-99, 1, 1200
	case "MILLENNIUM":
		y, m, span = (y+999)/1000*1000-999, 1, 12000
	}
	low := civil.Days(y, m, 1)
	if ceil && int64(low)*civil.MsPerDay != ms {
		low = civil.AddMonths(low, span)
	}
	return int64(low) * civil.MsPerDay
}
