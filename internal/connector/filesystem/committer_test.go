package filesystem

import (
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/connector"
	"github.com/flottstream/flott/internal/connector/connectortest"
)

const keptColumns = "p STRING, a BIGINT, q INT"

// fillKept appends rows of keptColumns.
func fillKept(b *batch.Batch, from, n int) {
	for i := from; i < from+n; i++ {
		b.Cols[0].AppendString("p/" + strconv.Itoa(i%3))
		b.Cols[1].AppendInt64(int64(i))
		b.Cols[2].AppendInt32(int32(i % 2))
		b.AppendKind(batch.Insert)
	}
}

// Exactly once, whatever becomes of the writers in between.
func TestCommitterConformance(t *testing.T) {
	for name, options := range map[string][]string{
		"json":        {"format=json"},
		"rolled":      {"format=json", "sink.rolling-policy.file-size=40"},
		"partitioned": {"format=json", "partitioned by=p,q", "sink.partition-commit.policy.kind=success-file"},
	} {
		t.Run(name, func(t *testing.T) {
			schema := schemaOf(table("", keptColumns))
			connectortest.TestCommitter(t, connectortest.Committer{
				Empty: func() *batch.Batch { return batch.NewBatch(schema, 16) },
				Fill:  fillKept,
				Table: func(t *testing.T) connectortest.CommitterTable {
					tab := table(filepath.Join(t.TempDir(), "made/by/need"), keptColumns, options...)
					// Without checkpoints a streaming job shows a file when it is rolled.
					tab.Streaming = !strings.Contains(t.Name(), "without_checkpoints")
					return connectortest.CommitterTable{
						Open: func(t *testing.T, ctx *connector.WriterContext) connector.Committer {
							w, err := newSink(t, tab, false).Writer(ctx)
							must(t, err)
							return w.(connector.Committer)
						},
						Read: func(t *testing.T) []string { return readTable(t, tab) },
					}
				},
			})
		})
	}
}

// readTable returns the rows of a table that is there.
func readTable(t *testing.T, tab connector.Table) []string {
	t.Helper()
	text, err := readAll(t, newSource(t, scanOf(tab)), schemaOf(tab))
	must(t, err)
	if text == "" {
		return nil
	}
	rows := strings.Split(strings.TrimSuffix(text, ")\n"), ")\n")
	for i := range rows {
		rows[i] = rows[i][3:]
	}
	return rows
}
