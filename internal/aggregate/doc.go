// Package aggregate holds SQL's aggregate functions as operations on state
// records.
//
// Resolve gives the result type of a call; a Set is all calls of one operator.
// A Set works on groups: the distinct keys that a batch touches, numbered 0, 1,
// …, each with a record, a fixed number of bytes in the operator's state:
//
//	row count (8) | accumulator of call 0 | accumulator of call 1 | …
//
// and, where a function needs more, values of varying size kept behind it
// (Groups.vars). Rows come as two parallel lists, physical row and group. Every
// function loops over them by itself, typed for its column; nothing is called
// per row.
//
// DISTINCT and the MIN and MAX of changelogs need to know which values occur:
// a view, a state.Map from key and value to counts, shared by all calls over the
// same arguments. What appears in the view or disappears from it is what the
// functions then accumulate or retract.
//
// Accumulators are part of the state format, and travel from local to global
// aggregation as one BYTES value per group (Set.AppendAccumulators).
package aggregate
