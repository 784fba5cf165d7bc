package main

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/flottstream/flott/compat"
)

// recorder runs cases from several goroutines.
type recorder struct {
	options
	engine compat.Engine

	mu     sync.Mutex
	failed []string // names of cases that were not recorded
}

func (r *recorder) record(ctx context.Context, c *compat.Case) {
	begin := time.Now()
	answers, err := r.answers(ctx, c)
	if err == nil && r.check {
		err = r.compare(c, answers)
	} else if err == nil {
		err = compat.WriteGolden(r.root, c.Name, answers)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if err != nil {
		r.failed = append(r.failed, c.Name)
		fmt.Printf("FAIL %s: %v\n", c.Name, err)
		return
	}
	fmt.Printf("ok   %-45s %s %.1fs\n", c.Name, summary(c, answers), time.Since(begin).Seconds())
}

// answers asks in every mode and at every parallelism, and wants the parallelisms to agree.
func (r *recorder) answers(ctx context.Context, c *compat.Case) (map[compat.Mode]compat.Answer, error) {
	answers := make(map[compat.Mode]compat.Answer)
	for _, mode := range c.Asked {
		for i, parallelism := range c.Parallelism {
			answer, err := r.ask(ctx, c, mode, parallelism)
			if err != nil {
				return nil, fmt.Errorf("%s, parallelism %d: %w", mode, parallelism, err)
			}
			if refused := slices.Contains(c.Refused, mode); refused != (answer.Error != "") {
				return nil, fmt.Errorf("%s, parallelism %d: refusal expected: %t; Flink says: %q", mode, parallelism, refused, answer.Error)
			}
			if i == 0 {
				answers[mode] = answer
				continue
			}
			if diff := compat.Diff(answers[mode], answer); diff != "" {
				return nil, fmt.Errorf("%s: parallelism %d and %d disagree:\n%s", mode, c.Parallelism[0], parallelism, diff)
			}
		}
	}
	return answers, nil
}

func (r *recorder) ask(ctx context.Context, c *compat.Case, mode compat.Mode, parallelism int) (compat.Answer, error) {
	ctx, cancel := context.WithTimeout(ctx, r.limit)
	defer cancel()
	return compat.Ask(ctx, r.engine, c, filepath.Join(r.root, "data"), mode, parallelism)
}

func (r *recorder) compare(c *compat.Case, answers map[compat.Mode]compat.Answer) error {
	for mode, answer := range answers {
		golden, err := compat.ReadGolden(r.root, c.Name, mode)
		if err != nil {
			return err
		}
		if diff := compat.Diff(golden, answer); diff != "" {
			return fmt.Errorf("%s: not as recorded:\n%s", mode, diff)
		}
	}
	return nil
}

func summary(c *compat.Case, answers map[compat.Mode]compat.Answer) string {
	var parts []string
	for _, mode := range c.Asked {
		part := fmt.Sprintf("%s: %d rows", mode, len(answers[mode].Rows))
		if answers[mode].Error != "" {
			part = fmt.Sprintf("%s: refused (%s)", mode, answers[mode].Error)
		}
		parts = append(parts, part)
	}
	return strings.Join(parts, ", ")
}
