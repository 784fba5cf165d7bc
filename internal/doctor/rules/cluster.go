package rules

import (
	"math"
	"slices"
	"strings"
	"time"

	"github.com/flottstream/flott/internal/doctor/logscan"
	"github.com/flottstream/flott/internal/doctor/snapshot"
)

// afterFailure are the effects that the failure of a task has.
var afterFailure = []string{"FLT102", "FLT104", "FLT105", "FLT112", "FLT403", "FLT409", "FLT415", "FLT501"}

var clusterRules = []Rule{
	{
		ID: "FLT401", Cause: "heartbeat-timeout", Title: "Heartbeats time out", Level: Critical, Needs: []snapshot.Part{snapshot.Exceptions}, Job: heartbeat, Bounded: true, Stopped: true, Explains: afterFailure,
		Doc: Doc{
			Symptom:   "The job restarts; the exception says `Heartbeat of TaskManager with id … timed out`.",
			Cause:     "The JobManager did not hear from a TaskManager for heartbeat.timeout: a long pause of its JVM, a frozen machine, or the network between them.",
			See:       "Exceptions: `Heartbeat of TaskManager with id … timed out.`; GC log and kernel log of that machine at that time.",
			Remedy:    "Find the pause: GC, throttling, swap, network. heartbeat.timeout only if pauses are known and harmless.",
			Reproduce: "kill -STOP of a TaskManager for a minute.",
			Source:    "Runbook, section 3, network partition.",
		},
	},
	{
		ID: "FLT402", Cause: "taskmanager-lost", Title: "A TaskManager was lost", Level: Critical, Needs: []snapshot.Part{snapshot.Exceptions}, Job: taskManagerLost, Bounded: true, Stopped: true, Explains: append([]string{"FLT401"}, afterFailure...),
		Doc: Doc{
			Symptom:   "The job restarts; a TaskManager is missing in the list.",
			Cause:     "A TaskManager process went away: killed by the kernel or the container, crashed, or its machine is gone. Its tasks start again elsewhere from the last checkpoint.",
			See:       "Exceptions: `… is no longer reachable`, `Connection unexpectedly closed by remote task manager`; kubectl describe pod: OOMKilled; dmesg.",
			Remedy:    "Look at the end of that TaskManager's log and at the exit code; memory limits first.",
			Reproduce: "kill -9 of a TaskManager.",
			Source:    "Runbook, section 5: TaskManager lost.",
		},
	},
	{
		ID: "FLT403", Cause: "restart-loop", Title: "The job restarts again and again", Level: Critical, Needs: []snapshot.Part{snapshot.Exceptions}, Job: restartLoop, Symptom: true, Stage: 7, Bounded: true, Stopped: true, Explains: []string{"FLT415"},
		Doc: Doc{
			Symptom:   "The job changes between RUNNING and RESTARTING; numRestarts grows.",
			Cause:     "The same failure comes back after each restart. The job makes no progress, or little.",
			See:       "Metric numRestarts; tab Exceptions, Exception History.",
			Remedy:    "Mend the exception that comes back; exponential-delay restarts keep the load of the loop small.",
			Reproduce: "A function that throws on one row.",
			Source:    "Runbook, section 4.",
		},
	},
	{
		ID: "FLT404", Cause: "user-exception", Title: "The job fails with an exception of its own code or data", Level: Critical, Needs: []snapshot.Part{snapshot.Exceptions}, Job: userException, Bounded: true, Stopped: true, Explains: afterFailure,
		Doc: Doc{
			Symptom:   "The job fails or restarts with an exception from a function, a connector or a format.",
			Cause:     "A function, a connector or a format threw an exception that ended its task.",
			See:       "Tab Exceptions: the last `Caused by`.",
			Remedy:    "Mend the code or skip the record: TRY_CAST, 'json.ignore-parse-errors' = 'true', a dead letter output.",
			Reproduce: "CAST of a text that is no number.",
			Source:    "Runbook, section 4: SOP.",
		},
	},
	{
		ID: "FLT405", Cause: "config-dangerous", Title: "No restart strategy", Level: Warning, Needs: []snapshot.Part{snapshot.Config}, Job: noRestart, Stage: 0,
		Doc: Doc{
			Symptom:   "One failure, and the job is FAILED.",
			Cause:     "The first failure of any task ends the job for good.",
			See:       "Job, tab Configuration: Restart Strategy none; restart-strategy.type.",
			Remedy:    "restart-strategy.type: exponential-delay.",
			Reproduce: "restart-strategy.type: none.",
			Source:    "Runbook, section 4.",
		},
	},
	{
		ID: "FLT406", Cause: "ha-unavailable", Title: "ZooKeeper was suspended or lost", Level: Critical, Needs: []snapshot.Part{snapshot.Logs}, Cluster: zooKeeper, Explains: append([]string{"FLT407"}, afterFailure...),
		Doc: Doc{
			Symptom:   "All jobs stop and recover; the log speaks of ZooKeeper.",
			Cause:     "The connection to ZooKeeper broke. Suspended: nobody knows who leads until it is back. Lost: leadership is given up and all jobs are recovered.",
			See:       "Log: `Connection to ZooKeeper suspended`, `State change: LOST`.",
			Remedy:    "Sessions of 60 s and connection timeout of 15 s; look at ZooKeeper's disk latency (fsync) and at GC pauses of the JobManager.",
			Reproduce: "Stop ZooKeeper for 30 s.",
			Source:    "Runbook, section 3, ZooKeeper failure.",
		},
	},
	{
		ID: "FLT407", Cause: "ha-unavailable", Title: "The leader changes", Level: Warning, Needs: []snapshot.Part{snapshot.Logs}, Cluster: leaderChanges, Explains: afterFailure,
		Doc: Doc{
			Symptom:   "All jobs restart at once although no TaskManager failed.",
			Cause:     "JobManagers take the lead from each other. Every change stops all jobs and recovers them.",
			See:       "Log: `was revoked leadership`, `was granted leadership` more than once.",
			Remedy:    "Find why the leader loses its lease: GC pauses, CPU throttling of the JobManager, a slow ZooKeeper or API server.",
			Reproduce: "kill -STOP of the leading JobManager.",
			Source:    "Runbook, section 4: HA.",
		},
	},
	{
		ID: "FLT408", Cause: "ha-not-durable", Title: "High availability without durable storage", Level: Critical, Needs: []snapshot.Part{snapshot.Config}, Cluster: haStorage, Stage: 0,
		Doc: Doc{
			Symptom:   "After the JobManager's machine is lost, the next leader finds no job or fails with FileNotFoundException.",
			Cause:     "The HA service holds pointers only; the job graph and checkpoint metadata are files in high-availability.storageDir. If those are local, another JobManager cannot read them.",
			See:       "high-availability.type and high-availability.storageDir.",
			Remedy:    "high-availability.storageDir on storage that all JobManagers share.",
			Reproduce: "high-availability.type: zookeeper with storageDir file:///tmp/ha.",
			Source:    "Runbook, section 4: HA.",
		},
	},
	{
		ID: "FLT409", Cause: "slots-exhausted", Title: "There are not enough slots", Level: Critical, Needs: []snapshot.Part{snapshot.Exceptions}, Job: slots, Bounded: true, Stopped: true, Explains: []string{"FLT403", "FLT415"},
		Doc: Doc{
			Symptom:   "Tasks stay SCHEDULED, then the job fails with NoResourceAvailableException.",
			Cause:     "Tasks wait for slots that the cluster does not have; after slot.request.timeout (5 min) the job fails with NoResourceAvailableException.",
			See:       "Overview: Available Task Slots 0, tasks SCHEDULED; log: `Could not fulfill resource requirements of job`.",
			Remedy:    "More TaskManagers or slots, less parallelism, or the adaptive scheduler, which runs with what is there.",
			Reproduce: "parallelism.default above the number of slots.",
			Source:    "Runbook, scenario 3.",
		},
	},
	{
		ID: "FLT415", Cause: "job-failed", Title: "The job has failed or does not run", Level: Critical, Needs: nil, Job: jobDown, Symptom: true, Stage: 9, Bounded: true, Stopped: true,
		Doc: Doc{
			Symptom:   "The job is FAILED, RESTARTING or SUSPENDED.",
			Cause:     "The job is in a state in which it does no work.",
			See:       "flink list -a; Overview.",
			Remedy:    "See the finding that explains it, then start the job from its last checkpoint or savepoint.",
			Reproduce: "restart-strategy.type: none and a failing function.",
			Source:    "Flink documentation, Job status.",
		},
	},
	{
		ID: "FLT416", Cause: "task-stuck", Title: "A task does not react to cancelling", Level: Critical, Needs: []snapshot.Part{snapshot.TaskManagerLogs}, Cluster: stuckTask, Explains: []string{"FLT402", "FLT401"},
		Doc: Doc{
			Symptom:   "A cancel takes minutes, then a TaskManager is gone.",
			Cause:     "User code ignores interrupts. After task.cancellation.timeout (3 min) the TaskManager kills itself, with all its other tasks.",
			See:       "Log: `Task '…' did not react to cancelling signal …; it is stuck for … seconds in method:`.",
			Remedy:    "Timeouts for blocking calls; do not swallow InterruptedException.",
			Reproduce: "A sink that catches InterruptedException and goes on.",
			Source:    "Flink documentation, Task cancellation.",
		},
	},
	{
		ID: "FLT417", Cause: "network-loss", Title: "Connections between TaskManagers break", Level: Warning, Needs: []snapshot.Part{snapshot.TaskManagerLogs}, Cluster: resets, Stage: 0, Explains: []string{"FLT402"},
		Doc: Doc{
			Symptom:   "The job restarts with RemoteTransportException although all TaskManagers live.",
			Cause:     "Established connections are reset, although no TaskManager died: a firewall, a proxy or a flapping link.",
			See:       "Log: `Connection reset by peer`, `Sending the partition request to '…' failed`.",
			Remedy:    "Look at idle timeouts of firewalls and service meshes; exclude Flink's data ports from a mesh.",
			Reproduce: "iptables -A INPUT -p tcp --dport DATAPORT -j REJECT --reject-with tcp-reset.",
			Source:    "Runbook, section 2, network.",
		},
	},
	{
		ID: "FLT419", Cause: "network-loss", Title: "The node loses packets or waits for resources", Level: Warning, Needs: []snapshot.Part{snapshot.Kernel}, Cluster: node, Stage: 0, Explains: []string{ruleSlowHost, ruleCPU, ruleNetwork},
		Doc: Doc{
			Symptom:   "Everything on one machine is slow: network, disk or CPU of the node.",
			Cause:     "The kernel of the machine says that TCP segments are sent again, that the container's CPU is throttled, or that tasks wait for disk or memory.",
			See:       "ss -ti (retrans per connection), /proc/net/snmp (RetransSegs ÷ OutSegs), cpu.stat (nr_throttled ÷ nr_periods), /proc/pressure/*.",
			Remedy:    "By what is short: link, CPU limit, disk, memory.",
			Reproduce: "tc qdisc add dev lo root netem loss 5%; a cgroup with cpu.max 20000 100000.",
			Source:    "Runbook, section 2.",
		},
	},
}

