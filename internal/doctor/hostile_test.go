package doctor

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/flottstream/flott/internal/doctor/bundle"
	"github.com/flottstream/flott/internal/doctor/flinkrest"
	"github.com/flottstream/flott/internal/doctor/rules"
)

// zeros never ends.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

// packed is n zero bytes in gzip, a thousandth of that.
func packed(n int64) []byte {
	var b bytes.Buffer
	z, _ := gzip.NewWriterLevel(&b, gzip.BestSpeed)
	_, _ = io.Copy(z, io.LimitReader(zeros{}, n))
	_ = z.Close()
	return b.Bytes()
}

// peak watches the heap while something runs, in MiB.
func peak(run func()) uint64 {
	var most atomic.Uint64
	done := make(chan struct{})
	watched := make(chan struct{})
	go func() {
		defer close(watched)
		tick := time.NewTicker(25 * time.Millisecond)
		defer tick.Stop()
		for {
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			most.Store(max(most.Load(), m.HeapAlloc>>20))
			select {
			case <-tick.C:
			case <-done:
				return
			}
		}
	}()
	run()
	close(done)
	<-watched
	return most.Load()
}

// Servers that are no Flink, or mean harm: one sentence, and memory stays small.
func TestHostileServers(t *testing.T) {
	bomb := packed(256 << 20)
	jobs := `{"jobs":[{"jid":"0123456789abcdef0123456789abcdef","name":"a","state":"RUNNING"}]}`
	for name, test := range map[string]struct {
		serve http.HandlerFunc
		want  string
	}{
		"endless body": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			_, _ = io.Copy(w, zeros{})
		}, "larger than 8 MiB"},
		"gzip bomb": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			_, _ = w.Write(bomb)
		}, "larger than 8 MiB"},
		"slow": {func(w http.ResponseWriter, r *http.Request) {
			w.WriteHeader(200)
			for r.Context().Err() == nil {
				_, _ = w.Write([]byte{' '})
				w.(http.Flusher).Flush()
				select {
				case <-r.Context().Done():
				case <-time.After(20 * time.Millisecond):
				}
			}
		}, "did not answer in time"},
		"circle": {func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, r.URL.Path+"x", 302) }, "redirected in a circle"},
		"closed": {func(w http.ResponseWriter, _ *http.Request) {
			c, _, _ := w.(http.Hijacker).Hijack()
			_ = c.Close()
		}, "cannot read from 127.0.0.1"},
		"no HTTP": {func(w http.ResponseWriter, _ *http.Request) {
			c, _, _ := w.(http.Hijacker).Hijack()
			_, _ = c.Write([]byte("SSH-2.0-OpenSSH_9.2p1\r\n"))
			_ = c.Close()
		}, "cannot read from 127.0.0.1"},
		"no content": {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(204) }, "answered 204"},
		// It says that it is Flink, and then sends as much as it can.
		"large answers": {func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			switch r.URL.Path {
			case "/overview":
				fmt.Fprint(w, `{"flink-version":"2.3.0"}`)
			case "/jobs/overview":
				fmt.Fprint(w, jobs)
			default:
				fmt.Fprint(w, `{"x":"`, strings.Repeat("y", 7<<20), `"}`)
			}
		}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			server := httptest.NewServer(test.serve)
			defer server.Close()
			var err error
			mib := peak(func() {
				ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
				defer cancel()
				var snap, examineErr = Examine(ctx, Sources{Access: flinkrest.Access{URL: server.URL, Timeout: 300 * time.Millisecond}})
				if err = examineErr; err == nil {
					rules.Diagnose(snap)
				}
			})
			if test.want == "" && err != nil || test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want) || strings.Contains(err.Error(), "\n")) {
				t.Errorf("%v, want %q", err, test.want)
			}
			if mib > 200 {
				t.Errorf("%d MiB", mib)
			}
		})
	}
}

