package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
)

func TestExample(t *testing.T) {
	p, err := program()
	if err != nil {
		t.Fatal(err)
	}
	columns, rows, err := p.Query(context.Background(), fmt.Sprintf(script, "shop.csv"))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, r := range rows {
		got = append(got, fmt.Sprint(r.Values...))
	}
	slices.Sort(got)
	want := []string{
		"annPURCHASE1 book, 1 pen2026-03-01 12:30:00 +0000 UTC",
		"bobPURCHASE1 book, 2 lamp2026-03-01 14:10:00 +0000 UTC",
		"bobREMINDER2 lamp2026-03-01 13:20:00 +0000 UTC",
		"cidREMINDER1 pen2026-03-01 14:40:00 +0000 UTC",
	}
	for i := range got {
		got[i] = strings.ReplaceAll(got[i], " 2026", "2026")
	}
	if strings.Join(columns, " ") != "customer what items rowtime" || !slices.Equal(got, want) {
		t.Errorf("got %v\n%s\nwant\n%s", columns, strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}
