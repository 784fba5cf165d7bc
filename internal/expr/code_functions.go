package expr

import (
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"hash"
	"net/url"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/flottstream/flott/internal/types"
	"github.com/flottstream/flott/internal/valuetext"
)

// codeFunctions turn text into codes and back: character codes, bases, hashes,
// charsets, URLs, addresses; and they test and format text.
func codeFunctions() []function {
	text, nullText := strictly(types.String()), always(types.String())
	char := func(n int) func(*signature) types.Type {
		return strictly(types.Type{Kind: types.Char, Length: n})
	}
	notNull := always(types.Of(types.Boolean).NotNull())
	fns := []function{
		{name: "ASCII", min: 1, max: 1, typing: params(strictly(types.Of(types.Int)), aString), build: strict(asciiCode)},
		{name: "CHR", min: 1, max: 1, typing: params(nullText, aBigint), build: strict(chr)},
		{name: "BIN", min: 1, max: 1, typing: params(text, aBigint), build: strict(binText)},
		{name: "HEX", min: 1, max: 1, typing: typeHex, build: strict(hexText)},
		{name: "UNHEX", min: 1, max: 1, typing: params(always(types.Bytes()), aString), build: strict(unhex)},
		{name: "TO_BASE64", min: 1, max: 1, typing: params(text, aString), build: strict(toBase64)},
		{name: "FROM_BASE64", min: 1, max: 1, typing: params(text, aString), build: strict(fromBase64)},
		{name: "ENCODE", min: 2, max: 2, typing: params(strictly(types.Bytes()), aString), build: strict(encodeText)},
		{name: "DECODE", min: 2, max: 2, typing: params(text, aBinary, aString), build: strict(decodeText)},
		{name: "SHA2", min: 2, max: 2, typing: params(strictly(types.Type{Kind: types.Varchar, Length: 128}), stringOrBytes, anInt), build: strict(sha2)},
		{name: "URL_ENCODE", min: 1, max: 1, typing: params(nullText, aString), build: strict(urlEncode)},
		{name: "URL_DECODE", min: 1, max: 1, typing: params(nullText, aString), build: strict(urlDecode)},
		{name: "PARSE_URL", min: 2, max: 3, typing: params(nullText, aString), build: strict(parseURL)},
		{name: "INET_ATON", min: 1, max: 1, typing: params(always(types.Of(types.BigInt)), aString), build: strict(inetAton)},
		{name: "INET_NTOA", min: 1, max: 1, typing: params(nullText, aBigint), build: strict(inetNtoa)},
		{name: "ELT", min: 2, max: -1, typing: typeElt, build: buildElt},
		{name: "PRINTF", min: 1, max: -1, typing: params(nullText, aString, anything), build: buildPrintf},
		{name: "TYPEOF", min: 1, max: 2, rewrite: rewriteTypeof},
		{name: "IS_ALPHA", min: 1, max: 1, typing: params(notNull, anything), build: buildTest(isAlpha, false)},
		{name: "IS_DIGIT", min: 1, max: 1, typing: params(notNull, anything), build: buildTest(isDigit, true)},
		{name: "IS_DECIMAL", min: 1, max: 1, typing: params(notNull, anything), build: buildTest(isDecimal, true)},
	}
	for _, h := range []struct {
		name string
		make func() hash.Hash
		size int
	}{
		{"MD5", md5.New, 32}, {"SHA1", sha1.New, 40}, {"SHA224", sha256.New224, 56}, {"SHA256", sha256.New, 64},
		{"SHA384", sha512.New384, 96}, {"SHA512", sha512.New, 128},
	} {
		fns = append(fns, function{name: h.name, min: 1, max: 1, typing: params(char(h.size), stringOrBytes), build: func(b *builder) (node, error) {
			return newStrict(b, hashText(h.make)), nil // a hash of its own: subtasks run side by side
		}})
	}
	return fns
}

