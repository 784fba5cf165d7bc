package align

import (
	"fmt"
	"strings"
	"testing"

	"github.com/cockroachdb/datadriven"

	"github.com/flottstream/flott/internal/stream"
)

// Stories: `new channels=N`, then lines `barrier CHANNEL ID` and `end CHANNEL`;
// the answer is the verdict after each line.
func TestStories(t *testing.T) {
	datadriven.Walk(t, "testdata", func(t *testing.T, path string) {
		var a *Aligner
		datadriven.RunTest(t, path, func(t *testing.T, d *datadriven.TestData) string {
			if d.Cmd == "new" {
				var n int
				d.ScanArgs(t, "channels", &n)
				a = New(n)
				return ""
			}
			var out strings.Builder
			for _, line := range strings.Split(strings.TrimSpace(d.Input), "\n") {
				var channel int
				var id int64
				var v Verdict
				if n, _ := fmt.Sscanf(line, "barrier %d %d", &channel, &id); n == 2 {
					v = a.Barrier(channel, stream.CheckpointBarrier{ID: id})
				} else if n, _ := fmt.Sscanf(line, "end %d", &channel); n == 1 {
					v = a.End(channel)
				} else {
					t.Fatalf("%s: unknown line %q", d.Pos, line)
				}
				fmt.Fprintf(&out, "%s:%s\n", line, describe(v))
			}
			return out.String()
		})
	})
}

func describe(v Verdict) string {
	var s string
	if v.Aborted != 0 {
		s += fmt.Sprintf(" abort(%d)", v.Aborted)
	}
	if v.Complete != nil {
		s += fmt.Sprintf(" complete(%d)", v.Complete.ID)
	}
	if v.Unblock {
		s += " unblock-all"
	}
	if v.Block {
		s += " block"
	}
	if s == "" {
		s = " pass"
	}
	return s
}
