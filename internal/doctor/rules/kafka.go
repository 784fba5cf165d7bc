package rules

import (
	"strings"
	"time"

	"github.com/flottstream/flott/internal/doctor/logscan"
	"github.com/flottstream/flott/internal/doctor/snapshot"
)

var kafkaRules = []Rule{
	{
		ID: "FLT501", Cause: "kafka-lag", Title: "The source falls behind", Level: Warning, Needs: timeNeeds, Job: lag, Symptom: true, Stage: 2,
		Doc: Doc{
			Symptom:   "Results get older and older; the number of waiting records grows.",
			Cause:     "More records wait in the topic than the job takes in within a minute, or the number grows.",
			See:       "Metric pendingRecords; KafkaConsumer.records-lag-max; kafka-consumer-groups --describe.",
			Remedy:    "Find the slow task (back pressure); if the source itself is the limit: more partitions and subtasks, larger fetches.",
			Reproduce: "Produce twice as fast as the job reads.",
			Source:    "Runbook, section 3.",
		},
	},
	{
		ID: "FLT502", Cause: "kafka-transaction-timeout", Title: "Kafka transactions may expire before they are committed", Level: Warning, Needs: []snapshot.Part{snapshot.Vertices, snapshot.CheckpointStats, snapshot.CheckpointSetting}, Job: transactionTimeout, Stage: 0, Explains: []string{"FLT503"},
		Doc: Doc{
			Symptom:   "Nothing yet; after a longer downtime or a slow checkpoint, commits fail.",
			Cause:     "An exactly-once Kafka sink commits when its checkpoint completes. If interval, duration and downtime together exceed transaction.timeout.ms, the broker aborts the transaction and its rows are lost.",
			See:       "properties.transaction.timeout.ms of the sink (default of the sink: 1 h; of the broker at most transaction.max.timeout.ms, 15 min) against interval + checkpoint timeout + restart time.",
			Remedy:    "'properties.transaction.timeout.ms' = '3600000', transaction.max.timeout.ms of the brokers as high; shorter interval.",
			Reproduce: "transaction.timeout.ms 5000 with an interval of 1 min.",
			Source:    "Flink documentation, Kafka sink; KIP-890.",
		},
	},
	{
		ID: "FLT503", Cause: "kafka-transaction-timeout", Title: "Kafka transactions were aborted or fenced", Level: Critical, Needs: []snapshot.Part{snapshot.Exceptions}, Job: transactionAborted, Bounded: true, Stopped: true, Explains: afterFailure,
		Doc: Doc{
			Symptom:   "The job fails with InvalidTxnStateException or ProducerFencedException; rows are missing in the topic.",
			Cause:     "The broker ended a transaction before Flink committed it, or another producer took its transactional id. Rows of that checkpoint may be lost.",
			See:       "Exceptions and logs: InvalidTxnStateException, ProducerFencedException, `Unable to commit transaction`.",
			Remedy:    "Longer transaction.timeout.ms; one transactional-id prefix per job.",
			Reproduce: "Stop the job for longer than transaction.timeout.ms, then restore it.",
			Source:    "Logs, section Kafka.",
		},
	},
	{
		ID: "FLT504", Cause: "kafka-broker-old", Title: "A broker with known transaction bugs", Level: Warning, Needs: []snapshot.Part{snapshot.TaskManagerLogs}, Cluster: oldBroker, Stage: 0, Explains: []string{"FLT503"},
		Doc: Doc{
			Symptom:   "Hanging transactions, readers with read_committed that stop, commits that fail now and then.",
			Cause:     "The connector met KAFKA-9310, or the broker has no KIP-890 (before 4.0): a late write can fall into the next transaction, and hanging transactions stop read_committed readers.",
			See:       "Log: `because of a bug in the Kafka broker (KAFKA-9310)`; kafka-features describe: transaction.version below 2.",
			Remedy:    "Kafka 4.0 or newer with transaction.version 2.",
			Reproduce: "A broker 2.4 with an exactly-once sink.",
			Source:    "KIP-890.",
		},
	},
	{
		ID: "FLT505", Cause: "kafka-lag", Title: "Offsets are not committed to Kafka", Level: Info, Needs: []snapshot.Part{snapshot.TaskManagerLogs}, Cluster: offsetCommits, Stage: 0,
		Doc: Doc{
			Symptom:   "Consumer group shows a lag that does not fall although the job reads.",
			Cause:     "Committing offsets failed. Flink does not need them (they are in the checkpoint), but lag monitoring shows nonsense.",
			See:       "Log: `Failed to commit consumer offsets for checkpoint`; metric commitsFailed.",
			Remedy:    "Look at the brokers' group coordinator; a longer checkpoint interval.",
			Reproduce: "Stop the coordinator's broker.",
			Source:    "Logs, section Kafka.",
		},
	},
}

