package rules

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/flottstream/flott/internal/config"
	"github.com/flottstream/flott/internal/doctor/logscan"
	"github.com/flottstream/flott/internal/doctor/snapshot"
)

var settingRules = []Rule{
	{
		ID: "FLT506", Cause: "config-deprecated", Title: "Deprecated configuration keys", Level: Warning, Needs: []snapshot.Part{snapshot.Config}, Cluster: deprecatedKeys, Stage: 0,
		Doc: Doc{
			Symptom:   "A warning in the log at start; after an upgrade the setting has no effect.",
			Cause:     "A key still works under its old name, but the next major version ignores it, and whoever sets the new name beside it wins.",
			See:       "Log at start: `Config uses deprecated configuration key '…' instead of proper key '…'`.",
			Remedy:    "Rename it.",
			Reproduce: "state.checkpoints.dir in config.yaml.",
			Source:    "Flink documentation, Configuration.",
		},
	},
	{
		ID: "FLT507", Cause: "config-mistyped", Title: "Configuration keys that nobody knows", Level: Warning, Needs: []snapshot.Part{snapshot.Config}, Cluster: unknownKeys, Stage: 0,
		Doc: Doc{
			Symptom:   "A setting has no effect.",
			Cause:     "Flink ignores a key it does not know without a word: the default acts instead.",
			See:       "Configuration page of the JobManager against the documentation.",
			Remedy:    "Correct the key.",
			Reproduce: "execution.checkpoint.interval: 1 min.",
			Source:    "Flink documentation, Configuration.",
		},
	},
	{
		ID: "FLT508", Cause: "config-dangerous", Title: "Dangerous settings", Level: Warning, Needs: []snapshot.Part{snapshot.Config}, Cluster: dangerousSettings, Stage: 0, Explains: []string{"FLT401"},
		Doc: Doc{
			Symptom:   "Fine on a laptop; restarts, killed containers or wasted CPU in production.",
			Cause:     "A value that works on a laptop and fails or costs in production.",
			See:       "Configuration page of the JobManager.",
			Remedy:    "As the finding says, key by key.",
			Reproduce: "heartbeat.timeout: 3 s.",
			Source:    "Runbook, section 4.",
		},
	},
	{
		ID: "FLT509", Cause: "config-dangerous", Title: "No high availability", Level: Info, Needs: []snapshot.Part{snapshot.Config}, Cluster: noHA, Stage: 0,
		Doc: Doc{
			Symptom:   "When the JobManager goes, all jobs are gone.",
			Cause:     "When the JobManager process ends, all jobs end with it; on Kubernetes its restart starts with nothing.",
			See:       "high-availability.type is not set.",
			Remedy:    "high-availability.type: kubernetes or zookeeper, with high-availability.storageDir.",
			Reproduce: "The default.",
			Source:    "Runbook, section 4: HA.",
		},
	},
	{
		ID: "FLT511", Cause: "config-dangerous", Title: "No log of garbage collection", Level: Info, Needs: []snapshot.Part{snapshot.Config}, Cluster: noGCLog, Stage: 0,
		Doc: Doc{
			Symptom:   "A heartbeat timed out or a checkpoint was late, and nobody can say whether the JVM stood still.",
			Cause:     "Flink prints no pauses; only the JVM's own log does, and it is off unless asked for.",
			See:       "env.java.opts.all, env.java.opts.taskmanager and env.java.opts.jobmanager without -Xlog:gc.",
			Remedy:    "env.java.opts.all: -Xlog:gc*:file=/var/log/flink/gc.log:time,uptime:filecount=5,filesize=20m.",
			Reproduce: "The default.",
			Source:    "Runbook, section 4: G1 with GC logging.",
		},
	},
	{
		ID: "FLT510", Cause: "config-dangerous", Title: "No metrics reporter", Level: Info, Needs: []snapshot.Part{snapshot.Config}, Cluster: noReporter, Stage: 0,
		Doc: Doc{
			Symptom:   "Nobody can say what happened last night.",
			Cause:     "Nobody keeps the metrics, so there is no history, no trend and no alarm.",
			See:       "No key metrics.reporter.*.",
			Remedy:    "metrics.reporter.prom.factory.class: org.apache.flink.metrics.prometheus.PrometheusReporterFactory; `flott doctor alerts` writes the rules.",
			Reproduce: "The default.",
			Source:    "Runbook, section 4.",
		},
	},
}

