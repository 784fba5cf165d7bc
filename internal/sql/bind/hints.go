package bind

import (
	"time"

	"github.com/flottstream/flott/internal/connector"
	"github.com/flottstream/flott/internal/sql/ast"
	"github.com/flottstream/flott/internal/sql/catalog"
)

// stateTTL is a STATE_TTL hint: how long the state of inputs is kept, by alias.
type stateTTL struct {
	ttl  map[string]time.Duration
	used map[string]bool
}

func didYouMean(name string, known []string) string { return catalog.DidYouMean(name, known) }

// checkHints takes the hints behind SELECT and refuses by name those that are not honoured.
func (q *query) checkHints(hs []ast.Hint) (*stateTTL, error) {
	var out *stateTTL
	for _, h := range hs {
		switch name := upperName(h.Name); name {
		case "STATE_TTL":
			if out == nil {
				out = &stateTTL{map[string]time.Duration{}, map[string]bool{}}
			}
			for _, a := range h.Args {
				d, err := connector.ParseDuration(a.Value)
				if err != nil || a.Key == "" {
					return nil, errorAt(a, "write STATE_TTL('alias' = '1 d')", "Invalid STATE_TTL hint: '%s' is no duration", a.Value)
				}
				out.ttl[a.Key] = d
			}
		case "OPTIONS":
			return nil, errorAt(h, "write it behind the name of the table", "The 'OPTIONS' hint is allowed only on tables")
		default:
			if !isJoinHint(name) {
				return nil, errorAt(h, "", "Invalid hint: %s", h.Name)
			}
		}
	}
	return out, nil
}

// of is the time to live of the state of a source of one relation; 0 is the job's.
func (s *stateTTL) of(src *scope) time.Duration {
	if s == nil || len(src.relations) != 1 {
		return 0
	}
	d, ok := s.ttl[src.relations[0].alias]
	if ok && d == 0 {
		d = -1
	}
	if ok {
		s.used[src.relations[0].alias] = true
	}
	return d
}

// unused names a table of the hint that the query does not have.
func (s *stateTTL) unused(n ast.Node) error {
	if s == nil {
		return nil
	}
	for name := range s.ttl {
		if !s.used[name] {
			return errorAt(n, "", "The options of the STATE_TTL hint must match the name or alias of the input tables: '%s' is none", name)
		}
	}
	return nil
}

// tableOptions merges an OPTIONS hint over the options of a table.
func tableOptions(options map[string]string, hs []ast.Hint) (map[string]string, error) {
	out := make(map[string]string, len(options))
	for k, v := range options {
		out[k] = v
	}
	for _, h := range hs {
		if name := upperName(h.Name); name != "OPTIONS" {
			return nil, errorAt(h, "hints of joins and state stand behind SELECT", "The hint %s is not allowed at a table", h.Name)
		}
		for _, a := range h.Args {
			if a.Key == "" {
				return nil, errorAt(a, "write OPTIONS('key' = 'value')", "An OPTIONS hint takes pairs of key and value")
			}
			if a.Key == "connector" {
				return nil, errorAt(a, "", "The option 'connector' cannot be changed by a hint")
			}
			out[a.Key] = a.Value
		}
	}
	return out, nil
}
