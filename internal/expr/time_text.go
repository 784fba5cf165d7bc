package expr

import (
	"math"

	"github.com/flottstream/flott/internal/expr/civil"
	"github.com/flottstream/flott/internal/expr/datepattern"
	"github.com/flottstream/flott/internal/types"
)

// defaultPattern is the pattern of text where none is given.
const defaultPattern = "yyyy-MM-dd HH:mm:ss"

// compilePattern compiles the pattern of DATE_FORMAT for a value of type t:
// text is read and written as SimpleDateFormat does.
func compilePattern(pattern string, t types.Type) (*datepattern.Pattern, error) {
	if t.IsCharacter() {
		return datepattern.Compile(pattern, datepattern.Legacy)
	}
	p, err := datepattern.Compile(pattern, datepattern.Modern)
	return p, err
}

// patterns gives the compiled pattern of a row; it remembers the last one.
type patterns struct {
	style datepattern.Style
	text  string
	p     *datepattern.Pattern
	err   error
	known bool
}

func (p *patterns) get(text []byte) (*datepattern.Pattern, error) {
	if !p.known || p.text != string(text) {
		p.text, p.known = string(text), true
		p.p, p.err = datepattern.Compile(p.text, p.style)
	}
	return p.p, p.err
}

// of is the pattern of row i: argument k, or the default without one.
func (p *patterns) of(c *kernelCall, k int, i int32) (*datepattern.Pattern, error) {
	if k >= len(c.args) {
		return p.get([]byte(defaultPattern))
	}
	return p.get(c.args[k].bytesAt(i))
}

// moment is an instant, in seconds, in a zone (nil: UTC) for formatting.
func moment(sec int64, zone *civil.Zone) datepattern.Moment {
	m := datepattern.Moment{Zone: "UTC", ID: "UTC"}
	if zone == nil {
		m.SetLocal(sec, 1)
		return m
	}
	m.SetLocal(zone.Local(sec, 1), 1)
	m.Zone, m.Offset, m.ID = zone.Name(sec), int(zone.Offset(sec)), zone.Location().String()
	return m
}

// buildDateFormat formats; the text of the last moment is kept as long as the
// pattern cannot show a difference.
func buildDateFormat(b *builder) (node, error) {
	t := b.call.Args[0].Type()
	zone := civil.NewZone(b.env.Zone)
	if t.IsCharacter() {
		return newStrict(b, formatText(civil.NewLegacyZone(b.env.Zone))), nil
	}
	f := &timeFormatter{patterns: patterns{style: datepattern.Modern}, unit: t.UnitsPerSecond(), instant: t.Kind == types.TimestampLTZ, zone: zone}
	if t.HasNanos() {
		f.unit = 1
	}
	return newStrict(b, f.run), nil
}

// timeFormatter is the kernel of DATE_FORMAT of a timestamp.
type timeFormatter struct {
	patterns
	unit    int64 // of from and to: of the column, or seconds if it counts nanoseconds
	instant bool  // TIMESTAMP_LTZ
	zone    *civil.Zone
	from    int64 // local ticks for which text is right: [from, to)
	to      int64
	of      *datepattern.Pattern
	moment  datepattern.Moment
	text    []byte
}

func (f *timeFormatter) run(c *kernelCall, rows []int32) error {
	w, x := c.text(), c.args[0]
	nanos := x.Type.HasNanos()
	var ticks []int64
	if !nanos {
		ticks = x.Int64s()
	}
	for _, i := range rows {
		p, err := f.get(c.args[1].bytesAt(i))
		if err != nil {
			return c.fail("Invalid pattern '%s': %s", f.patterns.text, err)
		}
		if p != f.of {
			if p.NeedsZone() && !f.instant {
				return c.fail("Pattern '%s' shows a time zone, which a TIMESTAMP does not have", f.patterns.text)
			}
			f.of, f.from, f.to = p, 0, 0
		}
		var local, nano int64
		if nanos {
			local, nano = x.Moment(int(x.at(i)))
		} else {
			local = ticks[x.at(i)]
		}
		if f.instant {
			local = f.zone.Local(local, f.unit)
		}
		if local < f.from || local >= f.to || nano != f.moment.Nano && nanos {
			f.format(p, x, x.at(i), local, nano)
		}
		w.buf = append(w.buf, f.text...)
		w.end(i)
	}
	return nil
}

