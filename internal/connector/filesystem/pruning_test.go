package filesystem

import (
	"path/filepath"
	"testing"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/connector"
	"github.com/flottstream/flott/internal/format"
	"github.com/flottstream/flott/internal/types"
)

// Files of partitions that the filter rules out become no splits.
func TestPrunedPartitions(t *testing.T) {
	dir := t.TempDir()
	for _, p := range []string{"day=1/k=a", "day=2/k=a", "day=2/k=b", "day=__DEFAULT_PARTITION__/k=b"} {
		put(t, filepath.Join(dir, p, "rows.csv"), []byte("7\n"))
	}
	text := types.String()
	tab := connector.Table{Name: "t", Partition: []string{"day", "k"}, Options: map[string]string{"path": dir, "format": "csv"}, Columns: []connector.Column{
		{Name: "v", Type: types.Of(types.Int)}, {Name: "day", Type: types.Of(types.Int)}, {Name: "k", Type: text},
	}}
	number, word := batch.New(types.Of(types.BigInt), 1), batch.New(text, 1)
	number.AppendInt64(2)
	word.AppendString("a")
	day := format.Comparison{Column: 1, Op: format.Equal, Values: number}
	key := format.Comparison{Column: 2, Op: format.Equal, Values: word}
	value := format.Comparison{Column: 0, Op: format.Equal, Values: number}
	for name, c := range map[string]struct {
		filter *format.Filter
		files  int
	}{
		"no filter":   {nil, 4},
		"a partition": {&format.Filter{Alternatives: [][]format.Comparison{{day}}}, 2},
		"two columns": {&format.Filter{Alternatives: [][]format.Comparison{{day, key}}}, 1},
		"either":      {&format.Filter{Alternatives: [][]format.Comparison{{day}, {key}}}, 3},
		"no column":   {&format.Filter{Alternatives: [][]format.Comparison{{value}}}, 4},
	} {
		t.Run(name, func(t *testing.T) {
			scan := scanOf(tab, "v")
			scan.Filter = c.filter
			e, err := newSource(t, scan).Enumerator(t.Context(), 1)
			if err != nil {
				t.Fatal(err)
			}
			splits, err := e.Discover(t.Context())
			if err != nil || len(splits) != c.files {
				t.Errorf("%d splits: %v", len(splits), err)
			}
		})
	}
}
