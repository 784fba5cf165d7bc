package expr

import (
	"time"

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
	zone := civil.NewLegacyZone(b.env.Zone)
	r, utc := ticksReader{t, zone}, ticksReader{t, civil.NewZone(time.UTC)}
	return newStrict(sub, func(c *kernelCall, rows []int32) error {
		for _, i := range rows {
			local := r.ms(c.args[0], i)
			v := roundMs(local, unit, ceil)
			switch t.Kind {
			case types.Date:
				c.out.Int32s()[i] = int32(civil.FloorDiv(v, civil.MsPerDay))
			case types.Time:
				c.out.Int32s()[i] = int32(v)
			default:
				if t.Kind == types.TimestampLTZ {
					// Back by the offset of the moment itself, as Flink does, whatever the
					// offset is at the rounded time.
					v -= local - utc.ms(c.args[0], i)
				}
				setMs(c, i, v, 0)
			}
		}
		return nil
	}), nil
}

// roundMs rounds local ms to a unit; weeks begin on Sunday.
func roundMs(ms int64, unit string, ceil bool) int64 {
	step := int64(0)
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
	}
	if step > 0 {
		low := ms - civil.FloorMod(ms, step)
		if ceil && low != ms {
			low += step
		}
		return low
	}
	return int64(roundDay(int(ms/civil.MsPerDay), unit, ceil)) * civil.MsPerDay
}

// roundDay rounds a day to a unit of the calendar. (The time of the day is cut
// off before, towards zero, as Flink does.)
func roundDay(day int, unit string, ceil bool) int {
	if unit == "WEEK" {
		low := day - civil.Weekday(day)%7
		if ceil && low != day {
			low += 7
		}
		return low
	}
	year, month, d := civil.HybridDate(day) // but the result is a day of the Gregorian calendar, as in Flink
	y, m := year, month
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
	if ceil && (year != y || month != m || d > 1) {
		low = civil.AddMonths(low, span)
	}
	return low
}