// Files that are no logs or bundles, or mean harm.
func TestHostileFiles(t *testing.T) {
	dir := t.TempDir()
	write := func(name string, body []byte) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, body, 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	tarred := func(name string, size int64) []byte {
		var b bytes.Buffer
		z, _ := gzip.NewWriterLevel(&b, gzip.BestSpeed)
		w := tar.NewWriter(z)
		_ = w.WriteHeader(&tar.Header{Name: name, Mode: 0o644, Size: size})
		_, _ = io.Copy(w, io.LimitReader(zeros{}, size))
		_ = errors.Join(w.Close(), z.Close())
		return b.Bytes()
	}
	for name, test := range map[string]struct {
		sources Sources
		want    string
	}{
		"bomb":        {Sources{Bundle: write("bomb.tgz", tarred("rest/0000", 128<<20))}, "holds more than"},
		"traversal":   {Sources{Bundle: write("up.tgz", tarred("../../../../../../"+dir+"/escaped", 10))}, "this is no bundle"},
		"only gzip":   {Sources{Bundle: write("z.tgz", packed(1<<20))}, "this is no bundle"},
		"device":      {Sources{Logs: []string{"/dev/zero"}}, "neither a file nor a folder"},
		"packed log":  {Sources{Logs: []string{write("x.log.gz", packed(64<<20))}}, "none of"},
		"binary log":  {Sources{Logs: []string{write("y.log", bytes.Repeat([]byte{0, 255, 10, 7}, 1<<20))}}, "none of"},
		"folder":      {Sources{Bundle: dir}, "this is no bundle"},
		"not there":   {Sources{Logs: []string{filepath.Join(dir, "none")}}, "no such file"},
		"kubeconfig":  {Sources{Logs: []string{write("ok.log", []byte("2026-11-21 03:47:53,714 INFO  org.apache.flink.X [] - y\n"))}, Kubeconfig: write("k.yaml", []byte("\x00{"))}, "--kubeconfig"},
		"no log line": {Sources{Logs: []string{write("empty.log", nil)}}, "none of 0 lines"},
	} {
		t.Run(name, func(t *testing.T) {
			var err error
			mib := peak(func() { _, err = Examine(t.Context(), test.sources) })
			if err == nil || !strings.Contains(err.Error(), test.want) || strings.Contains(err.Error(), "\n") {
				t.Errorf("%v, want %q", err, test.want)
			}
			if mib > 200 {
				t.Errorf("%d MiB", mib)
			}
		})
	}
	if _, err := os.Stat(filepath.Join(dir, "escaped")); err == nil {
		t.Error("a bundle wrote a file")
	}
}

// A bundle of a cluster that answers much stays one that can be read again.
func TestLargeBundle(t *testing.T) {
	large := func(_ context.Context, path string) ([]byte, error) {
		return []byte(`"` + path + strings.Repeat("x", 3<<20) + `"`), nil
	}
	r := &bundle.Recorder{From: getter(large)}
	for i := range 40 {
		_, _ = r.Get(t.Context(), fmt.Sprint("/", i))
	}
	log := bundle.Log{Name: "a.log", Open: func() (io.ReadCloser, error) { return io.NopCloser(io.LimitReader(zeros{}, 40<<20)), nil }}
	var logs []bundle.Log
	for i := range 6 {
		l := log
		l.Name = fmt.Sprint(i, ".log")
		logs = append(logs, l)
	}
	var out bytes.Buffer
	mib := peak(func() {
		if err := r.Write(&out, bundle.Meta{Target: "x", Taken: time.Unix(1, 0)}, logs); err != nil {
			t.Fatal(err)
		}
		b, err := bundle.Read(&out)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := b.Get(t.Context(), "/39"); err == nil || !strings.Contains(err.Error(), "left out of the bundle") {
			t.Errorf("%v", err)
		}
		if _, err := b.Get(t.Context(), "/1"); err != nil {
			t.Error(err)
		}
	})
	if mib > 200 {
		t.Errorf("%d MiB", mib)
	}
}

type getter func(ctx context.Context, path string) ([]byte, error)

func (g getter) Get(ctx context.Context, path string) ([]byte, error) { return g(ctx, path) }
