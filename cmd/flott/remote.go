package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
)

// remote is a cluster reached over Flink's REST API: a `flott run`, or a Flink.
type remote struct {
	base *url.URL
	http *http.Client
}

// remoteTimeout bounds one request, not the operation that it asks for.
const remoteTimeout = 30 * time.Second

// answerBytesMax bounds an answer that is read.
const answerBytesMax = 64 << 20

// addressFlag adds -m, as Flink has it.
func addressFlag(cmd *cobra.Command, address *string) {
	cmd.Flags().StringVarP(address, "jobmanager", "m", "127.0.0.1:8081", "`HOST:PORT` of the REST endpoint of flott run, or of a Flink cluster; http:// and https:// are taken too")
}

// dial checks an address; it connects to nothing.
func dial(address string) (*remote, error) {
	text := address
	if !strings.Contains(text, "://") {
		text = "http://" + text
	}
	u, err := url.Parse(text)
	if err != nil || u.Hostname() == "" || u.Scheme != "http" && u.Scheme != "https" {
		return nil, usageError{fmt.Errorf("-m %s: expected HOST:PORT, for example 127.0.0.1:8081", address)}
	}
	if u.Port() == "" && !strings.Contains(address, "://") {
		u.Host = net.JoinHostPort(u.Hostname(), "8081")
	}
	u.Path = strings.TrimRight(u.Path, "/")
	u.RawQuery, u.Fragment = "", ""
	return &remote{u, &http.Client{Timeout: remoteTimeout}}, nil
}

// refusal is an answer other than 2xx.
type refusal struct {
	code int
	text string
}

func (r *refusal) Error() string { return r.text }

// call sends a request and decodes the answer.
func (r *remote) call(ctx context.Context, method, path string, body, into any) error {
	data := []byte("{}")
	if body != nil {
		var err error
		if data, err = json.Marshal(body); err != nil {
			return err
		}
	}
	req, err := http.NewRequestWithContext(ctx, method, r.base.String()+"/v1"+path, bytes.NewReader(data))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json; charset=UTF-8")
	resp, err := r.http.Do(req)
	if err != nil {
		return r.unreachable(err)
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(resp.Body, answerBytesMax))
	if err != nil {
		return r.unreachable(err)
	}
	if resp.StatusCode/100 != 2 {
		return &refusal{resp.StatusCode, r.refused(resp, answer)}
	}
	if into == nil {
		return nil
	}
	if err := json.Unmarshal(answer, into); err != nil {
		return fmt.Errorf("%s is no REST endpoint of flott or Flink: it answered %s with something else; -m names another", r.base.Host, path)
	}
	return nil
}

// unreachable says what to do when nobody answers.
func (r *remote) unreachable(err error) error {
	var op *net.OpError
	var timeout net.Error
	switch {
	case errors.Is(err, context.Canceled):
		return errInterrupted
	case errors.As(err, &timeout) && timeout.Timeout():
		return fmt.Errorf("%s did not answer in time; is it the REST endpoint of flott or Flink? -m names another", r.base.Host)
	case errors.As(err, &op) && op.Op == "dial":
		reason := op.Err
		var call *os.SyscallError
		if errors.As(reason, &call) {
			reason = call.Err
		}
		return fmt.Errorf("nothing answers at %s (%v); `flott run` serves REST while a job runs, -m names another address", r.base.Host, reason)
	}
	var u *url.Error
	if errors.As(err, &u) {
		err = u.Err
	}
	return fmt.Errorf("%s broke off: %w", r.base.Host, err)
}

// refused is what an answer says is wrong, in one line.
func (r *remote) refused(resp *http.Response, answer []byte) string {
	var e struct {
		Errors []string `json:"errors"`
	}
	if json.Unmarshal(answer, &e) != nil || len(e.Errors) == 0 {
		return fmt.Sprintf("%s answered %s, but not as flott or Flink would; -m names another", r.base.Host, resp.Status)
	}
	text := e.Errors[0]
	if len(e.Errors) > 1 && strings.HasPrefix(text, "Internal server error") {
		text = strings.TrimPrefix(e.Errors[1], "<Exception on server side:\n")
	}
	return innermost(text)
}

// javaClass is the class before the message of a Java exception.
var javaClass = regexp.MustCompile(`^(?:[a-z][\w$]*\.)+[A-Z][\w$]*: `)