// recent keeps the exceptions of the last hour before the snapshot.
func recent(c *Case, es []*snapshot.Exception) (out []*snapshot.Exception) {
	for _, e := range es {
		if e.Time.IsZero() || c.S.Taken.Sub(e.Time) <= time.Hour {
			out = append(out, e)
		}
	}
	return out
}

// sinceThen tells whether a failure is over: the job runs and was restarted after it.
func over(c *Case, e *snapshot.Exception) bool {
	return c.J.State == "RUNNING" && c.S.Taken.Sub(e.Time) > 10*time.Minute && !e.Time.IsZero()
}

func severityOf(c *Case, e *snapshot.Exception) Severity {
	if over(c, e) {
		return Warning
	}
	return Critical
}

// onlyTaskManagers leaves out what a TaskManager says of the JobManager: the same
// silence from the other side.
func onlyTaskManagers(events []*snapshot.LogEvent) (out []*snapshot.LogEvent) {
	for _, e := range events {
		if e.Fields["who"] == "TaskManager" {
			out = append(out, e)
		}
	}
	return out
}

func heartbeat(c *Case) {
	es := recent(c, failures(c.J, failHeartbeat))
	events := c.fileEvents(logscan.HeartbeatTimeout)
	if len(events) == 0 && c.J.State != "RUNNING" {
		// Failures for lack of slots push the first one out of the exception history.
		events = c.since(c.logEvents(logscan.HeartbeatTimeout))
	}
	if lost := onlyTaskManagers(events); len(lost) > 0 {
		events = lost
	}
	if len(es) == 0 && len(events) == 0 {
		return
	}
	var f *Finding
	if len(es) > 0 {
		e := es[0]
		f = c.found(severityOf(c, e), say("heartbeats timed out %d times, last at %s", len(es), stamp(e.Time))).on(e.TaskManager)
		f.because("%s", firstLine(innermostCause(e.Stack), 200))
	} else {
		e := events[len(events)-1]
		f = c.found(Critical, say("heartbeats timed out %d times, last at %s", len(events), stamp(e.Time)))
		f.because("log %s: %s with id %s", e.File, e.Fields["who"], e.Fields["id"])
	}
	if t := c.setting("heartbeat.timeout"); t != "" {
		f.because("heartbeat.timeout: %s", t)
	}
	f.remedy("look at that machine at that time: GC log (Pause Full), dmesg, CPU throttling, network")
	f.remedy("heartbeat.timeout: 50 s, heartbeat.interval: 10 s are the defaults; raise the timeout only for known pauses")
	f.expect("no restart for a pause shorter than the timeout")
}

