// Package kafka is Flink's 'kafka' connector: tables whose rows are the
// records of Kafka topics. Package upsertkafka is built on it.
//
// Reading. A split is a partition of a topic; its state is the offset of the
// next record and, for bounded tables, the offset to stop before. The
// enumerator turns startup and bounded modes into such offsets, so a restart
// goes on exactly where the rows ended. Each subtask has one client, which
// fetches in the background; Read decodes the records of one partition.
//
// Writing. Rows are handed to an asynchronous producer with a bounded buffer;
// Flush waits for the brokers' acknowledgements. A record that cannot be
// written fails the task.
package kafka
