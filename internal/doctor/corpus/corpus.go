// Package corpus measures the doctor on recorded cases: bundles of real clusters
// with a known fault, or none. What is measured is whether the root causes that it
// names are those that are there.
package corpus

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/flottstream/flott/internal/doctor"
	"github.com/flottstream/flott/internal/doctor/bundle"
	"github.com/flottstream/flott/internal/doctor/rules"
)

// Case is one bundle with what is there and what the doctor names.
type Case struct {
	Name   string // without the engine
	Engine string // "flink-2.3" or "flott"
	Expect []string
	Named  []string // root causes, first first
	// First is what the doctor named when the case was recorded, before any rule was
	// changed for it; nil for cases that rules were built with.
	First   []string
	HoldOut bool
	Note    string // what was changed since, if anything
	Round   string // of cases that were looked at with the same rules
}

// Right reports whether exactly what is there was named.
func (c *Case) Right() bool { return sameCauses(c.Expect, c.Named) }

// RightAtFirst reports the same of the first time.
func (c *Case) RightAtFirst() bool { return sameCauses(c.Expect, c.First) }

func sameCauses(a, b []string) bool {
	return len(a) == len(b) && !slices.ContainsFunc(a, func(x string) bool { return !slices.Contains(b, x) })
}

// Load asks the doctor about all bundles of a folder. first.txt there has what was
// named the first time, a line each: case | causes | note | round.
func Load(ctx context.Context, dir string) ([]Case, error) {
	first, err := readFirst(filepath.Join(dir, "first.txt"))
	if err != nil {
		return nil, err
	}
	paths, err := filepath.Glob(filepath.Join(dir, "*.tgz"))
	if err != nil || len(paths) == 0 {
		return nil, fmt.Errorf("no bundles in %s (%v)", dir, err)
	}
	var out []Case
	for _, p := range paths {
		c, err := look(ctx, p)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", p, err)
		}
		if f, ok := first[c.Engine+"-"+c.Name]; ok {
			c.HoldOut, c.First, c.Note, c.Round = true, f.First, f.Note, f.Round
			delete(first, c.Engine+"-"+c.Name)
		}
		out = append(out, *c)
	}
	for name := range first {
		return nil, fmt.Errorf("first.txt names %s, which has no bundle", name)
	}
	return out, nil
}

func readFirst(path string) (map[string]Case, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	out := map[string]Case{}
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		if strings.HasPrefix(lines.Text(), "#") || strings.TrimSpace(lines.Text()) == "" {
			continue
		}
		parts := append(strings.Split(lines.Text(), "|"), "", "", "")
		c := Case{Note: strings.TrimSpace(parts[2]), Round: strings.TrimSpace(parts[3])}
		if causes := strings.Fields(parts[1]); len(causes) > 0 && causes[0] != "none" {
			c.First = causes
		}
		out[strings.TrimSpace(parts[0])] = c
	}
	return out, lines.Err()
}

func look(ctx context.Context, path string) (*Case, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	b, err := bundle.Read(f)
	if err != nil {
		return nil, err
	}
	snap, err := doctor.FromBundle(ctx, b, "", nil)
	if err != nil {
		return nil, err
	}
	c := &Case{Name: strings.TrimSuffix(filepath.Base(path), ".tgz"), Expect: b.Meta.Expect}
	for _, engine := range Engines {
		if rest, ok := strings.CutPrefix(c.Name, engine+"-"); ok {
			c.Engine, c.Name = engine, rest
		}
	}
	if c.Engine == "" {
		return nil, fmt.Errorf("the name does not begin with one of %v", Engines)
	}
	for _, chain := range rules.Diagnose(snap).Chains {
		c.Named = append(c.Named, chain.Root.Cause)
	}
	return c, nil
}

// Engines are those that cases were recorded on, as names of bundles begin.
var Engines = []string{"flink-2.3", "flott"}
