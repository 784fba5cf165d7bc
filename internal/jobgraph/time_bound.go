package jobgraph

// TimeBound is the last event time at which something happens to a row, made of
// one of its columns: no change comes for it once the watermark has reached
// Column + Add.
type TimeBound struct {
	Column int   // a TIMESTAMP, TIMESTAMP_LTZ or DATE, or, with Format, text
	Add    int64 // ms
	// Format is the pattern by which DATE_FORMAT has made the column, "" if it is a time.
	Format string
}
