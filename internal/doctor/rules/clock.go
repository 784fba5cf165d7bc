package rules

import (
	"time"

	"github.com/flottstream/flott/internal/doctor/snapshot"
)

// Rules about clocks of machines and inputs without work.
var clockRules = []Rule{
	{
		ID: "FLT308", Cause: "clock-skew", Title: "The clocks of machines disagree", Level: Warning, Needs: detailNeeds, Job: machineClocks, Stage: 0,
		Doc: Doc{
			Symptom:   "A checkpoint that took milliseconds shows start delays of seconds on one TaskManager; processing-time windows of that machine end at other moments.",
			Cause:     "The start delay is the TaskManager's clock minus the JobManager's. A delay that is longer than the whole checkpoint can only be the difference of the two clocks.",
			See:       "Checkpoint details: Start Delay above End to End Duration; chronyc tracking on the machine.",
			Remedy:    "Run chrony or ntpd on the machine.",
			Reproduce: "Set the clock of a TaskManager's machine 30 s ahead.",
			Source:    "Runbook, scenario 4: clocks.",
		},
	},
	{
		ID: "FLT309", Cause: "idle-source", Title: "Source subtasks without anything to read", Level: Info, Needs: []snapshot.Part{snapshot.Vertices, snapshot.Subtasks}, Job: uselessSources, Stage: 0,
		Doc: Doc{
			Symptom:   "Some subtasks of a source have never sent a record; without an idle timeout they hold the watermark back.",
			Cause:     "The source has more subtasks than the topic has partitions (or the folder files).",
			See:       "Tab SubTasks: Records Sent 0; number of partitions of the topic.",
			Remedy:    "'scan.parallelism' at most the number of partitions, or more partitions; table.exec.source.idle-timeout keeps the watermark going.",
			Reproduce: "A topic with 2 partitions read at parallelism 4.",
			Source:    "Runbook, scenario 4: idle detection.",
		},
	},
}

// impossible reports whether a part's start delay can only be a difference of
// clocks: it is longer than the whole checkpoint.
func impossible(p *snapshot.CheckpointPart) bool {
	return p.StartDelay > p.Duration+time.Second
}

func machineClocks(c *Case) {
	if noParts(c) {
		return
	}
	ahead := map[string]time.Duration{} // least over the parts of a TaskManager
	at := map[string]part{}
	for _, x := range parts(c.J) {
		var s *snapshot.Subtask
		for k := range x.v.Subtasks {
			if x.v.Subtasks[k].Index == x.p.Index {
				s = &x.v.Subtasks[k]
			}
		}
		if s == nil || x.p.Duration == 0 {
			continue
		}
		over := x.p.StartDelay - x.p.Duration
		if least, ok := ahead[s.TaskManager]; !ok || over < least {
			ahead[s.TaskManager], at[s.TaskManager] = over, x
		}
	}
	for _, tm := range sortedKeys(ahead) {
		if ahead[tm] < time.Second {
			continue
		}
		x := at[tm]
		f := c.found(Warning, say("the clock of TaskManager %s is at least %s ahead of the JobManager's", tm, dur(ahead[tm]))).on(tm)
		f.because("checkpoint %d: start delay %s of a part that took %s from trigger to answer", x.cp.ID, dur(x.p.StartDelay), dur(x.p.Duration))
		f.remedy("chronyc tracking, then chrony or ntpd on that machine")
		f.expect("start delays of milliseconds; processing time is the same everywhere")
	}
}

func uselessSources(c *Case) {
	if c.J.Duration < 5*time.Minute {
		c.notAssessed("the job runs for %s only", dur(c.J.Duration))
		return
	}
	for i := range c.J.Vertices {
		v := &c.J.Vertices[i]
		if !v.Source() || len(v.Subtasks) < 2 {
			continue
		}
		none, most := 0, int64(0)
		for k := range v.Subtasks {
			if s := &v.Subtasks[k]; s.Status == "RUNNING" && s.WriteRecords == 0 && s.Attempt == 0 {
				none++
			}
			most = max(most, v.Subtasks[k].WriteRecords)
		}
		if none == 0 || none == len(v.Subtasks) || most < 1000 {
			continue
		}
		f := c.found(Info, say("%d of %d subtasks of %s have never sent a record", none, len(v.Subtasks), shortName(v.Name))).at(v)
		f.because("the busiest has sent %d", most)
		f.remedy("'scan.parallelism' = '%d', or more partitions", len(v.Subtasks)-none)
		f.remedy("SET 'table.exec.source.idle-timeout' = '30 s', so that they do not hold the watermark back")
	}
}
