package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/flottstream/flott/internal/doctor"
	"github.com/flottstream/flott/internal/doctor/alerts"
	"github.com/flottstream/flott/internal/doctor/report"
	"github.com/flottstream/flott/internal/doctor/rules"
	"github.com/flottstream/flott/internal/doctor/snapshot"
)

const doctorHelp = `Doctor looks at a running cluster, Flink 1.17 to 2.3 or flott, and says what is
wrong with it: the cause, the evidence, what follows from it, and the remedy as
exact keys or SQL. It only reads.

TARGET is the address of the JobManager's REST API, or a bundle that
'flott doctor collect' wrote. Log files (--logs) tell more.

Exit codes: 0 healthy, 1 warnings, 2 critical, 3 not assessable.`

// doctorFlags are the flags of `flott doctor`.
type doctorFlags struct {
	sources  doctor.Sources
	output   string
	language string
	failOn   string
	explain  string
	watch    time.Duration
	timeout  time.Duration
	verbose  bool
}

func doctorCommand() *cobra.Command {
	var f doctorFlags
	cmd := &cobra.Command{
		Use:   "doctor [TARGET]",
		Short: "Says what is wrong with a Flink or flott cluster, and the remedy",
		Long:  doctorHelp,
		Example: `  flott doctor http://localhost:8081
  flott doctor http://flink.example.com/ --job orders -o json
  flott doctor --logs /var/log/flink
  flott doctor collect http://localhost:8081 -o bundle.tgz
  flott doctor bundle.tgz -o html > report.html
  flott doctor --explain FLT203`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 1 {
				return usageError{fmt.Errorf("one target at a time, not %d", len(args))}
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			ctx, stop := signal.NotifyContext(cmd.Context(), os.Interrupt)
			defer stop()
			if len(args) == 1 {
				f.target(args[0])
			}
			return runDoctor(ctx, &f, cmd.OutOrStdout())
		},
	}
	f.addSources(cmd)
	flags := cmd.Flags()
	flags.StringVarP(&f.output, "output", "o", "text", "text, json, markdown or html")
	flags.StringVar(&f.language, "lang", "en", "language of the messages: en or zh")
	flags.StringVar(&f.failOn, "fail-on", "warning", "least severity that makes the exit code other than 0: info, warning, critical or never")
	flags.StringVar(&f.explain, "explain", "", "explain a finding, such as FLT203, and exit")
	flags.DurationVar(&f.watch, "watch", 0, "look again and again, at this interval, and print only what changes")
	flags.BoolVarP(&f.verbose, "verbose", "v", false, "evidence of advice, too")
	cmd.AddCommand(doctorCollectCommand(), doctorAlertsCommand())
	return cmd
}

func (f *doctorFlags) addSources(cmd *cobra.Command) {
	flags, a := cmd.Flags(), &f.sources.Access
	flags.StringVar(&f.sources.Job, "job", "", "one job only: its id, the start of it, or its name")
	flags.StringArrayVar(&f.sources.Logs, "logs", nil, "folder or file of logs, plain, JSON or gzip (again for more)")
	flags.StringVar(&f.sources.Prometheus, "prometheus", "", "address of a Prometheus that has the history of Flink's metrics")
	flags.StringVar(&f.sources.Kubeconfig, "kubeconfig", "", "kubeconfig file, to look at Flink's pods on Kubernetes, too")
	flags.StringVar(&f.sources.Namespace, "namespace", "", "namespace on Kubernetes (default: of the kubeconfig)")
	flags.BoolVar(&f.sources.Node, "node", false, "look at this machine, too: pressure, throttling, TCP retransmits (Linux)")
	flags.StringArrayVarP(&a.Headers, "header", "H", nil, "header for every request, 'Name: value' (again for more)")
	flags.StringVar(&a.Bearer, "bearer", "", "token for the header Authorization")
	flags.StringVar(&a.User, "user", "", "user:password for basic authentication")
	flags.StringVar(&a.CA, "tls-ca", "", "file of certificates to trust")
	flags.StringVar(&a.Cert, "tls-cert", "", "file of the client's certificate")
	flags.StringVar(&a.Key, "tls-key", "", "file of the client's key")
	flags.BoolVar(&a.Insecure, "tls-insecure", false, "do not verify the server's certificate")
	flags.DurationVar(&f.timeout, "timeout", 20*time.Second, "for looking at the cluster")
}

// target tells a bundle from an address.
func (f *doctorFlags) target(arg string) {
	if info, err := os.Stat(arg); err == nil && !info.IsDir() || strings.HasSuffix(arg, ".tgz") && !strings.Contains(arg, "://") {
		f.sources.Bundle = arg
		return
	}
	f.sources.Access.URL = arg
}

// doctorExit is the outcome of a look that found something.
type doctorExit struct {
	error
	code int
}

// Code is the exit code.
func (e doctorExit) Code() int { return e.code }

// notAssessable is what went wrong before anything could be looked at.
func notAssessable(err error) error { return doctorExit{err, 3} }

