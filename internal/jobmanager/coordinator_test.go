package jobmanager

import (
	"context"
	"fmt"
	"sort"
	"strings"
	"testing"
	"time"

	"github.com/cockroachdb/datadriven"

	"github.com/flottstream/flott/internal/connector"
)

// ownedByName is an enumerator whose splits name their owner: "x@1" belongs to
// subtask 1, "x" to whoever asks.
type ownedByName struct{}

func (ownedByName) Discover(context.Context) ([]connector.Split, error) { return nil, nil }
func (ownedByName) Interval() time.Duration                             { return 0 }
func (ownedByName) Close() error                                        { return nil }
func (ownedByName) Owner(s connector.Split) int {
	var owner int
	if _, at, ok := strings.Cut(s.ID, "@"); ok {
		fmt.Sscan(at, &owner)
		return owner
	}
	return -1
}

// Stories: `new parallelism=N`, then lines `found SPLIT… [last]` and `ask SUBTASK`;
// the answer is what is handed out after each line.
func TestSplitStories(t *testing.T) {
	datadriven.Walk(t, "testdata/splits", func(t *testing.T, path string) {
		var c *coordinator
		datadriven.RunTest(t, path, func(t *testing.T, d *datadriven.TestData) string {
			if d.Cmd == "new" {
				var parallelism int
				d.ScanArgs(t, "parallelism", &parallelism)
				c = newCoordinator(0, parallelism)
				c.enumerator = ownedByName{}
				return ""
			}
			var out strings.Builder
			for _, line := range strings.Split(strings.TrimSpace(d.Input), "\n") {
				words := strings.Fields(line)
				var given []assignment
				switch words[0] {
				case "found":
					var splits []connector.Split
					last := words[len(words)-1] == "last"
					for _, id := range words[1:] {
						if id != "last" {
							splits = append(splits, connector.Split{ID: id})
						}
					}
					given = c.discovered(splits, last)
				case "ask":
					var subtask int
					fmt.Sscan(words[1], &subtask)
					given = c.asked(subtask)
				default:
					t.Fatalf("%s: unknown line %q", d.Pos, line)
				}
				fmt.Fprintf(&out, "%s:%s\n", line, describe(given))
			}
			return out.String()
		})
	})
}

func describe(as []assignment) string {
	if len(as) == 0 {
		return " -"
	}
	var parts []string
	for _, a := range as {
		var ids []string
		for _, s := range a.splits {
			ids = append(ids, s.ID)
		}
		sort.Strings(ids)
		text := fmt.Sprintf(" %d gets [%s]", a.subtask, strings.Join(ids, " "))
		if a.noMore {
			text += " and no more"
		}
		parts = append(parts, text)
	}
	return strings.Join(parts, ",")
}
