package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"os/signal"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/spf13/pflag"

	"github.com/flottstream/flott/internal/config"
	"github.com/flottstream/flott/internal/flinkgateway"
	"github.com/flottstream/flott/internal/shell/cluster"
	"github.com/flottstream/flott/internal/shell/engine"
	"github.com/flottstream/flott/internal/sql/diag"
	"github.com/flottstream/flott/internal/tableau"
	"github.com/flottstream/flott/internal/types"
)

// targetFlags say on which cluster statements run; an empty URL is this process.
type targetFlags struct {
	url  string
	rest string
	ca   string
	cert string
	key  string
}

func (t *targetFlags) add(flags *pflag.FlagSet) {
	flags.StringVar(&t.url, "target", "", "`flink://HOST:PORT` of the SQL gateway of a Flink cluster to run on; flinks:// for TLS")
	flags.StringVar(&t.rest, "target-rest", "", "`HOST:PORT` of the cluster's JobManager, for progress and causes (where the cluster's configuration says)")
	flags.StringVar(&t.ca, "target-ca", "", "PEM `FILE` with the authority of the gateway's certificate")
	flags.StringVar(&t.cert, "target-cert", "", "PEM `FILE` with the client's certificate, for mutual TLS")
	flags.StringVar(&t.key, "target-key", "", "PEM `FILE` with its key")
}

// unused refuses flags that mean nothing without a cluster.
func (t *targetFlags) unused() error {
	for _, f := range [][2]string{{"--target-rest", t.rest}, {"--target-ca", t.ca}, {"--target-cert", t.cert}, {"--target-key", t.key}} {
		if f[1] != "" {
			return usageError{fmt.Errorf("%s says something about a cluster, but there is no --target", f[0])}
		}
	}
	return nil
}

// gatewayPort is Flink's default.
const gatewayPort = "8083"

// address is that of the gateway, as an http URL, and the user that the target names.
func (t *targetFlags) address() (string, *url.Userinfo, error) {
	wrong := func() (string, *url.Userinfo, error) {
		return "", nil, usageError{fmt.Errorf("--target %s: expected flink://HOST:PORT, the address of a SQL gateway, or flinks://HOST:PORT if it speaks TLS", t.url)}
	}
	u, err := url.Parse(t.url)
	if err != nil || u.Hostname() == "" || u.RawQuery != "" || u.Fragment != "" {
		return wrong()
	}
	switch u.Scheme {
	case "flink":
		u.Scheme = "http"
	case "flinks":
		u.Scheme = "https"
	default:
		return wrong()
	}
	if u.Port() == "" {
		u.Host = net.JoinHostPort(u.Hostname(), gatewayPort)
	}
	user := u.User
	u.User = nil
	return u.String(), user, nil
}

// dial connects to the gateway. Secrets come from the environment: a command line is seen by others.
func (t *targetFlags) dial(ctx context.Context) (*flinkgateway.Client, error) {
	address, user, err := t.address()
	if err != nil {
		return nil, err
	}
	o := flinkgateway.Options{
		Token: os.Getenv("FLOTT_TARGET_TOKEN"), User: os.Getenv("FLOTT_TARGET_USER"), Password: os.Getenv("FLOTT_TARGET_PASSWORD"),
		CA: t.ca, Cert: t.cert, Key: t.key,
	}
	if user != nil {
		o.User = user.Username()
		if p, ok := user.Password(); ok {
			o.Password = p
		}
	}
	return flinkgateway.DialWith(ctx, address, o)
}