func runDoctor(ctx context.Context, f *doctorFlags, out io.Writer) error {
	lang := report.Language(strings.ToLower(f.language))
	if lang != report.English && lang != report.Chinese {
		return usageError{fmt.Errorf("--lang %s is not there; it is en or zh", f.language)}
	}
	if f.explain != "" {
		return explainRule(f.explain, lang, out)
	}
	if !slices.Contains([]string{"info", "warning", "critical", "never"}, f.failOn) {
		return usageError{fmt.Errorf("--fail-on %s is not there; it is info, warning, critical or never", f.failOn)}
	}
	if !slices.Contains([]string{"text", "json", "markdown", "md", "html"}, f.output) {
		return usageError{fmt.Errorf("-o %s is not there; it is text, json, markdown or html", f.output)}
	}
	s := &f.sources
	if s.Access.URL == "" && s.Bundle == "" && len(s.Logs) == 0 && s.Prometheus == "" {
		return usageError{doctor.ErrNothing}
	}
	if f.watch > 0 {
		return watchDoctor(ctx, f, lang, out)
	}
	snap, diagnosis, err := look(ctx, f)
	if err != nil {
		return notAssessable(err)
	}
	if err := show(out, snap, diagnosis, f, lang); err != nil {
		return err
	}
	return outcome(diagnosis, f.failOn)
}

func look(ctx context.Context, f *doctorFlags) (*snapshot.Snapshot, *rules.Diagnosis, error) {
	ctx, cancel := context.WithTimeout(ctx, f.timeout)
	defer cancel()
	snap, err := doctor.Examine(ctx, f.sources)
	if err != nil {
		if errors.Is(err, context.DeadlineExceeded) {
			err = fmt.Errorf("the cluster did not answer within %s (--timeout)", f.timeout)
		}
		return nil, nil, err
	}
	return snap, rules.Diagnose(snap), nil
}

func show(out io.Writer, s *snapshot.Snapshot, d *rules.Diagnosis, f *doctorFlags, lang report.Language) error {
	switch f.output {
	case "json":
		return report.JSON(out, s, d, lang)
	case "markdown", "md":
		return report.Markdown(out, s, d, lang)
	case "html":
		return report.HTML(out, s, d, lang)
	}
	style := report.Style{Language: lang, Verbose: f.verbose}
	if file, ok := out.(*os.File); ok && term.IsTerminal(int(file.Fd())) {
		style.Color = os.Getenv("NO_COLOR") == ""
		if width, _, err := term.GetSize(int(file.Fd())); err == nil {
			style.Width = width
		}
	}
	return report.Text(out, s, d, style)
}

// outcome is the exit code as an error without words of its own.
func outcome(d *rules.Diagnosis, failOn string) error {
	code := report.Exit(d)
	if code == 3 {
		return shownError{doctorExit{errors.New("nothing could be assessed"), 3}}
	}
	worst, any := d.Worst()
	least, ok := map[string]rules.Severity{"info": rules.Info, "warning": rules.Warning, "critical": rules.Critical}[failOn]
	if !ok || !any || worst < least {
		return nil
	}
	return shownError{doctorExit{fmt.Errorf("the worst finding is %s", worst), max(code, 1)}}
}

func explainRule(id string, lang report.Language, out io.Writer) error {
	for _, r := range rules.Table() {
		if strings.EqualFold(r.ID, id) {
			_, err := io.WriteString(out, lang.Explain(r))
			return err
		}
	}
	return usageError{fmt.Errorf("there is no finding %q; they are FLT101 to FLT5xx, listed in docs/doctor/README.md", id)}
}

func doctorAlertsCommand() *cobra.Command {
	var dashboard bool
	cmd := &cobra.Command{
		Use:   "alerts",
		Short: "Writes alarm rules for Prometheus, or a dashboard for Grafana",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			text := []byte(alerts.Rules())
			if dashboard {
				var err error
				if text, err = alerts.Dashboard(); err != nil {
					return err
				}
				text = append(text, '\n')
			}
			_, err := cmd.OutOrStdout().Write(text)
			return err
		},
	}
	cmd.Flags().BoolVar(&dashboard, "grafana", false, "the dashboard instead of the rules")
	return cmd
}

func doctorCollectCommand() *cobra.Command {
	var f doctorFlags
	var out string
	var expect []string
	cmd := &cobra.Command{
		Use:   "collect URL",
		Short: "Keeps what a cluster says in one file, with secrets masked",
		Long:  "Collect asks a cluster all that the doctor looks at and writes the answers, and logs if\ngiven, into one file. Passwords, keys and tokens are masked. The cluster need not be\nreachable afterwards: flott doctor FILE.",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return usageError{errors.New("give the address of the cluster's REST API, such as http://localhost:8081")}
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			ctx, stop := signal.NotifyContext(cmd.Context(), os.Interrupt)
			defer stop()
			ctx, cancel := context.WithTimeout(ctx, f.timeout)
			defer cancel()
			f.sources.Access.URL = args[0]
			return collect(ctx, &f, out, expect, cmd.ErrOrStderr())
		},
	}
	f.addSources(cmd)
	cmd.Flags().StringVarP(&out, "output", "o", "bundle.tgz", "file to write")
	cmd.Flags().StringSliceVar(&expect, "expect", nil, "causes a doctor must find in it, for a test case")
	_ = cmd.Flags().MarkHidden("expect")
	return cmd
}

// collect writes a bundle; a file that is not whole is not left behind.
func collect(ctx context.Context, f *doctorFlags, path string, expect []string, messages io.Writer) error {
	part := path + ".part"
	file, err := os.OpenFile(part, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	err = doctor.Collect(ctx, f.sources, version(), expect, file)
	err = errors.Join(err, file.Close())
	if err == nil {
		err = os.Rename(part, path)
	}
	if err != nil {
		_ = os.Remove(part)
		return notAssessable(err)
	}
	fmt.Fprintf(messages, "wrote %s\n", path)
	return nil
}