// before2 reports whether the cluster is of a 1.x release: there the old names are
// the proper ones, or only just renamed, and keys exist that 2.0 removed.
func (c *Case) before2() bool { return strings.HasPrefix(c.S.Version, "1.") }

func deprecatedKeys(c *Case) {
	severity := Warning
	if c.before2() {
		severity = Info
	}
	for _, key := range sortedKeys(c.S.Config) {
		if now, ok := config.Renamed(key); ok && !newName(c.S.Version, now) {
			if _, both := c.S.Config[now]; both {
				continue // Flink itself shows some keys under both names
			}
			f := c.found(severity, say("'%s' is an old name of '%s'", key, now))
			f.because("%s: %s", key, c.S.Config[key])
			f.remedy("%s: %s", now, c.S.Config[key])
		}
	}
	seen := map[string]bool{}
	for _, e := range c.logEvents(logscan.DeprecatedKey) {
		old, now := e.Fields["old"], e.Fields["new"]
		if _, ok := c.S.Config[old]; ok || seen[old] {
			continue
		}
		seen[old] = true
		f := c.found(severity, say("'%s' is an old name of '%s'", old, now))
		f.because("log %s", e.File)
		f.remedy("%s instead of %s", now, old)
	}
}

// ownKeys are keys that Flink's processes and images set themselves.
func ownKeys(key string) bool {
	for _, prefix := range []string{"$internal", "internal.", "web.tmpdir", "rest.address", "jobmanager.memory.", "taskmanager.resource-id", "taskmanager.memory.", "kubernetes.", "yarn.", "env.", "security.", "metrics.", "s3.", "fs.", "gs.", "azure.", "hadoop.", "parquet.", "io.tmp.dirs", "blob.", "python.", "job-result-store", "job.autoscaler.", "kubernetes.operator.", "flott.", "table.", "sql-gateway.", "sql-client.", "pipeline.", "openlineage.", "historyserver.", "$"} {
		if strings.HasPrefix(key, prefix) {
			return true
		}
	}
	return false
}

func unknownKeys(c *Case) {
	for _, key := range sortedKeys(c.S.Config) {
		if config.Known(key) {
			continue
		}
		near := config.Nearest(key)
		if near == "" && (c.before2() || ownKeys(key) || !strings.Contains(key, ".")) {
			continue
		}
		severity := Info
		if near != "" && !ownKeys(key) && !c.before2() {
			severity = Warning
		}
		f := c.found(severity, say("nobody knows the key '%s': it has no effect", key))
		f.because("%s: %s", key, c.S.Config[key])
		if near != "" {
			f.remedy("%s: %s", near, c.S.Config[key])
		} else {
			f.remedy("remove it, or look its present name up")
		}
	}
}

// danger is a setting that is dangerous in production.
type danger struct {
	keys     []string
	bad      func(value string, c *Case) bool
	severity Severity
	why      string
	better   string
}