// properties are the keys that flags set, for the cluster to judge.
func (f *runFlags) properties(warn func(string)) (map[string]string, error) {
	out := map[string]string{}
	for _, s := range f.settings {
		key, value, ok := strings.Cut(s, "=")
		if !ok {
			return nil, usageError{fmt.Errorf("-D %s: expected key=value", s)}
		}
		key = strings.TrimSpace(key)
		if !config.Known(key) && !strings.HasPrefix(key, "flott.") {
			hint := ""
			if near := config.Nearest(key); near != "" {
				hint = "; did you mean '" + near + "'?"
			}
			warn(fmt.Sprintf("-D %s: Flink has no such key; the cluster will pass over it%s", key, hint))
		}
		out[key] = value
	}
	set := func(key, value string) {
		if value != "" {
			out[key] = value
		}
	}
	if f.parallelism > 0 {
		set("parallelism.default", fmt.Sprint(f.parallelism))
	}
	set("execution.runtime-mode", f.mode)
	set("execution.state-recovery.path", f.from)
	set("execution.state-recovery.claim-mode", strings.ToUpper(f.claim))
	if f.leaveOut {
		set("execution.state-recovery.ignore-unclaimed-state", "true")
	}
	if own := cluster.CheckKeys(out); len(own) > 0 {
		return nil, usageError{fmt.Errorf("-D %s: an option of flott, which Flink does not have; leave it out with --target", strings.Join(own, ", -D "))}
	}
	return out, nil
}

// checkTarget refuses flags that only mean something in this process.
func (f *runFlags) checkTarget() error {
	switch {
	case f.target.url == "" && f.detached:
		return usageError{errors.New("--detached needs a --target: without one the jobs run in this process and end with it")}
	case f.target.url == "":
		return f.target.unused()
	case f.resume:
		return usageError{errors.New("--resume looks for checkpoints of this machine; with --target, -s PATH names the one to start from")}
	case f.savepoint != "":
		return usageError{errors.New("--savepoint belongs to jobs of this process; on a cluster use STOP JOB 'id' WITH SAVEPOINT")}
	case f.rest != "":
		return usageError{errors.New("--rest belongs to jobs of this process; the cluster has a REST endpoint of its own")}
	}
	return nil
}

// runTarget runs a script on a cluster.
func runTarget(ctx context.Context, f runFlags, args []string) error {
	r := newRunner(f.quiet)
	log, err := newLog(f.logLevel, r.screen.messages())
	if err != nil {
		return usageError{err}
	}
	properties, err := f.properties(func(m string) { r.say("flott: warning: %s", m) })
	if err != nil {
		return err
	}
	script, name, err := f.script(args)
	if err != nil {
		return err
	}
	statements, err := r.checked(script, name)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	t := &targetRun{runner: r, style: tableau.Style(f.style), jobs: map[engine.Job]chan struct{}{}, detached: f.detached}
	defer t.onInterrupt(cancel)()
	err = t.run(ctx, f, script, statements, cluster.Options{Properties: properties, REST: f.target.rest, Log: log})
	return t.outcome(script, name, err)
}

// checked parses a script and refuses what a cluster would not understand.
func (r *runner) checked(script, name string) ([]engine.Statement, error) {
	statements, err := engine.Parse(script)
	if err != nil {
		r.say("%s:%s", name, diag.Render(script, err))
		return nil, shownError{err}
	}
	own := cluster.Check(script, statements)
	for _, e := range own {
		r.say("%s:%s", name, diag.Render(script, e))
	}
	if len(own) > 0 {
		err := errors.New("nothing was sent to the cluster")
		r.note("flott: " + err.Error())
		return nil, shownError{err}
	}
	return statements, nil
}

// targetRun is a run on a cluster.
type targetRun struct {
	*runner
	style    tableau.Style
	detached bool

	jobsMu sync.Mutex
	jobs   map[engine.Job]chan struct{} // running; closed when the job has ended
}

func (t *targetRun) run(ctx context.Context, f runFlags, script string, statements []engine.Statement, o cluster.Options) error {
	client, err := f.target.dial(ctx)
	if err != nil {
		return err
	}
	e, err := cluster.Open(ctx, client, o)
	if err != nil {
		return err
	}
	defer e.Close(ctx)
	s := &engine.Script{Engine: e, Display: t, Detached: f.detached, InTurn: strings.EqualFold(o.Properties["table.dml-sync"], "true"), Started: t.started, Ended: t.ended}
	return s.Run(ctx, script, statements)
}