func taskManagerLost(c *Case) {
	es := recent(c, failures(c.J, failLost))
	if len(es) == 0 {
		return
	}
	// A TaskManager that only stood still closes its connections too; then the
	// heartbeat comes first.
	e := es[0]
	f := c.found(severityOf(c, e), say("a TaskManager was lost at %s", stamp(e.Time))).on(e.TaskManager)
	f.because("%s", firstOf(innermostCause(e.Stack), firstLine(e.Name, 200)))
	if len(es) > 1 {
		f.because("%d such failures in the last hour", len(es))
	}
	if n := len(c.S.TaskManagers); n > 0 {
		f.because("%d TaskManagers are registered now, %d of %d slots free", n, c.S.SlotsFree, c.S.SlotsTotal)
	}
	for _, p := range c.S.Pods {
		if p.LastReason != "" {
			f.because("pod %s: %s, exit code %d", p.Name, p.LastReason, p.ExitCode)
		}
	}
	f.remedy("read the end of its log and the exit code (137: killed for memory; kubectl describe pod, dmesg)")
	f.remedy("if it was killed for memory: taskmanager.memory.process.size up, or taskmanager.memory.jvm-overhead.fraction: 0.2")
	f.expect("the job restores from the last checkpoint once the slots are back")
}

func restartLoop(c *Case) {
	var times []*snapshot.Exception
	for i := range c.J.Exceptions {
		e := &c.J.Exceptions[i]
		if !e.Time.IsZero() && c.S.Taken.Sub(e.Time) <= 10*time.Minute && failureKind(e) != failCancelled {
			times = append(times, e)
		}
	}
	restarts := firstKnown(c.J.Metric("numRestarts"), c.J.Metric("fullRestarts"))
	restarting := c.J.State == "RESTARTING" || c.J.State == "FAILING"
	if len(times) < 3 && !(restarting && len(times) >= 2) {
		return
	}
	e := times[0]
	f := c.found(Critical, say("the job failed %d times in the last 10 minutes", len(times)))
	if restarts >= 0 {
		f.because("%.0f restarts in all, now %s", restarts, c.J.State)
	}
	f.because("last at %s: %s", stamp(e.Time), firstOf(innermostCause(e.Stack), firstLine(e.Name, 200)))
	f.remedy("mend what the exception names; meanwhile restart-strategy.type: exponential-delay keeps the load of the loop small")
	f.expect("numRestarts stops growing")
}

