package rules

import (
	"regexp"
	"strings"

	"github.com/flottstream/flott/internal/doctor/snapshot"
)

// The kinds of failures, as exceptions of a job tell.
const (
	failUser        = "user"
	failThreshold   = "checkpoint-threshold"
	failHeartbeat   = "heartbeat"
	failLost        = "taskmanager-lost"
	failSlots       = "slots"
	failMemory      = "memory"
	failMetaspace   = "metaspace"
	failDirect      = "direct"
	failBuffers     = "buffers"
	failTransaction = "transaction"
	failCheckpoint  = "checkpoint"
	failLeader      = "leader"
	failSnapshot    = "snapshot" // a task could not take its part of a checkpoint, and fails
	failCancelled   = "cancelled"
)

// failureSigns are looked for in order in the whole stack of an exception.
var failureSigns = []struct{ text, kind string }{
	{"Exceeded checkpoint tolerable failure threshold", failThreshold},
	{"OutOfMemoryError: Metaspace", failMetaspace},
	{"OutOfMemoryError: Direct buffer", failDirect},
	{"OutOfMemoryError: Cannot reserve", failDirect},
	{"java.lang.OutOfMemoryError", failMemory},
	{"GC overhead limit exceeded", failMemory},
	{"MemoryAllocationException", failMemory},
	{"OOMKilled", failMemory},
	{"running beyond physical memory limits", failMemory},
	{"xit code 137", failMemory},
	{"Insufficient number of network buffers", failBuffers},
	{"Timeout triggered when requesting exclusive buffers", failBuffers},
	{"is no longer reachable", failLost},
	{"eartbeat of TaskManager", failHeartbeat},
	{"eartbeat of JobManager", failHeartbeat},
	{"eartbeat of ResourceManager", failHeartbeat},
	{"remote task manager was lost", failLost},
	{"unexpectedly closed by remote task manager", failLost},
	{"Lost connection to task manager", failLost},
	{"Connecting to remote task manager", failLost},
	{"RemoteTransportException", failLost},
	{"RecipientUnreachableException", failLost},
	{"org.apache.flink.runtime.io.network.netty.exception.", failLost}, // of the connections between TaskManagers, as seen from either end
	{"org.apache.flink.runtime.io.network.partition.PartitionNotFoundException", failLost},
	{"RemoteRpcInvocation(TaskExecutorGateway", failHeartbeat}, // it did not answer in time
	{"TaskExecutor is shutting down", failLost},
	{"The TaskExecutor is shutting down", failLost},
	{"Disconnect from JobManager responsible", failLost},
	{"Could not allocate the required slot", failSlots},
	{"Could not acquire the minimum required resources", failSlots},
	{"Not enough resources available for scheduling", failSlots},
	{"NoResourceAvailableException", failSlots},
	{"ProducerFencedException", failTransaction},
	{"InvalidTxnStateException", failTransaction},
	{"InvalidProducerEpochException", failTransaction},
	{"InvalidPidMappingException", failTransaction},
	{"transaction.timeout.ms", failTransaction},
	{"The transaction timeout is larger than the maximum value", failTransaction},
	{"Connection to ZooKeeper", failLeader},
	{"revoked leadership", failLeader},
	{"Could not perform checkpoint", failSnapshot},
	{"Could not complete snapshot", failSnapshot},
	{"The checkpoint was aborted due to exception of other subtasks", failCheckpoint},
	{"CheckpointException", failCheckpoint},
}

// failureKind says what kind of failure an exception is.
func failureKind(e *snapshot.Exception) string {
	text := e.Name + "\n" + e.Stack
	for _, s := range failureSigns {
		if strings.Contains(text, s.text) {
			return s.kind
		}
	}
	if strings.Contains(text, "CancelTaskException") || strings.Contains(text, "Job was cancelled") {
		return failCancelled
	}
	return failUser
}

// failures are a job's exceptions of some kinds, newest first.
func failures(j *snapshot.Job, kinds ...string) (out []*snapshot.Exception) {
	for i := range j.Exceptions {
		kind := failureKind(&j.Exceptions[i])
		for _, k := range kinds {
			if k == kind {
				out = append(out, &j.Exceptions[i])
			}
		}
	}
	return out
}

var causeLine = regexp.MustCompile(`(?m)^(?:Caused by: )?([\w.$]+(?:Exception|Error|Throwable)[^\n]*)`)

// innermostCause is the last "Caused by" of a stack trace: the reason.
func innermostCause(stack string) string {
	all := causeLine.FindAllStringSubmatch(stack, -1)
	if len(all) == 0 {
		told, _ := strings.CutPrefix(stack, "error: ") // flott's own are sentences
		return firstLine(told, 240)
	}
	return firstLine(all[len(all)-1][1], 240)
}

// blame is the first frame of the innermost cause that is user code.
func blame(stack string) string {
	if at := strings.LastIndex(stack, "Caused by: "); at >= 0 {
		stack = stack[at:]
	}
	for line := range strings.Lines(stack) {
		frame, ok := strings.CutPrefix(strings.TrimSpace(line), "at ")
		if !ok {
			continue
		}
		if module, after, ok := strings.Cut(frame, "/"); ok && !strings.ContainsAny(module, "($") {
			frame = strings.TrimPrefix(after, "/")
		}
		method, _, _ := strings.Cut(frame, "(")
		if foreign(method) {
			return frame
		}
	}
	return ""
}
