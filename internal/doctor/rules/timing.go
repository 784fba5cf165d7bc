package rules

import (
	"math"
	"strings"
	"time"

	"github.com/flottstream/flott/internal/doctor/snapshot"
)

var timeNeeds = []snapshot.Part{snapshot.Vertices, snapshot.VertexStats, snapshot.Subtasks}

var timeRules = []Rule{
	{
		ID: "FLT301", Cause: "watermark-stalled", Title: "The watermark does not advance", Level: Warning, Needs: timeNeeds, Job: watermarkStalled, Symptom: true, Stage: 1, Explains: []string{"FLT118"},
		Doc: Doc{
			Symptom:   "Windows give no result; tab Watermarks shows No Watermark or a time that stands still.",
			Cause:     "An operator that needs event time takes in records but has no watermark: windows never fire, state is never dropped.",
			See:       "Web UI, tab Watermarks: No Watermark; metric currentInputWatermark = -9223372036854775808.",
			Remedy:    "WATERMARK FOR in the table of the source; an idle timeout if a split is silent.",
			Reproduce: "Two splits of which one never sends, without idle timeout.",
			Source:    "Runbook, scenario 4.",
		},
	},
	{
		ID: "FLT302", Cause: "idle-source", Title: "A silent source subtask holds the watermark back", Level: Warning, Needs: timeNeeds, Job: idleSource, Stage: 0, Explains: []string{"FLT301", "FLT303", "FLT118", "FLT305"},
		Doc: Doc{
			Symptom:   "No results although records arrive; one source subtask has an old watermark and sends nothing.",
			Cause:     "A source subtask or split sends nothing, so its watermark stays where it is, and the smallest of all inputs counts.",
			See:       "currentOutputWatermark and numRecordsOutPerSecond per source subtask; sourceIdleTime.",
			Remedy:    "table.exec.source.idle-timeout (SQL) or withIdleness(): the silent input is left out.",
			Reproduce: "A union of a running and a silent source into a window.",
			Source:    "Runbook, scenario 4: idle detection.",
		},
	},
	{
		ID: "FLT303", Cause: "watermark-skew", Title: "Watermarks of inputs are far apart", Level: Warning, Needs: timeNeeds, Job: watermarkSkew, Stage: 0, Explains: []string{"FLT108", "FLT118", "FLT301"},
		Doc: Doc{
			Symptom:   "State of a join grows and results come late; sources show times that are far apart.",
			Cause:     "One source, or one split, is far ahead of another. What is ahead waits in state until the slow one has come as far.",
			See:       "currentOutputWatermark of the sources; watermarkAlignmentDrift.",
			Remedy:    "Watermark alignment (scan.watermark.alignment.group, .max-drift), more even partitions.",
			Reproduce: "An interval join of two topics, one of which is read from an hour ago.",
			Source:    "Flink documentation, Watermark Alignment.",
		},
	},
	{
		ID: "FLT304", Cause: "late-data", Title: "Late records are dropped", Level: Warning, Needs: timeNeeds, Job: lateData, Stage: 0,
		Doc: Doc{
			Symptom:   "Counts in results are too small; numLateRecordsDropped grows.",
			Cause:     "Records arrive after the watermark has passed the end of their window and are dropped without a trace in the result.",
			See:       "Metric numLateRecordsDropped of window operators.",
			Remedy:    "A larger bound in WATERMARK FOR ts AS ts - INTERVAL …, allowed lateness, or a side output for late records.",
			Reproduce: "Timestamps up to 60 s back with a bound of 1 s.",
			Source:    "Runbook, scenario 4: success 50 → 95 %.",
		},
	},
	{
		ID: "FLT305", Cause: "watermark-stalled", Title: "Results wait long for the watermark", Level: Info, Needs: timeNeeds, Job: watermarkLag, Stage: 1,
		Doc: Doc{
			Symptom:   "Results come minutes or hours after their window has ended.",
			Cause:     "The watermark is far behind the newest records: the bound of out-of-orderness is larger than it needs to be, or a split is behind.",
			See:       "Metrics watermarkLag, currentEmitEventTimeLag.",
			Remedy:    "A smaller bound, measured from the data: the 99.9th percentile of the disorder.",
			Reproduce: "WATERMARK FOR ts AS ts - INTERVAL '1' HOUR.",
			Source:    "Runbook, scenario 4.",
		},
	},
	{
		ID: "FLT306", Cause: "clock-skew", Title: "Events come from the future", Level: Warning, Needs: timeNeeds, Job: clockSkew, Stage: 0, Explains: []string{"FLT304"},
		Doc: Doc{
			Symptom:   "Windows fire too early and all honest records are late.",
			Cause:     "The watermark is ahead of the clock: some producer's clock is wrong or a unit is (seconds for milliseconds). One such event makes all honest ones late.",
			See:       "currentOutputWatermark against the time of day; currentEmitEventTimeLag below 0.",
			Remedy:    "Drop or clamp timestamps ahead of the clock before the watermark; NTP on the producers.",
			Reproduce: "ts AS LOCALTIMESTAMP + INTERVAL '1' DAY.",
			Source:    "Runbook, scenario 4: device clocks off by > 10 s.",
		},
	},
	{
		ID: "FLT307", Cause: "config-dangerous", Title: "Windows by processing time", Level: Info, Needs: []snapshot.Part{snapshot.Vertices}, Job: processingTimeWindows, Stage: 0,
		Doc: Doc{
			Symptom:   "The same input gives other results when it is read again.",
			Cause:     "Windows go by the time at which records happen to be processed: after a failure or back pressure the same records fall into other windows.",
			See:       "Plan: window(… PROCTIME …).",
			Remedy:    "Event time with a watermark wherever the result must be the same when it is computed again.",
			Reproduce: "TUMBLE over PROCTIME().",
			Source:    "Runbook, section 5: times.",
		},
	},
}

