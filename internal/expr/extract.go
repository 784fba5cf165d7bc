package expr

import (
	"time"

	"github.com/flottstream/flott/internal/expr/civil"
	"github.com/flottstream/flott/internal/types"
)

// buildExtract makes the kernel of EXTRACT(unit FROM x): units of the clock by
// arithmetic, units of the calendar by the date of each day met.
func buildExtract(b *builder) (node, error) {
	unit, t := b.constantUnit(0), b.call.Args[1].Type()
	sub := &builder{compiler: b.compiler, call: b.call, args: b.args[1:]}
	switch {
	case t.IsInterval():
		return newStrict(sub, extractInterval(unit, t)), nil
	case timeUnit(unit) || unit == "EPOCH":
		if t.Kind == types.Date {
			t.Length = 0
		}
		return newStrict(sub, extractClock(unit, t, civil.NewLegacyZone(b.env.Zone))), nil
	}
	return newStrict(sub, extractCalendar(unit, t, civil.NewLegacyZone(b.env.Zone))), nil
}

func extractInterval(unit string, t types.Type) castFunc {
	div, mod, first := int64(1), int64(1<<62), int64(0)
	switch unit {
	case "YEAR":
		div = 12
	case "CENTURY":
		div = 1200
	case "MILLENNIUM":
		div = 12000
	case "QUARTER":
		div, mod, first = 3, 4, 1
	case "MONTH":
		mod = 12
	case "DAY":
		div = civil.MsPerDay
	case "HOUR":
		div, mod = civil.MsPerHour, 24
	case "MINUTE":
		div, mod = civil.MsPerMinute, 60
	case "SECOND":
		div, mod = civil.MsPerSecond, 60
	case "MILLISECOND":
		mod = 1000
	}
	return func(c *kernelCall, rows []int32) error {
		out := c.out.Int64s()
		for _, i := range rows {
			out[i] = int64At(c.args[0], i)/div%mod + first
		}
		return nil
	}
}

// ticksOf returns the local ticks of a temporal argument as a column, and their
// unit. A DATE counts in days.
type ticksReader struct {
	t    types.Type
	zone *civil.Zone
}

// unit is ticks per second; 0 for a DATE.
func (r ticksReader) unit() int64 {
	switch r.t.Kind {
	case types.Date:
		return 0
	case types.Time:
		return 1000
	}
	return r.t.UnitsPerSecond()
}

// at is the local time of row i in its unit (days for a DATE).
func (r ticksReader) at(v values, i int32) int64 {
	k := v.at(i)
	switch r.t.Kind {
	case types.Date, types.Time:
		return int64(v.Int32s()[k])
	case types.TimestampLTZ:
		return r.zone.Local(v.Int64s()[k], r.t.UnitsPerSecond())
	}
	return v.Int64s()[k]
}

// ms is the local time of row i in ms, rounded down.
func (r ticksReader) ms(v values, i int32) int64 {
	if r.t.HasNanos() {
		sec, nano := v.Moment(int(v.at(i)))
		if r.t.Kind == types.TimestampLTZ {
			sec = r.zone.Local(sec, 1)
		}
		return sec*1000 + nano/1_000_000
	}
	t := r.at(v, i)
	switch u := r.unit(); u {
	case 0:
		return t * civil.MsPerDay
	case 1000:
		return t
	default:
		return civil.FloorDiv(t, u/1000)
	}
}

// day is the local day of row i. Of a timestamp before 1970 it is cut towards
// zero, as Flink does in EXTRACT, and so are the units of the clock below.
func (r ticksReader) day(v values, i int32) int {
	if r.unit() == 0 {
		return int(v.Int32s()[v.at(i)])
	}
	return int(r.ms(v, i) / civil.MsPerDay)
}

func extractClock(unit string, t types.Type, zone *civil.Zone) castFunc {
	r := ticksReader{t, zone}
	if t.Kind == types.Timestamp && t.UnitsPerSecond() == 1000 && (unit == "HOUR" || unit == "MINUTE" || unit == "SECOND") {
		return extractClockMs(unit)
	}
	return func(c *kernelCall, rows []int32) error {
		out, x := c.out.Int64s(), c.args[0]
		for _, i := range rows {
			var v int64
			switch ms := r.ms(x, i); unit {
			case "HOUR":
				v = ms % civil.MsPerDay / civil.MsPerHour
			case "MINUTE":
				v = ms % civil.MsPerHour / civil.MsPerMinute
			case "SECOND":
				v = ms % civil.MsPerMinute / civil.MsPerSecond
			case "EPOCH":
				v = ms / civil.MsPerSecond
			case "MILLISECOND":
				v = ms % civil.MsPerSecond
			case "MICROSECOND":
				v = ms%civil.MsPerSecond*1000 + r.belowMs(x, i, 1000)
			default:
				v = ms%civil.MsPerSecond*1_000_000 + r.belowMs(x, i, 1_000_000)
			}
			out[i] = v
		}
		return nil
	}
}

// belowMs is what row i has beyond whole ms, in units of which there are per in
// a ms.
func (r ticksReader) belowMs(v values, i int32, per int64) int64 {
	if r.t.HasNanos() {
		_, nano := v.Moment(int(v.at(i)))
		return nano % 1_000_000 * per / 1_000_000
	}
	u := r.unit() / 1000
	if u <= 1 {
		return 0
	}
	return civil.FloorMod(r.at(v, i), u) * per / u
}

