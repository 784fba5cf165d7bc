package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const corpus = "../../internal/doctor/testdata/corpus/flink-2.3-"

// runDoctorCommand runs `flott doctor` and returns its output and exit code.
func runDoctorCommand(t *testing.T, args ...string) (out string, code int, err error) {
	t.Helper()
	cmd := doctorCommand()
	var stdout, stderr bytes.Buffer
	cmd.SetOut(&stdout)
	cmd.SetErr(&stderr)
	cmd.SetArgs(args)
	cmd.SilenceErrors, cmd.SilenceUsage = true, true
	if err = cmd.ExecuteContext(t.Context()); err != nil {
		code = exitCode(err)
	}
	return stdout.String(), code, err
}

func TestDoctorExitCodes(t *testing.T) {
	for _, test := range []struct {
		args []string
		code int
		want string
	}{
		{[]string{corpus + "healthy.tgz"}, 0, "no cause for concern"},
		{[]string{corpus + "late-data.tgz"}, 1, "late-data"},
		{[]string{corpus + "late-data.tgz", "--fail-on", "critical"}, 0, "late-data"},
		{[]string{corpus + "user-exception.tgz"}, 2, "order 2001 has no customer"},
		{[]string{corpus + "user-exception.tgz", "--fail-on", "never"}, 0, "order 2001 has no customer"},
		{[]string{corpus + "healthy.tgz", "--fail-on", "info"}, 1, "advice"},
		{[]string{"--explain", "flt203"}, 0, "Local-global"},
		{[]string{"--explain", "FLT203", "--lang", "zh"}, 0, "加盐的键"},
		{[]string{corpus + "hot-key.tgz", "--lang", "zh"}, 1, "键倾斜"},
		{[]string{corpus + "hot-key.tgz", "-o", "markdown"}, 1, "## 1. data-skew"},
		{[]string{corpus + "hot-key.tgz", "-o", "html"}, 1, "<svg"},
		{[]string{"alerts"}, 0, "FlinkBackPressure"},
		{[]string{"alerts", "--grafana"}, 0, "\"Flink health\""},
	} {
		out, code, err := runDoctorCommand(t, test.args...)
		if code != test.code || !strings.Contains(out, test.want) {
			t.Errorf("%v: exit %d (%v), want %d; output %.300q", test.args, code, err, test.code, out)
		}
	}
}

func TestDoctorJSON(t *testing.T) {
	out, _, _ := runDoctorCommand(t, corpus+"hot-key.tgz", "-o", "json")
	var report struct {
		Schema     string `json:"schema"`
		Health     *int   `json:"health"`
		RootCauses []struct {
			ID       string   `json:"id"`
			Cause    string   `json:"cause"`
			Severity string   `json:"severity"`
			Job      string   `json:"job"`
			Vertex   string   `json:"vertex"`
			Subtask  *int     `json:"subtask"`
			TM       string   `json:"taskmanager"`
			Evidence []string `json:"evidence"`
			Remedy   []string `json:"remedy"`
			Chain    []struct{ ID string }
		} `json:"root_causes"`
		Findings    []json.RawMessage             `json:"findings"`
		NotAssessed []struct{ ID, Reason string } `json:"not_assessed"`
	}
	if err := json.Unmarshal([]byte(out), &report); err != nil {
		t.Fatal(err)
	}
	if report.Schema != "flott.doctor/1" || report.Health == nil || len(report.RootCauses) != 1 || len(report.Findings) < 4 || len(report.NotAssessed) == 0 {
		t.Fatalf("%.600s", out)
	}
	c := report.RootCauses[0]
	if c.ID != "FLT203" || c.Cause != "data-skew" || len(c.Job) != 32 || len(c.Vertex) != 32 || c.Subtask == nil || *c.Subtask != 0 || c.TM == "" || len(c.Evidence) < 3 || len(c.Remedy) < 2 || len(c.Chain) < 2 {
		t.Errorf("%+v", c)
	}
}

func TestDoctorCannotLook(t *testing.T) {
	login := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		_, _ = w.Write([]byte("<html><title>Sign in</title>"))
	}))
	defer login.Close()
	dir := t.TempDir()
	_ = os.WriteFile(filepath.Join(dir, "x.log"), []byte{0, 1, 2, 3, '\n'}, 0o600)
	_ = os.WriteFile(filepath.Join(dir, "b.tgz"), []byte("not a bundle"), 0o600)
	for _, test := range []struct {
		args []string
		code int
		want string
	}{
		{[]string{login.URL}, 3, "HTML page"},
		{[]string{"http://127.0.0.1:1"}, 3, "cannot read from 127.0.0.1:1"},
		{[]string{filepath.Join(dir, "b.tgz")}, 3, "no bundle"},
		{[]string{filepath.Join(dir, "none.tgz")}, 3, "no such file"},
		{[]string{"--logs", dir}, 3, "looks like a log of Flink"},
		{[]string{"--prometheus", login.URL}, 3, "HTML page"},
		{nil, 2, "nothing to look at"},
		{[]string{"a", "b"}, 2, "one target at a time"},
		{[]string{login.URL, "--lang", "fr"}, 2, "en or zh"},
		{[]string{login.URL, "-o", "pdf"}, 2, "text, json, markdown or html"},
		{[]string{login.URL, "--fail-on", "maybe"}, 2, "--fail-on maybe"},
		{[]string{"--explain", "FLT999"}, 2, "no finding"},
		{[]string{"collect", login.URL, "-o", filepath.Join(dir, "out.tgz")}, 3, "HTML page"},
	} {
		out, code, err := runDoctorCommand(t, test.args...)
		if err == nil || code != test.code || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%v: exit %d, %v; want %d, %q; output %q", test.args, code, err, test.code, test.want, out)
		}
	}
	if _, err := os.Stat(filepath.Join(dir, "out.tgz")); !errors.Is(err, os.ErrNotExist) {
		t.Error("a bundle that is not whole was left behind")
	}
}
