package cluster

import (
	"errors"
	"regexp"
	"strings"

	"github.com/flottstream/flott/internal/flinkgateway"
	"github.com/flottstream/flott/internal/sql/ast"
	"github.com/flottstream/flott/internal/sql/diag"
)

// Refused is a mistake in the user's text that Flink found.
type Refused struct {
	At      *diag.Error
	Failure *flinkgateway.Failure
}

// Error is what Flink said and where.
func (r *Refused) Error() string { return r.At.Error() }

// Unwrap returns both.
func (r *Refused) Unwrap() []error { return []error{r.At, r.Failure} }

// failed puts what Flink refused where it is in the script.
func (t sentText) failed(script string, err error) error {
	var f *flinkgateway.Failure
	if !errors.As(err, &f) {
		return err
	}
	sentence, more := f.Sentence()
	if about, _, ok := strings.Cut(sentence, " The physical plan is:"); ok {
		sentence, more = strings.TrimSuffix(about, "."), ""
	}
	d := &diag.Error{Pos: t.pos, End: t.pos + len(firstWord(t.text)), Msg: sentence, Hint: hint(sentence, more)}
	if t.extra > 0 {
		d.End = d.Pos
	}
	if p, ok := f.Place(); ok {
		from, to := p.Range(t.text)
		d.Pos, d.End = t.back(from), t.back(to)
	}
	d.End = min(d.End, len(script))
	d.Locate(script)
	return &Refused{d, f}
}

// back is the offset in the script of one in the text.
func (t sentText) back(offset int) int { return t.pos + max(0, offset-t.extra) }

var (
	factory  = regexp.MustCompile(`Could not find any (?:format )?factor(?:y|ies) for identifier '([^']*)'`)
	resource = "Could not acquire the minimum required resources"
)

// hint is how to mend it, or what Flink said more.
func hint(sentence, more string) string {
	if m := factory.FindStringSubmatch(sentence); m != nil {
		names := ""
		if _, list, ok := strings.Cut(more, "are:"); ok {
			names = "; it has " + strings.Join(strings.Fields(list), ", ")
		}
		return "this cluster has no '" + m[1] + "': put its jar into Flink's lib folder, or ADD JAR '…'" + names
	}
	if strings.Contains(sentence, resource) {
		return "the cluster has too few free slots: a smaller -p, or more TaskManagers"
	}
	if more = strings.Join(strings.Fields(more), " "); len(more) > hintMax {
		return "" // a plan, a list of all there is
	}
	return more
}

// hintMax is how long a text of Flink's is still a hint.
const hintMax = 300

// jobFailed is why a job failed, in words.
func jobFailed(err error) error {
	var f *flinkgateway.Failure
	if !errors.As(err, &f) {
		return err
	}
	sentence, more := f.Sentence()
	if h := hint(sentence, more); h != "" && (strings.Contains(sentence, resource) || factory.MatchString(sentence)) {
		sentence += "; " + h
	}
	return &refusal{sentence, f}
}

// jobName is Flink's name of the job of an INSERT, without the catalog.
func jobName(node ast.Statement) string {
	var names []string
	add := func(n ast.Name) { names = append(names, n.Last().Name) }
	switch x := node.(type) {
	case *ast.Insert:
		add(x.Table)
	case *ast.StatementSet:
		for _, i := range x.Inserts {
			add(i.Table)
		}
	case *ast.CreateTable:
		add(x.Name)
	default:
		return "job"
	}
	return "insert-into_" + strings.Join(names, ",")
}
