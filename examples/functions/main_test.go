package main

import (
	"context"
	"strings"
	"testing"
)

func TestExample(t *testing.T) {
	p := functions()
	if err := p.Set("execution.runtime-mode", "batch"); err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	if err := p.Run(context.Background(), script, &out); err != nil {
		t.Fatal(err)
	}
	for _, row := range []string{"|    1 |    5.0 |", "|    2 |    0.0 |", "| sunny | 2 |", "| rain  | 1 |"} {
		if !strings.Contains(out.String(), row) {
			t.Errorf("%q is missing in\n%s", row, &out)
		}
	}
}
