package blobtest

import (
	"errors"
	"slices"
	"testing"

	"github.com/flottstream/flott/internal/blob"
)

// moved gives objects other names.
func moved(t *testing.T, s blob.Store) {
	put(t, s, "from/a b=%20+ä/one", "1")
	put(t, s, "to/two", "old")
	must(t, blob.Move(t.Context(), s, "from/a b=%20+ä/one", "to/two"))
	expect(t, s, "to/two", "1")
	must(t, blob.Move(t.Context(), s, "to/two", "new folder/k=v/three"))
	expect(t, s, "new folder/k=v/three", "1")
	if got := names(t, s, ""); !slices.Equal(got, []string{"new folder/k=v/three"}) {
		t.Errorf("there are %q", got)
	}
	put(t, s, "other", "2")
	for _, from := range []string{"to/two", "none"} {
		if err := blob.Move(t.Context(), s, from, "other"); !errors.Is(err, blob.ErrNotExist) {
			t.Errorf("Move of the missing %s gives %v", from, err)
		}
	}
	expect(t, s, "other", "2")
	must(t, s.PutNew(t.Context(), "put", []byte("3")))
	must(t, blob.Move(t.Context(), s, "put", "moved/put"))
	expect(t, s, "moved/put", "3")
	if err := blob.Move(t.Context(), s, "moved/put", "../x"); err == nil {
		t.Error("a bad name is taken")
	}
}