// format makes the text of a moment and notes for how long it holds.
func (f *timeFormatter) format(p *datepattern.Pattern, x values, at int, local, nano int64) {
	step := max(1, int64(p.Unit())/(1_000_000_000/f.unit))
	f.from = local - civil.FloorMod(local, step)
	f.to = f.from + step
	if f.instant && p.NeedsZone() {
		sec, nano := x.Moment(at)
		f.moment = moment(sec, f.zone)
		f.moment.Nano = nano
		f.to = f.from // the offset may change within any unit of the pattern
	} else {
		f.moment.SetLocal(local, f.unit)
		f.moment.Nano += nano // which the seconds of a column of nanoseconds do not have
	}
	f.text = p.Append(f.text[:0], &f.moment)
}

// formatText is DATE_FORMAT of a text: read with the default pattern, written
// with the given one.
func formatText(zone *civil.Zone) castFunc {
	in, out := patterns{style: datepattern.Legacy}, patterns{style: datepattern.Legacy}
	return func(c *kernelCall, rows []int32) error {
		w := c.text()
		for _, i := range rows {
			read, _ := in.get([]byte(defaultPattern))
			p, err := out.get(c.args[1].bytesAt(i))
			if err != nil {
				return c.fail("Invalid pattern '%s': %s", out.text, err)
			}
			m, ok := read.Parse(c.args[0].bytesAt(i))
			if !ok {
				c.null(i)
				continue
			}
			sec := int64(m.Days)*86400 + int64(m.Second)
			if m.HasOffset {
				sec -= int64(m.Offset)
			} else {
				sec = zone.LaterInstant(sec, 1)
			}
			at := moment(sec, zone)
			at.Nano = m.Nano / 1_000_000 * 1_000_000
			w.buf = p.Append(w.buf, &at)
			w.end(i)
		}
		return nil
	}
}

// buildToTimestamp is TO_TIMESTAMP(text[, pattern]); what cannot be read is
// NULL. Text that the pattern does not match may still be in SQL's form.
func buildToTimestamp(b *builder) (node, error) {
	pats := patterns{style: datepattern.Modern}
	return newStrict(b, func(c *kernelCall, rows []int32) error {
		out := c.out.Int64s()
		for _, i := range rows {
			v, ok := readTimestamp(c, &pats, i, nil)
			if !ok {
				c.null(i)
			}
			out[i] = v
		}
		return nil
	}), nil
}

// readTimestamp reads argument 0 of row i by the pattern of argument 1 as local
// ms, or with a zone as an instant.
func readTimestamp(c *kernelCall, pats *patterns, i int32, zone *civil.Zone) (ms int64, ok bool) {
	s := c.args[0].bytesAt(i)
	if len(c.args) > 1 {
		p, err := pats.of(c, 1, i)
		if err != nil {
			return 0, false
		}
		if m, ok := p.Parse(s); ok {
			ms := (int64(m.Days)*86400+int64(m.Second))*1000 + m.Nano/1_000_000
			if zone != nil {
				ms = zone.Instant(ms, 1000)
			}
			return ms, true
		}
	}
	read := ParseTimestamp
	if len(c.args) > 1 {
		read = parseLenientTimestamp
	}
	sec, nano, ok := read(s)
	if zone != nil {
		sec = zone.Instant(sec, 1)
	}
	return sec*1000 + nano/1_000_000, ok
}