func firstKnown(vs ...float64) float64 {
	for _, v := range vs {
		if !math.IsNaN(v) {
			return v
		}
	}
	return math.NaN()
}

// ownFailures are the failures that code or data of the job brought about, not those
// that the loss of a TaskManager left behind in the other tasks.
func ownFailures(c *Case) (out []*snapshot.Exception) {
	lost := failures(c.J, failLost, failHeartbeat)
	for _, e := range recent(c, failures(c.J, failUser)) {
		after := slices.ContainsFunc(lost, func(l *snapshot.Exception) bool {
			d := e.Time.Sub(l.Time)
			return d >= 0 && d < 10*time.Second
		})
		if !after {
			out = append(out, e)
		}
	}
	return out
}

func userException(c *Case) {
	es := ownFailures(c)
	if len(es) == 0 {
		return
	}
	e := es[0]
	reason := firstOf(innermostCause(e.Stack), firstLine(e.Name, 200))
	f := c.found(severityOf(c, e), say("the job fails: %s", firstLine(reason, 160))).on(e.TaskManager)
	f.atTask(c, e)
	if at := blame(e.Stack); at != "" {
		f.because("thrown in %s", at)
	}
	if len(es) > 1 {
		f.because("%d such failures in the last hour", len(es))
	}
	switch {
	case strings.Contains(e.Stack, "ParseException") || strings.Contains(e.Stack, "deserialize") || strings.Contains(e.Stack, "Failed to deserialize"):
		f.remedy("skip what cannot be read: 'json.ignore-parse-errors' = 'true' ('csv.…', 'avro.…'), and count what is skipped")
	case strings.Contains(reason, "NumberFormatException") || strings.Contains(reason, "DateTimeException"):
		f.remedy("TRY_CAST instead of CAST gives NULL for what cannot be converted")
	case strings.Contains(reason, "NotNull") || strings.Contains(reason, "NOT NULL"):
		f.remedy("SET 'table.exec.sink.not-null-enforcer' = 'DROP', or filter the NULLs")
	default:
		f.remedy("mend the code or filter the record that the exception names")
	}
	f.expect("the job runs on from its last checkpoint")
}

