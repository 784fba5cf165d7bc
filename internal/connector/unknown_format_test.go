package connector

import (
	"strings"
	"testing"

	"github.com/flottstream/flott/internal/format"
)

func TestUnknownFormat(t *testing.T) {
	formats := map[string]format.Factory{"json": nil, "csv": nil}
	for name, hint := range map[string]string{"jsn": "did you mean 'json'?", "orc": "format 'orc' is not built in", "something": ""} {
		err := UnknownFormat(name, formats)
		if !strings.Contains(err.Error(), "identifier '"+name+"'") || !strings.Contains(err.Error(), "csv\njson") {
			t.Errorf("%s: %v", name, err)
		}
		if got := HintOf(err); !strings.HasPrefix(got, hint) || (got == "") != (hint == "") {
			t.Errorf("%s: the hint is %q, not %q", name, got, hint)
		}
	}
}
