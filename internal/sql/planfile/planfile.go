// Package planfile is the file that COMPILE PLAN writes and EXECUTE PLAN reads.
//
// The contract:
//
//   - A plan is JSON that a person can read: the statement, the objects it uses, the
//     planner's settings, and the operators it becomes, with the identity that names
//     the state of each and the time after which that state is forgotten.
//   - Executing it plans the statement anew. The operators must come out as they
//     were; then each gets the identity and the time of the file. So state written
//     by a compiled plan is found again even if another version of flott would name
//     it differently, and a plan that would come out differently is refused.
//   - "uid" and "state.ttl" may be edited; anything else must stay as it was written.
package planfile

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/flottstream/flott/internal/jobgraph"
)

// Version of the format.
const Version = 1

// File is a compiled plan.
type File struct {
	Version   int               `json:"flottPlan"`
	Mode      string            `json:"mode"` // STREAMING or BATCH
	Catalog   string            `json:"catalog"`
	Database  string            `json:"database"`
	Statement string            `json:"statement"`
	Settings  map[string]string `json:"settings,omitempty"` // of the planner, that were set
	Objects   []Object          `json:"objects"`
	Operators []Operator        `json:"operators"`
}

// Object is a table or view the statement uses.
type Object struct {
	Catalog   string `json:"catalog"`
	Database  string `json:"database"`
	Name      string `json:"name"`
	Statement string `json:"statement"`
	// In is where the query of a view looks for names.
	In []string `json:"in,omitempty"`
}

// Operator is an operator of the job.
type Operator struct {
	ID          int     `json:"id"`
	UID         string  `json:"uid"`
	Name        string  `json:"name"`
	Description string  `json:"description"`
	State       []State `json:"state,omitempty"`
}

// State is what an operator keeps.
type State struct {
	Name string `json:"name"`
	// TTL is how long an entry stays after it was last written, in Go's or Flink's
	// form; "0 ms" is for ever.
	TTL string `json:"ttl"`
}

// Operators describes the operators of a graph.
func Operators(g *jobgraph.StreamGraph) []Operator {
	out := make([]Operator, len(g.Operators))
	for i, op := range g.Operators {
		o := Operator{ID: op.ID, UID: op.UID, Name: op.Name, Description: op.Description}
		for _, s := range states(op.Spec) {
			o.State = append(o.State, State{Name: s.name, TTL: fmt.Sprintf("%d ms", s.ttl.Milliseconds())})
		}
		out[i] = o
	}
	return out
}

// kept is a state whose time to live can be set.
type kept struct {
	name string
	ttl  *time.Duration
}

// states are the states of an operator that are forgotten after a time.
func states(spec jobgraph.Spec) []kept {
	switch s := spec.(type) {
	case *jobgraph.GroupAgg:
		return []kept{{"groupAggregateState", &s.TTL}}
	case *jobgraph.Join:
		return []kept{{"leftState", &s.Left.TTL}, {"rightState", &s.Right.TTL}}
	case *jobgraph.MultiJoin:
		out := make([]kept, len(s.Inputs))
		for i := range s.Inputs {
			out[i] = kept{fmt.Sprintf("inputState%d", i), &s.Inputs[i].TTL}
		}
		return out
	case *jobgraph.TemporalJoin:
		return []kept{{"temporalJoinState", &s.TTL}}
	case *jobgraph.Rank:
		return []kept{{"rankState", &s.TTL}}
	case *jobgraph.Deduplicate:
		return []kept{{"deduplicateState", &s.TTL}}
	case *jobgraph.Over:
		return []kept{{"overAggregateState", &s.TTL}}
	case *jobgraph.ChangelogNormalize:
		return []kept{{"changelogNormalizeState", &s.TTL}}
	case *jobgraph.Process:
		if s.User.Stateful {
			return []kept{{"processTableFunctionState", &s.TTL}}
		}
	case *jobgraph.SinkMaterialize:
		return []kept{{"sinkMaterializeState", &s.TTL}}
	}
	return nil
}

