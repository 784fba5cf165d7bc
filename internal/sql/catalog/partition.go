package catalog

import (
	"slices"
	"strings"
)

// PartitionSpec is what ALTER TABLE ADD PARTITION tells the catalog about: a
// value for every partition column, in their order. Connectors find the
// partitions of their data by themselves.
type PartitionSpec struct {
	Values  []string
	Options map[string]string
}

// Text is the partition as SHOW PARTITIONS lists it: dt=2024-01-01/hour=3.
func (p PartitionSpec) Text(columns []string) string {
	parts := make([]string, len(columns))
	for i, c := range columns {
		parts[i] = c + "=" + p.Values[i]
	}
	return strings.Join(parts, "/")
}

// PartitionIndex finds a partition of a table, -1 if there is none.
func (t *Table) PartitionIndex(values []string) int {
	return slices.IndexFunc(t.Partitions, func(p PartitionSpec) bool { return slices.Equal(p.Values, values) })
}
