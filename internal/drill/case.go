package drill

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/flottstream/flott/internal/doctor"
	"github.com/flottstream/flott/internal/doctor/flinkrest"
)

// Case is a job with a fault in it, or a healthy one, for the doctor's corpus. Its
// file is SQL whose first lines say how it is run:
//
//	-- expect: data-skew          causes; "none" for a healthy job
//	-- on: flott flink            engines, both if left out
//	-- after: 30s                 when to look
//	-- do: block-storage 8s       what is done to it after a while: block-storage,
//	                              fill-storage, narrow-broker, cut-broker, throttle, kill-taskmanager,
//	                              freeze-taskmanager, savepoint
//	-- cluster: key=value         setting of Flink's cluster, which is then its own
//	-- env: FLINK_SLOTS=4         variable of scripts/flink for that cluster
//	-- main: flott.Jobs skew p=2  a job of the DataStream API with arguments; the SQL has only SET then
//	-- tuned: no                  no rule was changed for it
//	-- work: flott=20000 flink=400 what {work} stands for: Flink needs far longer for the same
//
// {broker} is a Kafka broker, {dir} a folder of the case; folders below it that the
// SQL names are there and empty.
type Case struct {
	Name    string
	SQL     string
	Expect  []string
	On      []Engine
	After   time.Duration
	Do      string
	DoAfter time.Duration
	Cluster []string
	Env     []string
	Main    []string // class and arguments
	Tuned   bool
	Work    map[Engine]string
}

// ReadCase reads a case from its file.
func ReadCase(path string) (*Case, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	c := &Case{Name: strings.TrimSuffix(filepath.Base(path), ".sql"), SQL: string(text), On: everywhere, After: 30 * time.Second, Tuned: true}
	said := false
	for line := range strings.Lines(c.SQL) {
		key, value, ok := strings.Cut(strings.TrimPrefix(strings.TrimSpace(line), "-- "), ":")
		if !strings.HasPrefix(line, "-- ") || !ok {
			continue
		}
		value = strings.TrimSpace(value)
		switch key {
		case "expect":
			said = true
			if value != "none" {
				c.Expect = strings.Fields(strings.ReplaceAll(value, ",", " "))
			}
		case "on":
			c.On = nil
			for _, e := range strings.Fields(value) {
				c.On = append(c.On, Engine(e))
			}
		case "after":
			c.After, err = time.ParseDuration(value)
		case "do":
			what, when, _ := strings.Cut(value, " ")
			c.Do = what
			c.DoAfter, err = time.ParseDuration(when)
		case "cluster":
			c.Cluster = append(c.Cluster, value)
		case "env":
			c.Env = append(c.Env, strings.Fields(value)...)
		case "main":
			c.Main = strings.Fields(value)
		case "work":
			c.Work = map[Engine]string{}
			for _, w := range strings.Fields(value) {
				e, n, _ := strings.Cut(w, "=")
				c.Work[Engine(e)] = n
			}
		case "tuned":
			c.Tuned = value != "no"
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %s: %w", path, key, err)
		}
	}
	if !said {
		return nil, fmt.Errorf("%s: no line `-- expect:`", path)
	}
	return c, nil
}

// Stage is where cases are played: an engine that one after the other runs on.
type Stage struct {
	Options Options
	Jars    string // for Flink's class path, colon-separated
	dir     string
	flink   *flinkEngine
	cluster string // settings of that Flink
}

// NewStage makes a stage. Close it.
func NewStage(o Options, jars string) (*Stage, error) {
	dir, err := os.MkdirTemp("", "flott-cases-")
	return &Stage{Options: o, Jars: jars, dir: dir}, err
}

// Close ends what the stage started.
func (s *Stage) Close() {
	if s.flink != nil {
		s.flink.close()
	}
	_ = os.RemoveAll(s.dir)
}

// Play runs a case and keeps what the cluster says then in a bundle.
func (s *Stage) Play(ctx context.Context, c *Case, bundle string) (err error) {
	dir := filepath.Join(s.dir, c.Name)
	if err := os.MkdirAll(filepath.Join(dir, "checkpoints"), 0o755); err != nil {
		return err
	}
	l := &Lab{Options: s.Options, drill: &Drill{Name: c.Name}, dir: dir, say: func(string, ...any) {}}
	defer func() { err = errors.Join(err, l.mendAll(ctx)) }()
	if strings.Contains(c.SQL, "{broker}") {
		if l.in, err = newBroker("orders", 2); err != nil {
			return err
		}
		defer l.in.close()
	}
	script, err := s.script(c, l)
	if err != nil {
		return err
	}
	begun := time.Now()
	if err := s.start(ctx, c, l, script); err != nil {
		return err
	}
	defer l.engine.halt(context.WithoutCancel(ctx)) //nolint:errcheck // it may have ended by itself
	wait := c.After
	if c.Do != "" {
		if err := pause(ctx, c.DoAfter); err != nil {
			return err
		}
		wait -= c.DoAfter
		if err := l.spoil(ctx, c.Do, script); err != nil {
			return err
		}
	}
	if err := pause(ctx, wait); err != nil {
		return err
	}
	return s.keep(ctx, c, l, begun, bundle)
}