// noWatermark is Long.MIN_VALUE, which Flink shows before the first watermark.
const noWatermark = -9e18

// lastWatermark is Long.MAX_VALUE, after which nothing comes.
const lastWatermark = 9e18

// mark is what one source subtask says about event time.
type mark struct {
	v  *snapshot.Vertex
	s  *snapshot.Subtask
	ms float64 // epoch; noWatermark if none
	// perSecond are records out; NaN if unknown.
	perSecond float64
}

// marks lists the watermarks that the sources send. A source without any
// watermark is left out unless others have one.
func marks(j *snapshot.Job) (out []mark) {
	for i := range j.Vertices {
		v := &j.Vertices[i]
		if !v.Source() {
			continue
		}
		names := markNames(v)
		for k := range v.Subtasks {
			s := &v.Subtasks[k]
			if s.Status != "" && s.Status != "RUNNING" {
				continue // a finished split does not hold anything back
			}
			// The last operator of the chain that assigns one has the highest.
			ms, known := math.Inf(-1), false
			for _, n := range names {
				if x := s.Metric(n); !math.IsNaN(x) {
					ms, known = max(ms, x), true
				}
			}
			if known {
				out = append(out, mark{v, s, ms, s.Metric("numRecordsOutPerSecond")})
			}
		}
	}
	return out
}

func markNames(v *snapshot.Vertex) (names []string) {
	for id := range v.Metrics {
		if strings.HasSuffix(id, ".currentOutputWatermark") {
			names = append(names, id)
		}
	}
	return names
}

func (m mark) valid() bool { return m.ms > noWatermark && m.ms < lastWatermark }

// needsEventTime reports whether a vertex works by watermarks.
func needsEventTime(v *snapshot.Vertex) bool {
	if strings.Contains(v.Description, "PROCTIME") || strings.Contains(v.Description, "proctime") {
		return false
	}
	return byEventTime(v.Name)
}

// byEventTime reports whether a name is that of an operator that works by watermarks.
func byEventTime(name string) bool {
	for _, op := range []string{"WindowAggregate", "WindowRank", "WindowJoin", "WindowDeduplicate", "IntervalJoin", "TemporalJoin", "Match[", "TemporalSort", "TumblingEventTimeWindows", "SlidingEventTimeWindows", "EventTimeSessionWindows"} {
		if strings.Contains(name, op) {
			return true
		}
	}
	return false
}

// assigned reports whether watermarks are assigned before a vertex of SQL. Windows of
// SQL without any are by processing time: Flink would not have planned them else.
func assigned(j *snapshot.Job, v *snapshot.Vertex) bool {
	told := false
	for i := range j.Vertices {
		up := &j.Vertices[i]
		if up.ID != v.ID && !j.Upstream(up.ID, v.ID) {
			continue
		}
		told = told || up.Source() && up.Description != ""
		if strings.Contains(up.Description, "atermark") {
			return true
		}
	}
	return !told || !strings.Contains(v.Description, "[")
}

