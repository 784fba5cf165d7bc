package logscan

import (
	"regexp"
	"sync"
)

// pattern is one line that means something. Wordings are those of Flink 1.10 to 2.3.
type pattern struct {
	kind string
	has  string                // text the line must hold; cheap to look for before the expression
	re   func() *regexp.Regexp // nil: has is enough
}

func p(kind, has, re string) pattern {
	if re == "" {
		return pattern{kind, has, nil}
	}
	return pattern{kind, has, lazily(re)}
}

// lazily compiles an expression when it is asked for first: most commands read no
// log.
func lazily(re string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(re) })
}

// The kinds of events, for rules.
const (
	CheckpointCompleted = "checkpoint-completed"
	CheckpointDeclined  = "checkpoint-declined"
	CheckpointExpired   = "checkpoint-expired"
	CheckpointLate      = "checkpoint-late-message"
	CheckpointFailed    = "checkpoint-failed"
	TriggerFailed       = "checkpoint-trigger-failed"
	ThresholdExceeded   = "checkpoint-threshold-exceeded"
	AsyncFailed         = "checkpoint-async-failed"
	BarrierLate         = "barrier-executed-late"
	MetadataUnsure      = "checkpoint-metadata-unsure"
	JobState            = "job-state"
	TaskFailed          = "task-failed"
	Restarting          = "tasks-restarted"
	RecoverySuppressed  = "recovery-suppressed"
	TaskStuck           = "task-stuck"
	Fatal               = "fatal-error"
	HeartbeatTimeout    = "heartbeat-timeout"
	Unreachable         = "unreachable"
	TaskManagerLost     = "taskmanager-lost"
	NoSlots             = "no-slots"
	WorkerTerminated    = "worker-terminated"
	NetworkBuffers      = "network-buffers"
	ConnectionReset     = "connection-reset"
	ZooKeeperSuspended  = "zookeeper-suspended"
	ZooKeeperLost       = "zookeeper-lost"
	LeaderGranted       = "leadership-granted"
	LeaderRevoked       = "leadership-revoked"
	OffsetCommitFailed  = "kafka-offset-commit-failed"
	TransactionInvalid  = "kafka-transaction-invalid"
	ProducerFenced      = "kafka-producer-fenced"
	TransactionLost     = "kafka-transaction-lost"
	TransactionOld      = "transaction-near-timeout"
	BrokerOld           = "kafka-broker-bug"
	OutOfHeap           = "oom-heap"
	OutOfMetaspace      = "oom-metaspace"
	OutOfDirect         = "oom-direct"
	GCOverhead          = "gc-overhead"
	ContainerKilled     = "container-killed"
	ManagedMemory       = "managed-memory"
	GCPause             = "gc-pause"
	DeprecatedKey       = "deprecated-key"
	FallbackKey         = "fallback-key"
	ProducerFailed      = "kafka-send-failed"
	ProcessStart        = "process-start"
	ProcessEnd          = "process-end"
	Signal              = "signal"
)

