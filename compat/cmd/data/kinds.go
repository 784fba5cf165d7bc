package main

import (
	"fmt"
	"strings"
)

// numbers: the ends of every numeric type, zero, NULL, and values between.
func numbers() string {
	d, b := seeded(11), &strings.Builder{}
	csvRow(b, 1, -128, -32768, -2147483648, "-9223372036854775808", "-3.4028235E38", "-1.7976931348623157E308", "-99999999.99", "-99999999999999999999999999999999999999", "-0.000000000000000001", false)
	csvRow(b, 2, 127, 32767, 2147483647, "9223372036854775807", "3.4028235E38", "1.7976931348623157E308", "99999999.99", "99999999999999999999999999999999999999", "0.999999999999999999", true)
	csvRow(b, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0, false)
	csvRow(b, 4, null, null, null, null, null, null, null, null, null, null)
	csvRow(b, 5, 1, 1, 1, 1, 1, 1, 1, 1, "0.1", true)
	csvRow(b, 6, -1, -1, -1, -1, -1, -1, -1, -1, "-0.1", null)
	csvRow(b, 7, 7, 7, 7, 7, "0.1", "0.1", "0.01", 7, "0.000000000000000007", true)
	csvRow(b, 8, 3, 300, 70000, "5000000000", "1.0E-10", "1.0E-10", "1234.50", "12345678901234567890", "0.5", true)
	csvRow(b, 9, 3, 300, 70000, "5000000000", "123456.79", "123456.789", "1234.50", "12345678901234567890", "0.5", false)
	csvRow(b, 10, 9, 900, 12345678, "1234567890123", "1.0E7", "1.0E7", "12.34", "10", "0.25", true)
	for id := 11; id <= 40; id++ {
		csvRow(b, id, d.or(9, fmt.Sprint(d.between(-128, 127))), d.or(9, fmt.Sprint(d.between(-3000, 3000))), d.or(9, fmt.Sprint(d.between(-100000, 100000))),
			d.or(9, fmt.Sprint(d.Int64N(2_000_000_000_000)-1_000_000_000_000)), d.or(9, quarters(d.between(-4000, 4000))), d.or(9, quarters(d.between(-400000, 400000))),
			d.or(9, cents(d.between(-99999999, 99999999))), d.or(9, fmt.Sprintf("%d%09d", d.between(-999999999, 999999999), d.between(0, 999999999))),
			d.or(9, fmt.Sprintf("0.%06d", d.between(0, 999999))), d.or(6, pick(d, "true", "false")))
	}
	return b.String()
}

// words: text that string functions find hard.
func words() string {
	b := &strings.Builder{}
	for i, w := range []string{
		"hello", "Hello World", "", " ", "  lead", "trail  ", "tab\there", "a,b,,c", `quote"inside`, "it's", "ÄÖÜ äöü ß", "ǅungla", "İstanbul",
		"日本語テキスト", "🙂🙃", "e\u0301clair", "null", "NULL", "123", "-45", "3.14", "1e3", "0x1F", "true", "2024-02-29", "2024-02-29 12:34:56.789",
		"k1=v1&k2=v2", "https://user:pw@host.example:8080/a/b.html?x=1&y=two#frag", "aaa", "abcabcabc", "100%", "under_score", `back\slash`,
		"foo1bar22baz333", "CamelCaseString", "line", "The quick brown fox jumps over the lazy dog", "áéíóú", "Ｆｕｌｌ", "a.b.c", "$1",
	} {
		csvRow(b, i+1, w, []string{"a", "l", "b", "", "日", null}[i%6], []int{0, 1, 2, 3, -1, 5, 100}[i%7])
	}
	csvRow(b, 90, null, "x", 1)
	csvRow(b, 91, "both", null, null)
	return b.String()
}