// innermost is the message of the last cause in a stack trace: the one that says
// what is wrong.
func innermost(trace string) string {
	text := ""
	for line := range strings.Lines(trace) {
		line = strings.TrimSpace(line)
		if cause, ok := strings.CutPrefix(line, "Caused by: "); ok {
			line = cause
		} else if text != "" || line == "" {
			continue
		}
		for {
			at := javaClass.FindString(line)
			if at == "" {
				break
			}
			line = line[len(at):]
		}
		text = line
	}
	return text
}

// operation polls an operation that was triggered until it is over.
func (r *remote) operation(ctx context.Context, path string) (json.RawMessage, error) {
	wait := 10 * time.Millisecond
	for {
		var answer struct {
			Status    struct{ ID string }
			Operation json.RawMessage
		}
		if err := r.call(ctx, http.MethodGet, path, nil, &answer); err != nil {
			return nil, err
		}
		switch answer.Status.ID {
		case "COMPLETED":
			return answer.Operation, failureOf(answer.Operation)
		case "IN_PROGRESS":
		default:
			return nil, fmt.Errorf("%s answered %s with the status %q, which is none of Flink's", r.base.Host, path, answer.Status.ID)
		}
		select {
		case <-ctx.Done():
			return nil, errInterrupted
		case <-time.After(wait):
		}
		wait = min(2*wait, time.Second)
	}
}

// failureOf is why an operation failed, nil if it did not. Flink spells it in two ways.
func failureOf(operation json.RawMessage) error {
	type cause struct {
		Stack string `json:"stack-trace"`
	}
	var o struct {
		Dashed *cause `json:"failure-cause"`
		Camel  *cause `json:"failureCause"`
	}
	if json.Unmarshal(operation, &o) != nil {
		return nil // null
	}
	if o.Dashed == nil {
		o.Dashed = o.Camel
	}
	if o.Dashed == nil {
		return nil
	}
	return errors.New(innermost(o.Dashed.Stack))
}

// remoteJob is a job in the answer of /jobs/overview.
type remoteJob struct {
	ID    string `json:"jid"`
	Name  string `json:"name"`
	State string `json:"state"`
	Start int64  `json:"start-time"` // ms
}

func (j remoteJob) terminal() bool {
	return slices.Contains([]string{"FINISHED", "CANCELED", "FAILED"}, j.State)
}

func (r *remote) jobs(ctx context.Context) ([]remoteJob, error) {
	var answer struct {
		Jobs []remoteJob `json:"jobs"`
	}
	err := r.call(ctx, http.MethodGet, "/jobs/overview", nil, &answer)
	return answer.Jobs, err
}

var fullID = regexp.MustCompile(`^[0-9a-fA-F]{32}$`)

// find returns the ID of the job that an argument means: its ID, the beginning of it,
// or its name.
func (r *remote) find(ctx context.Context, arg string) (string, error) {
	if fullID.MatchString(arg) {
		return strings.ToLower(arg), nil
	}
	jobs, err := r.jobs(ctx)
	if err != nil {
		return "", err
	}
	var found []remoteJob
	for _, j := range jobs {
		if !j.terminal() && (j.Name == arg || len(arg) >= 4 && strings.HasPrefix(j.ID, strings.ToLower(arg))) {
			found = append(found, j)
		}
	}
	switch len(found) {
	case 0:
		return "", fmt.Errorf("no job %q runs at %s; `flott list` shows those that do", arg, r.base.Host)
	case 1:
		return found[0].ID, nil
	}
	return "", fmt.Errorf("%d jobs that run are called %q; name one by its ID: `flott list` shows them", len(found), arg)
}

// oneJob demands the argument that names a job, and at most so many after it.
func oneJob(more int) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		switch {
		case len(args) == 0:
			return usageError{fmt.Errorf("`%s` needs the job's ID; `flott list` shows it", cmd.CommandPath())}
		case len(args) > 1+more:
			return usageError{fmt.Errorf("`%s` takes at most %d arguments, got %q", cmd.CommandPath(), 1+more, args[1+more])}
		}
		return nil
	}
}

// flinkArgs makes long options with one dash, which Flink's command line takes and
// ours does not, options with two.
func flinkArgs(args []string) []string {
	if len(args) == 0 || !slices.Contains([]string{"list", "cancel", "stop", "savepoint", "checkpoint"}, args[0]) {
		return args
	}
	out := slices.Clone(args)
	for i, a := range out {
		name, _, _ := strings.Cut(a, "=")
		if slices.Contains([]string{"-type", "-full", "-detached", "-drain", "-dispose", "-all", "-running", "-scheduled", "-jobmanager", "-savepointPath"}, name) {
			out[i] = "-" + a
		}
	}
	return out
}
