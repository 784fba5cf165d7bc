package expr

import (
	"bytes"
	"math"
	"strconv"
	"unicode/utf8"

	"github.com/flottstream/flott/internal/expr/civil"
	"github.com/flottstream/flott/internal/types"
	"github.com/flottstream/flott/internal/valuetext"
)

// castToText prints any value; CHAR(n) pads and both kinds cut to their length,
// but not under the legacy cast behaviour.
func castToText(from, to types.Type, env *Env) castFunc {
	zone := env.zone()
	limited, print := to.Length < types.MaxLength && !env.LegacyCast, valuetext.AppendCast
	if env.LegacyCast {
		print = valuetext.AppendLegacyCast
	}
	return func(c *kernelCall, rows []int32) error {
		w, x := c.text(), c.args[0]
		if from.IsCharacter() || from.IsBinary() {
			for _, i := range rows {
				w.buf = append(w.buf, x.bytesAt(i)...)
				w.end(i)
			}
		} else if k := from.Kind; k == types.BigInt || k == types.Int {
			for _, i := range rows {
				w.buf = strconv.AppendInt(w.buf, int64At(x, i), 10)
				w.end(i)
			}
		} else {
			for _, i := range rows {
				w.buf = print(w.buf, x.Vector, x.at(i), zone)
				w.end(i)
			}
		}
		if limited {
			return fitText(c, rows, to)
		}
		return nil
	}
}

// fitText rewrites the texts just written to the length of CHAR or VARCHAR.
func fitText(c *kernelCall, rows []int32, to types.Type) error {
	w := &c.w
	w.finish(c.out)
	old := bytes.Clone(c.out.Bytes)
	off := append([]int32(nil), c.out.Offsets...)
	w.start(c.out)
	for _, i := range rows {
		w.buf = appendFitted(w.buf, old[off[i]:off[i+1]], to)
		w.end(i)
	}
	return nil
}

// AppendFitted appends the text or bytes s cut, and for CHAR and BINARY padded, to
// the length of t.
func AppendFitted(dst, s []byte, t types.Type) []byte {
	if !t.IsBinary() {
		return appendFitted(dst, s, t)
	}
	n := min(len(s), t.Length)
	dst = append(dst, s[:n]...)
	if t.Kind == types.Binary {
		for ; n < t.Length; n++ {
			dst = append(dst, 0)
		}
	}
	return dst
}

// appendFitted appends s cut, and for CHAR padded, to the length of t.
func appendFitted(dst, s []byte, t types.Type) []byte {
	n := 0
	for i := 0; i < len(s); n++ {
		if n == t.Length {
			return append(dst, s[:i]...)
		}
		_, size := utf8.DecodeRune(s[i:])
		i += size
	}
	dst = append(dst, s...)
	if t.Kind == types.Char {
		for ; n < t.Length; n++ {
			dst = append(dst, ' ')
		}
	}
	return dst
}

// resizeBinary cuts bytes to the length of the type; BINARY pads with zeros.
func resizeBinary(c *kernelCall, rows []int32) error {
	w, t := c.text(), c.out.Type
	for _, i := range rows {
		w.buf = AppendFitted(w.buf, c.args[0].bytesAt(i), t)
		w.end(i)
	}
	return nil
}

// castFromText parses. parse writes row i and reports whether the text is good.
func castFromText(to types.Type, env *Env, try bool) castFunc {
	if to.IsBinary() {
		return resizeBinary
	}
	parse := textParser(to, env)
	if parse == nil {
		return nil
	}
	return func(c *kernelCall, rows []int32) error {
		for _, i := range rows {
			s := c.args[0].bytesAt(i)
			if parse(c, i, s) {
				continue
			}
			if !try {
				return badCast(c, s, to)
			}
			c.null(i)
		}
		return nil
	}
}

func badCast(c *kernelCall, s []byte, to types.Type) error {
	if len(s) > 100 {
		s = append(s[:97:97], "..."...)
	}
	return c.fail("Cannot cast '%s' to %s; TRY_CAST gives NULL instead", s, typeName(to))
}

