package blobtest

import (
	"strings"
	"testing"

	"github.com/flottstream/flott/internal/blob"
)

// swept leaves writers without a word and sweeps behind them.
func swept(t *testing.T, s blob.Store) {
	sweeper, ok := s.(blob.Sweeper)
	if !ok {
		t.Skip("its writers leave nothing")
	}
	must(t, sweeper.Sweep(t.Context(), "not/there/", func(string) bool { return true }))
	put(t, s, "top/dead/object", "1")
	writers := map[string]blob.Writer{}
	for _, name := range []string{"top/dead/x", "top/dead/below/x", "top/alive/x", "other/x"} {
		w, err := s.Create(t.Context(), name)
		must(t, err)
		_, err = w.Write([]byte("x"))
		must(t, err)
		writers[name] = w
	}
	must(t, sweeper.Sweep(t.Context(), "top/", func(folder string) bool { return strings.HasPrefix(folder, "dead") }))
	for name, w := range writers {
		err := w.Commit()
		if dead := strings.HasPrefix(name, "top/dead"); dead != (err != nil) {
			t.Errorf("Commit of %s gives %v after the sweep", name, err)
		}
	}
	expectNames(t, s, "", "other/x", "top/alive/x", "top/dead/object")
}
