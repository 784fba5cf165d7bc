package drill

import (
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/flottstream/flott/internal/doctor"
	"github.com/flottstream/flott/internal/doctor/flinkrest"
	"github.com/flottstream/flott/internal/doctor/rules"
)

// Options say where a drill happens.
type Options struct {
	Engine Engine
	// Target is the address of a cluster that is not ours; "": a job of our own.
	Target string
	Job    string // of the target: id, prefix of one, or name; "": all
	Access flinkrest.Access
	Flott  string // program, for a job of our own on flott
	Script string // scripts/flink, for a Flink of our own
	Port   int    // of that Flink; 0: 8481
	// PIDs are processes of the target that may be broken.
	PIDs []int
	// Toxiproxy is the address of one that the target's connections go through,
	// and Proxy the name of that proxy in it.
	Toxiproxy, Proxy string
	// NameWithin and ClearWithin are how long the doctor may take.
	NameWithin, ClearWithin time.Duration
	Record                  string         // keep a bundle of the cluster here when the cause is named
	Say                     func(s string) // progress; nil: none
}

// Outcome is what became of a drill.
type Outcome struct {
	Drill    string   `json:"drill"`
	Engine   Engine   `json:"engine"`
	Target   string   `json:"target,omitempty"`
	Expected []string `json:"expected"`
	OK       bool     `json:"ok"` // named, and not any more after mending
	Named    string   `json:"named,omitempty"`
	Summary  string   `json:"summary,omitempty"` // what the doctor said
	First    bool     `json:"first"`             // as the first of the causes
	// Others are causes that were named beside it.
	Others    []string `json:"others"`
	Before    []string `json:"before"` // causes named before the fault
	Detection float64  `json:"detection_seconds,omitempty"`
	// Repair is from the fault until the doctor no longer names it.
	Repair  float64 `json:"mttr_seconds,omitempty"`
	Cleared bool    `json:"cleared"`
	Rows    *Rows   `json:"rows,omitempty"` // not there: the job does not tell
	Problem string  `json:"problem,omitempty"`
}

// diagnosis is what the doctor says: causes of root findings, first first.
type diagnosis struct {
	causes    []string
	summaries []string
}

// unreachable is the cause that stands for a cluster that does not answer.
const unreachable = "unreachable"

// ask asks the doctor once.
func (l *Lab) ask(ctx context.Context) (diagnosis, error) {
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	access := l.Options.Access
	access.URL = l.engine.url()
	snap, err := doctor.Examine(ctx, doctor.Sources{Access: access, Job: l.Options.Job})
	if f, ours := l.engine.(*flinkEngine); err != nil && ours { // what a user would do
		if told, fail := doctor.Examine(ctx, doctor.Sources{Logs: []string{f.logs()}}); fail == nil {
			snap, err = told, nil
		}
	}
	if err != nil {
		var op *net.OpError
		if errors.As(err, &op) || errors.Is(err, syscall.ECONNREFUSED) || strings.Contains(err.Error(), "refused") {
			return diagnosis{[]string{unreachable}, []string{err.Error()}}, nil
		}
		return diagnosis{}, err
	}
	var d diagnosis
	for _, c := range rules.Diagnose(snap).Chains {
		d.causes = append(d.causes, c.Root.Cause)
		d.summaries = append(d.summaries, c.Root.Summary.String())
	}
	return d, nil
}

// find returns the place of what the drill expects among the causes, -1 if none.
func (d *Drill) find(causes []string) int {
	if i := slices.Index(causes, d.Cause); i >= 0 {
		return i
	}
	return slices.IndexFunc(causes, d.names)
}

// again is how often the doctor is asked.
const again = 1500 * time.Millisecond

// Run does a drill. The error says that it could not be done; that the doctor
// named nothing is an outcome.
func Run(ctx context.Context, d *Drill, o Options) (out *Outcome, err error) {
	l := &Lab{Options: o, drill: d, say: func(format string, args ...any) {
		if o.Say != nil {
			o.Say(fmt.Sprintf(format, args...))
		}
	}}
	out = &Outcome{Drill: d.Name, Engine: o.Engine, Target: o.Target, Expected: append([]string{d.Cause}, d.Also...), Others: []string{}, Before: []string{}}
	defer l.close()
	defer func() { err = errors.Join(err, l.mendAll(ctx)) }() // first of all, whatever happens
	inject, err := l.prepare(ctx)
	if err != nil {
		return nil, err
	}
	before, err := l.calm(ctx)
	if err != nil {
		return nil, err
	}
	out.Before = append(out.Before, before...)
	l.say("injecting: %s", d.Title)
	start := time.Now()
	if err := inject(ctx, l); err != nil {
		return nil, err
	}
	named, err := l.awaitNamed(ctx, out, start)
	if err != nil {
		return nil, err
	}
	if err := l.mendAll(ctx); err != nil {
		return nil, err
	}
	if named {
		if err := l.awaitCleared(ctx, out, start); err != nil {
			return nil, err
		}
	}
	l.say("counting rows")
	if out.Rows, err = l.settle(ctx); err != nil {
		return nil, err
	}
	out.OK = named && out.Cleared
	return out, nil
}

