package print

import (
	"bytes"
	"strings"
	"testing"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/connector"
	"github.com/flottstream/flott/internal/format/formattest"
	"github.com/flottstream/flott/internal/format/json"
)

// The right column is what Flink 2.3's print connector writes.
func TestLines(t *testing.T) {
	schema := formattest.Schema("a INT, s STRING, d DOUBLE, t TIMESTAMP(3), l ARRAY<INT>, m MAP<STRING, INT>, r ROW<x INT, y STRING>, y BYTES")
	const row = `{"a":1,"s":"x","d":1e10,"t":"2024-02-29 12:00:00","l":[1,null],"m":{"k":2},"r":{"x":5},"y":"aGk="}`
	const text = "[1, x, 1.0E10, 2024-02-29T12:00, [1, null], {k=2}, +I[5, null], [104, 105]]\n"
	for _, test := range []struct {
		identifier           string
		subtask, parallelism int
		want                 string
	}{
		{"", 0, 1, ""}, {"id", 0, 1, "id> "}, {"", 1, 2, "2> "}, {"id", 0, 2, "id:1> "},
	} {
		var out, stderr bytes.Buffer
		env := &connector.Env{Stdout: &out, Stderr: &stderr}
		options := map[string]string{}
		if test.identifier != "" {
			options["print-identifier"] = test.identifier
		}
		sink, err := Factory{}.Sink(env, &connector.Target{Table: connector.Table{Options: options}, Schema: schema})
		if err != nil {
			t.Fatal(err)
		}
		w, _ := sink.Writer(&connector.WriterContext{Subtask: test.subtask, Parallelism: test.parallelism})
		b := batch.NewBatch(schema, 2)
		dec, _ := json.Factory{}.NewDecoder(schema, nil)
		for range 3 {
			if err := dec.Decode([]byte(row), b); err != nil {
				t.Fatal(err)
			}
		}
		b.Kinds = []batch.RowKind{batch.Insert, batch.UpdateBefore, batch.Delete}
		b.Sel = []int32{0, 2}
		if err := w.Write(b); err != nil {
			t.Fatal(err)
		}
		want := test.want + "+I" + text + test.want + "-D" + text
		if got := out.String(); got != want {
			t.Errorf("%+v:\n got %q\nwant %q", test, got, want)
		}
		if stderr.Len() > 0 {
			t.Errorf("standard error got %q", stderr.String())
		}
	}
}

func TestOptions(t *testing.T) {
	var out, stderr bytes.Buffer
	env := &connector.Env{Stdout: &out, Stderr: &stderr}
	target := func(options map[string]string) *connector.Target {
		return &connector.Target{Table: connector.Table{Options: options}, Schema: formattest.Schema("a INT")}
	}
	sink, err := Factory{}.Sink(env, target(map[string]string{"standard-error": "true", "sink.parallelism": "3"}))
	if err != nil || sink.Parallelism() != 3 {
		t.Fatalf("%v, parallelism %v", err, sink)
	}
	w, _ := sink.Writer(&connector.WriterContext{Parallelism: 1})
	b := batch.NewBatch(formattest.Schema("a INT"), 1)
	b.Cols[0].AppendNull()
	b.AppendKind(batch.Insert)
	if err := w.Write(b); err != nil || stderr.String() != "+I[null]\n" || out.Len() > 0 {
		t.Fatalf("%v, standard error %q, output %q", err, stderr.String(), out.String())
	}
	_, err = Factory{}.Sink(env, target(map[string]string{"colour": "red"}))
	if err == nil || !strings.Contains(err.Error(), "Unsupported options found for 'print'.\n\nUnsupported options:\n\ncolour") {
		t.Fatalf("got %v", err)
	}
	if _, err := (Factory{}).Source(env, nil); err == nil || !strings.Contains(err.Error(), "can only be used as a sink") {
		t.Fatalf("got %v", err)
	}
}