var dangers = []danger{
	{[]string{"heartbeat.timeout"}, func(v string, _ *Case) bool { d := flinkDuration(v); return d > 0 && d < 10*time.Second }, Warning, "a GC pause of that length loses the TaskManager", "heartbeat.timeout: 50 s"},
	{[]string{"heartbeat.timeout"}, func(v string, c *Case) bool {
		d, i := flinkDuration(v), flinkDuration(c.setting("heartbeat.interval"))
		return d >= 10*time.Second && i > 0 && d < 2*i
	}, Warning, "less than two heartbeats fit into it", "heartbeat.timeout: 50 s; heartbeat.interval: 10 s"},
	{[]string{"metrics.latency.interval"}, func(v string, _ *Case) bool { return flinkDuration(v) > 0 }, Info, "latency markers cost throughput and make many histograms", "metrics.latency.interval: 0"},
	{[]string{"jobmanager.execution.failover-strategy"}, func(v string, _ *Case) bool { return strings.EqualFold(v, "full") }, Warning, "every failure restarts all tasks", "jobmanager.execution.failover-strategy: region"},
	{[]string{"execution.checkpointing.mode"}, func(v string, _ *Case) bool {
		return strings.EqualFold(strings.ReplaceAll(v, "-", "_"), "AT_LEAST_ONCE")
	}, Info, "records are counted twice after a failure", "execution.checkpointing.mode: EXACTLY_ONCE"},
	{[]string{"pipeline.operator-chaining.enabled", "pipeline.operator-chaining"}, func(v string, _ *Case) bool { return strings.EqualFold(v, "false") }, Info, "every operator runs in a thread of its own and records are serialised between them", "pipeline.operator-chaining.enabled: true"},
	{[]string{"execution.buffer-timeout.interval", "execution.buffer-timeout"}, func(v string, _ *Case) bool { return strings.TrimSpace(v) == "0" || strings.HasPrefix(v, "0 ") }, Info, "a buffer is sent for every record", "execution.buffer-timeout.interval: 100 ms"},
	{[]string{"state.backend.rocksdb.memory.managed"}, func(v string, _ *Case) bool { return strings.EqualFold(v, "false") }, Warning, "RocksDB takes memory beyond what Flink plans: the container is killed", "state.backend.rocksdb.memory.managed: true"},
	{[]string{"execution.checkpointing.max-concurrent-checkpoints"}, func(v string, _ *Case) bool { n, _ := strconv.Atoi(v); return n > 2 }, Info, "several checkpoints at a time slow each other down", "execution.checkpointing.max-concurrent-checkpoints: 1"},
	{[]string{"high-availability.zookeeper.client.session-timeout"}, func(v string, _ *Case) bool { d := flinkDuration(v); return d > 0 && d < 10*time.Second }, Warning, "a short pause loses the leadership", "high-availability.zookeeper.client.session-timeout: 60 s"},
	{[]string{"restart-strategy.fixed-delay.attempts"}, func(v string, _ *Case) bool { n, err := strconv.Atoi(v); return err == nil && n < 3 }, Info, "a short trouble outside ends the job for good", "restart-strategy.type: exponential-delay"},
	{[]string{"restart-strategy.fixed-delay.delay"}, func(v string, _ *Case) bool { return v != "" && flinkDuration(v) < time.Second }, Info, "a restart loop at full speed loads everything around it", "restart-strategy.fixed-delay.delay: 10 s"},
	{[]string{"execution.checkpointing.interval"}, func(v string, _ *Case) bool { d := flinkDuration(v); return d > 0 && d < 500*time.Millisecond }, Info, "files and commits several times a second cost more than a failure", "execution.checkpointing.interval: 10 s"},
	{[]string{"taskmanager.network.memory.fraction"}, func(v string, _ *Case) bool { x, err := strconv.ParseFloat(v, 64); return err == nil && x < 0.02 }, Info, "too little for the buffers of a wide job", "taskmanager.network.memory.fraction: 0.1"},
	{[]string{"taskmanager.memory.jvm-overhead.fraction"}, func(v string, _ *Case) bool { x, err := strconv.ParseFloat(v, 64); return err == nil && x < 0.05 }, Warning, "native memory of the JVM and of RocksDB exceeds it: the container is killed", "taskmanager.memory.jvm-overhead.fraction: 0.1"},
	{[]string{"taskmanager.numberOfTaskSlots"}, func(v string, c *Case) bool {
		n, _ := strconv.Atoi(v)
		for _, t := range c.S.TaskManagers {
			if t.CPUCores > 0 && n > 4*t.CPUCores {
				return true
			}
		}
		return false
	}, Info, "more than four slots share a core", "taskmanager.numberOfTaskSlots up to the cores"},
	{[]string{"state.backend.type", "state.backend"}, func(v string, c *Case) bool {
		for i := range c.S.Jobs {
			if cp := c.S.Jobs[i].Checkpoints.LatestCompleted; strings.EqualFold(v, "hashmap") && cp != nil && cp.StateBytes > 2<<30 {
				return true
			}
		}
		return false
	}, Info, "gigabytes of state on the heap make garbage collection long", "state.backend.type: rocksdb"},
	{[]string{"taskmanager.debug.memory.log"}, func(v string, _ *Case) bool { return strings.EqualFold(v, "true") }, Info, "it fills the log", "taskmanager.debug.memory.log: false"},
	{[]string{"execution.checkpointing.unaligned.enabled", "execution.checkpointing.unaligned"}, func(v string, c *Case) bool {
		n, _ := strconv.Atoi(c.setting("execution.checkpointing.max-concurrent-checkpoints"))
		return strings.EqualFold(v, "true") && n > 1
	}, Info, "unaligned checkpoints run one at a time", "execution.checkpointing.max-concurrent-checkpoints: 1"},
}