func asciiCode(c *kernelCall, rows []int32) error {
	out := c.out.Int32s()
	for _, i := range rows {
		out[i] = 0
		if s := c.args[0].bytesAt(i); len(s) > 0 {
			out[i] = int32(int8(s[0]))
		}
	}
	return nil
}

// chr is the Latin-1 character of a code modulo 256; negative codes have none.
func chr(c *kernelCall, rows []int32) error {
	w := c.text()
	for _, i := range rows {
		if n := c.args[0].Int64s()[c.args[0].at(i)]; n >= 0 {
			w.buf = utf8.AppendRune(w.buf, rune(n&0xff))
		}
		w.end(i)
	}
	return nil
}

func binText(c *kernelCall, rows []int32) error {
	w := c.text()
	for _, i := range rows {
		w.buf = strconv.AppendUint(w.buf, uint64(c.args[0].Int64s()[c.args[0].at(i)]), 2)
		w.end(i)
	}
	return nil
}

func typeHex(s *signature) (types.Type, error) {
	if s.typ(0).IsInteger() {
		return params(strictly(types.String()), aBigint)(s)
	}
	return params(strictly(types.String()), aString)(s)
}

func hexText(c *kernelCall, rows []int32) error {
	w, x := c.text(), c.args[0]
	const digits = "0123456789ABCDEF"
	for _, i := range rows {
		if x.Type.Kind == types.BigInt {
			start := len(w.buf)
			w.buf = strconv.AppendUint(w.buf, uint64(x.Int64s()[x.at(i)]), 16)
			copy(w.buf[start:], strings.ToUpper(string(w.buf[start:])))
		} else {
			for _, b := range x.bytesAt(i) {
				w.buf = append(w.buf, digits[b>>4], digits[b&15])
			}
		}
		w.end(i)
	}
	return nil
}

// unhex reads pairs of digits; of an odd number the first makes a zero byte, as
// in Flink.
func unhex(c *kernelCall, rows []int32) error {
	w := c.text()
	for _, i := range rows {
		s := c.args[0].bytesAt(i)
		if len(s)%2 == 1 {
			if _, err := hex.Decode(make([]byte, 1), []byte{'0', s[0]}); err != nil {
				c.null(i)
				continue
			}
			w.buf = append(w.buf, 0)
			s = s[1:]
		}
		var err error
		if w.buf, err = hex.AppendDecode(w.buf, s); err != nil {
			w.drop()
			c.null(i)
			continue
		}
		w.end(i)
	}
	return nil
}

func toBase64(c *kernelCall, rows []int32) error {
	w := c.text()
	for _, i := range rows {
		w.buf = base64.StdEncoding.AppendEncode(w.buf, c.args[0].bytesAt(i))
		w.end(i)
	}
	return nil
}

func fromBase64(c *kernelCall, rows []int32) error {
	w := c.text()
	for _, i := range rows {
		s := strings.TrimRight(string(c.args[0].bytesAt(i)), "=")
		var err error
		if w.buf, err = base64.RawStdEncoding.AppendDecode(w.buf, []byte(s)); err != nil {
			return c.fail("'%s' is not base64", s)
		}
		w.end(i)
	}
	return nil
}

func hashText(make func() hash.Hash) castFunc {
	h := make()
	var sum [64]byte
	return func(c *kernelCall, rows []int32) error {
		w := c.text()
		for _, i := range rows {
			h.Reset()
			h.Write(c.args[0].bytesAt(i))
			w.buf = hex.AppendEncode(w.buf, h.Sum(sum[:0]))
			w.end(i)
		}
		return nil
	}
}

