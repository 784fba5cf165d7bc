package bundle

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/flottstream/flott/internal/doctor/flinkrest"
)

type answers map[string]string

func (a answers) Get(_ context.Context, p string) ([]byte, error) {
	switch text, ok := a[p]; {
	case !ok:
		return nil, &flinkrest.StatusError{Path: p, Status: 404, Text: ": nothing"}
	case text == "down":
		return nil, errors.New("connection refused")
	default:
		return []byte(text), nil
	}
}

func TestBundleAnswersAsTheClusterDid(t *testing.T) {
	ctx := t.Context()
	from := answers{"/a?get=x": `{"n":1}`, "/b": "down"}
	r := &Recorder{From: from}
	_, _ = r.Get(ctx, "/a?get=x")
	from["/a?get=x"] = `{"n":2}`
	for _, p := range []string{"/a?get=x", "/b", "/c"} {
		_, _ = r.Get(ctx, p)
	}
	log := Log{Name: "dir/jobmanager.log", Open: func() (io.ReadCloser, error) {
		return io.NopCloser(strings.NewReader("Loading configuration property: s3.secret-key, hush\n")), nil
	}}
	var out bytes.Buffer
	if err := r.Write(&out, Meta{Target: "http://x", Taken: time.Unix(1, 0).UTC()}, []Log{log}); err != nil {
		t.Fatal(err)
	}
	b, err := Read(bytes.NewReader(out.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`{"n":1}`, `{"n":2}`, `{"n":2}`} {
		if got, err := b.Get(ctx, "/a?get=x"); err != nil || string(got) != want {
			t.Errorf("got %q, %v; want %q", got, err, want)
		}
	}
	var status *flinkrest.StatusError
	if _, err := b.Get(ctx, "/c"); !errors.As(err, &status) || status.Status != 404 {
		t.Errorf("/c: %v, want status 404", err)
	}
	if _, err := b.Get(ctx, "/b"); err == nil || err.Error() != "connection refused" {
		t.Errorf("/b: %v", err)
	}
	if _, err := b.Get(ctx, "/never"); err == nil || !strings.Contains(err.Error(), "not in the bundle") {
		t.Errorf("/never: %v", err)
	}
	if text := string(b.Logs["jobmanager.log"]); strings.Contains(text, "hush") || !strings.Contains(text, "s3.secret-key, ******") {
		t.Errorf("log is %q", text)
	}
}

// A doctor of later asks for other metrics: what is known of the same path is answered.
func TestOtherMetrics(t *testing.T) {
	r := &Recorder{From: answers{"/v/metrics?get=a,b": `[{"id":"a","value":"1"},{"id":"b","value":"2"}]`, "/v/metrics?get=x%5B1%5D": `[{"id":"x[1]","value":"3"}]`}}
	_, _ = r.Get(t.Context(), "/v/metrics?get=a,b")
	_, _ = r.Get(t.Context(), "/v/metrics?get=x%5B1%5D")
	var out bytes.Buffer
	if err := r.Write(&out, Meta{}, nil); err != nil {
		t.Fatal(err)
	}
	b, err := Read(&out)
	if err != nil {
		t.Fatal(err)
	}
	got, err := b.Get(t.Context(), "/v/metrics?get=b,new,x%5B1%5D")
	if want := `[{"id":"b","value":"2"},{"id":"x[1]","value":"3"}]`; err != nil || string(got) != want {
		t.Errorf("%s, %v; want %s", got, err, want)
	}
	if _, err := b.Get(t.Context(), "/w/metrics?get=b"); err == nil {
		t.Error("an answer about another vertex")
	}
}

// A bundle of one job says nothing of the others that the cluster had.
func TestBundleOfOneJob(t *testing.T) {
	const one, other = "0123456789abcdef0123456789abcdef", "ffffffffffffffffffffffffffffffff"
	r := &Recorder{From: answers{
		"/overview": `{"flink-version":"2.3.0"}`, "/jobs/overview": `{"jobs":[{"jid":"` + one + `","name":"a","state":"RUNNING"},{"jid":"` + other + `","name":"b","state":"RUNNING"}]}`,
		"/jobs/" + one: `{"jid":"` + one + `","name":"a","state":"RUNNING","job-type":"STREAMING"}`, "/jobs/" + other: `{"jid":"` + other + `","name":"b","state":"RUNNING"}`,
	}}
	if _, err := flinkrest.Read(t.Context(), r, "x", time.Unix(1, 0), flinkrest.Options{Job: "a"}); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := r.Write(&out, Meta{}, nil); err != nil {
		t.Fatal(err)
	}
	b, err := Read(&out)
	if err != nil {
		t.Fatal(err)
	}
	snap, err := flinkrest.Read(t.Context(), b, "x", time.Unix(1, 0), flinkrest.Options{})
	if err != nil || len(snap.Jobs) != 1 || snap.Jobs[0].Name != "a" {
		t.Errorf("%d jobs, %v", len(snap.Jobs), err)
	}
}

func TestMask(t *testing.T) {
	for _, text := range []string{
		`[{"key":"s3.secret-key","value":"HUSH\"HUSH"},{"key":"a","value":"b"}]`,
		`{"user-config":{"jdbc.password":"HUSH"}}`,
		`CREATE TABLE t WITH ('password' = 'HUSH''HUSH', 'connector' = 'jdbc')`,
		`jdbc:mysql://root:HUSH@db:3306/x?useSSL=true`,
		`sasl.jaas.config=HUSH`,
		`Authorization: Bearer HUSHHUSHHUSH`,
		`-Dfs.azure.account.key.x=HUSH -Dparallelism.default=4`,
	} {
		if got := string(Mask([]byte(text))); strings.Contains(got, "HUSH") {
			t.Errorf("%s\nbecomes %s", text, got)
		}
	}
	plain := `{"key":"state.backend.type","value":"rocksdb"} http://host:8081/jobs parallelism.default=4`
	if got := string(Mask([]byte(plain))); got != plain {
		t.Errorf("%s\nbecomes %s", plain, got)
	}
}

func TestReadRefuses(t *testing.T) {
	for name, text := range map[string]string{"text": "hello", "empty": "", "cut": "\x1f\x8b\x08\x00"} {
		if _, err := Read(strings.NewReader(text)); err == nil || !strings.Contains(err.Error(), "bundle") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func FuzzRead(f *testing.F) {
	var out bytes.Buffer
	r := &Recorder{From: answers{"/a": "{}"}}
	_, _ = r.Get(context.Background(), "/a")
	_ = r.Write(&out, Meta{}, nil)
	f.Add(out.Bytes())
	f.Fuzz(func(t *testing.T, data []byte) {
		if b, err := Read(bytes.NewReader(data)); err == nil {
			_, _ = b.Get(t.Context(), "/a")
		}
	})
}
