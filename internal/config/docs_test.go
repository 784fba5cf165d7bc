package config

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
)

var rewrite = flag.Bool("rewrite", false, "write docs/configuration.md anew")

// docs/configuration.md is made from the table of options.
func TestConfigurationPageIsCurrent(t *testing.T) {
	const path = "../../docs/configuration.md"
	var want strings.Builder
	want.WriteString("# Configuration\n\nThe keys flott acts on, set by `-D key=value` or `SET 'key' = 'value';`. Names, types and defaults are Flink's; keys that\nbegin with `flott.` are flott's own. Flink's other keys are accepted with a warning that names them; a key nobody has is an error.\n\nThis page is made from the table in `internal/config` by `go test ./internal/config -rewrite`.\n\n| key | type | default | meaning |\n|---|---|---|---|\n")
	for _, o := range Options {
		def := "`" + o.Default + "`"
		if o.Default == "" {
			def = "(none)"
		}
		fmt.Fprintf(&want, "| `%s` | %s | %s | %s |\n", o.Key, typeName(o), def, o.Doc)
	}
	if *rewrite {
		if err := os.WriteFile(path, []byte(want.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(path)
	if err != nil || string(got) != want.String() {
		t.Errorf("%s is not what the table says (%v); run: go test ./internal/config -rewrite", path, err)
	}
}

func typeName(o Option) string {
	if o.Kind == Enum {
		return strings.Join(o.Words, ", ")
	}
	return [...]string{Text: "text", Bool: "true, false", Int: "number", Duration: "duration", Bytes: "memory size", Float: "number", Zone: "time zone"}[o.Kind]
}