// buildToTimestampLTZ is TO_TIMESTAMP_LTZ of a number or of text.
func buildToTimestampLTZ(b *builder) (node, error) {
	if b.call.Args[0].Type().Kind == types.Double {
		return newStrict(b, instantOfSeconds), nil
	}
	if !b.call.Args[0].Type().IsCharacter() {
		p, _ := ConstantInt(b.call.Args[1])
		return newStrict(b, instantOfNumber(int(p), b.call.T)), nil
	}
	pats := patterns{style: datepattern.Modern}
	zones := zoneNames{}
	return newStrict(b, func(c *kernelCall, rows []int32) error {
		out := c.out.Int64s()
		for _, i := range rows {
			zone, ok := zones.get([]byte("UTC"))
			if len(c.args) == 3 {
				zone, ok = zones.get(c.args[2].bytesAt(i))
			}
			if !ok {
				return c.fail("Invalid timezone for parsing TIMESTAMP_LTZ: Unknown time-zone ID: %s", c.args[2].bytesAt(i))
			}
			out[i], ok = readTimestamp(c, &pats, i, zone)
			switch {
			case ok:
			case len(c.args) == 1:
				return c.fail("Text '%s' could not be parsed; with a pattern it would be NULL", c.args[0].bytesAt(i))
			default:
				c.null(i)
			}
		}
		return nil
	}), nil
}

// instantOfSeconds reads seconds with a fraction, to the ms below.
func instantOfSeconds(c *kernelCall, rows []int32) error {
	out, in := c.out.Int64s(), c.args[0].Float64s()
	for _, i := range rows {
		ms := in[c.args[0].at(i)] * 1000
		if !(math.Abs(ms) < maxInstantMs) {
			c.null(i)
			continue
		}
		// Flink counts nanoseconds in 64 bits on the way.
		out[i] = int64(min(max(ms, math.MinInt64/1_000_000), math.MaxInt64/1_000_000))
	}
	return nil
}

// maxInstantMs is beyond any year that has a name of four digits.
const maxInstantMs = 1 << 53

// instantOfNumber scales a count of 10^-precision seconds to the ticks of t.
func instantOfNumber(precision int, t types.Type) castFunc {
	unit := t.UnitsPerSecond()
	per := int64(math.Pow10(precision))
	return func(c *kernelCall, rows []int32) error {
		x := c.args[0]
		in := x.Int64s()
		up, limit := max(1, unit/per), int64(math.MaxInt64)
		if per <= 1_000_000 {
			limit = maxInstantMs / 1000 * per
		}
		for _, i := range rows {
			v := in[x.at(i)]
			switch {
			case v > limit || v < -limit:
				c.null(i)
			case t.HasNanos():
				sec := civil.FloorDiv(v, per)
				c.out.SetMoment(int(i), sec, (v-sec*per)*(unit/per))
			default:
				c.out.Int64s()[i] = v * up
			}
		}
		return nil
	}
}

// zoneNames gives the zone of a row; it remembers those it met.
type zoneNames map[string]*civil.Zone

func (z zoneNames) get(id []byte) (*civil.Zone, bool) {
	if zone, ok := z[string(id)]; ok {
		return zone, zone != nil
	}
	var zone *civil.Zone
	if loc, ok := civil.LoadZone(string(id)); ok {
		zone = civil.NewZone(loc)
	}
	if len(z) < 1000 {
		z[string(id)] = zone
	}
	return zone, zone != nil
}

// legacyZones are zones by the ids of java.util.TimeZone; what it does not know
// is GMT.
type legacyZones struct{ zones map[string]*civil.Zone }

func (z *legacyZones) get(id []byte) *civil.Zone {
	if zone := z.zones[string(id)]; zone != nil {
		return zone
	}
	zone := civil.NewLegacyZone(civil.LoadLegacyZone(string(id)))
	if z.zones == nil || len(z.zones) > 1000 {
		z.zones = make(map[string]*civil.Zone)
	}
	z.zones[string(id)] = zone
	return zone
}