// extractClockMs is the frequent case: TIMESTAMP(3) without a zone.
func extractClockMs(unit string) castFunc {
	return func(c *kernelCall, rows []int32) error {
		out, x, mask := c.out.Int64s(), c.args[0].Int64s(), c.args[0].mask
		switch unit {
		case "HOUR":
			for _, i := range rows {
				out[i] = x[int(i)&mask] % civil.MsPerDay / civil.MsPerHour
			}
		case "MINUTE":
			for _, i := range rows {
				out[i] = x[int(i)&mask] % civil.MsPerHour / civil.MsPerMinute
			}
		default:
			for _, i := range rows {
				out[i] = x[int(i)&mask] % civil.MsPerMinute / civil.MsPerSecond
			}
		}
		return nil
	}
}

// extractCalendar remembers the last day: near rows are of the same.
func extractCalendar(unit string, t types.Type, zone *civil.Zone) castFunc {
	r := ticksReader{t, zone}
	return func(c *kernelCall, rows []int32) error {
		out, x := c.out.Int64s(), c.args[0]
		last, value := -1<<62, int64(0)
		for _, i := range rows {
			if d := r.day(x, i); d != last {
				last, value = d, calendarUnit(unit, d)
			}
			out[i] = value
		}
		return nil
	}
}

func calendarUnit(unit string, days int) int64 {
	y, m, d := civil.Date(days)
	switch unit {
	case "MILLENNIUM":
		return int64((y + 999) / 1000)
	case "CENTURY":
		return int64((y + 99) / 100)
	case "DECADE":
		return civil.FloorDiv(int64(y), 10)
	case "YEAR":
		return int64(y)
	case "QUARTER":
		return int64((m + 2) / 3)
	case "MONTH":
		return int64(m)
	case "WEEK":
		_, w := civil.ISOWeek(days)
		return int64(w)
	case "ISOYEAR":
		iy, _ := civil.ISOWeek(days)
		return int64(iy)
	case "DOW":
		return int64(civil.Weekday(days)%7 + 1)
	case "ISODOW":
		return int64(civil.Weekday(days))
	case "DOY":
		return int64(civil.DayOfYear(days))
	}
	return int64(d)
}

// differenceReaders read the operands of a difference: in local time, but two
// instants as they are.
func differenceReaders(env *Env, from, to types.Type) (a, b ticksReader) {
	zone := civil.NewZone(env.Zone)
	if from.Kind == types.TimestampLTZ && to.Kind == types.TimestampLTZ {
		zone = civil.NewZone(time.UTC)
	}
	return ticksReader{from, zone}, ticksReader{to, zone}
}

// buildTimestampDiff is TIMESTAMPDIFF(unit, a, b): whole units from a to b.
func buildTimestampDiff(b *builder) (node, error) {
	unit := b.constantUnit(0)
	from, to := differenceReaders(b.env, b.call.Args[1].Type(), b.call.Args[2].Type())
	months, ms, scale := 0, int64(0), int64(1)
	switch unit {
	case "YEAR":
		months = 12
	case "QUARTER":
		months = 3
	case "MONTH":
		months = 1
	case "MILLISECOND", "MICROSECOND", "NANOSECOND":
		// Flink counts whole seconds here.
		ms = civil.MsPerSecond
		scale = map[string]int64{"MILLISECOND": 1e3, "MICROSECOND": 1e6, "NANOSECOND": 1e9}[unit]
	default:
		one := intervalOf(unit)
		if one == nil {
			return nil, typeErrorf(0, "", "TIMESTAMPDIFF does not support the unit %s", unit)
		}
		ms, _ = ConstantInt(one)
	}
	sub := &builder{compiler: b.compiler, call: b.call, args: b.args[1:]}
	return newStrict(sub, func(c *kernelCall, rows []int32) error {
		for _, i := range rows {
			a, z := from.ms(c.args[0], i), to.ms(c.args[1], i)
			switch {
			case months > 0:
				setInt64(c, i, int64(int32(monthsBetween(z, a)/months)))
			case unit == "WEEK": // Flink counts the seconds in an INT
				setInt64(c, i, int64(int32((z-a)/civil.MsPerSecond)/(7*86400)))
			default:
				setInt64(c, i, (z-a)/ms*scale)
			}
		}
		return nil
	}), nil
}

// buildMinusDate is (a - b) unit: all of the difference, in ms or months.
func buildMinusDate(b *builder) (node, error) {
	from, to := differenceReaders(b.env, b.call.Args[1].Type(), b.call.Args[0].Type())
	sub := &builder{compiler: b.compiler, call: b.call, args: b.args[:2]}
	return newStrict(sub, func(c *kernelCall, rows []int32) error {
		for _, i := range rows {
			z, a := to.ms(c.args[0], i), from.ms(c.args[1], i)
			if c.out.Type.Kind == types.IntervalYearMonth {
				c.out.Int32s()[i] = int32(monthsBetween(z, a))
			} else {
				c.out.Int64s()[i] = z - a
			}
		}
		return nil
	}), nil
}

// monthsBetween is how many whole months a is after b, both in local ms.
func monthsBetween(a, b int64) int {
	dayA, dayB := int(civil.FloorDiv(a, civil.MsPerDay)), int(civil.FloorDiv(b, civil.MsPerDay))
	n := monthsOfDays(dayA, dayB)
	if civil.AddMonths(dayB, n) == dayA && civil.FloorMod(a, civil.MsPerDay) < civil.FloorMod(b, civil.MsPerDay) {
		n--
	}
	return n
}

func monthsOfDays(a, b int) int {
	if a < b {
		return -monthsOfDays(b, a)
	}
	n := (a - b) / 31 // never too many
	for civil.AddMonths(b, n) < a && civil.AddMonths(b, n+1) <= a {
		n++
	}
	return n
}