// feeds reports whether a source vertex leads to a vertex that needs event time.
func feeds(j *snapshot.Job, source string) bool {
	for i := range j.Vertices {
		if v := &j.Vertices[i]; needsEventTime(v) && (v.ID == source || j.Upstream(source, v.ID)) {
			return true
		}
	}
	return false
}

// idle finds the source subtasks that hold the watermark back by sending nothing.
func (c *Case) idle() (silent, lively []mark) {
	j := c.J
	// Flott passes by a subtask without splits even where no idle timeout is set; on
	// Flink the same job would stand still.
	idleTimeout := flinkDuration(c.setting("table.exec.source.idle-timeout"))
	excused := c.S.Product != "flott" || idleTimeout > 0
	all := marks(j)
	newest := math.Inf(-1)
	for _, m := range all {
		if m.valid() {
			newest = max(newest, m.ms)
		}
	}
	if math.IsInf(newest, -1) {
		return nil, nil
	}
	for _, m := range all {
		quiet := m.perSecond == 0 || m.s.Metric(sourceIdleTime(m.v)) > 30_000
		behind := m.ms <= noWatermark || newest-m.ms > 30_000
		switch {
		case quiet && behind && (feeds(j, m.v.ID) || m.ms > noWatermark) && !(excused && passedBy(j, m)):
			silent = append(silent, m)
		case m.valid() && !(quiet && behind):
			lively = append(lively, m)
		}
	}
	if len(lively) == 0 {
		return nil, nil
	}
	return silent, lively
}

// passedBy reports whether event time goes on after a silent source subtask without
// it: it was marked idle.
func passedBy(j *snapshot.Job, m mark) bool {
	for i := range j.Vertices {
		v := &j.Vertices[i]
		if w := v.Metric("currentInputWatermark").Min; j.Upstream(m.v.ID, v.ID) && w > noWatermark && w > m.ms+30_000 {
			return true
		}
	}
	return false
}

func sourceIdleTime(v *snapshot.Vertex) string {
	for id := range v.Metrics {
		if strings.HasSuffix(id, ".sourceIdleTime") {
			return id
		}
	}
	return ""
}

func idleSource(c *Case) {
	if c.J.Duration < 20*time.Second {
		c.notAssessed("the job runs for %s only", dur(c.J.Duration))
		return
	}
	silent, lively := c.idle()
	if len(silent) == 0 {
		return
	}
	m := silent[0]
	summary := say("subtask %d of %s sends nothing and holds the watermark back", m.s.Index, shortName(m.v.Name))
	if passedBy(c.J, m) {
		summary = say("subtask %d of %s sends nothing: flott goes on without it, Flink would hold the watermark back", m.s.Index, shortName(m.v.Name))
	}
	f := c.found(Warning, summary).at(m.v).subtask(m.s)
	if m.ms <= noWatermark {
		f.because("it has no watermark; %d other source subtasks are at %s and later", len(lively), clock(lowest(lively)))
	} else {
		f.because("its watermark is %s, the others are at %s and later", clock(m.ms), clock(lowest(lively)))
	}
	if len(silent) > 1 {
		f.because("%d source subtasks are silent", len(silent))
	}
	f.remedy("SET 'table.exec.source.idle-timeout' = '30 s' (SQL), or WatermarkStrategy.withIdleness(Duration.ofSeconds(30))")
	f.remedy("fewer source subtasks than splits: scan.parallelism at most the number of partitions")
	f.expect("the watermark goes on after the timeout, windows fire")
}

func lowest(ms []mark) float64 {
	low := math.Inf(1)
	for _, m := range ms {
		low = min(low, m.ms)
	}
	return low
}

func clock(ms float64) string {
	if ms <= noWatermark || ms >= lastWatermark || math.IsInf(ms, 0) {
		return "none"
	}
	return time.UnixMilli(int64(ms)).UTC().Format("2006-01-02 15:04:05")
}