// lines are looked for in the message of a log line.
var lines = []pattern{
	p(CheckpointCompleted, "Completed checkpoint ", `^Completed checkpoint (?P<checkpoint>\d+) for job (?P<job>\w+) \((?P<bytes>\d+) bytes(?: in|, checkpointDuration=) ?(?P<ms>\d+) ms(?:, finalizationTime=(?P<finalization>\d+) ms)?\)`),
	p(CheckpointDeclined, "Decline checkpoint ", `^Decline checkpoint (?P<checkpoint>\d+) by task (?P<attempt>\S+) of job (?P<job>\w+)(?: at (?P<at>.+?))?\.?$`),
	p(CheckpointExpired, " expired before completing.", `^Checkpoint (?P<checkpoint>\d+) of job (?P<job>\w+) expired before completing\.`),
	p(CheckpointLate, "Received late message for now expired checkpoint attempt", `attempt (?P<checkpoint>\d+) from task (?P<attempt>\S+) of job (?P<job>\w+)(?: at (?P<at>.+?))?\.?$`),
	p(CheckpointLate, "Received late message for now expired checkpoint attempt", `attempt (?P<checkpoint>\d+) from (?P<attempt>\S+) of job (?P<job>\w+)`),
	p(CheckpointFailed, "consecutive failed attempts so far)", `checkpoint (?:(?P<checkpoint>\d+) )?for job (?P<job>\w+)\.? \((?P<consecutive>\d+) consecutive`),
	p(TriggerFailed, "Failed to trigger checkpoint for job", `for job (?P<job>\w+) since (?P<reason>.*)$`),
	p(TriggerFailed, " is not being executed at the moment. Aborting checkpoint.", `^Checkpoint triggering task (?P<attempt>.+) of job (?P<job>\w+) (?P<reason>is not .*)$`),
	p(TriggerFailed, " instead. Aborting checkpoint.", `^Checkpoint triggering task (?P<attempt>.+) of job (?P<job>\w+) (?P<reason>is not .*)$`),
	p(TriggerFailed, "Triggering Checkpoint ", `^Triggering Checkpoint (?P<checkpoint>\d+) for job (?P<job>\w+) failed due to (?P<reason>.*)$`),
	p(TriggerFailed, "while one was queued already", `for job (?P<job>\w+) while`),
	p(ThresholdExceeded, "Exceeded checkpoint tolerable failure threshold", ``),
	p(AsyncFailed, "asynchronous part of checkpoint", `^(?P<task>.*) - asynchronous part of checkpoint (?P<checkpoint>\d+) could not be completed`),
	p(BarrierLate, "Time from receiving all checkpoint barriers/RPC", `exceeded threshold: (?P<ms>\d+)ms`),
	p(MetadataUnsure, "An error occurred while writing checkpoint", `writing checkpoint (?P<checkpoint>\d+) to`),
	p(JobState, "switched from state", `^Job (?P<name>.*) \((?P<job>\w+)\) switched from state (?P<from>\w+) to (?P<to>\w+)\.?`),
	p(TaskFailed, " to FAILED", `^(?P<task>.*) \((?P<attempt>[\w]+)\) switched from (?P<from>\w+) to FAILED(?: on (?P<at>.+?)\.?)?(?: with failure cause:.*)?\.?$`),
	p(Restarting, "tasks will be restarted to recover", `^(?P<tasks>\d+) tasks will be restarted to recover (?:the failed task (?P<attempt>\S+)|from a global failure)`),
	p(Restarting, "tasks should be restarted to recover the failed task", `^(?P<tasks>\d+) tasks should be restarted to recover the failed task (?P<attempt>\S+?)\.`),
	p(Restarting, "Calculating tasks to restart to recover the failed task", `the failed task (?P<attempt>\S+?)\.?$`),
	p(Restarting, "Trying to recover from a global failure", ``),
	p(Restarting, "Restarting the job ", `\((?P<job>\w+)\)\.`),
	p(RecoverySuppressed, "Recovery is suppressed by", `suppressed by (?P<strategy>\w+(?:\([^)]*\))?)`),
	p(RecoverySuppressed, "the restart strategy prevented it", ``),
	p(TaskStuck, "did not react to cancelling signal", `Task '(?P<task>.*?)' did not react`),
	p(TaskStuck, "Task did not exit gracefully within", ``),
	p(Fatal, "Encountered fatal error", ``),
	p(Fatal, "Fatal error occurred", ``),
	p(Fatal, "FATAL: Thread ", ``),
	p(Fatal, "within the specified maximum registration duration", ``),
	p(HeartbeatTimeout, "eartbeat of ", `eartbeat of (?P<who>TaskManager|JobManager|ResourceManager) with id (?P<id>.+?) timed out`),
	p(Unreachable, "is no longer reachable", `(?P<who>TaskManager|JobManager|ResourceManager) with id (?P<id>.+?) is no longer reachable`),
	p(TaskManagerLost, "that the remote task manager", `task manager '(?P<at>.+?)'`),
	p(NoSlots, "Could not allocate the required slot", ``),
	p(NoSlots, "Could not acquire the minimum required resources", ``),
	p(NoSlots, "Not enough resources available for scheduling", ``),
	p(NoSlots, "Could not fulfill resource requirements of job", `of job (?P<job>\w+)`),
	p(ContainerKilled, "running beyond physical memory limits", ``),
	p(ContainerKilled, "OOMKilled", ``),
	p(ContainerKilled, "xit code 137", ``),
	p(ContainerKilled, "exitCode=137", ``),
	p(WorkerTerminated, "is terminated. Diagnostics:", `^Worker (?P<id>\S+) is terminated\. Diagnostics: (?P<reason>.*)$`),
	p(WorkerTerminated, "Reaching max start worker failure rate", ``),
	p(WorkerTerminated, "did not register in", `^Worker (?P<id>\S+) did not register`),
	p(NetworkBuffers, "Insufficient number of network buffers", ``),
	p(NetworkBuffers, "Timeout triggered when requesting exclusive buffers", ``),
	p(NetworkBuffers, "is too high to satisfy all of the requests", ``),
	p(ConnectionReset, "Connection reset by peer", ``),
	p(ConnectionReset, "Sending the partition request to", ``),
	p(ZooKeeperSuspended, "Connection to ZooKeeper suspended", ``),
	p(ZooKeeperLost, "Connection to ZooKeeper lost", ``),
	p(ZooKeeperSuspended, "State change: SUSPENDED", ``),
	p(ZooKeeperLost, "State change: LOST", ``),
	p(LeaderGranted, "granted leadership", ``),
	p(LeaderRevoked, "revoked leadership", ``),
	p(LeaderRevoked, "revoked the leadership", ``),
	p(LeaderRevoked, " lost leadership", ``),
	p(OffsetCommitFailed, "Failed to commit consumer offsets for checkpoint", `checkpoint (?P<checkpoint>\d+)`),
	p(OffsetCommitFailed, "Async Kafka commit failed", ``),
	p(OffsetCommitFailed, "Committing offsets to Kafka takes longer than the checkpoint interval", ``),
	p(TransactionInvalid, "because it's in an invalid state", `transaction \((?P<transaction>.*?)\) because`),
	p(ProducerFenced, "because its producer is already fenced", `transaction \((?P<transaction>.*?)\) because`),
	p(TransactionLost, "encountered error and data has been potentially lost", `Transaction \((?P<transaction>.*?)\)`),
	p(TransactionLost, "Data loss might have occurred", `transaction (?P<transaction>\S+)\.`),
	p(TransactionOld, "This is close to or even exceeding the transaction timeout", `open for (?P<ms>\d+) ms.*timeout of (?P<timeout>\d+) ms`),
	p(BrokerOld, "KAFKA-9310", ``),
	p(DeprecatedKey, "deprecated configuration key", `deprecated configuration key '(?P<old>[^']+)' instead of proper key '(?P<new>[^']+)'`),
	p(FallbackKey, "fallback configuration key", `fallback configuration key '(?P<old>[^']+)' instead of key '(?P<new>[^']+)'`),
	p(ProducerFailed, "Kafka Producer send requests have encountered exception", ``),
	p(ProducerFailed, "Failed to send data to Kafka", ``),
	p(ProcessEnd, "Terminating cluster entrypoint process", `process (?P<what>\w+) with exit code (?P<code>\d+)`),
	p(ProcessEnd, "Terminating TaskManagerRunner with exit code", `exit code (?P<code>\d+)`),
	p(ProcessEnd, "down with application status", `Shutting (?P<what>\w+) down with application status (?P<status>\w+)`),
	p(ProcessStart, " (Version: ", `Starting (?P<what>\w+) \(Version: (?P<version>[^,]+),`),
	p(ProcessStart, "Starting TaskManager with ResourceID:", `ResourceID: (?P<id>\S+)`),
	p(Signal, "RECEIVED SIGNAL", `RECEIVED SIGNAL (?P<signal>.*?)\.`),
	p(ManagedMemory, "Could not allocate ", `MemoryAllocationException: Could not allocate (?P<pages>\d+) pages`),
}

