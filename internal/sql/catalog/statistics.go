package catalog

import "github.com/flottstream/flott/internal/sql/plan"

// Statistics are what ANALYZE TABLE has counted.
type Statistics struct {
	Rows    int64              `yaml:"rows"`
	Columns []ColumnStatistics `yaml:"columns,omitempty"`
}

// Count gives a table its statistics, and the planner their number of rows.
func (t *Table) Count(s *Statistics) {
	t.Statistics = s
	if s == nil {
		return
	}
	p := *t.Plan
	p.Rows, p.Statistics = s.Rows, make(map[string]plan.ColumnStatistics, len(s.Columns))
	for _, c := range s.Columns {
		p.Statistics[c.Name] = plan.ColumnStatistics{Distinct: c.Distinct, Nulls: c.Nulls, Min: c.Min, Max: c.Max}
	}
	t.Plan = &p
}

// ColumnStatistics are those of one column; -1 is not known.
type ColumnStatistics struct {
	Name     string `yaml:"name"`
	Distinct int64  `yaml:"distinct"`
	Nulls    int64  `yaml:"nulls"`
	Min      string `yaml:"min,omitempty"`
	Max      string `yaml:"max,omitempty"`
}