// atTask names the task that an exception comes from.
func (f *Finding) atTask(c *Case, e *snapshot.Exception) {
	if e.Task == "" {
		f.because("at %s", stamp(e.Time))
		return
	}
	f.because("in task %s at %s", shortName(e.Task), stamp(e.Time))
	for i := range c.J.Vertices {
		if v := &c.J.Vertices[i]; strings.HasPrefix(e.Task, v.Name) {
			f.at(v)
		}
	}
}

func noRestart(c *Case) {
	own := strings.ToLower(c.J.RestartStrategy)
	set := strings.ToLower(c.setting("restart-strategy.type", "restart-strategy"))
	none := set == "none" || set == "off" || set == "disable"
	if !strings.Contains(own, "cluster level default") && own != "" {
		none = strings.Contains(own, "restart deactivated") || own == "none" || strings.Contains(own, "norestart")
	}
	if !none {
		return
	}
	f := c.found(Warning, say("there is no restart strategy: the first failure ends the job"))
	f.because("restart-strategy.type: %s; job: %s", firstOf(set, "not set"), firstOf(c.J.RestartStrategy, "not set"))
	f.remedy("restart-strategy.type: exponential-delay")
	f.expect("a failure costs a restart from the last checkpoint, not the job")
}

func zooKeeper(c *Case) {
	lost := c.logEvents(logscan.ZooKeeperLost)
	suspended := c.logEvents(logscan.ZooKeeperSuspended)
	if len(lost)+len(suspended) == 0 {
		return
	}
	severity, e := Warning, (*snapshot.LogEvent)(nil)
	if len(suspended) > 0 {
		e = suspended[len(suspended)-1]
	}
	if len(lost) > 0 {
		severity, e = Critical, lost[len(lost)-1]
	}
	f := c.found(severity, say("the connection to ZooKeeper was suspended %d times and lost %d times", len(suspended), len(lost)))
	f.because("log %s at %s: %s", e.File, stamp(e.Time), firstLine(e.Text, 160))
	f.remedy("high-availability.zookeeper.client.session-timeout: 60 s; high-availability.zookeeper.client.connection-timeout: 15 s")
	f.remedy("look at ZooKeeper: fsync latency, its own GC, a quorum of three; high-availability.zookeeper.client.tolerate-suspended-connections: true for short breaks")
	f.expect("short breaks pass without a change of leader")
}

