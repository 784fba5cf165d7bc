package logscan

import (
	"strings"
	"testing"
)

const (
	wordJob     = "242cb22975a773abd9343299f5fffc81"
	wordAttempt = "aee3b1c72f7c44b4853f9246a0e68554"
	wordLong    = "aee3b1c72f7c44b4853f9246a0e68554_cbc357ccb763df2852fee8c4fc7d55f2_0_1"
	wordOn      = "localhost:37703-459c38 @ localhost (dataPort=41157)"
)

// wordings are the lines of Flink 1.10 to 2.3 that mean something, with the kind they
// are to be taken for; J, A and L stand for ids of a job and of attempts.
var wordings = []struct{ kind, text string }{
	{CheckpointCompleted, "Completed checkpoint 7 for job J (4711 bytes in 23 ms)."},
	{CheckpointCompleted, "Completed checkpoint 7 for job J (4711 bytes, checkpointDuration=23 ms, finalizationTime=1 ms)."},
	{CheckpointDeclined, "Decline checkpoint 7 by task A of job J at O."},
	{CheckpointDeclined, "Decline checkpoint 7 by task L of job J at O."},
	{CheckpointExpired, "Checkpoint 7 of job J expired before completing."},
	{CheckpointLate, "Received late message for now expired checkpoint attempt 7 from task A of job J at O."},
	{CheckpointLate, "Received late message for now expired checkpoint attempt 7 from A of job J."},
	{TriggerFailed, "Failed to trigger checkpoint for job J since Checkpoint triggering task X (1/1) of job J is not being executed at the moment. Aborting checkpoint. Failure reason: Not all required tasks are currently running.."},
	{TriggerFailed, "Checkpoint triggering task X (1/1) of job J is not being executed at the moment. Aborting checkpoint."},
	{TriggerFailed, "Checkpoint triggering task X (1/1) of job J is not in state RUNNING but FINISHED instead. Aborting checkpoint."},
	{TriggerFailed, "Triggering Checkpoint 7 for job J failed due to java.util.concurrent.TimeoutException"},
	{TriggerFailed, "Trying to trigger another checkpoint for job J while one was queued already."},
	{CheckpointFailed, "Failed to trigger checkpoint 7 for job J. (2 consecutive failed attempts so far)"},
	{CheckpointFailed, "Failed to trigger checkpoint for job J (2 consecutive failed attempts so far)."},
	{CheckpointFailed, "Failed to trigger or complete checkpoint 7 for job J. (2 consecutive failed attempts so far)"},
	{ThresholdExceeded, "org.apache.flink.util.FlinkRuntimeException: Exceeded checkpoint tolerable failure threshold."},
	{ThresholdExceeded, "org.apache.flink.util.FlinkRuntimeException: Exceeded checkpoint tolerable failure threshold. The latest checkpoint failed due to Checkpoint expired before completing., view the Checkpoint History tab or the Job Manager log to find out why continuous checkpoints failed."},
	{MetadataUnsure, "An error occurred while writing checkpoint 7 to the underlying metadata store. Flink was not able to determine whether the metadata was successfully persisted."},
	{AsyncFailed, "Map (1/2)#0 - asynchronous part of checkpoint 7 could not be completed."},
	{BarrierLate, "Time from receiving all checkpoint barriers/RPC to executing it exceeded threshold: 40000ms"},
	{BarrierLate, "Time from receiving all checkpoint barriers/RPC for checkpoint 7 to executing it exceeded threshold: 40000ms"},
	{TransactionOld, "Sink - Transaction x has been open for 3500000 ms. This is close to or even exceeding the transaction timeout of 3600000 ms."},
	{TransactionLost, "Error while committing transaction x. Transaction has been open for longer than the transaction timeout (3600000).Commit will not be attempted again. Data loss might have occurred."},

	{JobState, "Job orders (J) switched from state RUNNING to RESTARTING."},
	{TaskFailed, "Map (1/2) (A) switched from RUNNING to FAILED."},
	{TaskFailed, "Map (1/2) (A) switched from RUNNING to FAILED on O."},
	{TaskFailed, "Map (1/2) (L) switched from RUNNING to FAILED on O."},
	{TaskFailed, "Map (1/2)#0 (A) switched from RUNNING to FAILED with failure cause: java.lang.RuntimeException: x"},
	{TaskFailed, "Map (1/2)#0 (L) switched from RUNNING to FAILED with failure cause:"},
	{Restarting, "Calculating tasks to restart to recover the failed task cbc357ccb763df2852fee8c4fc7d55f2_0."},
	{Restarting, "4 tasks should be restarted to recover the failed task cbc357ccb763df2852fee8c4fc7d55f2_0. "},
	{Restarting, "4 tasks will be restarted to recover the failed task L."},
	{Restarting, "Trying to recover from a global failure."},
	{Restarting, "4 tasks will be restarted to recover from a global failure."},
	{Restarting, "Restarting the job orders (J)."},
	{RecoverySuppressed, "org.apache.flink.runtime.JobException: Recovery is suppressed by FixedDelayRestartBackoffTimeStrategy(maxNumberRestartAttempts=1, backoffTimeMS=1000)"},
	{RecoverySuppressed, "org.apache.flink.runtime.JobException: Recovery is suppressed by NoRestartBackoffTimeStrategy"},
	{RecoverySuppressed, "Could not restart the job orders (J) because the restart strategy prevented it."},
	{TaskStuck, "Task 'Map (1/2)' did not react to cancelling signal for 30 seconds, but is stuck in method:\n java.lang.Thread.sleep(Native Method)"},
	{TaskStuck, "Task 'Map (1/2)#0' did not react to cancelling signal - interrupting; it is stuck for 30 seconds in method:\n java.lang.Thread.sleep(Native Method)"},
	{TaskStuck, "Task did not exit gracefully within 180 + seconds."},
	{Fatal, "Fatal error occurred while executing the TaskManager. Shutting it down..."},
	{Fatal, "Encountered fatal error java.lang.OutOfMemoryError - terminating the JVM"},
	{Fatal, "FATAL: Thread 'flink-pekko.actor.default-dispatcher-4' produced an uncaught exception. Stopping the process..."},
	{Fatal, "org.apache.flink.runtime.taskexecutor.exceptions.RegistrationTimeoutException: Could not register at the ResourceManager within the specified maximum registration duration PT5M. This indicates a problem with this instance. Terminating now."},

	{HeartbeatTimeout, "java.util.concurrent.TimeoutException: Heartbeat of TaskManager with id tm-1 timed out."},
	{HeartbeatTimeout, "The heartbeat of TaskManager with id tm-1 timed out."},
	{HeartbeatTimeout, "Closing TaskExecutor connection tm-1 because: The heartbeat of TaskManager with id localhost:37703-459c38(localhost:37703) timed out."},
	{HeartbeatTimeout, "The heartbeat of JobManager with id dae1380291f024fcc08c4b902a1c78b1 timed out."},
	{HeartbeatTimeout, "The heartbeat of ResourceManager with id dae1380291f024fcc08c4b902a1c78b1 timed out."},
	{Unreachable, "Closing TaskExecutor connection tm-1 because: TaskManager with id tm-1 is no longer reachable."},
	{Unreachable, "Close JobManager connection for job J: JobManager with id x is no longer reachable."},
	{TaskManagerLost, "org.apache.flink.runtime.io.network.netty.exception.RemoteTransportException: Connection unexpectedly closed by remote task manager 'h/10.0.0.1:4000'. This might indicate that the remote task manager was lost."},
	{TaskManagerLost, "org.apache.flink.runtime.io.network.netty.exception.RemoteTransportException: Connection unexpectedly closed by remote task manager 'h/10.0.0.1:4000 [ tm-1 ] '. This might indicate that the remote task manager was lost."},
	{TaskManagerLost, "RemoteTransportException: Lost connection to task manager 'h/10.0.0.1:4000'. This indicates that the remote task manager was lost."},
	{TaskManagerLost, "RemoteTransportException: Connecting to remote task manager 'h/10.0.0.1:4000' has failed. This might indicate that the remote task manager has been lost."},
	{ConnectionReset, "java.io.IOException: Connection reset by peer"},
	{ConnectionReset, "LocalTransportException: Sending the partition request to 'h/10.0.0.1:4000' failed."},
	{NoSlots, "NoResourceAvailableException: Could not allocate the required slot within slot request timeout. Please make sure that the cluster has enough resources."},
	{NoSlots, "NoResourceAvailableException: Slot request bulk is not fulfillable! Could not allocate the required slot within slot request timeout"},
	{NoSlots, "NoResourceAvailableException: Could not acquire the minimum required resources."},
	{NoSlots, "NoResourceAvailableException: Not enough resources available for scheduling."},
	{NoSlots, "Could not fulfill resource requirements of job J. Free slots: 0"},
	{WorkerTerminated, "Worker tm-1-3 is terminated. Diagnostics: Pod terminated, container termination statuses: [flink-main-container(exitCode=1, reason=Error, message=null)]"},
	{ContainerKilled, "Worker tm-1-3 is terminated. Diagnostics: Pod terminated, container termination statuses: [flink-main-container(exitCode=137, reason=OOMKilled, message=null)]"},
	{WorkerTerminated, "Reaching max start worker failure rate: 10 events detected in the recent interval."},
	{WorkerTerminated, "Worker tm-1-3 did not register in PT5M, will stop it and request a new one if needed."},
	{NetworkBuffers, "java.io.IOException: Insufficient number of network buffers: required 65, but only 2 available. The total number of network buffers is currently set to 2048 of 32768 bytes each."},
	{NetworkBuffers, "java.io.IOException: Timeout triggered when requesting exclusive buffers: The total number of network buffers is currently set to 2048"},
	{NetworkBuffers, "Memory usage [120%] is too high to satisfy all of the requests. This can severely impact network throughput."},

	{ZooKeeperSuspended, "Connection to ZooKeeper suspended. The contender http://h:8081 no longer participates in the leader election."},
	{ZooKeeperSuspended, "Connection to ZooKeeper suspended, waiting for reconnection."},
	{ZooKeeperSuspended, "Connection to ZooKeeper suspended. Can no longer retrieve the leader from ZooKeeper."},
	{ZooKeeperSuspended, "State change: SUSPENDED"},
	{ZooKeeperLost, "Connection to ZooKeeper lost. The contender http://h:8081 no longer participates in the leader election."},
	{ZooKeeperLost, "Connection to ZooKeeper lost. The contender no longer participates in the leader election."},
	{ZooKeeperLost, "Connection to ZooKeeper lost. None of the contenders participates in the leader election anymore."},
	{ZooKeeperLost, "Connection to ZooKeeper lost. Can no longer retrieve the leader from ZooKeeper."},
	{ZooKeeperLost, "State change: LOST"},
	{LeaderGranted, "DefaultDispatcherRunner was granted leadership with leader id x. Creating new SessionDispatcherLeaderProcess."},
	{LeaderRevoked, "DefaultDispatcherRunner was revoked the leadership with leader id x. Stopping the SessionDispatcherLeaderProcess."},
	{LeaderGranted, "ResourceManager akka.tcp://flink@h:6123/user/rpc/resourcemanager_0 was granted leadership with fencing token x"},
	{LeaderRevoked, "ResourceManager akka.tcp://flink@h:6123/user/rpc/resourcemanager_0 was revoked leadership. Clearing fencing token."},
	{LeaderGranted, "Resource manager service is granted leadership with session id x."},
	{LeaderRevoked, "Resource manager service is revoked leadership with session id x."},
	{LeaderGranted, "JobManager runner for job orders (J) was granted leadership with session id x at akka.tcp://flink@h:6123/user/rpc/jobmanager_2."},
	{LeaderRevoked, "JobManager for job orders (J) at akka.tcp://flink@h:6123/user/rpc/jobmanager_2 was revoked leadership."},
	{LeaderRevoked, "JobMasterServiceLeadershipRunner for job J was revoked leadership with leader id x. Stopping current DefaultJobMasterServiceProcess."},
	{LeaderGranted, "http://h:8081 was granted leadership with leaderSessionID=x"},
	{LeaderRevoked, "http://h:8081 lost leadership"},

	{OffsetCommitFailed, "Failed to commit consumer offsets for checkpoint 7"},
	{OffsetCommitFailed, "Async Kafka commit failed."},
	{OffsetCommitFailed, "Committing offsets to Kafka takes longer than the checkpoint interval. Skipping commit of previous offsets because newer complete checkpoint offsets are available. This does not compromise Flink's checkpoint integrity."},
	{TransactionInvalid, "Unable to commit transaction (x) because it's in an invalid state. Most likely the transaction has been aborted for some reason. Please check the Kafka logs for more details."},
	{ProducerFenced, "Unable to commit transaction (x) because its producer is already fenced. This means that you either have a different producer with the same 'transactional.id' or that this transaction exceeded transaction.timeout.ms"},
	{BrokerOld, "Unable to commit transaction (x) because of a bug in the Kafka broker (KAFKA-9310). Please upgrade to Kafka 2.5+."},
	{TransactionLost, "Transaction (x) encountered error and data has been potentially lost."},
	{ProducerFenced, "org.apache.kafka.common.errors.ProducerFencedException: There is a newer producer with the same transactionalId"},
	{ProducerFenced, "org.apache.kafka.common.errors.InvalidProducerEpochException: Producer attempted to produce with an old epoch."},
	{TransactionInvalid, "org.apache.kafka.common.errors.InvalidTxnStateException: The producer attempted a transactional operation in an invalid state."},
	{ProducerFailed, "java.io.IOException: One or more Kafka Producer send requests have encountered exception"},
	{ProducerFailed, "org.apache.flink.streaming.connectors.kafka.FlinkKafkaException: Failed to send data to Kafka: Expiring 3 record(s) for t-0:120000 ms has passed since batch creation"},
	{ProducerFailed, "org.apache.kafka.common.errors.TimeoutException: Expiring 3 record(s) for t-0:120000 ms has passed since batch creation"},
	{ProducerFailed, "org.apache.kafka.common.errors.TimeoutException: Timeout expired after 60000ms while awaiting InitProducerId"},

	{OutOfHeap, "java.lang.OutOfMemoryError: Java heap space"},
	{OutOfHeap, "java.lang.OutOfMemoryError: Java heap space. A heap space-related out-of-memory error has occurred. This can mean two things"},
	{OutOfMetaspace, "java.lang.OutOfMemoryError: Metaspace. The metaspace out-of-memory error has occurred. This can mean two things: either the job requires a larger size of JVM metaspace"},
	{OutOfDirect, "java.lang.OutOfMemoryError: Direct buffer memory. The direct out-of-memory error has occurred. This can mean two things: either job(s) require(s) a larger size"},
	{OutOfDirect, "java.lang.OutOfMemoryError: Cannot reserve 4194304 bytes of direct buffer memory"},
	{GCOverhead, "java.lang.OutOfMemoryError: GC overhead limit exceeded"},
	{ContainerKilled, "Container [pid=1,containerID=container_1] is running beyond physical memory limits. Current usage: 2.0 GB of 2 GB"},
	{ManagedMemory, "org.apache.flink.runtime.memory.MemoryAllocationException: Could not allocate 512 pages"},
	{GCPause, "[12.3s][info][gc] GC(45) Pause Young (Normal) (G1 Evacuation Pause) 512M->200M(1024M) 1212.345ms"},
	{GCPause, "[12.3s][info][gc] GC(46) Pause Full (Allocation Failure) 512M->200M(1024M) 1212.345ms"},
	{GCPause, "2026-11-21T03:47:53.714+0000: 12.345: [Full GC (Ergonomics) 512K->200K(1024K), 1.2345678 secs]"},
	{GCPause, "[GC (Allocation Failure) 512K->200K(1024K), 1.2345678 secs]"},
	{DeprecatedKey, "Config uses deprecated configuration key 'state.backend' instead of proper key 'state.backend.type'"},
	{FallbackKey, "Config uses fallback configuration key 'rest.port' instead of key 'rest.bind-port'"},
	{ProcessStart, " Starting StandaloneSessionClusterEntrypoint (Version: 2.3.0, Scala: 2.12, Rev:c0f8d1a, Date:2026-01-01T00:00:00+01:00)"},
	{ProcessStart, "Starting TaskManager with ResourceID: localhost:37703-459c38"},
	{Signal, "RECEIVED SIGNAL 15: SIGTERM. Shutting down as requested."},
	{ProcessEnd, "Terminating cluster entrypoint process StandaloneSessionClusterEntrypoint with exit code 1443."},
	{ProcessEnd, "Terminating TaskManagerRunner with exit code 1."},
	{ProcessEnd, "Shutting StandaloneSessionClusterEntrypoint down with application status FAILED. Diagnostics x."},
}

