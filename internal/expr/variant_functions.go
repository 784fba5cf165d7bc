package expr

import (
	"bytes"
	"errors"
	"math"
	"strconv"

	"github.com/flottstream/flott/internal/expr/jsonpath"
	"github.com/flottstream/flott/internal/types"
	"github.com/flottstream/flott/internal/valuetext"
)

// variantFunctions make VARIANT values. A VARIANT is kept as its canonical JSON
// text: no spaces, keys in order and once, numbers as appendVariantNumber writes
// them. Equal variants have equal texts.
func variantFunctions() []function {
	variant := types.Of(types.Variant)
	return []function{
		{name: "PARSE_JSON", min: 1, max: 2, typing: params(strictly(variant), aString, aBool), build: strict(parseVariant(false))},
		{name: "TRY_PARSE_JSON", min: 1, max: 2, typing: params(always(variant), aString, aBool), build: strict(parseVariant(true))},
	}
}

// parseVariant reads JSON text. An object with equal keys is an error unless the
// second argument allows them: then the last one counts.
func parseVariant(try bool) castFunc {
	return func(c *kernelCall, rows []int32) error {
		w := c.text()
		for _, i := range rows {
			parse := jsonpath.ParseUnique
			if len(c.args) > 1 && c.args[1].Bool(c.args[1].at(i)) {
				parse = jsonpath.Parse
			}
			v, err := parse(c.args[0].bytesAt(i))
			switch {
			case err == nil:
				w.buf = v.AppendWith(w.buf, appendVariantNumber)
			case try:
				c.null(i)
			case errors.Is(err, jsonpath.ErrDuplicateKey):
				return c.fail("VARIANT_DUPLICATE_KEY: %s; PARSE_JSON(…, TRUE) takes the last one", err)
			default:
				return c.fail("'%s' is not JSON: %s; TRY_PARSE_JSON gives NULL instead", c.args[0].bytesAt(i), err)
			}
			w.end(i)
		}
		return nil
	}
}

// appendVariantNumber writes a number as VARIANT keeps it: a decimal of up to 38
// digits without zeros at its end, anything with an exponent or more digits as a
// DOUBLE.
func appendVariantNumber(dst, text []byte) []byte {
	if bytes.ContainsAny(text, "eE") {
		return appendVariantDouble(dst, text)
	}
	digits := bytes.TrimPrefix(text, []byte("-"))
	whole, fraction, _ := bytes.Cut(digits, []byte("."))
	if len(fraction) > 38 || len(bytes.TrimLeft(whole, "0"))+len(fraction) > 38 {
		return appendVariantDouble(dst, text)
	}
	fraction = bytes.TrimRight(fraction, "0")
	if len(fraction) == 0 && string(whole) == "0" {
		return append(dst, '0')
	}
	if len(digits) < len(text) {
		dst = append(dst, '-')
	}
	dst = append(dst, whole...)
	if len(fraction) > 0 {
		dst = append(append(dst, '.'), fraction...)
	}
	return dst
}

// appendVariantDouble writes the DOUBLE of a number; one too large is Infinity.
func appendVariantDouble(dst, text []byte) []byte {
	x, err := strconv.ParseFloat(string(text), 64)
	if err != nil && !math.IsInf(x, 0) {
		x = 0
	}
	return valuetext.AppendDouble(dst, x)
}

// variantItem is v[i] of an array, from 1, and v['key'] of an object; NULL if
// there is none.
func variantItem(c *kernelCall, rows []int32) error {
	w, byKey := c.text(), c.args[1].Type.IsCharacter()
	for _, i := range rows {
		v, err := jsonpath.Parse(c.args[0].bytesAt(i))
		if err != nil {
			return c.fail("a VARIANT is damaged: %s", err)
		}
		var member *jsonpath.Value
		switch {
		case byKey && v.Kind != jsonpath.Object:
			return c.fail("String key access on variant requires an object variant, but a non-object variant was provided.")
		case !byKey && v.Kind != jsonpath.Array:
			return c.fail("Integer index access on variant requires an array variant, but a non-array variant was provided.")
		case byKey:
			member = v.Member(c.args[1].bytesAt(i))
		default:
			if n := int64At(c.args[1], i); n >= 1 && n <= int64(len(v.Kids)) {
				member = &v.Kids[n-1]
			}
		}
		if member == nil {
			c.null(i)
		} else {
			w.buf = member.AppendWith(w.buf, keepNumber)
		}
		w.end(i)
	}
	return nil
}

// keepNumber writes a number of a canonical text as it is.
func keepNumber(dst, text []byte) []byte { return append(dst, text...) }
