package expr

import (
	"math"
	"strconv"
	"strings"
	"unicode/utf16"

	"github.com/flottstream/flott/internal/types"
	"github.com/flottstream/flott/internal/valuetext"
)

// buildPrintf is PRINTF(format, …) with the conversions of java.util.Formatter.
// A format that does not suit its arguments gives NULL.
func buildPrintf(b *builder) (node, error) {
	return newLoose(b, func(c *kernelCall, rows []int32) error {
		w := c.text()
		for _, i := range rows {
			if c.args[0].nullAt(i) {
				c.null(i)
				continue
			}
			var ok bool
			if w.buf, ok = appendPrintf(w.buf, string(c.args[0].bytesAt(i)), c, i); !ok {
				w.drop()
				c.null(i)
				continue
			}
			w.end(i)
		}
		return nil
	}), nil
}

// conversion is one %… of a format.
type conversion struct {
	flags     string
	width     int
	precision int // -1 for none
	verb      byte
}

func appendPrintf(dst []byte, format string, c *kernelCall, i int32) ([]byte, bool) {
	next, last := 1, 0
	for len(format) > 0 {
		k := strings.IndexByte(format, '%')
		if k < 0 {
			return append(dst, format...), true
		}
		dst = append(dst, format[:k]...)
		cv, index, rest, ok := parseConversion(format[k+1:])
		if !ok {
			return dst, false
		}
		format = rest
		switch cv.verb {
		case '%':
			dst = cv.pad(dst, "%")
			continue
		case 'n':
			dst = append(dst, '\n')
			continue
		}
		switch {
		case cv.has("<"):
			index = last
		case index == 0:
			index = next
			next++
		}
		if index == 0 || index >= len(c.args) {
			return dst, false
		}
		last = index
		text, ok := cv.format(c.args[index], i, c.env)
		if !ok {
			return dst, false
		}
		if cv.verb >= 'A' && cv.verb <= 'Z' {
			text = string(appendUpper(nil, []byte(text)))
		}
		dst = cv.pad(dst, text)
	}
	return dst, true
}

// parseConversion reads [index$][flags][width][.precision]verb.
func parseConversion(s string) (cv conversion, index int, rest string, ok bool) {
	digits := func(k int) int {
		for k < len(s) && s[k] >= '0' && s[k] <= '9' {
			k++
		}
		return k
	}
	k := 0
	if e := digits(0); e > 0 && e < len(s) && s[e] == '$' {
		index, _ = strconv.Atoi(s[:e])
		k = e + 1
	}
	start := k
	for k < len(s) && strings.IndexByte("-#+ 0,(<", s[k]) >= 0 {
		k++
	}
	cv.flags, cv.precision = s[start:k], -1
	e := digits(k)
	cv.width, _ = strconv.Atoi(s[k:e])
	k = e
	if k < len(s) && s[k] == '.' {
		if e = digits(k + 1); e == k+1 {
			return cv, 0, "", false
		}
		cv.precision, _ = strconv.Atoi(s[k+1 : e])
		k = e
	}
	if k >= len(s) || cv.width > 1<<20 || cv.precision > 1<<16 {
		return cv, 0, "", false
	}
	cv.verb = s[k]
	return cv, index, s[k+1:], true
}

func (cv *conversion) has(flag string) bool { return strings.Contains(cv.flags, flag) }

func (cv *conversion) pad(dst []byte, s string) []byte {
	fill := cv.width - utf16Length(s)
	if cv.has("-") {
		dst = append(dst, s...)
	}
	for range fill {
		dst = append(dst, ' ')
	}
	if !cv.has("-") {
		dst = append(dst, s...)
	}
	return dst
}