// unreadableDay is what Flink's TO_DATE gives for text that does not have the
// pattern: 5471-09-27, the low half of a time that stands for none.
const unreadableDay = 1278983

// buildToDate is TO_DATE(text[, pattern]).
func buildToDate(b *builder) (node, error) {
	pats := patterns{style: datepattern.Legacy}
	return newStrict(b, func(c *kernelCall, rows []int32) error {
		out := c.out.Int32s()
		for _, i := range rows {
			s := c.args[0].bytesAt(i)
			if len(c.args) == 1 {
				days, ok := ParseDate(s)
				if !ok {
					c.null(i)
				}
				out[i] = days
				continue
			}
			p, err := pats.of(c, 1, i)
			if err != nil {
				return c.fail("Invalid pattern '%s': %s", pats.text, err)
			}
			m, ok := p.Parse(s)
			switch {
			case !ok:
				m.Days = unreadableDay
			case m.HasOffset: // the day in UTC
				m.Days += int(civil.FloorDiv(int64(m.Second-m.Offset), 86400))
			}
			out[i] = int32(m.Days)
		}
		return nil
	}), nil
}

// buildFromUnixtime is FROM_UNIXTIME(seconds[, pattern]) in the session's zone.
func buildFromUnixtime(b *builder) (node, error) {
	pats := patterns{style: datepattern.Legacy}
	zone := civil.NewLegacyZone(b.env.Zone)
	return newStrict(b, func(c *kernelCall, rows []int32) error {
		w := c.text()
		for _, i := range rows {
			p, err := pats.of(c, 1, i)
			if err != nil {
				return c.fail("Invalid pattern '%s': %s", pats.text, err)
			}
			// Java multiplies by 1000 without a look at the overflow.
			sec := civil.FloorDiv(c.args[0].Int64s()[c.args[0].at(i)]*1000, 1000)
			m := moment(sec, zone)
			w.buf = p.Append(w.buf, &m)
			w.end(i)
		}
		return nil
	}), nil
}

// buildUnixTimestamp is UNIX_TIMESTAMP(text[, pattern]): seconds since the
// epoch; the least BIGINT if it cannot be read.
func buildUnixTimestamp(b *builder) (node, error) {
	pats := patterns{style: datepattern.Legacy}
	zone := civil.NewLegacyZone(b.env.Zone)
	return newStrict(b, func(c *kernelCall, rows []int32) error {
		out := c.out.Int64s()
		for _, i := range rows {
			p, err := pats.of(c, 1, i)
			if err != nil {
				return c.fail("Invalid pattern '%s': %s", pats.text, err)
			}
			m, ok := p.Parse(c.args[0].bytesAt(i))
			if !ok {
				out[i] = math.MinInt64
				continue
			}
			sec := int64(m.Days)*86400 + int64(m.Second)
			if m.HasOffset {
				out[i] = sec - int64(m.Offset)
			} else {
				out[i] = zone.LaterInstant(sec, 1)
			}
		}
		return nil
	}), nil
}

// buildConvertTZ is CONVERT_TZ(text, from, to); a zone that is not known is UTC.
func buildConvertTZ(b *builder) (node, error) {
	pats := patterns{style: datepattern.Legacy}
	zones := legacyZones{}
	return newStrict(b, func(c *kernelCall, rows []int32) error {
		w := c.text()
		p, _ := pats.get([]byte(defaultPattern))
		for _, i := range rows {
			from, to := zones.get(c.args[1].bytesAt(i)), zones.get(c.args[2].bytesAt(i))
			m, ok := p.Parse(c.args[0].bytesAt(i))
			if !ok {
				c.null(i)
				continue
			}
			sec := from.LaterInstant(int64(m.Days)*86400+int64(m.Second), 1)
			at := moment(sec, to)
			w.buf = p.Append(w.buf, &at)
			w.end(i)
		}
		return nil
	}), nil
}