func sha2(c *kernelCall, rows []int32) error {
	w := c.text()
	for _, i := range rows {
		s := c.args[0].bytesAt(i)
		switch bits := c.args[1].Int32s()[c.args[1].at(i)]; bits {
		case 224:
			sum := sha256.Sum224(s)
			w.buf = hex.AppendEncode(w.buf, sum[:])
		case 1:
			sum := sha1.Sum(s)
			w.buf = hex.AppendEncode(w.buf, sum[:])
		case 256:
			sum := sha256.Sum256(s)
			w.buf = hex.AppendEncode(w.buf, sum[:])
		case 384:
			sum := sha512.Sum384(s)
			w.buf = hex.AppendEncode(w.buf, sum[:])
		case 512:
			sum := sha512.Sum512(s)
			w.buf = hex.AppendEncode(w.buf, sum[:])
		default:
			return c.fail("SHA2 has 224, 256, 384 or 512 bits, not %d", bits)
		}
		w.end(i)
	}
	return nil
}

func encodeText(c *kernelCall, rows []int32) error {
	w := c.text()
	for _, i := range rows {
		var ok bool
		if w.buf, ok = appendEncoded(w.buf, c.args[0].bytesAt(i), string(c.args[1].bytesAt(i))); !ok {
			return c.fail("The character set '%s' is not supported", c.args[1].bytesAt(i))
		}
		w.end(i)
	}
	return nil
}

// appendEncoded appends UTF-8 text in a character set; '?' for what it lacks.
func appendEncoded(dst, s []byte, charset string) ([]byte, bool) {
	limit := rune(0)
	switch strings.ToUpper(charset) {
	case "UTF-8", "UTF8":
		return append(dst, s...), true
	case "US-ASCII", "ASCII":
		limit = 0x80
	case "ISO-8859-1", "LATIN1", "ISO8859-1":
		limit = 0x100
	case "UTF-16":
		dst = append(dst, 0xfe, 0xff)
	case "UTF-16BE":
	case "UTF-16LE":
		for _, u := range utf16.Encode([]rune(string(s))) {
			dst = append(dst, byte(u), byte(u>>8))
		}
		return dst, true
	default:
		return dst, false
	}
	if limit > 0 {
		for _, r := range string(s) {
			if r >= limit {
				r = '?'
			}
			dst = append(dst, byte(r))
		}
		return dst, true
	}
	for _, u := range utf16.Encode([]rune(string(s))) {
		dst = append(dst, byte(u>>8), byte(u))
	}
	return dst, true
}

func decodeText(c *kernelCall, rows []int32) error {
	w := c.text()
	for _, i := range rows {
		var ok bool
		if w.buf, ok = appendDecoded(w.buf, c.args[0].bytesAt(i), string(c.args[1].bytesAt(i))); !ok {
			return c.fail("The character set '%s' is not supported", c.args[1].bytesAt(i))
		}
		w.end(i)
	}
	return nil
}

func appendDecoded(dst, s []byte, charset string) ([]byte, bool) {
	little := false
	switch strings.ToUpper(charset) {
	case "UTF-8", "UTF8":
		return append(dst, strings.ToValidUTF8(string(s), "\uFFFD")...), true
	case "US-ASCII", "ASCII":
		for _, b := range s {
			if b >= 0x80 {
				dst = append(dst, "\uFFFD"...)
			} else {
				dst = append(dst, b)
			}
		}
		return dst, true
	case "ISO-8859-1", "LATIN1", "ISO8859-1":
		for _, b := range s {
			dst = utf8.AppendRune(dst, rune(b))
		}
		return dst, true
	case "UTF-16":
		if len(s) >= 2 && (s[0] == 0xfe && s[1] == 0xff || s[0] == 0xff && s[1] == 0xfe) {
			little = s[0] == 0xff
			s = s[2:]
		}
	case "UTF-16BE":
	case "UTF-16LE":
		little = true
	default:
		return dst, false
	}
	units := make([]uint16, 0, len(s)/2)
	for ; len(s) >= 2; s = s[2:] {
		hi, lo := s[0], s[1]
		if little {
			hi, lo = lo, hi
		}
		units = append(units, uint16(hi)<<8|uint16(lo))
	}
	for _, r := range utf16.Decode(units) {
		dst = utf8.AppendRune(dst, r)
	}
	if len(s) > 0 { // half a character
		dst = utf8.AppendRune(dst, utf8.RuneError)
	}
	return dst, true
}