// format converts value i of v.
func (cv *conversion) format(v values, i int32, env *Env) (string, bool) {
	null := v.nullAt(i)
	t := v.Type
	lower := cv.verb | 0x20
	switch {
	case lower == 'b':
		switch {
		case null:
			return "false", true
		case t.Kind == types.Boolean:
			return strconv.FormatBool(v.Bool(v.at(i))), true
		}
		return "true", true
	case null:
		return cv.limit("null"), true
	case lower == 's':
		return cv.limit(printfText(v, i, env)), true
	case lower == 'h' && t.IsInteger() && t.Kind != types.BigInt: // an Integer is its own hash code
		return strconv.FormatUint(uint64(uint32(int64At(v, i))), 16), true
	case lower == 'h' && t.Kind == types.BigInt:
		n := uint64(int64At(v, i))
		return strconv.FormatUint(uint64(uint32(n^n>>32)), 16), true
	case lower == 'h' && t.Kind == types.Boolean:
		if v.Bool(v.at(i)) {
			return "4cf", true
		}
		return "4d5", true
	case lower == 'h' && t.Kind == types.Double:
		n := math.Float64bits(v.Float64s()[v.at(i)])
		return strconv.FormatUint(uint64(uint32(n^n>>32)), 16), true
	case lower == 'h' && t.Kind == types.Float:
		return strconv.FormatUint(uint64(math.Float32bits(v.Float32s()[v.at(i)])), 16), true
	case lower == 'h':
		return strconv.FormatUint(uint64(uint32(javaHash(printfText(v, i, env)))), 16), true
	case lower == 'c' && t.Kind <= types.Varchar && t.IsCharacter():
		return "", false
	case lower == 'c' && (t.Kind == types.Int || t.Kind == types.SmallInt || t.Kind == types.TinyInt):
		return string(rune(int64At(v, i))), true
	case (lower == 'd' || lower == 'x' || lower == 'o') && t.IsInteger():
		return cv.integer(int64At(v, i), t), true
	case (lower == 'f' || lower == 'e' || lower == 'g' || lower == 'a') && t.IsApproximate():
		f := 0.0
		if t.Kind == types.Float {
			f = float64(v.Float32s()[v.at(i)])
		} else {
			f = v.Float64s()[v.at(i)]
		}
		return cv.float(f), true
	}
	return "", false
}

// printfText is the text of Flink's internal value: dates and times are numbers.
func printfText(v values, i int32, env *Env) string {
	switch t := v.Type; {
	case t.Kind == types.Boolean:
		return strconv.FormatBool(v.Bool(v.at(i)))
	case t.Kind == types.Date, t.Kind == types.Time, t.IsInterval():
		return strconv.FormatInt(int64At(v, i), 10)
	case t.IsTimestamp():
		return strings.TrimSuffix(string(valuetext.AppendPrint(nil, v.Vector, v.at(i), env.zone())), "Z")
	}
	return string(valuetext.AppendCast(nil, v.Vector, v.at(i), env.zone()))
}

// limit cuts text to the precision.
func (cv *conversion) limit(s string) string {
	if cv.precision < 0 {
		return s
	}
	left := cv.precision
	for k, r := range s {
		n := utf16.RuneLen(r)
		switch {
		case left == 0:
			return s[:k]
		case left < n: // half of a pair, which has no text of its own
			return s[:k] + "?"
		}
		left -= n
	}
	return s
}

// javaHash is String.hashCode.
func javaHash(s string) int32 {
	var h int32
	for _, r := range s {
		if r > 0xffff {
			r -= 0x10000
			h = 31*h + 0xd800 + r>>10
			r = 0xdc00 + r&0x3ff
		}
		h = 31*h + r
	}
	return h
}

func (cv *conversion) integer(n int64, t types.Type) string {
	if cv.verb != 'd' {
		u := uint64(n)
		if w := t.Physical().Width(); w < 8 {
			u &= 1<<(8*w) - 1
		}
		base, prefix := 16, "0x"
		if cv.verb == 'o' {
			base, prefix = 8, "0"
		}
		s := strconv.FormatUint(u, base)
		if cv.has("#") {
			s = prefix + s
		}
		return cv.zeros("", s)
	}
	neg := n < 0
	s := strings.TrimPrefix(strconv.FormatInt(n, 10), "-")
	return cv.signed(neg, s)
}

// signed puts sign, grouping and zeros around digits.
func (cv *conversion) signed(neg bool, s string) string {
	if cv.has(",") {
		whole, frac, point := strings.Cut(s, ".")
		for k := len(whole) - 3; k > 0; k -= 3 {
			whole = whole[:k] + "," + whole[k:]
		}
		if s = whole; point {
			s += "." + frac
		}
	}
	sign := ""
	switch {
	case neg && cv.has("("):
		return "(" + s + ")"
	case neg:
		sign = "-"
	case cv.has("+"):
		sign = "+"
	case cv.has(" "):
		sign = " "
	}
	return cv.zeros(sign, s)
}

