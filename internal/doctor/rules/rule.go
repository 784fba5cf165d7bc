// Package rules decides what is wrong with a cluster: pure functions over one
// snapshot, listed in one table (Table). It reads no clock, file or socket.
//
// Contract: a rule gives findings, or nothing (it looked and all is well), or says
// why it could not look. A rule whose Needs are missing from the snapshot is not
// asked at all and is "not assessed".
package rules

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/flottstream/flott/internal/doctor/snapshot"
)

// Severity of a finding.
type Severity uint8

// The severities. Info is advice: it changes neither exit code nor root causes.
const (
	Info Severity = iota
	Warning
	Critical
)

func (s Severity) String() string { return [...]string{"info", "warning", "critical"}[s] }

// Text is a sentence that can be said in several languages: the format is the key.
type Text struct {
	Format string
	Args   []any
	names  *strings.Replacer // keys by the names of the cluster's release; nil: present ones
}

func say(format string, args ...any) Text { return Text{Format: format, Args: args} }

// String is the sentence in English.
func (t Text) String() string { return t.In(t.Format, t.Args) }

// In is the sentence by another format, of another language.
func (t Text) In(format string, args []any) string {
	s := fmt.Sprintf(format, args...)
	if t.names != nil {
		s = t.names.Replace(s)
	}
	return s
}

// Rule is one thing that can be wrong.
type Rule struct {
	ID    string // FLT1xx checkpoints, 2xx back pressure and skew, 3xx time, 4xx cluster, 5xx configuration and Kafka
	Cause string // of the fixed words
	Title string
	// Level is the worst a finding of this rule can be.
	Level Severity
	Needs []snapshot.Part
	// Exactly one of them is set.
	Job     func(c *Case) // asked for every running job
	Cluster func(c *Case) // asked once
	// Symptom rules tell of an effect: their findings head no chain if another
	// finding explains them. Stage orders a chain: 0 cause … 9 the job is gone.
	Symptom  bool
	Stage    int
	Explains []string // rules whose findings this one explains
	Bounded  bool     // asked for batch jobs too
	Stopped  bool     // asked for jobs that do not run, too
	Doc      Doc
}

// Doc is the page of a rule.
type Doc struct {
	Symptom   string // what somebody notices
	Cause     string // what is behind it and why it matters
	See       string // how to see it by hand
	Remedy    string
	Reproduce string
	Source    string
}

// Finding is something that is wrong.
type Finding struct {
	Rule        *Rule
	Cause       string // Rule.Cause unless the finding knows better
	Severity    Severity
	JobID       string
	JobName     string
	Vertex      string // id
	VertexName  string
	Subtask     int // -1: none in particular
	TaskManager string
	Summary     Text
	Evidence    []Text
	Remedy      []Text
	Expect      Text // what to expect from the remedy
}

// NotAssessed is a rule that could not look.
type NotAssessed struct {
	Rule    *Rule
	JobID   string // "": the whole cluster
	JobName string
	Reason  Text
}

// Case is what a rule looks at, and where it leaves what it finds.
type Case struct {
	S *snapshot.Snapshot
	J *snapshot.Job // nil in Rule.Cluster
	L *Load         // how busy the job's vertices are; nil in Rule.Cluster

	rule *Rule
	out  *Diagnosis
}

// found adds a finding about the whole job or cluster.
func (c *Case) found(severity Severity, summary Text) *Finding {
	f := &Finding{Rule: c.rule, Cause: c.rule.Cause, Severity: severity, Subtask: -1, Summary: summary}
	if c.J != nil {
		f.JobID, f.JobName = c.J.ID, c.J.Name
	}
	c.out.Findings = append(c.out.Findings, f)
	return f
}

// notAssessed says why the rule cannot look, although its needs are there.
func (c *Case) notAssessed(format string, args ...any) {
	n := NotAssessed{Rule: c.rule, Reason: say(format, args...)}
	if c.J != nil {
		n.JobID, n.JobName = c.J.ID, c.J.Name
	}
	c.out.NotAssessed = append(c.out.NotAssessed, n)
}

func (f *Finding) at(v *snapshot.Vertex) *Finding {
	if v != nil {
		f.Vertex, f.VertexName = v.ID, v.Name
	}
	return f
}

func (f *Finding) subtask(s *snapshot.Subtask) *Finding {
	if s != nil {
		f.Subtask, f.TaskManager = s.Index, s.TaskManager
	}
	return f
}

func (f *Finding) on(taskManager string) *Finding { f.TaskManager = taskManager; return f }

func (f *Finding) because(format string, args ...any) *Finding {
	f.Evidence = append(f.Evidence, say(format, args...))
	return f
}

func (f *Finding) remedy(format string, args ...any) *Finding {
	f.Remedy = append(f.Remedy, say(format, args...))
	return f
}

func (f *Finding) expect(format string, args ...any) *Finding {
	f.Expect = say(format, args...)
	return f
}

