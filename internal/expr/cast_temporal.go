package expr

import (
	"github.com/flottstream/flott/internal/expr/civil"
	"github.com/flottstream/flott/internal/types"
)

// castTemporal casts between DATE, TIME and timestamps. zone is where a
// TIMESTAMP_LTZ is looked at.
func castTemporal(from, to types.Type, zone *civil.Zone, try bool) castFunc {
	switch {
	case from.Kind == types.Time && to.Kind == types.Time:
		return func(c *kernelCall, rows []int32) error {
			out, x := c.out.Int32s(), c.args[0]
			for _, i := range rows {
				out[i] = cutTime(x.Int32s()[x.at(i)], to.Length)
			}
			return nil
		}
	case from.IsTimestamp():
		return castTimestamp(from, to, zone, try)
	}
	// DATE or TIME to a timestamp, by way of local ms.
	unit := to.UnitsPerSecond()
	return func(c *kernelCall, rows []int32) error {
		x := c.args[0]
		for _, i := range rows {
			ms := int64(x.Int32s()[x.at(i)])
			if from.Kind == types.Date {
				ms *= civil.MsPerDay
			}
			if to.Kind == types.TimestampLTZ {
				ms = zone.Instant(ms, 1000)
			}
			if to.HasNanos() {
				setMs(c, i, ms, 0)
				continue
			}
			c.out.Int64s()[i] = cutTo(ms*(unit/1000), unit, to.Length)
		}
		return nil
	}
}

// setMs makes row i of the result ms since 1970 and the nanoseconds beyond.
func setMs(c *kernelCall, i int32, ms, below int64) {
	sec := civil.FloorDiv(ms, 1000)
	c.out.SetMoment(int(i), sec, (ms-sec*1000)*1_000_000+below)
}

func castTimestamp(from, to types.Type, zone *civil.Zone, try bool) castFunc {
	unit := from.UnitsPerSecond()
	toLocal := from.Kind == types.TimestampLTZ && to.Kind != types.TimestampLTZ
	toInstant := from.Kind == types.Timestamp && to.Kind == types.TimestampLTZ
	if from.HasNanos() || to.HasNanos() {
		return castMoment(to, zone, toLocal, toInstant)
	}
	return func(c *kernelCall, rows []int32) error {
		x := c.args[0]
		in := x.Int64s()
		for _, i := range rows {
			t := in[x.at(i)]
			if toLocal {
				t = zone.Local(t, unit)
			} else if toInstant {
				t = zone.Instant(t, unit)
			}
			switch to.Kind {
			case types.Date:
				c.out.Int32s()[i] = dayOfMs(civil.FloorDiv(t, unit/1000), toLocal)
			case types.Time:
				c.out.Int32s()[i] = timeOfMs(civil.FloorDiv(t, unit/1000), to.Length, toLocal)
			default:
				c.out.Int64s()[i] = cutTo(rescaleTicks(t, unit, to.UnitsPerSecond()), to.UnitsPerSecond(), to.Length)
			}
		}
		return nil
	}
}

// castMoment is castTimestamp where one of the types counts nanoseconds.
func castMoment(to types.Type, zone *civil.Zone, toLocal, toInstant bool) castFunc {
	return func(c *kernelCall, rows []int32) error {
		x := c.args[0]
		for _, i := range rows {
			sec, nano := x.Moment(int(x.at(i)))
			if toLocal {
				sec = zone.Local(sec, 1)
			} else if toInstant {
				sec = zone.Instant(sec, 1)
			}
			switch to.Kind {
			case types.Date:
				c.out.Int32s()[i] = dayOfMs(sec*1000+nano/1_000_000, toLocal)
			case types.Time:
				c.out.Int32s()[i] = timeOfMs(sec*1000+nano/1_000_000, to.Length, toLocal)
			default:
				if to.HasNanos() {
					if unit := fractionUnit[to.Length]; nano >= 1_000_000_000/unit { // Flink lets a small fraction be
						nano -= nano % unit
					}
					c.out.SetMoment(int(i), sec, nano)
					continue
				}
				unit := to.UnitsPerSecond()
				c.out.Int64s()[i] = cutTo(sec*unit+nano/(1_000_000_000/unit), unit, to.Length)
			}
		}
		return nil
	}
}

// dayOfMs is the day of local ms. Of a TIMESTAMP before 1970 it is a later one,
// as in Flink; ofInstant marks a TIMESTAMP_LTZ.
func dayOfMs(ms int64, ofInstant bool) int32 {
	if ofInstant {
		ms -= civil.FloorMod(ms, civil.MsPerDay)
	}
	return int32(ms / civil.MsPerDay)
}

// timeOfMs is the time of the day of local ms, cut to a precision: for a
// TIMESTAMP_LTZ within the day.
func timeOfMs(ms int64, precision int, ofInstant bool) int32 {
	if ofInstant {
		ms = civil.FloorMod(ms, civil.MsPerDay)
	}
	return int32(civil.FloorMod(cutTo(ms, 1000, min(precision, 3)), civil.MsPerDay))
}

// rescaleTicks changes the unit of ticks, rounding towards minus infinity.
func rescaleTicks(t, from, to int64) int64 {
	if to >= from {
		return t * (to / from)
	}
	return civil.FloorDiv(t, from/to)
}

// cutTo clears the digits of the fraction beyond the precision. Up to ms it cuts
// towards zero, as Flink does, which before 1970 is later.
func cutTo(t, unit int64, precision int) int64 {
	step := fractionUnit[precision] / (1_000_000_000 / unit)
	switch {
	case step <= 1:
		return t
	case precision <= 3:
		return t - t%step
	}
	return t - civil.FloorMod(t, step)
}
