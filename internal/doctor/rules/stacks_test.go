package rules

import (
	"testing"

	"github.com/flottstream/flott/internal/doctor/snapshot"
)

// A stack tells whose work it is, and whether it is any.
func TestClassify(t *testing.T) {
	const (
		sleep  = "java.lang.Thread.sleep(Thread.java)"
		source = "org.apache.flink.streaming.api.operators.StreamSource.run(StreamSource.java:114)"
		emit   = "org.apache.flink.streaming.api.operators.CountingOutput.collect(CountingOutput.java:52)"
		take   = "org.apache.flink.streaming.runtime.tasks.mailbox.TaskMailboxImpl.take(TaskMailboxImpl.java:161)"
		yield  = "org.apache.flink.streaming.runtime.tasks.mailbox.MailboxExecutorImpl.yield(MailboxExecutorImpl.java:100)"
	)
	for _, c := range []struct {
		name, state string
		frames      []string
		kind, frame string
	}{
		{"a source that waits for its own input", "TIMED_WAITING", []string{sleep, "com.acme.Poller.run(P.java:9)", source}, WorkIdle, ""},
		{"a source that makes its own records", "RUNNABLE", []string{"com.acme.Random.next(R.java:9)", "com.acme.Poller.run(P.java:9)", source}, WorkOther, ""},
		{"a function behind a source that sleeps", "TIMED_WAITING", []string{sleep, "com.acme.Client.map(C.java:9)", emit, "com.acme.Poller.run(P.java:9)", source}, WorkUser, "com.acme.Client.map"},
		{"nothing to do", "TIMED_WAITING", []string{"jdk.internal.misc.Unsafe.park(U.java)", take, "org.apache.flink.streaming.runtime.tasks.mailbox.MailboxProcessor.processMail(M.java)"}, WorkIdle, ""},
		{"no room among asynchronous requests", "TIMED_WAITING", []string{"jdk.internal.misc.Unsafe.park(U.java)", take, yield, "org.apache.flink.streaming.api.operators.async.AsyncWaitOperator.addToWorkQueue(A.java)"}, WorkLookup, ""},
		{"files are written", "RUNNABLE", []string{"sun.nio.ch.FileChannelImpl.write(F.java)", "org.apache.flink.connector.file.table.stream.AbstractStreamingWriter.processElement(A.java)"}, WorkSink, ""},
	} {
		kind, frame := classify(&snapshot.Stack{State: c.state, Frames: c.frames})
		if kind != c.kind || frame != c.frame {
			t.Errorf("%s: %s, %q; want %s, %q", c.name, kind, frame, c.kind, c.frame)
		}
	}
}
