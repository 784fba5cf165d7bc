package logscan

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"sort"
	"strings"
	"testing"
	"time"

	"github.com/cockroachdb/datadriven"
)

// Wordings of all versions: each file of testdata is log lines and the events the
// scanner sees in them.
func TestScan(t *testing.T) {
	datadriven.Walk(t, "testdata/scan", func(t *testing.T, path string) {
		datadriven.RunTest(t, path, func(t *testing.T, d *datadriven.TestData) string {
			s := NewScanner()
			if err := s.Read(strings.NewReader(d.Input), "log"); err != nil {
				d.Fatalf(t, "%v", err)
			}
			var b strings.Builder
			events := s.Finish()
			if d.Cmd == "jobs" {
				for _, j := range Jobs(events, "only logs") {
					fmt.Fprintf(&b, "%s %s completed=%d failed=%d\n", j.Name, j.State, j.Checkpoints.Counts.Completed, j.Checkpoints.Counts.Failed)
					for _, cp := range j.Checkpoints.History {
						fmt.Fprintf(&b, "  checkpoint %d %s %s %s\n", cp.ID, cp.Status, cp.Duration, firstLine(cp.Failure))
					}
					for _, e := range j.Exceptions {
						fmt.Fprintf(&b, "  %s in %s: %s\n", e.Time.Format("15:04:05"), e.Task, firstLine(e.Stack))
					}
				}
				return b.String()
			}
			for _, e := range events {
				var fields []string
				for k, v := range e.Fields {
					fields = append(fields, k+"="+v)
				}
				sort.Strings(fields)
				fmt.Fprintf(&b, "%s %s %s\n", e.Time.Format("15:04:05.000"), e.Kind, strings.Join(fields, " "))
			}
			if b.Len() == 0 {
				return "nothing\n"
			}
			return b.String()
		})
	})
}

func firstLine(s string) string {
	line, _, _ := strings.Cut(strings.TrimSpace(s), "\n")
	return line
}

const expiredLine = "2026-11-21 03:47:53,714 INFO  org.apache.flink.runtime.checkpoint.CheckpointCoordinator    [] - Checkpoint 7 of job 0123456789abcdef0123456789abcdef expired before completing.\n"

func TestReadDirWithGzip(t *testing.T) {
	dir := t.TempDir()
	var z bytes.Buffer
	w := gzip.NewWriter(&z)
	_, _ = io.WriteString(w, expiredLine)
	_ = w.Close()
	for name, body := range map[string][]byte{
		"jobmanager.log": []byte(expiredLine), "old/jobmanager.log.1.gz": z.Bytes(), "cut.log.gz": z.Bytes()[:len(z.Bytes())-9], "core.bin": []byte(expiredLine), "other.log": {0, 1, 2, '\n', 255},
	} {
		path := filepath.Join(dir, name)
		_ = os.MkdirAll(filepath.Dir(path), 0o755)
		if err := os.WriteFile(path, body, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	s := NewScanner()
	if err := s.ReadDir(dir); err != nil {
		t.Fatal(err)
	}
	if n := len(s.Finish()); n < 2 || n > 3 {
		t.Errorf("%d events, want 2, or 3 if the cut file still gave its line", n)
	}
	for name, want := range map[string]string{"core.bin": "", filepath.Join(dir, "none"): "no such file", t.TempDir(): "holds no file"} {
		path := name
		if name == "core.bin" {
			path = filepath.Join(dir, name) // named as such: it is read
		}
		if err := NewScanner().ReadDir(path); want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%s: %v, want %q", path, err, want)
		}
	}
}

// endless is a log of a given size made of few lines.
type endless struct {
	text string
	left int
}

func (e *endless) Read(p []byte) (int, error) {
	if e.left <= 0 {
		return 0, io.EOF
	}
	n := 0
	for n < len(p) && e.left > 0 {
		k := copy(p[n:], e.text)
		n += k
		e.left -= k
	}
	return n, nil
}

// Memory does not grow with the log: 64 MB of failures stay a few hundred events.
func TestMemoryIsBounded(t *testing.T) {
	s := NewScanner()
	text := expiredLine + "\tat org.apache.flink.A.b(C.java:1)\n" + strings.Repeat("x", 500) + "\n"
	text = strings.Repeat(text, 60)
	start := time.Now()
	if err := s.Read(&endless{text, 64 << 20}, "log"); err != nil {
		t.Fatal(err)
	}
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	t.Logf("%d lines in %s, %d events, %d MB in use", s.Lines, time.Since(start), len(s.Events), m.HeapAlloc>>20)
	if len(s.Events) > perKindMax {
		t.Errorf("%d events", len(s.Events))
	}
	last := s.Events[len(s.Events)-1]
	if last.Count < 1000 {
		t.Errorf("the rest was not counted: %d", last.Count)
	}
}

func BenchmarkScan(b *testing.B) {
	info := "2026-11-21 03:47:53,714 INFO  org.apache.flink.runtime.checkpoint.CheckpointCoordinator    [] - Triggering checkpoint 1 (type=CheckpointType{name='Checkpoint'}) @ 1795232935713 for job x.\n"
	text := strings.Repeat(info, 50) + expiredLine + strings.Repeat("\tat org.apache.flink.A.b(C.java:1)\n", 30)
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		_ = NewScanner().Read(strings.NewReader(text), "log")
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte(expiredLine))
	f.Add([]byte(`{"timeMillis":1795232935713,"level":"INFO","loggerName":"x","message":"Checkpoint 7 of job a expired before completing."}`))
	f.Add([]byte{0x1f, 0x8b, 8})
	f.Fuzz(func(t *testing.T, data []byte) {
		s := NewScanner()
		_ = s.Read(bytes.NewReader(data), "log")
		_ = Jobs(s.Finish(), "x")
	})
}
