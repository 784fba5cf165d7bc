package main

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"slices"
	"strings"
	"sync"
)

// failure says how an expression has no value.
type failure string

const (
	refused  failure = "refused" // by the parser, the validator or the planner
	failed   failure = "failed"  // while the job ran
	noAnswer failure = "no answer"
)

// answer is what an engine says to an expression.
type answer struct {
	Type    string   `json:",omitempty"`
	Rows    []string `json:",omitempty"` // in the order of the texts
	Failure failure  `json:",omitempty"`
	Text    string   `json:",omitempty"` // of the failure
}

func (a answer) String() string {
	if a.Failure != "" {
		return string(a.Failure) + ": " + strings.ReplaceAll(a.Text, "\n", " ")
	}
	return strings.Join(a.Rows, " ; ") + "   " + a.Type
}

// equal leaves the texts of failures out, and nullability, which Flink loses in folding. What Flink's planner computes and
// fails at counts as failed, and so does a job that always fails and is refused before it runs.
func (a answer) equal(b answer) bool {
	if a.Failure != "" || b.Failure != "" {
		return a.Failure == b.Failure || a.Failure == refused && !atLine.MatchString(a.Text) && b.Failure == failed ||
			a.Failure == failed && b.Failure == refused
	}
	bare := func(t string) string { return strings.ReplaceAll(t, " NOT NULL", "") }
	return bare(a.Type) == bare(b.Type) && slices.Equal(a.Rows, b.Rows)
}

// answers are Flink's, by query.
type answers struct {
	file string
	mu   sync.Mutex
	all  map[string]answer
}

func openAnswers(file string) (*answers, error) {
	a := &answers{file: file, all: make(map[string]answer)}
	if file == "" {
		return a, nil
	}
	text, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return a, nil
	}
	if err != nil {
		return nil, err
	}
	return a, json.Unmarshal(text, &a.all)
}

func answerKey(p pack, x string) string {
	return p.settings["execution.runtime-mode"] + p.note() + " " + x + " FROM " + p.from
}

func (a *answers) get(p pack, x string) (answer, bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	known, ok := a.all[answerKey(p, x)]
	return known, ok
}

func (a *answers) put(p pack, x string, of answer) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.all[answerKey(p, x)] = of
}

func (a *answers) save() error {
	if a.file == "" {
		return nil
	}
	text, err := json.MarshalIndent(a.all, "", " ")
	if err != nil {
		return err
	}
	return os.WriteFile(a.file, text, 0o644)
}