// urlEncode is java.net.URLEncoder.
func urlEncode(c *kernelCall, rows []int32) error {
	w := c.text()
	const digits = "0123456789ABCDEF"
	for _, i := range rows {
		for _, b := range c.args[0].bytesAt(i) {
			switch {
			case b == ' ':
				w.buf = append(w.buf, '+')
			case b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' || b >= '0' && b <= '9' || b == '*' || b == '-' || b == '_' || b == '.':
				w.buf = append(w.buf, b)
			default:
				w.buf = append(w.buf, '%', digits[b>>4], digits[b&15])
			}
		}
		w.end(i)
	}
	return nil
}

func urlDecode(c *kernelCall, rows []int32) error {
	w := c.text()
	for _, i := range rows {
		s, err := url.QueryUnescape(string(c.args[0].bytesAt(i)))
		if err != nil {
			c.null(i)
			continue
		}
		w.buf = append(w.buf, s...)
		w.end(i)
	}
	return nil
}

// parseURL is PARSE_URL(url, part[, key]).
func parseURL(c *kernelCall, rows []int32) error {
	w := c.text()
	for _, i := range rows {
		key := ""
		if len(c.args) == 3 {
			key = string(c.args[2].bytesAt(i))
		}
		part, ok := urlPart(string(c.args[0].bytesAt(i)), string(c.args[1].bytesAt(i)), key, len(c.args) == 3)
		if !ok {
			c.null(i)
			continue
		}
		w.buf = append(w.buf, part...)
		w.end(i)
	}
	return nil
}

func urlPart(text, part, key string, hasKey bool) (string, bool) {
	scheme, rest, ok := strings.Cut(text, "://")
	if !ok || scheme == "" {
		return "", false
	}
	rest, ref, hasRef := strings.Cut(rest, "#")
	authority, path := rest, ""
	if k := strings.IndexAny(rest, "/?"); k >= 0 {
		authority, path = rest[:k], rest[k:]
	}
	path, query, hasQuery := strings.Cut(path, "?")
	userInfo, host, hasUser := strings.Cut(authority, "@")
	if !hasUser {
		userInfo, host = "", authority
	}
	if k := strings.LastIndexByte(host, ':'); k >= 0 && !strings.HasSuffix(host, "]") {
		host = host[:k]
	}
	switch part {
	case "HOST":
		return host, true
	case "PATH":
		return path, true
	case "QUERY":
		if hasKey {
			return queryValue(query, key)
		}
		return query, hasQuery
	case "REF":
		return ref, hasRef
	case "PROTOCOL":
		return scheme, true
	case "FILE":
		if hasQuery {
			return path + "?" + query, true
		}
		return path, true
	case "AUTHORITY":
		return authority, true
	case "USERINFO":
		return userInfo, hasUser
	}
	return "", false
}

func queryValue(query, key string) (string, bool) {
	for _, pair := range strings.Split(query, "&") {
		if k, v, ok := strings.Cut(pair, "="); ok && k == key {
			return v, true
		}
	}
	return "", false
}

// inetAton reads a.b.c.d and the shorter forms, whose last part takes the rest.
func inetAton(c *kernelCall, rows []int32) error {
	out := c.out.Int64s()
	for _, i := range rows {
		parts := strings.Split(string(c.args[0].bytesAt(i)), ".")
		var v int64
		ok := len(parts) <= 4
		for k, p := range parts {
			n, good := smallNumber([]byte(p))
			limit := 256
			if k == len(parts)-1 {
				limit = 1 << (8 * (5 - len(parts)))
			}
			if !good || n >= limit || !ok {
				ok = false
				break
			}
			if k == len(parts)-1 {
				v = v<<(8*(4-k)) | int64(n)
			} else {
				v = v<<8 | int64(n)
			}
		}
		if !ok {
			c.null(i)
		}
		out[i] = v
	}
	return nil
}