// Apply gives the operators of a graph the identities and times of the file.
func (f *File) Apply(g *jobgraph.StreamGraph, duration func(string) (time.Duration, error)) error {
	if len(f.Operators) != len(g.Operators) {
		return fmt.Errorf("the plan has %d operators, and its statement is planned with %d now: %w", len(f.Operators), len(g.Operators), ErrOutdated)
	}
	seen := map[string]int{}
	for i, op := range g.Operators {
		o := &f.Operators[i]
		if o.Name != op.Name || o.Description != op.Description {
			return fmt.Errorf("operator %d of the plan is %s, and the statement makes it %s now: %w", i, o.Description, op.Description, ErrOutdated)
		}
		if at, twice := seen[o.UID]; twice || o.UID == "" {
			return fmt.Errorf("the operators %d and %d of the plan need identities (\"uid\") of their own", at, i)
		}
		seen[o.UID] = i
		op.UID = o.UID
		all := states(op.Spec)
		if len(all) != len(o.State) {
			return fmt.Errorf("operator %d of the plan, %s, lists %d states, and has %d: %w", i, o.Name, len(o.State), len(all), ErrOutdated)
		}
		for k, s := range all {
			ttl, err := duration(o.State[k].TTL)
			if err != nil || ttl < 0 {
				return fmt.Errorf("the \"ttl\" of operator %d of the plan, %s, is \"%s\", but must be a duration such as \"10 min\" or \"0 ms\"", i, o.Name, o.State[k].TTL)
			}
			*s.ttl = ttl
		}
	}
	return nil
}

// ErrOutdated marks a plan that the planner would not make any more.
var ErrOutdated = errors.New("a table has changed since, or another version of flott compiled it; COMPILE PLAN it anew")

// LocalPath is the file that the path of a statement names.
func LocalPath(path string) (string, error) {
	rest, isFile := strings.CutPrefix(path, "file:")
	if isFile {
		return filepath.FromSlash("/" + strings.TrimLeft(rest, "/")), nil
	}
	if scheme, _, found := strings.Cut(path, "://"); found {
		return "", fmt.Errorf("plans are kept in local files, and '%s' is of %s", path, scheme)
	}
	return path, nil
}

// Write puts a plan in its place, whole.
func Write(path string, f *File) error {
	f.Version = Version
	var text bytes.Buffer
	enc := json.NewEncoder(&text)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(f); err != nil {
		return fmt.Errorf("the plan cannot be written: %w", err)
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return fmt.Errorf("the folder of the plan cannot be made: %w", err)
	}
	t, err := os.CreateTemp(filepath.Dir(path), ".plan-*")
	if err != nil {
		return fmt.Errorf("the plan cannot be written: %w", err)
	}
	defer os.Remove(t.Name())
	_, err = t.Write(text.Bytes())
	if err = errors.Join(err, t.Chmod(0o644), t.Close()); err == nil {
		err = os.Rename(t.Name(), path)
	}
	return err
}

// Exists reports whether there is a file.
func Exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// Read reads a plan.
func Read(path string) (*File, error) {
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("there is no plan file '%s'", path)
	}
	if err != nil {
		return nil, fmt.Errorf("the plan file cannot be read: %w", err)
	}
	return Parse(text)
}

// Parse reads the text of a plan.
func Parse(text []byte) (*File, error) {
	var probe struct {
		Flink string `json:"flinkVersion"`
		Flott int    `json:"flottPlan"`
	}
	err := json.Unmarshal(text, &probe)
	switch {
	case err != nil:
		return nil, fmt.Errorf("the plan is no JSON: %w", err)
	case probe.Flink != "":
		return nil, fmt.Errorf("the plan was compiled by Flink %s and consists of its own operators, which flott does not have: give it the SQL of the plan", probe.Flink)
	case probe.Flott == 0:
		return nil, errors.New("the file is no plan: COMPILE PLAN writes one")
	case probe.Flott != Version:
		return nil, fmt.Errorf("the plan is of format %d, and this flott reads format %d: COMPILE PLAN it anew", probe.Flott, Version)
	}
	f := &File{}
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.DisallowUnknownFields()
	if err := dec.Decode(f); err != nil {
		return nil, fmt.Errorf("the plan cannot be read: %w", err)
	}
	return f, nil
}