// traces are looked for in the lines of a stack trace, and in messages.
var traces = []pattern{
	p(OutOfMetaspace, "OutOfMemoryError: Metaspace", ``),
	p(OutOfDirect, "OutOfMemoryError: Direct buffer memory", ``),
	p(OutOfDirect, "OutOfMemoryError: Cannot reserve", ``),
	p(GCOverhead, "GC overhead limit exceeded", ``),
	p(OutOfHeap, "OutOfMemoryError: Java heap space", ``),
	p(ThresholdExceeded, "Exceeded checkpoint tolerable failure threshold", ``),
	p(RecoverySuppressed, "Recovery is suppressed by", `suppressed by (?P<strategy>\w+(?:\([^)]*\))?)`),
	p(HeartbeatTimeout, "eartbeat of ", `eartbeat of (?P<who>TaskManager|JobManager|ResourceManager) with id (?P<id>.+?) timed out`),
	p(Unreachable, "is no longer reachable", `(?P<who>TaskManager|JobManager|ResourceManager) with id (?P<id>.+?) is no longer reachable`),
	p(TaskManagerLost, "that the remote task manager", `task manager '(?P<at>.+?)'`),
	p(NoSlots, "Could not allocate the required slot", ``),
	p(NoSlots, "Could not acquire the minimum required resources", ``),
	p(NoSlots, "Not enough resources available for scheduling", ``),
	p(ContainerKilled, "running beyond physical memory limits", ``),
	p(NetworkBuffers, "Insufficient number of network buffers", ``),
	p(ProducerFenced, "ProducerFencedException", ``),
	p(TransactionInvalid, "InvalidTxnStateException", ``),
	p(ProducerFenced, "InvalidProducerEpochException", ``),
	p(ManagedMemory, "MemoryAllocationException: Could not allocate ", ``),
	p(ProducerFailed, "Kafka Producer send requests have encountered exception", ``),
	p(ProducerFailed, "ms has passed since batch creation", ``),
	p(ProducerFailed, "while awaiting InitProducerId", ``),
	p(GCPause, "] GC(", `Pause (?P<what>Young|Full|Remark|Cleanup|Initial Mark|Mixed).*?(?P<ms>\d+(?:\.\d+)?)ms`),
	p(GCPause, "[Full GC", `(?P<what>Full) GC.*?, (?P<secs>\d+\.\d+) secs\]`),
	p(GCPause, "[GC (", `\[(?P<what>GC) .*?, (?P<secs>\d+\.\d+) secs\]`),
}