// outcome shows what became of a script.
func (t *targetRun) outcome(script, name string, err error) error {
	stopped, _ := t.wasStopped()
	var failed *engine.JobError
	var mistake *diag.Error
	var usage usageError
	switch {
	case err == nil:
		return nil
	case stopped && errors.Is(err, engine.ErrStopped):
		t.say("flott: interrupted; the rest of %s was not carried out", name)
		return shownError{errInterrupted}
	case stopped && errors.Is(err, engine.ErrCanceled), errors.Is(err, context.Canceled):
		return shownError{errInterrupted}
	case errors.As(err, &usage):
		return err
	case errors.As(err, &mistake):
		t.say("%s:%s", name, strings.TrimRight(diag.Render(script, err), "\n"))
	case errors.As(err, &failed):
		line, _ := diag.LineCol(script, failed.Pos)
		t.say("%s:%d: job %s failed: %v", name, line, failed.Job.ID(), failed.Err)
	default:
		return err
	}
	return shownError{err}
}

// Answer implements engine.Display.
func (t *targetRun) Answer(s engine.Statement, columns types.Schema, rows [][]*string) error {
	return tableau.Answer(t.screen.results(), t.style, s.Node, columns, rows)
}

// Rows implements engine.Display: the rows of a bounded query as a table, those of others as a changelog.
func (t *targetRun) Rows(q engine.Query) (tableau.Writer, error) {
	changelog := !q.Bounded
	w, err := tableau.New(t.screen.results(), t.style, q.Columns, changelog)
	if err != nil || changelog || q.InsertOnly && len(q.Order) == 0 || !q.Streaming {
		return w, err
	}
	return tableau.Fold(w, tableau.NewTable(q.Columns, q.Order, 0)), nil
}

func (t *targetRun) started(j engine.Job) {
	done := make(chan struct{})
	t.jobsMu.Lock()
	t.jobs[j] = done
	t.jobsMu.Unlock()
	if !j.IsQuery() {
		t.note(fmt.Sprintf("%s: job %s", j.Name(), j.ID()))
	}
	if t.terminal && !(t.detached && !j.IsQuery()) {
		go t.show(j, done)
	}
}

// show keeps one line of progress until the job ends.
func (t *targetRun) show(j engine.Job, done chan struct{}) {
	tick := time.NewTicker(progressEvery)
	defer tick.Stop()
	for {
		select {
		case <-done:
			return
		case <-tick.C:
		}
		line := j.Progress()
		select {
		case <-done: // while the cluster was asked
		default:
			t.screen.progress(line)
		}
	}
}

func (t *targetRun) ended(j engine.Job, err error) {
	t.jobsMu.Lock()
	close(t.jobs[j])
	delete(t.jobs, j)
	t.jobsMu.Unlock()
	t.screen.clear()
	stopped, _ := t.wasStopped()
	switch {
	case err != nil && !errors.Is(err, engine.ErrCanceled):
	case stopped:
		t.note(fmt.Sprintf("%s canceled: %s", j.Name(), j.Summary()))
	default:
		t.note(fmt.Sprintf("%s finished: %s", j.Name(), j.Summary()))
	}
}

// onInterrupt cancels the jobs at the first Ctrl-C (or SIGTERM); the second ends the process. It returns what undoes it.
func (t *targetRun) onInterrupt(cancel context.CancelCauseFunc) func() {
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	done := make(chan struct{})
	go func() {
		select {
		case <-done:
			return
		case <-signals:
		}
		t.mu.Lock()
		t.stopped = true
		t.mu.Unlock()
		signal.Stop(signals) // the next one kills
		t.note("canceling; Ctrl-C again leaves at once, and the jobs to the cluster")
		cancel(engine.ErrStopped)
	}()
	return func() {
		signal.Stop(signals)
		close(done)
	}
}
