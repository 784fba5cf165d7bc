package filesystem

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/connector"
	"github.com/flottstream/flott/internal/connector/connectortest"
	"github.com/flottstream/flott/internal/format/json"
	"github.com/flottstream/flott/internal/stream"
	"github.com/flottstream/flott/internal/types"
)

func newSink(t *testing.T, tab connector.Table, overwrite bool) *sink {
	t.Helper()
	s, err := Factory{}.Sink(testEnv(), &connector.Target{Table: tab, Schema: schemaOf(tab), Overwrite: overwrite})
	if err != nil {
		t.Fatal(err)
	}
	return s.(*sink)
}

func schemaOf(tab connector.Table) (schema types.Schema) {
	for _, c := range tab.Columns {
		schema = append(schema, types.Field{Name: c.Name, Type: c.Type})
	}
	return schema
}

func rowsBatch(t *testing.T, schema types.Schema, rows ...string) *batch.Batch {
	t.Helper()
	b := batch.NewBatch(schema, 4)
	dec, err := json.Factory{}.NewDecoder(schema, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range rows {
		if err := dec.Decode([]byte(r), b); err != nil {
			t.Fatal(err)
		}
	}
	return b
}

// files are the paths below dir that a source would read, with their texts.
func files(t *testing.T, dir string) map[string]string {
	t.Helper()
	out := map[string]string{}
	err := filepath.Walk(dir, func(path string, info os.FileInfo, err error) error {
		if err != nil || info.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		rel, _ := filepath.Rel(dir, path)
		out[rel] = string(text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestConformance(t *testing.T) {
	const columns = "p STRING, a BIGINT, b STRING, q INT"
	for name, options := range map[string][]string{
		"json":        {"format=json"},
		"csv":         {"format=csv"},
		"partitioned": {"format=csv", "partitioned by=q,p"},
		"rolled":      {"format=json", "sink.rolling-policy.file-size=100"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "made/by/need")
			tab := table(dir, columns, options...)
			schema := schemaOf(tab)
			connectortest.TestSink(t, connectortest.Sink{
				New:   func(t *testing.T) connector.Sink { return newSink(t, tab, false) },
				Empty: func() *batch.Batch { return batch.NewBatch(schema, 1) },
				Fill: func(b *batch.Batch, from, n int) {
					for i := from; i < from+n; i++ {
						b.Cols[0].AppendString("p/" + strconv.Itoa(i%3))
						b.Cols[1].AppendInt64(int64(i))
						b.Cols[2].AppendString("text, " + strconv.Itoa(i))
						if i%7 == 0 {
							b.Cols[3].AppendNull()
						} else {
							b.Cols[3].AppendInt32(int32(i % 2))
						}
						b.AppendKind(batch.Insert)
					}
				},
				AtFlush: true,
				Written: func(t *testing.T) []string {
					opts := append(options, "csv.null-literal=", "csv.empty-string-as-null=true")
					if strings.HasSuffix(options[0], "json") {
						opts = options
					}
					scan := scanOf(table(dir, columns, opts...))
					text, err := readAll(t, newSource(t, scan), schema)
					if err != nil {
						t.Fatal(err)
					}
					rows := strings.Split(strings.TrimSuffix(text, ")\n"), ")\n")
					for i := range rows {
						rows[i] = rows[i][3:]
					}
					return rows
				},
			})
			for path := range files(t, dir) {
				if strings.Contains(path, staging) {
					t.Errorf("%s is left over", path)
				}
			}
		})
	}
}

func writerOf(t *testing.T, s *sink) connector.Writer {
	t.Helper()
	w, err := s.Writer(&connector.WriterContext{Parallelism: 1, Context: t.Context()})
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// committerOf is the writer of the first attempt of a job with checkpoints.
func committerOf(t *testing.T, s *sink) *writer {
	t.Helper()
	w, err := s.Writer(&connector.WriterContext{Parallelism: 1, Job: "j", Operator: "o", Checkpointing: true, Context: t.Context()})
	must(t, err)
	must(t, w.(*writer).Recover(0, nil))
	return w.(*writer)
}

// checkpointed takes a complete checkpoint.
func checkpointed(t *testing.T, w *writer) {
	t.Helper()
	id := w.after + 1
	_, err := w.Prepare(id)
	must(t, err)
	must(t, w.Commit(id))
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// Rows are hidden until a checkpoint, and in batch mode until the end; what is
// never flushed leaves nothing behind.
func TestVisibility(t *testing.T) {
	for _, streaming := range []bool{true, false} {
		dir := t.TempDir()
		tab := table(dir, "a INT", "format=json", "sink.rolling-policy.file-size=1")
		tab.Streaming = streaming
		s := newSink(t, tab, false)
		w := writerOf(t, s)
		visible := func(want int) {
			t.Helper()
			found, err := s.list()
			must(t, err)
			if len(found) != want {
				t.Errorf("streaming %v: %d files are visible, want %d", streaming, len(found), want)
			}
		}
		must(t, w.Write(rowsBatch(t, s.schema, `{"a":1}`, `{"a":2}`)))
		if streaming {
			visible(2) // rolled
		} else {
			visible(0)
			must(t, w.Flush(false))
			visible(0)
			must(t, w.Flush(true))
			visible(2)
		}
		w = writerOf(t, s)
		must(t, w.Close())
		must(t, w.Close())
	}
	dir := t.TempDir()
	s := newSink(t, table(dir, "a INT", "format=json"), false)
	w := writerOf(t, s)
	must(t, w.Write(rowsBatch(t, s.schema, `{"a":1}`)))
	must(t, w.Close())
	if left := files(t, dir); len(left) > 0 {
		t.Errorf("an abandoned writer left %v", left)
	}
}

func TestRollByTime(t *testing.T) {
	dir := t.TempDir()
	s := newSink(t, table(dir, "a INT, p INT", "format=json", "partitioned by=p", "sink.rolling-policy.rollover-interval=10 min",
		"sink.rolling-policy.inactivity-interval=2 min", "sink.rolling-policy.check-interval=1 s"), false)
	now := time.Unix(1_700_000_000, 0)
	s.now = func() time.Time { return now }
	w := writerOf(t, s)
	for range 9 {
		must(t, w.Write(rowsBatch(t, s.schema, `{"a":1,"p":1}`)))
		now = now.Add(time.Minute)
	}
	if found, _ := s.list(); len(found) != 0 {
		t.Fatalf("%d files are visible after 9 minutes", len(found))
	}
	must(t, w.Write(rowsBatch(t, s.schema, `{"a":1,"p":2}`)))
	now = now.Add(2 * time.Minute)
	must(t, w.Write(rowsBatch(t, s.schema, `{"a":1,"p":3}`)))
	found, err := s.list()
	must(t, err)
	if len(found) != 2 || found[0].parts["p"] != "1" || found[1].parts["p"] != "2" {
		t.Fatalf("visible are %v, want the old file and the idle one", found)
	}
}

func TestSuccessFile(t *testing.T) {
	dir := t.TempDir()
	s := newSink(t, table(dir, "a INT, p STRING", "format=json", "partitioned by=p", "sink.partition-commit.policy.kind=success-file",
		"sink.partition-commit.delay=1 h", "sink.partition-commit.success-file.name=_DONE"), false)
	now := time.Unix(1_700_000_000, 0)
	s.now = func() time.Time { return now }
	w := committerOf(t, s)
	done := func(p string) bool { _, err := os.Stat(filepath.Join(dir, "p="+p, "_DONE")); return err == nil }
	must(t, w.Write(rowsBatch(t, s.schema, `{"a":1,"p":"x"}`)))
	checkpointed(t, w)
	if done("x") {
		t.Error("x is complete at once")
	}
	now = now.Add(time.Hour)
	must(t, w.Write(rowsBatch(t, s.schema, `{"a":1,"p":"y"}`)))
	if done("x") {
		t.Error("x is complete without a checkpoint")
	}
	checkpointed(t, w)
	if !done("x") || done("y") {
		t.Errorf("after the delay: x %v, y %v", done("x"), done("y"))
	}
	must(t, w.Watermark(stream.MaxTime))
	checkpointed(t, w)
	if !done("y") {
		t.Error("y is not complete at the end")
	}
	must(t, w.Close())
	for path := range files(t, dir) {
		if strings.Contains(path, staging) {
			t.Errorf("%s is left over", path)
		}
	}
}

// By partition time a partition is complete when the watermark has passed its
// time and the delay.
func TestPartitionTime(t *testing.T) {
	dir := t.TempDir()
	s := newSink(t, table(dir, "a INT, dt STRING, hm STRING", "format=json", "partitioned by=dt,hm", "sink.partition-commit.policy.kind=success-file",
		"sink.partition-commit.trigger=partition-time", "sink.partition-commit.delay=1 min", "partition.time-extractor.timestamp-pattern=$dt $hm:00"), false)
	w := writerOf(t, s)
	done := func(hm string) bool {
		_, err := os.Stat(filepath.Join(dir, "dt=2026-01-01", "hm="+hm, "_SUCCESS"))
		return err == nil
	}
	must(t, w.Write(rowsBatch(t, s.schema, `{"a":1,"dt":"2026-01-01","hm":"10-01"}`, `{"a":1,"dt":"2026-01-01","hm":"10-02"}`)))
	err := w.(connector.WatermarkWriter).Watermark(0)
	if err == nil || !strings.Contains(err.Error(), `:00" as the time of partition 2026-01-01/10-0`) {
		t.Fatalf("a value that is no time: %v", err)
	}
	s.byTime.pattern = "$dt 10:01:00"
	passed := time.Date(2026, 1, 1, 10, 2, 0, 0, time.UTC).UnixMilli()
	must(t, w.(connector.WatermarkWriter).Watermark(passed))
	if done("10-01") {
		t.Error("complete although the delay has not passed")
	}
	must(t, w.(connector.WatermarkWriter).Watermark(passed+1))
	if !done("10-01") || !done("10-02") {
		t.Error("not complete although time and delay have passed")
	}
}

func TestOverwrite(t *testing.T) {
	dir := t.TempDir()
	put(t, filepath.Join(dir, "p=x/old.json"), []byte(`{"a":0}`))
	put(t, filepath.Join(dir, "p=y/old.json"), []byte(`{"a":0}`))
	tab := table(dir, "a INT, p STRING", "format=json", "partitioned by=p")
	if _, err := (Factory{}).Sink(testEnv(), &connector.Target{Table: tab, Schema: schemaOf(tab), Overwrite: true}); err == nil ||
		!strings.Contains(err.Error(), "Streaming mode not support overwrite.") {
		t.Fatalf("got %v", err)
	}
	tab.Streaming = false
	s := newSink(t, tab, true)
	w := writerOf(t, s)
	must(t, w.Write(rowsBatch(t, s.schema, `{"a":1,"p":"x"}`)))
	if text := files(t, dir)["p=x/old.json"]; text == "" {
		t.Error("the old file is gone before the new one is there")
	}
	must(t, w.Flush(true))
	got := files(t, dir)
	if len(got) != 2 || got["p=y/old.json"] == "" || got["p=x/old.json"] != "" {
		t.Errorf("left are %v", got)
	}
}

func TestSinkMistakes(t *testing.T) {
	dir := t.TempDir()
	put(t, filepath.Join(dir, "file"), nil)
	s := newSink(t, table(filepath.Join(dir, "file"), "a INT", "format=json"), false)
	if _, err := s.Writer(&connector.WriterContext{}); err == nil || !strings.Contains(err.Error(), "must be a directory") {
		t.Errorf("got %v", err)
	}
	s = newSink(t, table(dir, "a INT", "format=json"), false)
	w := writerOf(t, s)
	b := rowsBatch(t, s.schema, `{"a":1}`)
	b.Kinds = []batch.RowKind{batch.Delete}
	if err := w.Write(b); err == nil || !strings.Contains(err.Error(), "insertions only") {
		t.Errorf("got %v", err)
	}
	must(t, w.Close())
	// DECIMAL as Flink's file writer prints it by default.
	out := t.TempDir()
	s = newSink(t, table(out, "a DECIMAL(10, 4)", "format=csv"), false)
	w = writerOf(t, s)
	must(t, w.Write(rowsBatch(t, s.schema, `{"a":1.5}`, `{"a":100}`)))
	must(t, w.Flush(true))
	for _, text := range files(t, out) {
		if text != "1.5\n1E+2\n" {
			t.Errorf("wrote %q", text)
		}
	}
}