func inetNtoa(c *kernelCall, rows []int32) error {
	w := c.text()
	for _, i := range rows {
		v := c.args[0].Int64s()[c.args[0].at(i)]
		if v < 0 || v > 0xffffffff {
			c.null(i)
			continue
		}
		for shift := 24; shift >= 0; shift -= 8 {
			w.buf = strconv.AppendInt(w.buf, v>>shift&0xff, 10)
			if shift > 0 {
				w.buf = append(w.buf, '.')
			}
		}
		w.end(i)
	}
	return nil
}

func typeElt(s *signature) (types.Type, error) {
	if n, ok := ConstantInt(s.args[0]); ok && n < 0 {
		return types.Type{}, typeErrorf(0, "", "Index must be an integer starting from '0', but was '%d'.", n)
	}
	if err := aBigint(s, 0); err != nil {
		return types.Type{}, err
	}
	all := make([]types.Type, 0, len(s.args))
	for i := 1; i < len(s.args); i++ {
		if err := stringOrBytes(s, i); err != nil {
			return types.Type{}, err
		}
		all = append(all, s.typ(i))
	}
	t, ok := CommonType(all)
	if !ok {
		return t, s.refuse(-1, "The arguments must all be strings or all be bytes")
	}
	return t.WithNull(true), nil
}

// buildElt picks the argument of a number; only that one's NULL matters.
func buildElt(b *builder) (node, error) {
	return newLoose(b, func(c *kernelCall, rows []int32) error {
		w := c.text()
		for _, i := range rows {
			if c.args[0].nullAt(i) {
				c.null(i)
				continue
			}
			n := c.args[0].Int64s()[c.args[0].at(i)]
			if n < 1 || n >= int64(len(c.args)) || c.args[n].nullAt(i) {
				c.null(i)
				continue
			}
			w.buf = append(w.buf, c.args[n].bytesAt(i)...)
			w.end(i)
		}
		return nil
	}), nil
}

// rewriteTypeof is the type's name; with TRUE its serializable form, which is
// the same.
func rewriteTypeof(args []Expr) (Expr, error) {
	if len(args) == 2 {
		if l, ok := args[1].(*Literal); !ok || l.Value.Type.Kind != types.Boolean {
			return nil, cannotApply("TYPEOF", args, 1, "A constant TRUE or FALSE is expected")
		}
	}
	t := args[0].Type().WithoutTime()
	lit := StringLit(t.String())
	lit.Value.Type = types.String()
	return lit, nil
}

// buildTest makes IS_ALPHA and its like: FALSE for NULL; numbers are tested by
// number, other values by their text.
func buildTest(test func([]byte) bool, number bool) func(*builder) (node, error) {
	return func(b *builder) (node, error) {
		t := b.call.Args[0].Type()
		return newLoose(b, func(c *kernelCall, rows []int32) error {
			var buf []byte
			for _, i := range rows {
				v := !c.args[0].nullAt(i)
				switch {
				case !v:
				case t.IsCharacter():
					v = test(c.args[0].bytesAt(i))
				case t.IsInteger():
					v = number
				default:
					buf = valuetext.AppendCast(buf[:0], c.args[0].Vector, c.args[0].at(i), c.env.zone())
					v = test(buf)
				}
				c.out.Bits.SetTo(int(i), v)
			}
			return nil
		}), nil
	}
}

func isAlpha(s []byte) bool { return len(s) > 0 && allRunes(s, unicode.IsLetter) }

func isDigit(s []byte) bool { return len(s) > 0 && allRunes(s, unicode.IsDigit) }

func allRunes(s []byte, ok func(rune) bool) bool {
	for _, r := range string(s) {
		if !ok(r) {
			return false
		}
	}
	return true
}

func isDecimal(s []byte) bool {
	_, ok := parseJavaFloat(s, 64)
	return ok
}
