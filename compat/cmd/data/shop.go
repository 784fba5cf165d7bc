package main

import (
	"encoding/json"
	"fmt"
	"strings"
)

var (
	currencies = []string{"EUR", "USD", "JPY", "GBP"}
	notes      = []string{"", "fragile", "gift, wrapped", `said "now"`, "naïve café", "日本語", "🚚 express", "   padded ", "%_like", "UPPER lower"}
)

// orders: times are up to 8 s out of order, customers may be unknown (id ≥ 60) or NULL, returns have negative
// quantities, some orders are written twice with another quantity.
func orders() string {
	d, b := seeded(1), &strings.Builder{}
	seconds := 0
	for id := 1; id <= 300; id++ {
		seconds += d.between(0, 11)
		row := func(quantity string) {
			csvRow(b, id, d.or(15, fmt.Sprint(d.between(1, 66))), d.between(1, 27), quantity, cents(d.between(50, 99999)),
				pick(d, currencies...), stamp(seconds-d.between(0, 8)), d.or(6, pick(d, notes...)))
		}
		quantity := d.between(-3, 12)
		row(d.or(12, fmt.Sprint(quantity)))
		if d.one(25) {
			row(fmt.Sprint(quantity + 1))
		}
	}
	return b.String()
}

func customers() string {
	d, b := seeded(2), &strings.Builder{}
	names := []string{"Ada", "Béatrice", "Chloë", "Dmitri", "Ελένη", "佐藤", "Łukasz", "O'Hara", "Zoë", "Ünal"}
	for id := 1; id <= 60; id++ {
		name := fmt.Sprintf("%s %02d", pick(d, names...), id)
		csvRow(b, id, name, pick(d, "DE", "FR", "JP", "US", "PL"), d.or(7, pick(d, "gold", "silver", "basic")),
			d.or(10, fmt.Sprintf("%04d-%02d-%02d", d.between(1950, 2006), d.between(1, 12), d.between(1, 28))),
			d.or(9, fmt.Sprintf("%d.%04d", d.between(-500, 90000), d.between(0, 9999))),
			d.or(8, pick(d, "true", "false")), d.or(10, quarters(d.between(-40, 400))), quarters(d.between(0, 20)),
			fmt.Sprintf("user%d@%s.example", id, pick(d, "mail", "web")))
	}
	return b.String()
}

type dimensions struct {
	Width  float64 `json:"width"`
	Height float64 `json:"height"`
	Unit   string  `json:"unit,omitempty"`
}

type product struct {
	ID         int               `json:"product_id"`
	Name       string            `json:"name"`
	Category   *string           `json:"category"`
	Price      json.Number       `json:"price"`
	Tags       []string          `json:"tags,omitempty"`
	Attributes map[string]string `json:"attributes,omitempty"`
	Dimensions *dimensions       `json:"dimensions,omitempty"`
	Stock      []map[string]int  `json:"stock,omitempty"`
}

func products() string {
	d, b := seeded(3), &strings.Builder{}
	categories := []string{"tools", "toys", "food", "books"}
	for id := 1; id <= 25; id++ {
		p := product{ID: id, Name: fmt.Sprintf("%s %d", pick(d, "Hammer", "Puppe", "Käse", "本", "Rope"), id), Price: json.Number(cents(d.between(100, 20000)))}
		if !d.one(6) {
			p.Category = &categories[d.IntN(len(categories))]
		}
		for range d.between(0, 3) {
			p.Tags = append(p.Tags, pick(d, "new", "sale", "eco", "bulky", "ünïque"))
		}
		if !d.one(4) {
			p.Attributes = map[string]string{"color": pick(d, "red", "blue", "green"), "grade": fmt.Sprint(d.between(1, 3))}
		}
		if !d.one(5) {
			p.Dimensions = &dimensions{float64(d.between(1, 40)) / 4, float64(d.between(1, 40)) / 4, pick(d, "cm", "in", "")}
		}
		for range d.between(0, 2) {
			p.Stock = append(p.Stock, map[string]int{"warehouse": d.between(1, 4), "pieces": d.between(0, 90)})
		}
		jsonRow(b, p)
	}
	return b.String()
}

func jsonRow(b *strings.Builder, value any) {
	text, err := json.Marshal(value)
	if err != nil {
		panic(err) // our own values always encode
	}
	b.Write(text)
	b.WriteByte('\n')
}

// rates: versions of each currency but GBP's first minutes, in time order per currency, up to 5 s out of order between.
func rates() string {
	d, b := seeded(4), &strings.Builder{}
	for i := 0; i < 64; i++ {
		currency := currencies[i%4]
		if currency == "GBP" && i < 20 {
			continue
		}
		csvRow(b, currency, fmt.Sprintf("%d.%04d", d.between(0, 2), d.between(1, 9999)), stamp(i*30-60-d.between(0, 5)))
	}
	return b.String()
}

type click struct {
	User     string  `json:"user"`
	URL      string  `json:"url"`
	At       string  `json:"at_time"`
	Device   *string `json:"device"`
	Duration *int    `json:"duration_ms"`
	Payload  string  `json:"payload"` // JSON in a string
}

// clicks come in bursts, so that sessions with a gap of a minute exist; up to 5 s out of order.
func clicks() string {
	d, b := seeded(5), &strings.Builder{}
	devices := []string{"phone", "desktop", "tv"}
	seconds := 0
	for range 350 {
		seconds += d.between(0, 6)
		if d.one(30) {
			seconds += 90
		}
		c := click{User: pick(d, "anna", "bo", "çelik", "dee", "eve"), At: stamp(seconds - d.between(0, 5)),
			URL: fmt.Sprintf("https://shop.example/%s/%d?ref=%s&q=a%%20b", pick(d, "p", "cart", "search"), d.between(1, 9), pick(d, "mail", "ad"))}
		if !d.one(6) {
			c.Device = &devices[d.IntN(3)]
		}
		if !d.one(9) {
			n := d.between(0, 5000)
			c.Duration = &n
		}
		c.Payload = pick(d, fmt.Sprintf(`{"n":%d,"tags":["x","y"],"in":{"ok":%t}}`, d.between(0, 99), d.one(2)), `{"n":null}`, `[1,2]`, `not json`, `"text"`)
		jsonRow(b, c)
	}
	return b.String()
}

// pairs are rows for joins: keys 1-40 with gaps, duplicates and NULLs.
func pairs(seed uint64, prefix string) string {
	d, b := seeded(seed), &strings.Builder{}
	for i := 1; i <= 60; i++ {
		csvRow(b, d.or(10, fmt.Sprint(d.between(1, 40))), fmt.Sprintf("%s%02d", prefix, i), d.or(8, fmt.Sprint(d.between(-5, 20))))
	}
	return b.String()
}
