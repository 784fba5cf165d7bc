package main

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"
)

// null is how the csv files write NULL; the tables declare it with csv.null-literal.
const null = "NA"

// draw is a seeded source of values.
type draw struct{ *rand.Rand }

func seeded(seed uint64) draw { return draw{rand.New(rand.NewPCG(seed, 0x666c6f7474))} }

// one in n times.
func (d draw) one(n int) bool { return d.IntN(n) == 0 }

// between gives an integer of [low, high].
func (d draw) between(low, high int) int { return low + d.IntN(high-low+1) }

func pick[T any](d draw, values ...T) T { return values[d.IntN(len(values))] }

// or gives text, and NULL one in n times.
func (d draw) or(n int, text string) string {
	if d.one(n) {
		return null
	}
	return text
}

// cents writes an amount of hundredths as a decimal.
func cents(n int) string {
	sign := ""
	if n < 0 {
		sign, n = "-", -n
	}
	return fmt.Sprintf("%s%d.%02d", sign, n/100, n%100)
}

// quarters writes a multiple of 0.25, which sums of doubles keep exactly in any order.
func quarters(n int) string { return fmt.Sprintf("%.2f", float64(n)/4) }

// csvRow joins fields; one with a comma, a quote or nothing in it is quoted.
func csvRow(b *strings.Builder, fields ...any) {
	for i, f := range fields {
		if i > 0 {
			b.WriteByte(',')
		}
		text := fmt.Sprint(f)
		if text == "" || strings.ContainsAny(text, ",\"") || strings.TrimSpace(text) != text {
			text = `"` + strings.ReplaceAll(text, `"`, `""`) + `"`
		}
		b.WriteString(text)
	}
	b.WriteByte('\n')
}

var start = time.Date(2024, 2, 28, 23, 50, 0, 0, time.UTC) // a leap day and a midnight lie ahead

// stamp writes start plus seconds.
func stamp(seconds int) string {
	return start.Add(time.Duration(seconds) * time.Second).Format("2006-01-02 15:04:05.000")
}

// zipped wraps text as gzip without compressing it, so that the bytes are the same with every version of Go.
func zipped(text string) string {
	var b bytes.Buffer
	w, err := gzip.NewWriterLevel(&b, gzip.NoCompression)
	if err == nil {
		_, err = w.Write([]byte(text))
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		panic(err) // a buffer takes everything
	}
	return b.String()
}

// part is a file of a table that is a folder.
func part(from, to int) string {
	b := &strings.Builder{}
	for id := from; id <= to; id++ {
		csvRow(b, id, fmt.Sprintf("name %d", id%7))
	}
	return b.String()
}
