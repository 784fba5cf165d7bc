package plan

// ColumnStatistics is what ANALYZE TABLE has counted of a column; -1 is not known.
type ColumnStatistics struct {
	Distinct, Nulls int64
	Min, Max        string // as CAST to STRING writes them, "" if not known
}
