// Package kafka is Flink's 'kafka' connector: tables whose rows are the
// records of Kafka topics. Package upsertkafka is built on it.
//
// Reading. A split is a partition of a topic; its state is the offset of the
// next record and, for bounded tables, the offset to stop before. The
// enumerator turns startup and bounded modes into such offsets, so a restart
// goes on exactly where the rows ended. Each subtask has one client, which
// fetches in the background; Read decodes the records of one partition.
// Positions of completed checkpoints are committed to the consumer group beside
// that, for others to see.
//
// Writing. Rows are handed to an asynchronous producer with a bounded buffer;
// Flush waits for the brokers' acknowledgements. A record that cannot be
// written fails the task.
//
// Writing exactly once (committer). The rows between two checkpoints are an
// epoch, and one transaction:
//
//  1. Prepare flushes it, puts the epoch's number into the same transaction as
//     an offset of a group of the subtask's own, the marker, and gives the
//     checkpoint the epoch's output, compressed.
//  2. Commit commits the transaction when the checkpoint is complete.
//  3. When a transaction was lost, whether before Commit or before Recover, the
//     marker tells if it had become visible. If not, the output is written again.
//
// Order: epochs of a subtask become visible in order, and lie in a partition in
// order; so when one is written again, later ones are, too. Producers of earlier
// attempts are fenced BEFORE the marker is read, and a marker is read only when
// no transaction with one is open. docs/kafka_exactly_once.md has every step.
package kafka
