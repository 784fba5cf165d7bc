// Command functions runs SQL with functions written in Go: how far taxis went and what
// their drivers said, from rows that are part of the query.
package main

import (
	"context"
	"fmt"
	"math"
	"os"
	"strings"

	"github.com/flottstream/flott"
)

func main() {
	if err := run(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// span is the least and the greatest value of a group.
type span struct {
	Low, High float64
	Any       bool
}

func functions() *flott.Program {
	p := flott.New()
	flott.RegisterScalar2(p, "distance", func(x, y float64) (float64, error) { return math.Hypot(x, y), nil })
	flott.RegisterTable(p, "words", func(text string, emit func(string)) error {
		for _, w := range strings.Fields(text) {
			emit(strings.ToLower(w))
		}
		return nil
	})
	flott.RegisterAggregate(p, "spread", flott.Aggregate[float64, span, float64]{
		Add:    func(s *span, x float64) { join(s, &span{x, x, true}) },
		Merge:  join,
		Result: func(s *span) float64 { return s.High - s.Low },
	})
	return p
}

func join(s, o *span) {
	switch {
	case !o.Any:
	case !s.Any:
		*s = *o
	default:
		s.Low, s.High = min(s.Low, o.Low), max(s.High, o.High)
	}
}

const script = `
CREATE TEMPORARY VIEW rides (taxi, x, y, said) AS
VALUES (1, 3.0, 4.0, 'Sunny day'), (1, 6.0, 8.0, 'sunny still'), (2, 5.0, 12.0, 'RAIN');

SELECT taxi, spread(distance(x, y)) AS spread FROM rides GROUP BY taxi;

SELECT word, COUNT(*) AS n FROM rides, LATERAL TABLE(words(said)) AS t(word) GROUP BY word;
`

func run(ctx context.Context) error {
	p := functions()
	if err := p.Set("execution.runtime-mode", "batch"); err != nil {
		return err
	}
	return p.Run(ctx, script, os.Stdout)
}