// Diagnosis is what came out.
type Diagnosis struct {
	Findings    []*Finding // worst first
	NotAssessed []NotAssessed
	Assessed    int     // rules that could look, each counted once per job
	Chains      []Chain // root causes, best first
	Health      Health
}

// Table lists all rules by ID.
func Table() []*Rule {
	all := slices.Concat(checkpointRules, checkpointSettingRules, pressureRules, timeRules, clusterRules, memoryRules, settingRules, kafkaRules, historyRules, kubernetesRules,
		checkpointLimitRules, storeRules, clockRules, processRules)
	out := make([]*Rule, len(all))
	for i := range all {
		out[i] = &all[i]
	}
	slices.SortFunc(out, func(a, b *Rule) int {
		if a.ID < b.ID {
			return -1
		}
		return 1
	})
	return out
}

// Diagnose asks all rules.
func Diagnose(s *snapshot.Snapshot) *Diagnosis { return DiagnoseWith(s, Table()) }

// DiagnoseWith asks some rules.
func DiagnoseWith(s *snapshot.Snapshot, table []*Rule) *Diagnosis {
	d := &Diagnosis{}
	loads := make([]*Load, len(s.Jobs))
	for i := range s.Jobs {
		loads[i] = measure(s, &s.Jobs[i])
	}
	for _, r := range table {
		if r.Cluster != nil {
			d.ask(&Case{S: s, rule: r, out: d}, r.Cluster)
			continue
		}
		if reason, ok := s.Missing[snapshot.Jobs]; ok && len(s.Jobs) == 0 {
			d.NotAssessed = append(d.NotAssessed, NotAssessed{Rule: r, Reason: say("%s: %s", snapshot.Jobs, reason)})
			continue
		}
		for i := range s.Jobs {
			j := &s.Jobs[i]
			if !r.Bounded && j.Type == "BATCH" || !r.Stopped && j.State != "RUNNING" {
				continue
			}
			d.ask(&Case{S: s, J: j, L: loads[i], rule: r, out: d}, r.Job)
		}
	}
	slices.SortStableFunc(d.Findings, func(a, b *Finding) int { return int(b.Severity) - int(a.Severity) })
	d.rename(s.Version)
	d.Chains = chains(s, d.Findings)
	d.Health = health(d)
	return d
}

// ask asks one rule, unless what it needs is missing.
func (d *Diagnosis) ask(c *Case, rule func(*Case)) {
	for _, part := range c.rule.Needs {
		reason, missing := c.S.Missing[part]
		if c.J != nil && !missing {
			reason, missing = c.J.Missing[part]
		}
		if missing {
			c.notAssessed("%s: %s", part, reason)
			return
		}
	}
	before := len(d.NotAssessed)
	rule(c)
	if len(d.NotAssessed) == before {
		d.Assessed++
	}
}

// Worst is the worst severity of all findings; ok is false if there are none.
func (d *Diagnosis) Worst() (worst Severity, ok bool) {
	for _, f := range d.Findings {
		worst, ok = max(worst, f.Severity), true
	}
	return worst, ok
}

// The figures of reports: percentages, durations and sizes as people read them.

func pct(share float64) string { return fmt.Sprintf("%.0f %%", 100*share) }

func dur(d time.Duration) string {
	switch {
	case d >= 10*time.Minute:
		return fmt.Sprintf("%.0f min", d.Minutes())
	case d >= time.Minute:
		return fmt.Sprintf("%.1f min", d.Minutes())
	case d >= time.Second:
		return fmt.Sprintf("%.1f s", d.Seconds())
	}
	return fmt.Sprintf("%d ms", d.Milliseconds())
}

// value is a duration as Flink's configuration takes it: whole numbers only.
func value(d time.Duration) string {
	switch {
	case d >= time.Minute && d%time.Minute == 0:
		return fmt.Sprintf("%d min", d/time.Minute)
	case d >= time.Second:
		return fmt.Sprintf("%d s", (d+time.Second-1)/time.Second)
	}
	return fmt.Sprintf("%d ms", max(d.Milliseconds(), 1))
}

func size(n int64) string {
	switch {
	case n >= 1<<30:
		return fmt.Sprintf("%.1f GiB", float64(n)/(1<<30))
	case n >= 1<<20:
		return fmt.Sprintf("%.1f MiB", float64(n)/(1<<20))
	case n >= 1<<10:
		return fmt.Sprintf("%.1f KiB", float64(n)/(1<<10))
	}
	return fmt.Sprintf("%d B", n)
}

func rate(v float64) string {
	switch {
	case v >= 1e6:
		return fmt.Sprintf("%.1f M/s", v/1e6)
	case v >= 1e4:
		return fmt.Sprintf("%.0f k/s", v/1e3)
	case v >= 10:
		return fmt.Sprintf("%.0f/s", v)
	}
	return fmt.Sprintf("%.1f/s", v)
}

// shortName clips a task's name, which can be hundreds of letters long.
func shortName(name string) string {
	if r := []rune(name); len(r) > 60 {
		return string(r[:57]) + "…"
	}
	return name
}