func textParser(to types.Type, env *Env) func(*kernelCall, int32, []byte) bool {
	switch to.Kind {
	case types.TinyInt, types.SmallInt, types.Int, types.BigInt:
		bits := to.Physical().Width() * 8
		return func(c *kernelCall, i int32, s []byte) bool {
			v, ok := ParseInteger(trimSpaces(s), bits)
			setInt64(c, i, v)
			return ok
		}
	case types.Float:
		return func(c *kernelCall, i int32, s []byte) bool {
			v, ok := parseJavaFloat(trimSpaces(s), 32)
			c.out.Float32s()[i] = float32(v)
			return ok
		}
	case types.Double:
		return func(c *kernelCall, i int32, s []byte) bool {
			v, ok := parseJavaFloat(trimSpaces(s), 64)
			c.out.Float64s()[i] = v
			return ok
		}
	case types.Decimal:
		return func(c *kernelCall, i int32, s []byte) bool {
			s = bytes.TrimFunc(s, func(r rune) bool { return r <= ' ' })
			n, ok, bad := parseDecimal(s, to)
			if !ok && !bad {
				c.null(i)
			}
			c.out.Decimals()[i] = n
			return !bad
		}
	case types.Boolean:
		return func(c *kernelCall, i int32, s []byte) bool {
			v, ok := parseBool(s)
			c.out.Bits.SetTo(int(i), v)
			return ok
		}
	case types.Date:
		return func(c *kernelCall, i int32, s []byte) bool {
			v, ok := ParseDate(s)
			c.out.Int32s()[i] = v
			return ok
		}
	case types.Time:
		return func(c *kernelCall, i int32, s []byte) bool {
			v, ok := ParseTime(s)
			c.out.Int32s()[i] = cutTime(v, to.Length)
			return ok
		}
	case types.Timestamp:
		return func(c *kernelCall, i int32, s []byte) bool {
			sec, nano, ok := ParseTimestamp(s)
			c.out.SetMoment(int(i), sec, nano-nano%fractionUnit[to.Length])
			return ok
		}
	case types.TimestampLTZ:
		zone := civil.NewZone(env.Zone)
		return func(c *kernelCall, i int32, s []byte) bool {
			sec, nano, ok := ParseTimestamp(s)
			c.out.SetMoment(int(i), zone.Instant(sec, 1), nano-nano%fractionUnit[to.Length])
			return ok
		}
	case types.IntervalYearMonth:
		return func(c *kernelCall, i int32, s []byte) bool {
			v, ok := parseMonths(trimSpaces(s))
			c.out.Int32s()[i] = v
			return ok
		}
	case types.IntervalDayTime:
		return func(c *kernelCall, i int32, s []byte) bool {
			v, ok := parseDayTime(trimSpaces(s))
			c.out.Int64s()[i] = v
			return ok
		}
	}
	return nil
}

func trimSpaces(s []byte) []byte { return bytes.Trim(s, " ") }

// ParseInteger reads [+-]digits[.digits]; the fraction is cut. The value must
// fit the bits.
func ParseInteger(s []byte, bits int) (int64, bool) {
	i, neg := 0, false
	if len(s) > 0 && (s[0] == '-' || s[0] == '+') {
		neg = s[0] == '-'
		i++
	}
	if i == len(s) {
		return 0, false
	}
	limit := uint64(1) << (bits - 1)
	var v uint64
	for ; i < len(s) && s[i] != '.'; i++ {
		d := uint64(s[i] - '0')
		if d > 9 || v > (limit-d)/10 {
			return 0, false
		}
		v = v*10 + d
	}
	for k := i + 1; k < len(s); k++ {
		if s[k] < '0' || s[k] > '9' {
			return 0, false
		}
	}
	if neg {
		return -int64(v), true
	}
	return int64(v), v < limit
}

// parseJavaFloat reads what Java's parseDouble and parseFloat do.
func parseJavaFloat(s []byte, bits int) (float64, bool) {
	s = bytes.TrimFunc(s, func(r rune) bool { return r <= ' ' })
	body := bytes.TrimLeft(s, "+-")
	if len(body)+1 < len(s) || len(body) == 0 {
		return 0, false
	}
	switch string(body) {
	case "NaN":
		return math.NaN(), true
	case "Infinity":
		if s[0] == '-' {
			return math.Inf(-1), true
		}
		return math.Inf(1), true
	}
	if c := body[0]; c != '.' && (c < '0' || c > '9') || bytes.ContainsRune(body, '_') || len(body) > 1 && bytes.ContainsRune([]byte("bBoO"), rune(body[1])) {
		return 0, false
	}
	if c := s[len(s)-1]; c == 'f' || c == 'F' || c == 'd' || c == 'D' {
		s = s[:len(s)-1]
	}
	v, err := strconv.ParseFloat(string(s), bits)
	if err != nil && err.(*strconv.NumError).Err != strconv.ErrRange {
		return 0, false
	}
	return v, true
}

// parseBool reads the words Flink takes for TRUE and FALSE, any case.
func parseBool(s []byte) (v, ok bool) {
	if len(s) > 5 {
		return false, false
	}
	var lower [5]byte
	for i, c := range s {
		if c >= 'A' && c <= 'Z' {
			c += 'a' - 'A'
		}
		lower[i] = c
	}
	switch string(lower[:len(s)]) {
	case "t", "true", "y", "yes", "1":
		return true, true
	case "f", "false", "n", "no", "0":
		return false, true
	}
	return false, false
}