func (cv *conversion) zeros(sign, s string) string {
	if fill := cv.width - len(sign) - len(s); fill > 0 && cv.has("0") {
		s = strings.Repeat("0", fill) + s
	}
	return sign + s
}

func (cv *conversion) float(f float64) string {
	switch {
	case math.IsNaN(f):
		return "NaN"
	case math.IsInf(f, 0):
		if f < 0 {
			if cv.has("(") {
				return "(Infinity)"
			}
			return "-Infinity"
		}
		switch {
		case cv.has("+"):
			return "+Infinity"
		case cv.has(" "):
			return " Infinity"
		}
		return "Infinity"
	}
	neg := math.Signbit(f)
	f = math.Abs(f)
	p := cv.precision
	if p < 0 {
		p = 6
	}
	verb := cv.verb | 0x20
	if verb == 'g' {
		p = max(p, 1)
		r := roundShortest(f, p-1-int(math.Floor(math.Log10(max(f, math.SmallestNonzeroFloat64)))), false, false)
		if f == 0 || r >= 1e-4 && r < math.Pow10(p) {
			digits := 1
			if r > 0 {
				digits = int(math.Floor(math.Log10(r))) + 1
			}
			return cv.signed(neg, strconv.FormatFloat(r, 'f', max(0, p-digits), 64))
		}
		verb, p = 'e', p-1
	}
	if verb == 'a' {
		return cv.hexadecimal(neg, f)
	}
	if verb == 'f' {
		text := fixedText(roundShortest(f, p, false, false), p)
		if p == 0 && cv.has("#") {
			text += "."
		}
		return cv.signed(neg, text)
	}
	if p == 0 && cv.has("#") && verb == 'e' {
		mantissa, exp, _ := strings.Cut(strconv.FormatFloat(f, 'e', 0, 64), "e")
		return cv.signed(neg, mantissa+".e"+exp)
	}
	if f > 0 && f < 1e-300 { // few digits are known of the least numbers, and Java rounds those
		return cv.signed(neg, shortestExponent(f, p))
	}
	return cv.signed(neg, strconv.FormatFloat(f, 'e', p, 64))
}

// hexadecimal is %a: Double.toHexString, with as many digits behind the point as
// the precision says.
func (cv *conversion) hexadecimal(neg bool, f float64) string {
	digits := cv.precision
	if digits == 0 {
		digits = 1
	}
	subnormal := f < 0x1p-1022
	if subnormal { // Java does not move the point of these
		f += 0x1p-1022
	}
	text := strconv.FormatFloat(f, 'x', digits, 64)
	mantissa, exp, _ := strings.Cut(text, "p")
	if !strings.Contains(mantissa, ".") {
		mantissa += ".0"
	}
	power, _ := strconv.Atoi(exp)
	if subnormal {
		if mantissa = "0x0" + mantissa[3:]; f == 0x1p-1022 {
			power = 0
		}
	}
	sign := ""
	switch {
	case neg:
		sign = "-"
	case cv.has("+"):
		sign = "+"
	case cv.has(" "):
		sign = " "
	}
	text = mantissa[2:] + "p" + strconv.Itoa(power)
	return sign + "0x" + (&conversion{flags: cv.flags, width: cv.width - len(sign) - 2}).zeros("", text)
}

// fixedText is f with p digits behind the point. The digits of a large number are
// those of its shortest text and zeros, as in Java.
func fixedText(f float64, p int) string {
	if f < 1<<53 {
		return strconv.FormatFloat(f, 'f', p, 64)
	}
	text := strconv.FormatFloat(f, 'f', -1, 64)
	if p > 0 {
		text += "." + strings.Repeat("0", p)
	}
	return text
}

// utf16Length is String.length of Java.
func utf16Length(s string) int {
	n := 0
	for _, r := range s {
		n += utf16.RuneLen(r)
	}
	return n
}

// shortestExponent is f by its shortest decimal text with p digits behind the
// point, where that has no more of them.
func shortestExponent(f float64, p int) string {
	text := strconv.FormatFloat(f, 'e', -1, 64)
	mantissa, exp, _ := strings.Cut(text, "e")
	whole, frac, _ := strings.Cut(mantissa, ".")
	if len(frac) > p {
		return strconv.FormatFloat(f, 'e', p, 64)
	}
	if p == 0 {
		return whole + "e" + exp
	}
	return whole + "." + frac + strings.Repeat("0", p-len(frac)) + "e" + exp
}