func watermarkStalled(c *Case) {
	if c.J.Duration < 30*time.Second {
		c.notAssessed("the job runs for %s only", dur(c.J.Duration))
		return
	}
	for i := range c.J.Vertices {
		v := &c.J.Vertices[i]
		if v.Source() || !needsEventTime(v) || !assigned(c.J, v) {
			continue
		}
		m := v.Metric("currentInputWatermark")
		if math.IsNaN(m.Min) {
			continue
		}
		var read int64
		for k := range v.Subtasks {
			read += max(v.Subtasks[k].ReadRecords, 0)
		}
		switch {
		case m.Min <= noWatermark && read > 0:
			f := c.found(Warning, say("%s has no watermark, so it never gives a result", shortName(v.Name))).at(v)
			f.because("currentInputWatermark is not set after %s and %d records", dur(c.J.Duration), read)
			f.remedy("WATERMARK FOR ts AS ts - INTERVAL '5' SECOND in the source's table; SET 'table.exec.source.idle-timeout' = '30 s'")
			f.expect("the tab Watermarks shows a time, windows fire")
		case c.silentBehind(v, m.Min) && read >= 100:
			f := c.found(Warning, say("%s has read %d records and given no result: its watermark is %s behind the clock", shortName(v.Name), read, dur(c.behind(m.Min)))).at(v)
			f.because("currentInputWatermark %s after %s", clock(m.Min), dur(c.J.Duration))
			f.remedy("look at the timestamps that the watermark is made of: their unit, a constant or default value, the column; and at the source subtask with the oldest currentOutputWatermark")
			f.expect("the watermark follows the records")
		case c.stuck(v):
			f := c.found(Warning, say("the watermark of %s stands still", shortName(v.Name))).at(v)
			f.because("at %s for the whole history", clock(m.Min))
			f.remedy("look for the source subtask with the oldest currentOutputWatermark; SET 'table.exec.source.idle-timeout' = '30 s'")
			f.expect("the watermark follows the records")
		}
	}
}

func (c *Case) behind(ms float64) time.Duration {
	return c.S.Taken.Sub(time.UnixMilli(int64(ms)))
}

// silentBehind reports whether no operator of v that works by event time has given
// anything although its watermark is far behind the clock: one that reads what
// happened long ago, and gets on with it, fires windows all the time.
func (c *Case) silentBehind(v *snapshot.Vertex, watermark float64) bool {
	if watermark <= noWatermark || watermark >= lastWatermark || c.behind(watermark) < 30*time.Minute {
		return false
	}
	outs, known := v.Of("numRecordsOut"), false
	for op, out := range outs {
		if !byEventTime(op) {
			continue
		}
		if known = true; out.Sum > 0 {
			return false
		}
	}
	return known
}

// stuck reports whether the history shows a watermark that does not move.
func (c *Case) stuck(v *snapshot.Vertex) bool {
	for i := range c.S.Series {
		s := &c.S.Series[i]
		if s.Metric != "currentInputWatermark" || s.Labels["task_id"] != v.ID || len(s.Points) < 4 {
			continue
		}
		first, last := s.Points[0], s.Points[len(s.Points)-1]
		if last.Time.Sub(first.Time) >= 2*time.Minute && first.Value == last.Value && first.Value > noWatermark && first.Value < lastWatermark {
			return true
		}
	}
	return false
}

func watermarkSkew(c *Case) {
	_, lively := c.idle()
	if len(lively) < 2 {
		return
	}
	low, high := lively[0], lively[0]
	for _, m := range lively {
		if m.ms < low.ms {
			low = m
		}
		if m.ms > high.ms {
			high = m
		}
	}
	apart := time.Duration(high.ms-low.ms) * time.Millisecond
	if apart < time.Minute || !c.joined(low.v, high.v) {
		return
	}
	f := c.found(Warning, say("watermarks of the sources are %s apart", dur(apart))).at(low.v).subtask(low.s)
	f.because("%s subtask %d is at %s", shortName(low.v.Name), low.s.Index, clock(low.ms))
	f.because("%s subtask %d is at %s", shortName(high.v.Name), high.s.Index, clock(high.ms))
	f.remedy("watermark alignment: 'scan.watermark.alignment.group' = 'g', 'scan.watermark.alignment.max-drift' = '1 min' on both tables")
	f.expect("the fast input waits for the slow one instead of filling the state")
}

