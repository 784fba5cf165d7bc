// Package measure runs SQL on flott and on a real Flink and tells what it cost: wall time, CPU seconds, peak resident memory.
// The benchmarks beside it bring the queries; their results go into one kind of report.
//
// Contract: a job is what the last statement of a list starts; only its time counts, and for flott, whose process lives as
// long as the job, start and planning as well. Engines are used from one goroutine.
package measure