// prepare starts the job or looks at the target, and returns what breaks it.
func (l *Lab) prepare(ctx context.Context) (func(context.Context, *Lab) error, error) {
	d := l.drill
	if l.Options.Target != "" {
		if d.Abroad == nil {
			return nil, &RefusedError{d.Name, "on a cluster that is not its own, because " + d.Why}
		}
		l.engine = &foreign{l.Options.Target, l.Options.PIDs}
		if _, err := jobs(ctx, l.Options.Target); err != nil {
			return nil, fmt.Errorf("the target does not answer: %w", err)
		}
		return d.Abroad, nil
	}
	if !slices.Contains(d.On, l.Options.Engine) {
		return nil, &RefusedError{d.Name, fmt.Sprintf("on %s, because %s", l.Options.Engine, d.Why)}
	}
	return d.Break, l.open(ctx)
}

// calm waits until the doctor does not name the drill's cause, and some more, so
// that there are figures of a healthy job. It returns the causes that are there.
func (l *Lab) calm(ctx context.Context) (causes []string, err error) {
	l.say("waiting until the doctor sees a healthy job")
	quiet := 0
	err = until(ctx, 90*time.Second, 2*time.Second, func() bool {
		d, err := l.ask(ctx)
		if err != nil {
			return false
		}
		causes = d.causes
		if l.drill.find(d.causes) < 0 {
			quiet++
		} else {
			quiet = 0
		}
		return quiet >= 4
	})
	if errors.Is(err, errLate) {
		if l.drill.find(causes) >= 0 {
			return nil, &RefusedError{l.drill.Name, "the doctor names " + strings.Join(causes, ", ") + " before anything was broken"}
		}
		return causes, nil
	}
	return causes, err
}

func (l *Lab) awaitNamed(ctx context.Context, out *Outcome, start time.Time) (bool, error) {
	l.say("waiting until the doctor names %s", l.drill.Cause)
	var last diagnosis
	err := until(ctx, l.Options.NameWithin, again, func() bool {
		d, err := l.ask(ctx)
		if err != nil {
			return false
		}
		last = d
		return l.drill.find(d.causes) >= 0
	})
	at := l.drill.find(last.causes)
	for i, c := range last.causes {
		if i != at && !slices.Contains(out.Others, c) {
			out.Others = append(out.Others, c)
		}
	}
	if rec := l.record(ctx); rec != nil {
		return false, rec
	}
	if err != nil && !errors.Is(err, errLate) {
		return false, err
	}
	if at < 0 {
		out.Problem = fmt.Sprintf("the doctor did not name it within %s", l.Options.NameWithin)
		return false, nil
	}
	out.Detection = time.Since(start).Seconds()
	out.Named, out.Summary, out.First = last.causes[at], last.summaries[at], at == 0
	l.say("named after %.1f s: %s", out.Detection, out.Summary)
	return true, nil
}

// recovered reports whether the job runs and has completed two checkpoints since.
func (l *Lab) recovered(ctx context.Context, since time.Time) bool {
	list, err := jobs(ctx, l.engine.url())
	if err != nil {
		return false
	}
	for _, j := range list {
		if j.State != "RUNNING" || j.Tasks.Running < j.Tasks.Total || l.Options.Job != "" && j.Name != l.Options.Job && !strings.HasPrefix(j.ID, l.Options.Job) {
			continue
		}
		var w struct {
			History []struct {
				Status    string `json:"status"`
				Triggered int64  `json:"trigger_timestamp"`
			} `json:"history"`
		}
		if getJSON(ctx, l.engine.url()+"/jobs/"+j.ID+"/checkpoints", &w) != nil {
			return false
		}
		n := 0
		for _, c := range w.History {
			if c.Status == "COMPLETED" && c.Triggered > since.UnixMilli() {
				n++
			}
		}
		return n >= 2
	}
	return false
}

func (l *Lab) awaitCleared(ctx context.Context, out *Outcome, start time.Time) error {
	mended := time.Now()
	l.say("waiting until the doctor no longer names it")
	err := until(ctx, l.Options.ClearWithin, again, func() bool {
		d, err := l.ask(ctx)
		return err == nil && (l.drill.find(d.causes) < 0 || l.drill.Lasting && l.recovered(ctx, mended))
	})
	if errors.Is(err, errLate) {
		out.Problem = fmt.Sprintf("the doctor still names it %s after it was mended", l.Options.ClearWithin)
		return nil
	}
	if err != nil {
		return err
	}
	out.Cleared, out.Repair = true, time.Since(start).Seconds()
	return nil
}
