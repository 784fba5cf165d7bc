package ast

import (
	"fmt"
	"strings"
)

// FormatDistribution is what follows DISTRIBUTED, the columns in back-ticks, as
// Flink shows it: BY HASH(`a`) INTO 4 BUCKETS.
func FormatDistribution(d *Distribution) string {
	var parts []string
	if d.Columns != nil {
		names := make([]string, len(d.Columns))
		for i, c := range d.Columns {
			names[i] = "`" + strings.ReplaceAll(c.Name, "`", "``") + "`"
		}
		parts = append(parts, "BY "+d.Kind+"("+strings.Join(names, ", ")+")")
	}
	if d.Buckets > 0 {
		parts = append(parts, fmt.Sprintf("INTO %d BUCKETS", d.Buckets))
	}
	return strings.Join(parts, " ")
}