// joined reports whether two sources meet.
func (c *Case) joined(a, b *snapshot.Vertex) bool {
	if a == b {
		return true
	}
	for i := range c.J.Vertices {
		id := c.J.Vertices[i].ID
		if c.J.Upstream(a.ID, id) && c.J.Upstream(b.ID, id) {
			return true
		}
	}
	return false
}

func lateData(c *Case) {
	for i := range c.J.Vertices {
		v := &c.J.Vertices[i]
		dropped := 0.0
		for _, m := range v.Of("numLateRecordsDropped") {
			if m.Sum > 0 {
				dropped += m.Sum
			}
		}
		if dropped == 0 {
			continue
		}
		var read int64
		for k := range v.Subtasks {
			read += max(v.Subtasks[k].ReadRecords, 0)
		}
		shareLate := dropped / max(float64(read), dropped)
		severity := Info
		if dropped >= 50 && shareLate >= 0.001 && !allZero(v.Of("lateRecordsDroppedRate")) {
			severity = Warning
		}
		f := c.found(severity, say("%s dropped %.0f late records, %.2f %% of its input", shortName(v.Name), dropped, 100*shareLate)).at(v)
		f.because("numLateRecordsDropped %.0f of %d records", dropped, read)
		f.remedy("a larger bound: WATERMARK FOR ts AS ts - INTERVAL '30' SECOND; measure the disorder of ts first")
		f.remedy("SET 'table.exec.emit.late-fire.enabled' = 'true', 'table.exec.emit.late-fire.delay' = '0 s' and 'table.exec.emit.allow-lateness' = '1 min' for GROUP BY TUMBLE or HOP, if results may be corrected; a side output in the DataStream API")
		f.expect("results are later by the bound and complete")
	}
}

// allZero reports whether a rate is known and 0 everywhere: it is over for a minute.
func allZero(rates map[string]snapshot.Spread) bool {
	for _, r := range rates {
		if !(r.Max == 0) {
			return false
		}
	}
	return len(rates) > 0
}

func watermarkLag(c *Case) {
	for i := range c.J.Vertices {
		v := &c.J.Vertices[i]
		for op, m := range v.Of("watermarkLag") {
			emit := v.Metric(op + ".currentEmitEventTimeLag")
			if m.Max < 10*60*1000 || emit.Max > 60*1000 || math.IsNaN(emit.Max) {
				continue
			}
			f := c.found(Info, say("results of %s wait %s for the watermark", shortName(v.Name), dur(time.Duration(m.Max)*time.Millisecond))).at(v)
			f.because("watermarkLag %.0f ms, while records are %.0f ms old when they are emitted", m.Max, emit.Max)
			f.remedy("a smaller bound of out-of-orderness, or an idle timeout")
		}
	}
}

func clockSkew(c *Case) {
	now := float64(c.S.Taken.UnixMilli())
	for _, m := range marks(c.J) {
		ahead := m.ms - now
		if !m.valid() || ahead < 60_000 {
			continue
		}
		f := c.found(Warning, say("the watermark of %s is %s ahead of the clock", shortName(m.v.Name), dur(time.Duration(min(ahead, 9e12))*time.Millisecond))).at(m.v).subtask(m.s)
		f.because("watermark %s, clock %s", clock(m.ms), clock(now))
		f.remedy("leave out timestamps ahead of the clock: WHERE ts <= CURRENT_TIMESTAMP + INTERVAL '10' SECOND before the watermark is assigned")
		f.remedy("check the unit of the timestamps and the clocks (NTP) of the producers")
		f.expect("honest events are no longer late")
		return
	}
}

func processingTimeWindows(c *Case) {
	for i := range c.J.Vertices {
		v := &c.J.Vertices[i]
		if strings.Contains(v.Name, "Window") && (strings.Contains(v.Description, "proctime") || strings.Contains(v.Description, "PROCTIME")) {
			f := c.found(Info, say("%s has windows by processing time", shortName(v.Name))).at(v)
			f.because("the plan names PROCTIME in the window")
			for _, m := range marks(c.J) {
				if m.valid() && c.J.Upstream(m.v.ID, v.ID) {
					f.because("%s has event time: its watermark is %s", shortName(m.v.Name), clock(m.ms))
					break
				}
			}
			f.remedy("event time with a watermark if results must be the same after a failure")
		}
	}
}
