package session

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/cockroachdb/datadriven"
	"github.com/flottstream/flott/internal/connector"
	"github.com/flottstream/flott/internal/format"
	"github.com/flottstream/flott/internal/sql/diag"
	"github.com/flottstream/flott/internal/sql/parser"
	"github.com/flottstream/flott/internal/sql/plan"
)

// settings is a Config of three known keys.
type settings map[string]string

var defaults = map[string]string{"execution.runtime-mode": "STREAMING", "table.local-time-zone": "UTC", "pipeline.name": ""}

func (s settings) Set(key, value string) error {
	if _, ok := defaults[key]; !ok {
		return fmt.Errorf("unknown configuration key '%s'", key)
	}
	s[key] = value
	return nil
}

func (s settings) Reset(key string) {
	if key == "" {
		clear(s)
	}
	delete(s, key)
}

func (s settings) List() [][2]string {
	var out [][2]string
	for _, k := range sortedKeys(s) {
		out = append(out, [2]string{k, s[k]})
	}
	return out
}

func (s settings) Text(key string) string {
	if v, ok := s[key]; ok {
		return v
	}
	return defaults[key]
}

// tables is a connector whose tables are unbounded if their option says so.
type tables struct{ name string }

func (t tables) Name() string { return t.name }

func (t tables) Source(_ *connector.Env, s *connector.Scan) (connector.Source, error) {
	o := connector.NewOptions(t.name, s.Table.Options)
	src := source{unbounded: o.Bool("unbounded", false)}
	return src, o.Done()
}

func (t tables) Sink(_ *connector.Env, target *connector.Target) (connector.Sink, error) {
	o := connector.NewOptions(t.name, target.Table.Options)
	o.Bool("unbounded", false)
	return sink{}, o.Done()
}

type source struct {
	connector.Source
	unbounded bool
}

func (s source) Abilities() connector.Abilities { return connector.Abilities{Bounded: !s.unbounded} }

type sink struct{ connector.Sink }

func (sink) Changelog() format.Changelog { return format.AllKinds }

// plans explains by the relations as bound.
type plans struct{}

func (plans) Explain(roots []plan.Node, details []string) (string, error) {
	var out []string
	for _, r := range roots {
		out = append(out, plan.Format(r))
	}
	return strings.Join(append(out, details...), "\n"), nil
}

func newSession() *Session {
	return New(settings{}, map[string]connector.Factory{"test": tables{"test"}}, &connector.Env{}, plans{})
}

// host writes down what it is asked for.
type host struct {
	log     strings.Builder
	fail    string // a job of this sink fails
	running int
}

func (h *host) Show(r *Result) error {
	if r.Columns == nil {
		h.log.WriteString("OK\n")
		return nil
	}
	h.log.WriteString(strings.Join(r.Columns.Names(), " | ") + "\n")
	for _, row := range r.Rows {
		fields := make([]string, len(row))
		for i, f := range row {
			fields[i] = "<NULL>"
			if f != nil {
				fields[i] = *f
			}
		}
		h.log.WriteString(strings.Join(fields, " | ") + "\n")
	}
	return nil
}

func (h *host) Start(ctx context.Context, r *Result) (Execution, error) {
	names := []string{}
	for _, root := range r.Job.Roots {
		if s, ok := root.(*plan.Sink); ok {
			names = append(names, s.Table.Name)
		} else {
			names = append(names, "collect")
		}
	}
	name := strings.Join(names, ",")
	fmt.Fprintf(&h.log, "start %s bounded=%v\n", name, r.Job.Bounded)
	return &job{ctx: ctx, bounded: r.Job.Bounded, fails: strings.HasSuffix(name, h.fail) && h.fail != ""}, nil
}

// job ends at once if it is bounded, else when it is cancelled.
type job struct {
	ctx     context.Context
	bounded bool
	fails   bool
}

func (j *job) Wait() error {
	switch {
	case j.fails:
		return errors.New("the sink broke")
	case !j.bounded:
		<-j.ctx.Done()
		return context.Cause(j.ctx)
	}
	return nil
}

// TestStories runs testdata. "exec" carries out statements one by one, as a
// client that sends one at a time; "script" runs a script over a host, and
// cancels it, if asked to, when it has nothing more to do by itself.
func TestStories(t *testing.T) {
	datadriven.Walk(t, "testdata/stories", func(t *testing.T, path string) {
		s := newSession()
		datadriven.RunTest(t, path, func(t *testing.T, d *datadriven.TestData) string {
			h := &host{}
			switch d.Cmd {
			case "exec":
				if err := execute(s, d.Input, h); err != nil {
					h.log.WriteString(diag.Render(d.Input, err) + "\n")
				}
			case "script":
				d.MaybeScanArgs(t, "fail", &h.fail)
				ctx, cancel := context.WithCancelCause(context.Background())
				if d.HasArg("cancelled") {
					cancel(errors.New("stopped by the user"))
				}
				if err := s.Run(ctx, d.Input, h); err != nil {
					h.log.WriteString(diag.Render(d.Input, err) + "\n")
				}
				cancel(nil)
			default:
				t.Fatalf("unknown command %s", d.Cmd)
			}
			return h.log.String()
		})
	})
}

func execute(s *Session, src string, h *host) error {
	stmts, err := parser.ParseScript(src)
	if err != nil {
		return err
	}
	for _, stmt := range stmts {
		r, err := s.Execute(src, stmt)
		if err != nil {
			return err
		}
		switch {
		case r.Quit:
			h.log.WriteString("quit\n")
		case r.Job != nil:
			_, err = h.Start(context.Background(), r)
		default:
			err = h.Show(r)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
