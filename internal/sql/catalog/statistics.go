package catalog

// Statistics are what ANALYZE TABLE has counted.
type Statistics struct {
	Rows    int64              `yaml:"rows"`
	Columns []ColumnStatistics `yaml:"columns,omitempty"`
}

// ColumnStatistics are those of one column; -1 is not known.
type ColumnStatistics struct {
	Name     string `yaml:"name"`
	Distinct int64  `yaml:"distinct"`
	Nulls    int64  `yaml:"nulls"`
	Min      string `yaml:"min,omitempty"`
	Max      string `yaml:"max,omitempty"`
}