// flinkDuration reads a duration as Flink writes it; 0 if it is none.
func flinkDuration(s string) time.Duration {
	s = strings.TrimSpace(s)
	digits := strings.IndexFunc(s, func(r rune) bool { return r < '0' || r > '9' })
	if digits < 0 {
		return time.Duration(atoi(s)) * time.Millisecond
	}
	if digits == 0 {
		return 0
	}
	units := map[string]time.Duration{
		"ms": time.Millisecond, "milli": time.Millisecond, "s": time.Second, "sec": time.Second, "second": time.Second,
		"m": time.Minute, "min": time.Minute, "minute": time.Minute, "h": time.Hour, "hour": time.Hour, "d": 24 * time.Hour, "day": 24 * time.Hour,
	}
	unit := strings.TrimSpace(s[digits:])
	u, ok := units[unit]
	if !ok {
		u = units[strings.TrimSuffix(unit, "s")]
	}
	return time.Duration(atoi(s[:digits])) * u
}

func dangerousSettings(c *Case) {
	for _, d := range dangers {
		for _, key := range d.keys {
			value, ok := c.S.Config[key]
			if !ok || !d.bad(value, c) {
				continue
			}
			f := c.found(d.severity, say("%s: %s — %s", key, value, d.why))
			f.because("%s: %s", key, value)
			f.remedy("%s", d.better)
			break
		}
	}
}

func noHA(c *Case) {
	kind := strings.ToLower(c.setting("high-availability.type", "high-availability", "high-availability.mode"))
	if kind != "" && kind != "none" {
		return
	}
	f := c.found(Info, say("there is no high availability: all jobs end with the JobManager"))
	f.because("high-availability.type: %s", firstOf(kind, "not set"))
	f.remedy("high-availability.type: kubernetes (or zookeeper); high-availability.storageDir: s3://BUCKET/ha")
}

func noReporter(c *Case) {
	for key := range c.S.Config {
		if strings.HasPrefix(key, "metrics.reporter") {
			return
		}
	}
	f := c.found(Info, say("nobody keeps the metrics: there is no history and no alarm"))
	f.because("no key metrics.reporter.* among %d keys", len(c.S.Config))
	f.remedy("metrics.reporter.prom.factory.class: org.apache.flink.metrics.prometheus.PrometheusReporterFactory; metrics.reporter.prom.port: 9249")
	f.remedy("`flott doctor alerts` writes the alarm rules")
}

func noGCLog(c *Case) {
	if c.S.Product != "Flink" { // flott has no JVM
		return
	}
	for key, value := range c.S.Config {
		if strings.HasPrefix(key, "env.java.") && (strings.Contains(value, "-Xlog:gc") || strings.Contains(value, "-Xloggc") || strings.Contains(value, "PrintGC")) {
			return
		}
	}
	f := c.found(Info, say("pauses of the JVM are not logged"))
	f.because("no -Xlog:gc in env.java.opts.*")
	f.remedy("env.java.opts.all: -Xlog:gc*:file=/var/log/flink/gc.log:time,uptime:filecount=5,filesize=20m")
}

func toFloat(s string) (v float64) { _, _ = fmt.Sscan(s, &v); return v }