func leaderChanges(c *Case) {
	revoked := c.logEvents(logscan.LeaderRevoked)
	if len(revoked) == 0 {
		return
	}
	e := revoked[len(revoked)-1]
	f := c.found(Warning, say("leadership was revoked %d times", len(revoked)))
	f.because("log %s at %s: %s", e.File, stamp(e.Time), firstLine(e.Text, 160))
	f.remedy("find what stopped the leader then: GC pause, CPU throttling, ZooKeeper or Kubernetes API latency")
	f.expect("one leader for as long as its process lives")
}

func haStorage(c *Case) {
	kind := strings.ToLower(c.setting("high-availability.type", "high-availability", "high-availability.mode"))
	if kind == "" || kind == "none" || kind == "standalone" {
		return
	}
	dir := c.setting("high-availability.storageDir", "high-availability.storagedir", "recovery.zookeeper.storageDir")
	scheme, _, _ := strings.Cut(dir, ":")
	local := dir == "" || scheme == "file" || strings.HasPrefix(dir, "/")
	if !local {
		return
	}
	severity := Warning
	if dir == "" || strings.Contains(dir, "/tmp") {
		severity = Critical
	}
	f := c.found(severity, say("high availability (%s) keeps its data on a local disk", kind))
	f.because("high-availability.storageDir: %s", firstOf(dir, "not set"))
	f.remedy("high-availability.storageDir: s3://BUCKET/ha (or hdfs://); a path only if every JobManager mounts it")
	f.expect("another JobManager takes over with all jobs")
}

func slots(c *Case) {
	es := recent(c, failures(c.J, failSlots))
	waiting, need := 0, 0
	for i := range c.J.Vertices {
		v := &c.J.Vertices[i]
		need = max(need, v.Parallelism)
		if v.Status == "SCHEDULED" || v.Status == "CREATED" {
			waiting++
		}
	}
	since := c.S.Taken.Sub(c.J.Start)
	stuck := waiting == len(c.J.Vertices) && waiting > 0 && c.S.SlotsFree < need && since > 5*time.Second && (c.J.State == "RUNNING" || c.J.State == "CREATED" || c.J.State == "RESTARTING")
	if len(es) == 0 && !stuck {
		return
	}
	summary := say("the job needs %d slots, the cluster has %d free of %d", need, c.S.SlotsFree, c.S.SlotsTotal)
	if need == 0 { // only logs tell
		summary = say("the job did not get its slots")
	}
	f := c.found(Critical, summary)
	if stuck {
		f.because("%d of %d vertices wait, state %s for %s", waiting, len(c.J.Vertices), c.J.State, dur(since))
	}
	if len(es) > 0 {
		f.because("%s at %s", firstOf(innermostCause(es[0].Stack), es[0].Name), stamp(es[0].Time))
	}
	f.remedy("more TaskManagers, or taskmanager.numberOfTaskSlots up to the cores; or SET 'parallelism.default' = '%d'", max(1, c.S.SlotsFree))
	f.remedy("jobmanager.scheduler: adaptive runs with the slots there are")
	f.expect("all tasks RUNNING")
}

func jobDown(c *Case) {
	switch c.J.State {
	case "FAILED", "FAILING", "RESTARTING", "SUSPENDED":
	default:
		return
	}
	severity := Critical
	if c.J.State == "RESTARTING" || c.J.State == "FAILING" {
		severity = Warning
	}
	f := c.found(severity, say("the job is %s", c.J.State))
	if at, ok := c.J.Entered[c.J.State]; ok {
		f.because("since %s", stamp(at))
	}
	if len(c.J.Exceptions) > 0 {
		f.because("%s", firstOf(innermostCause(c.J.Exceptions[0].Stack), c.J.Exceptions[0].Name))
	}
	if last := c.J.Checkpoints.LatestCompleted; last != nil && last.Path != "" {
		f.remedy("start it again from its last checkpoint: SET 'execution.state-recovery.path' = '%s'", last.Path)
	}
}