// moments: dates and times around leap days, year ends, the epoch, far past and future, with all precisions.
func moments() string {
	b := &strings.Builder{}
	for i, m := range []struct{ date, time, ts3, ts9 string }{
		{"1970-01-01", "00:00:00", "1970-01-01 00:00:00.000", "1970-01-01 00:00:00.000000000"},
		{"1969-12-31", "23:59:59", "1969-12-31 23:59:59.999", "1969-12-31 23:59:59.999999999"},
		{"2024-02-29", "12:34:56", "2024-02-29 12:34:56.789", "2024-02-29 12:34:56.123456789"},
		{"2023-12-31", "23:00:00", "2023-12-31 23:59:59.500", "2023-12-31 23:59:59.500000001"},
		{"2024-01-01", "00:00:01", "2024-01-01 00:00:00.001", "2024-01-01 00:00:00.000001000"},
		{"2024-03-31", "02:30:00", "2024-03-31 02:30:00.000", "2024-03-31 02:30:00.120000000"},
		{"2024-10-27", "02:30:00", "2024-10-27 02:30:00.010", "2024-10-27 02:30:00.010203040"},
		{"0001-01-01", "00:00:00", "0001-01-01 00:00:00.000", "0001-01-01 00:00:00.000000000"},
		{"9999-12-31", "23:59:59", "9999-12-31 23:59:59.999", "9999-12-31 23:59:59.999999999"},
		{"1582-10-15", "06:07:08", "1582-10-15 06:07:08.090", "1582-10-15 06:07:08.090000000"},
		{"1900-02-28", "18:00:00", "1900-02-28 18:00:00.000", "1900-02-28 18:00:00.000000000"},
		{"2000-02-29", "01:02:03", "2000-02-29 01:02:03.004", "2000-02-29 01:02:03.004005006"},
		{"2021-01-03", "10:00:00", "2021-01-03 10:00:00.000", "2021-01-03 10:00:00.000000000"},
		{"2026-11-21", "05:42:11", "2026-11-21 05:42:11.500", "2026-11-21 05:42:11.500000000"},
		{null, null, null, null},
	} {
		csvRow(b, i+1, m.date, m.time, m.ts3, m.ts9)
	}
	return b.String()
}

type nestedRow struct {
	ID     int              `json:"id"`
	Ints   []*int           `json:"ints"`
	Texts  []string         `json:"texts"`
	Matrix [][]int          `json:"matrix"`
	Counts map[string]*int  `json:"counts"`
	Inner  *inner           `json:"inner"`
	Lines  []inner          `json:"lines"`
	Lookup map[string]inner `json:"lookup"`
}

type inner struct {
	A int     `json:"a"`
	B *string `json:"b"`
	C *deeper `json:"c"`
}

type deeper struct {
	When string  `json:"when"`
	Sum  float64 `json:"sum"`
}

func nested() string {
	d, b := seeded(12), &strings.Builder{}
	for id := 1; id <= 30; id++ {
		r := nestedRow{ID: id}
		if !d.one(7) {
			r.Ints = []*int{}
			for range d.between(0, 4) {
				n := d.between(-5, 9)
				r.Ints = append(r.Ints, &n)
			}
			if d.one(4) {
				r.Ints = append(r.Ints, nil)
			}
		}
		if !d.one(7) {
			r.Texts = []string{pick(d, "x", "y"), pick(d, "äb", "cd")}
		}
		for range d.between(0, 2) {
			r.Matrix = append(r.Matrix, []int{d.between(0, 9), d.between(0, 9)})
		}
		if !d.one(6) {
			n := d.between(0, 99)
			r.Counts = map[string]*int{pick(d, "k1", "k2", "k3"): &n} // one key: the order of a map's text is not defined
			if d.one(6) {
				r.Counts = map[string]*int{"none": nil}
			}
		}
		if !d.one(5) {
			r.Inner = innerOf(d)
		}
		for range d.between(0, 2) {
			r.Lines = append(r.Lines, *innerOf(d))
		}
		if d.one(3) {
			r.Lookup = map[string]inner{"only": *innerOf(d)}
		}
		jsonRow(b, r)
	}
	return b.String()
}

func innerOf(d draw) *inner {
	in := &inner{A: d.between(-9, 9)}
	if !d.one(3) {
		text := pick(d, "one", "zwei", "三")
		in.B = &text
	}
	if !d.one(3) {
		in.C = &deeper{stamp(d.between(0, 900)), float64(d.between(-20, 20)) / 4}
	}
	return in
}
