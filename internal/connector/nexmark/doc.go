// Package nexmark is the source of the Nexmark benchmark: persons who open
// auctions and bid in them, as the public generator for Flink makes them.
//
// Options, defaults, ids, kinds of events, event times and the meaning and order
// of all random draws are the public generator's. It draws from unseeded
// sequences, so no two runs of it are alike. Here the sequence of an event is
// seeded with the event's id, and what the public one draws once per process
// (the text that extras are cut out of, URLs of channels) has the seeds of
// text.go. The same options, base time and parallelism therefore give the same
// rows, every event can be made on its own, and a column that no query reads
// costs nothing if no draw of a wanted column comes after it. A source for real
// Flink that gives the same rows is in bench/nexmark/flink.
//
// Options that the public connector has but does not act upon (rate.shape,
// rate.period, next-event.rate: its rate is constant) are accepted, checked and
// warned about. base-time is the one option it lacks.
package nexmark