func lag(c *Case) {
	for i := range c.J.Vertices {
		v := &c.J.Vertices[i]
		if !v.Source() {
			continue
		}
		for op, m := range v.Of("pendingRecords") {
			if !(m.Sum > 0) {
				continue
			}
			out := v.Metric("numRecordsOutPerSecond").Sum
			grows, evidence := c.lagGrows(v)
			behind := time.Duration(0)
			if out > 0 {
				behind = time.Duration(min(m.Sum/out, 1e7) * float64(time.Second))
			}
			long := m.Sum >= 1000 && (out <= 0 || behind > time.Minute)
			if !grows && !long {
				continue
			}
			f := c.found(Warning, say("%.0f records wait before %s", m.Sum, shortName(v.Name))).at(v)
			f.because("pendingRecords %.0f (%s), taken in %s", m.Sum, op, rate(max(out, 0)))
			if behind > 0 {
				f.because("%s behind at this rate, if nothing more arrives", dur(behind))
			}
			if grows {
				f.Evidence = append(f.Evidence, evidence)
			}
			f.remedy("make the slow task faster (see back pressure); if the source is the limit: more partitions, 'scan.parallelism', properties.fetch.max.bytes")
			f.expect("pendingRecords falls")
		}
	}
}

// lagGrows looks at the history of pendingRecords.
func (c *Case) lagGrows(v *snapshot.Vertex) (bool, Text) {
	sum := map[int64]float64{}
	var first, last time.Time
	for i := range c.S.Series {
		s := &c.S.Series[i]
		if s.Metric != "pendingRecords" || s.Labels["task_id"] != v.ID && s.Labels["job_id"] != c.J.ID {
			continue
		}
		for _, p := range s.Points {
			sum[p.Time.Unix()] += p.Value
			if first.IsZero() || p.Time.Before(first) {
				first = p.Time
			}
			if p.Time.After(last) {
				last = p.Time
			}
		}
	}
	if len(sum) < 4 || last.Sub(first) < time.Minute {
		return false, Text{}
	}
	a, b := sum[first.Unix()], sum[last.Unix()]
	if b < 1.5*a || b-a < 1000 {
		return false, Text{}
	}
	return true, say("grew from %.0f to %.0f in %s", a, b, dur(last.Sub(first)))
}

func transactionTimeout(c *Case) {
	events := c.logEvents(logscan.TransactionOld)
	if len(events) > 0 {
		e := events[len(events)-1]
		f := c.found(Warning, say("a transaction was open for %s of its timeout of %s", dur(msOf(e.Fields["ms"])), dur(msOf(e.Fields["timeout"]))))
		f.because("log %s at %s", e.File, stamp(e.Time))
		transactionRemedy(f)
		return
	}
	timeout := msOf(c.setting("properties.transaction.timeout.ms", "transaction.timeout.ms"))
	conf := c.J.Checkpoints.Config
	kafka := false
	for i := range c.J.Vertices {
		kafka = kafka || c.J.Vertices[i].Sink() && strings.Contains(strings.ToLower(c.J.Vertices[i].Name+c.J.Vertices[i].Description), "kafka")
	}
	if !kafka || conf == nil || conf.Interval == 0 {
		return
	}
	if timeout == 0 {
		c.notAssessed("Flink's REST API does not show transaction.timeout.ms of a sink")
		return
	}
	if timeout > conf.Interval+conf.Timeout {
		return
	}
	f := c.found(Warning, say("transactions expire after %s; interval and timeout of checkpoints are %s", dur(timeout), dur(conf.Interval+conf.Timeout)))
	f.because("transaction.timeout.ms %d", timeout.Milliseconds())
	transactionRemedy(f)
}

func transactionRemedy(f *Finding) {
	f.remedy("'properties.transaction.timeout.ms' = '3600000' on the sink, transaction.max.timeout.ms of the brokers at least as much")
	f.remedy("it must exceed checkpoint interval + checkpoint timeout + the longest downtime")
	f.expect("no transaction is aborted before its checkpoint commits it")
}

func msOf(s string) time.Duration { return time.Duration(atoi(s)) * time.Millisecond }

func transactionAborted(c *Case) {
	es := recent(c, failures(c.J, failTransaction))
	events := c.fileEvents(logscan.TransactionInvalid, logscan.ProducerFenced, logscan.TransactionLost)
	if len(es)+len(events) == 0 {
		return
	}
	f := c.found(Critical, say("Kafka transactions were aborted or fenced: rows may be lost"))
	if len(es) > 0 {
		f.on(es[0].TaskManager).because("%s at %s", firstOf(innermostCause(es[0].Stack), es[0].Name), stamp(es[0].Time))
	}
	for _, e := range events[:min(len(events), 3)] {
		f.because("log %s: %s", e.File, firstLine(e.Text, 200))
	}
	transactionRemedy(f)
	f.remedy("a 'sink.transactional-id-prefix' of its own for every job")
}

func oldBroker(c *Case) {
	es := c.logEvents(logscan.BrokerOld)
	if len(es) == 0 {
		if len(c.logEvents(logscan.TransactionInvalid, logscan.ProducerFenced, logscan.TransactionOld)) > 0 {
			c.notAssessed("logs do not tell the brokers' version; kafka-features describe shows transaction.version")
		}
		return
	}
	f := c.found(Warning, say("a Kafka broker has known bugs of transactions (KAFKA-9310)"))
	f.because("log %s: %s", es[0].File, firstLine(es[0].Text, 200))
	f.remedy("Kafka 4.0 or newer, with transaction.version 2 (KIP-890)")
}

func offsetCommits(c *Case) {
	es := c.logEvents(logscan.OffsetCommitFailed)
	if len(es) < 2 {
		return
	}
	e := es[len(es)-1]
	f := c.found(Info, say("committing offsets to Kafka failed %d times", len(es)))
	f.because("log %s at %s", e.File, stamp(e.Time))
	f.remedy("look at the brokers; Flink itself goes by the offsets in its checkpoints")
}
