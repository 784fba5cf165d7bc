package expr

import (
	"math"

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
		out, x := c.out.Int64s(), c.args[0]
		for _, i := range rows {
			ms := int64(x.Int32s()[x.at(i)])
			if from.Kind == types.Date {
				ms *= civil.MsPerDay
			}
			if to.Kind == types.TimestampLTZ {
				ms = zone.Instant(ms, 1000)
			}
			if !fitsTicks(ms, 1000, unit) {
				if !try {
					return outOfTicks(c, to)
				}
				c.null(i)
				continue
			}
			out[i] = cutTo(ms*(unit/1000), unit, to.Length)
		}
		return nil
	}
}

// fitsTicks reports whether ticks of one unit can be counted in another.
func fitsTicks(t, from, to int64) bool {
	limit := math.MaxInt64 / max(1, to/from)
	return t <= limit && t >= -limit
}

func outOfTicks(c *kernelCall, to types.Type) error {
	return c.fail("%s has the years 1678 to 2261 only; use a precision of at most 6", typeName(to))
}

func castTimestamp(from, to types.Type, zone *civil.Zone, try bool) castFunc {
	unit := from.UnitsPerSecond()
	toLocal := from.Kind == types.TimestampLTZ && to.Kind != types.TimestampLTZ
	toInstant := from.Kind == types.Timestamp && to.Kind == types.TimestampLTZ
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
				ms := civil.FloorDiv(t, unit/1000)
				if toLocal {
					ms -= civil.FloorMod(ms, civil.MsPerDay)
				}
				c.out.Int32s()[i] = int32(ms / civil.MsPerDay) // before 1970 a later day, as in Flink
			case types.Time:
				ms := civil.FloorDiv(t, unit/1000)
				if toLocal { // cut within the day
					ms = civil.FloorMod(ms, civil.MsPerDay)
				}
				ms = cutTo(ms, 1000, min(to.Length, 3))
				c.out.Int32s()[i] = int32(civil.FloorMod(ms, civil.MsPerDay))
			default:
				if !fitsTicks(t, unit, to.UnitsPerSecond()) {
					if !try {
						return outOfTicks(c, to)
					}
					c.null(i)
					continue
				}
				c.out.Int64s()[i] = cutTo(rescaleTicks(t, unit, to.UnitsPerSecond()), to.UnitsPerSecond(), to.Length)
			}
		}
		return nil
	}
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
