package blackhole

import (
	"strings"
	"testing"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/connector"
	"github.com/flottstream/flott/internal/format"
)

func TestSink(t *testing.T) {
	s, err := Factory{}.Sink(nil, &connector.Target{})
	if err != nil || s.Changelog() != format.Upsert {
		t.Fatalf("%v, %v", s, err)
	}
	w, _ := s.Writer(nil)
	if err := w.Write(&batch.Batch{N: 3, Kinds: []batch.RowKind{0, 1, 3}}); err != nil {
		t.Fatal(err)
	}
	_, err = Factory{}.Sink(nil, &connector.Target{Table: connector.Table{Options: map[string]string{"x": "1"}}})
	if err == nil || !strings.Contains(err.Error(), "Unsupported options found for 'blackhole'") {
		t.Fatalf("got %v", err)
	}
}