var folder = regexp.MustCompile(`\{dir\}/([\w\-]+)`)

// script puts the places into the SQL.
func (s *Stage) script(c *Case, l *Lab) (string, error) {
	for _, m := range folder.FindAllStringSubmatch(c.SQL, -1) {
		if err := os.MkdirAll(filepath.Join(l.dir, m[1]), 0o755); err != nil {
			return "", err
		}
	}
	text := strings.ReplaceAll(c.SQL, "{dir}", "file://"+l.dir)
	text = strings.ReplaceAll(text, "{work}", c.Work[s.Options.Engine])
	if l.in != nil {
		text = strings.ReplaceAll(text, "{broker}", l.in.Proxy.Address())
	}
	return fmt.Sprintf("SET 'execution.checkpointing.dir' = 'file://%s';\nSET 'pipeline.name' = '%s';\n", l.checkpoints(), c.Name) + text, nil
}

// start starts the case; its job may fail or never run, as its fault has it.
func (s *Stage) start(ctx context.Context, c *Case, l *Lab, script string) (err error) {
	if s.Options.Engine == Flott {
		f, err := newFlott(s.Options.Flott, l.dir)
		if err != nil {
			return err
		}
		l.engine = f
		if err = f.launch(script, false); err != nil {
			return err
		}
		return until(ctx, 20*time.Second, 100*time.Millisecond, func() bool { list, err := jobs(ctx, f.url()); return err == nil && len(list) > 0 })
	}
	if want := strings.Join(c.Cluster, " ") + strings.Join(c.Env, " ") + c.Do; s.flink == nil || want != s.cluster {
		if s.flink != nil {
			s.flink.close()
		}
		o := s.Options
		if s.flink, err = newFlinkWith(ctx, o, l.dir, s.Jars, c.Cluster, c.Env...); err != nil {
			return err
		}
		s.cluster = want
	}
	l.engine = s.flink
	if c.Main != nil {
		return s.flink.submitMain(ctx, c.Main, script)
	}
	return s.flink.submit(ctx, script)
}

// spoil does what a case wants done.
func (l *Lab) spoil(ctx context.Context, what, script string) error {
	pids := l.engine.processes()
	f, _ := l.engine.(*flinkEngine)
	switch what {
	case "block-storage":
		return l.blockFolders()
	case "fill-storage":
		return l.fillFolder(ctx, 1<<20)
	case "savepoint":
		return f.again(ctx, script)
	case "narrow-broker":
		return l.in.Proxy.Narrow(3 << 10)
	case "cut-broker":
		l.in.Proxy.Cut()
		return nil
	case "throttle":
		return l.throttle(pids, 10)
	case "kill-taskmanager":
		return f.killSecond()
	case "freeze-taskmanager":
		return l.freeze(pids[len(pids)-1:])
	}
	return fmt.Errorf("case %s: there is no action %q", l.drill.Name, what)
}

// keep writes the bundle, without names of this machine.
func (s *Stage) keep(ctx context.Context, c *Case, l *Lab, begun time.Time, path string) error {
	list, err := jobs(ctx, l.engine.url())
	if err != nil {
		return fmt.Errorf("case %s: the cluster does not answer: %w", c.Name, err)
	}
	job := ""
	for _, j := range list { // jobs that only prepare have another name
		if j.Name == c.Name && (job == "" || j.State != "CANCELED") {
			job = j.ID
		}
	}
	if job == "" {
		return fmt.Errorf("case %s: there is no job of that name; there are %v", c.Name, list)
	}
	f, err := os.Create(path + ".part")
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	err = doctor.Collect(ctx, doctor.Sources{Access: flinkrest.Access{URL: l.engine.url()}, Job: job}, "corpus", c.Expect, f)
	if err = errors.Join(err, f.Close()); err != nil {
		return err
	}
	host, _ := os.Hostname() // "" if nobody knows
	names := []string{l.dir, "/data/case", s.dir, "/data"}
	defer func() { _ = os.Remove(path + ".part") }()
	if home, err := os.UserHomeDir(); err == nil && len(home) > 1 {
		names = append(names, home, "/home/flink")
	}
	if len(host) > 3 {
		names = append(names, host, "host")
	}
	names = append(names, os.TempDir()+"/", "/data/tmp/")
	return neutralise(path+".part", path, strings.NewReplacer(names...), begun)
}

// On reports whether a case can be played on an engine.
func (c *Case) Plays(e Engine) bool { return slices.Contains(c.On, e) }

func (c *Case) String() string {
	return c.Name + ": " + strconv.Quote(strings.Join(c.Expect, ", "))
}