// heads are line beginnings of log4j 1 (Flink 1.10), log4j 2, one with the diagnostic
// context, and log4j's JSON.
var heads = []struct{ name, before, after string }{
	{"log4j 1", "2026-11-21 03:47:53,714 INFO  org.apache.flink.runtime.checkpoint.CheckpointCoordinator     - ", "\n"},
	{"log4j 2", "2026-11-21 03:47:53,714 INFO  org.apache.flink.runtime.checkpoint.CheckpointCoordinator    [] - ", "\n"},
	{"context", "2026-11-21 03:47:53,714 WARN  org.apache.flink.runtime.checkpoint.CheckpointCoordinator    [flink-job-id=" + wordJob + "] - ", "\n"},
	{"JSON", `{"instant":{"epochSecond":1795232873,"nanoOfSecond":714000000},"thread":"x","level":"INFO","loggerName":"x","message":"`, "\"}\n"},
	{"ECS", `{"@timestamp":"2026-11-21T03:47:53.714Z","log.level":"INFO","log.logger":"x","message":"`, "\"}\n"},
}

// Every wording of Flink 1.10 to 2.3 is recognised, in every layout.
func TestWordings(t *testing.T) {
	ids := strings.NewReplacer("job J", "job "+wordJob, "(J)", "("+wordJob+")", "task A", "task "+wordAttempt, "(A)", "("+wordAttempt+")", "from A", "from "+wordAttempt,
		"task L", "task "+wordLong, "(L)", "("+wordLong+")", " at O.", " at "+wordOn+".", " on O.", " on "+wordOn+".")
	for _, w := range wordings {
		text := ids.Replace(w.text)
		for _, h := range heads {
			body := text
			if h.name == "JSON" || h.name == "ECS" {
				body = strings.NewReplacer("\n", `\n`, `"`, `\"`).Replace(body)
			}
			s := NewScanner()
			if err := s.Read(strings.NewReader(h.before+body+h.after), "log"); err != nil {
				t.Fatal(err)
			}
			events := s.Finish()
			if len(events) == 0 || events[0].Kind != w.kind {
				t.Errorf("%s: %q is taken for %v, want %s", h.name, text, kinds(s), w.kind)
				break
			}
			if got := events[0].Time.Format("15:04:05.000"); got != "03:47:53.714" && got != "15:47:53.714" && h.name != "JSON" {
				t.Errorf("%s: %q at %s", h.name, text, got)
			}
			if strings.Contains(text, "job "+wordJob) && events[0].Fields["job"] != wordJob && w.kind != LeaderGranted && w.kind != LeaderRevoked && w.kind != Unreachable {
				t.Errorf("%s: %q: job %q", h.name, text, events[0].Fields["job"])
			}
		}
	}
}

func kinds(s *Scanner) (out []string) {
	for _, e := range s.Events {
		out = append(out, e.Kind)
	}
	return out
}

// Every kind that the scanner knows has a wording above.
func TestEveryKindHasAWording(t *testing.T) {
	has := map[string]bool{}
	for _, w := range wordings {
		has[w.kind] = true
	}
	for _, p := range append(append([]pattern{}, lines...), traces...) {
		if !has[p.kind] {
			t.Errorf("%s (%q) has no wording", p.kind, p.has)
		}
	}
}
