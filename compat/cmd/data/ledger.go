package main

import (
	"fmt"
	"strings"
	"time"
)

// ledger: few different amounts and points, so that ranks have ties, and days around the ends of months.
func ledger() string {
	d, b := seeded(13), &strings.Builder{}
	at := start.AddDate(0, 0, -3)
	for id := 1; id <= 120; id++ {
		at = at.Add(time.Duration(d.between(20, 500)) * time.Minute)
		csvRow(b, id, d.or(15, pick(d, "acc-1", "acc-2", "ACC-2", "acc-3", "")), pick(d, "in", "out", "fee"),
			d.or(12, pick(d, "-10.500", "0.000", "10.500", "10.505", "99.999", "1234567.001")), d.or(10, fmt.Sprint(d.between(1, 6))),
			at.Format("2006-01-02 15:04:05.000"))
	}
	return b.String()
}

// odd: csv that uses every option: comments, another delimiter and quote, escapes, spaces, short and long rows.
func odd() string {
	return strings.Join([]string{
		"# a comment", "1|'one'|1.5|true|a;b;c", "2|'it|s'| 2.25 |FALSE|", "3|'say \\'hi\\''|-0.5|false|x", "# between",
		"4|NIL|NIL|NIL|NIL", "5|''|1e2|True|;", "6|plain \"text\"|.5|true|\"q\";r", "7|' pad '|7|true| s ; t ", "",
	}, "\n")
}

// iso: JSON with timestamps of ISO 8601, numbers as text and the other way round, missing fields and additional ones.
func iso() string {
	return strings.Join([]string{
		`{"id":1,"at":"2024-02-29T12:34:56.789","zoned":"2024-02-29T12:34:56.789Z","day":"2024-02-29","clock":"12:34:56","amount":1.50,"flag":true,"data":"AQID","tags":{"a":1,"b":null},"more":[1,2]}`,
		`{"id":"2","at":"1969-12-31T23:59:59","zoned":"1970-01-01T00:00:00Z","day":"1969-12-31","clock":"00:00:00","amount":"2.125","flag":"true","data":"","tags":{}}`,
		`{"id":3}`,
		`{"at":null,"id":4,"zoned":null,"amount":1e3,"flag":false,"tags":null,"unknown":{"deep":[1,{"x":2}]}}`,
		`{"id":5.0,"amount":-0.0005,"at":"2024-12-31T23:59:59.999999","text":"\u00e4\n\"quoted\" \ud83d\ude42","list":[{"a":1},{"b":"two"},null,{"a":null,"b":"x"}]}`,
		`{"id":6,"text":{"an":"object"},"list":[]}`,
		`{"id":7,"text":12.50,"amount":12345678901234567890.123}`,
		`{"id":8,"text":true,"flag":"no"}`, "",
	}, "\n")
}