func stuckTask(c *Case) {
	es := c.logEvents(logscan.TaskStuck)
	if len(es) == 0 {
		return
	}
	e := es[len(es)-1]
	f := c.found(Critical, say("a task does not react to cancelling: %s", shortName(firstOf(e.Fields["task"], "see log"))))
	f.because("log %s at %s: %s", e.File, stamp(e.Time), firstLine(e.Text, 200))
	f.remedy("timeouts for blocking calls in the user code; let InterruptedException through; task.cancellation.timeout: 3 min")
	f.expect("the TaskManager survives a cancel")
}

func resets(c *Case) {
	es := c.logEvents(logscan.ConnectionReset)
	n := 0
	for _, e := range es {
		n += e.Count
	}
	if n < 3 {
		return
	}
	e := es[len(es)-1]
	f := c.found(Warning, say("connections between TaskManagers broke %d times", n))
	f.because("log %s at %s: %s", e.File, stamp(e.Time), firstLine(e.Text, 200))
	f.remedy("look at firewalls, NAT and service meshes on the data ports (taskmanager.data.port)")
	f.expect("no RemoteTransportException while all TaskManagers live")
}

func node(c *Case) {
	n := c.S.Node
	if n == nil {
		return
	}
	before := len(c.out.Findings)
	defer func() {
		if len(n.Missing) > 0 && len(c.out.Findings) == before {
			c.notAssessed("this machine does not show: %s", strings.Join(sortedKeys(n.Missing), ", "))
		}
	}()
	worst := ""
	for _, peer := range sortedKeys(n.Peers) {
		if n.Peers[peer] >= 0.05 && (worst == "" || n.Peers[peer] > n.Peers[worst]) {
			worst = peer
		}
	}
	if n.Retransmits < 0.01 && worst != "" {
		f := c.found(Warning, say("%s of TCP segments to %s are sent again", pct(n.Peers[worst]), worst))
		f.because("tcp_info of the connections that are open now")
		f.remedy("look at the path to that machine: ping, mtr, ethtool -S at both ends, MTU")
	}
	if n.Retransmits >= 0.01 {
		f := c.found(Warning, say("%s of TCP segments are sent again on this machine", pct(n.Retransmits)))
		for _, peer := range sortedKeys(n.Peers) {
			if n.Peers[peer] >= 0.01 && len(f.Evidence) < 5 {
				f.because("to %s: %s", peer, pct(n.Peers[peer]))
			}
		}
		f.because("RetransSegs over OutSegs of /proc/net/snmp")
		f.remedy("ethtool -S for errors, MTU, the path to the peers named here")
	}
	if n.Throttled >= 0.05 {
		f := c.found(Warning, say("the CPU of this container was throttled in %s of its periods", pct(n.Throttled)))
		f.Cause = "cpu-saturated"
		f.because("cpu.stat; limit %.1f cores", n.CPULimit)
		f.remedy("a higher CPU limit, or none with a request")
	}
	for _, what := range []string{"io", "memory"} {
		if p := n.Pressure[what]; p >= 0.2 {
			f := c.found(Warning, say("tasks on this machine wait for %s %s of the time", what, pct(p)))
			if f.Cause = "memory-limit"; what == "io" {
				f.Cause = "checkpoint-storage-slow"
			}
			f.because("/proc/pressure/%s: some avg60", what)
			f.remedy("a faster disk, or less on it (io); more memory (memory)")
		}
	}
	if n.OOMKills > 0 {
		f := c.found(Warning, say("the kernel killed %d processes of this container for memory", n.OOMKills))
		f.Cause = "memory-limit"
		f.because("memory.events: oom_kill; limit %s, used %s", size(n.MemoryLimit), size(n.MemoryUsed))
		f.remedy("a higher memory limit, or taskmanager.memory.jvm-overhead.fraction: 0.2")
	}
}
