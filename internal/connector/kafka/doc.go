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
//
// Hanging transactions. Brokers (seen with Kafka 4.4) can hold a transaction to be
// over without having written so into all its partitions: one that ends while its
// broker starts after a crash and does not know its partitions yet. Readers of what
// is committed wait there for ever. Worse, an ID that was fenced keeps its producer
// ID, and such a partition takes the rows of the next transaction for more of the
// old one: its commit makes rows visible that had been aborted, its abort loses
// rows that had been committed. Two things together prevent that, wherever an ID
// passes to a new producer (ledger.retire):
//
//  1. Before it is fenced the coordinator's verdict on its last transaction is
//     carried out in the partitions that still have it open. After that the verdict
//     is gone.
//  2. After it was fenced, an ID with a partition that still has something open of
//     an older epoch, or cannot tell, is not used again. The next one of the pool
//     has another producer ID, whose transactions have nothing to do with it.
//
// The second alone keeps rows right, and needs no right but READ on the topic; the
// first also lets readers go on, and keeps the pool small.
package kafka
