package rules

import (
	"time"

	"github.com/flottstream/flott/internal/doctor/snapshot"
)

var historyNeeds = []snapshot.Part{snapshot.History}

var historyRules = []Rule{
	{
		ID: "FLT129", Cause: "checkpoint-failing", Title: "Checkpoints have been failing for a while", Level: Critical, Needs: historyNeeds, Job: failedLately, Symptom: true, Stage: 6,
		Doc: Doc{
			Symptom:   "The age of the last good checkpoint grows; the history shows failures only.",
			Cause:     "In the last half hour two or more checkpoints failed and none was completed. A look at one moment may miss it.",
			See:       "numberOfFailedCheckpoints against numberOfCompletedCheckpoints over half an hour.",
			Remedy:    "As FLT104.",
			Reproduce: "As FLT104, with Prometheus.",
			Source:    "Runbook, section 4: two consecutive failed checkpoints.",
		},
	},
	{
		ID: "FLT219", Cause: "back-pressure", Title: "Back pressure lasts", Level: Critical, Needs: historyNeeds, Job: lastingPressure, Symptom: true, Stage: 1,
		Doc: Doc{
			Symptom:   "Back pressure that lasts: five minutes and more at every look.",
			Cause:     "A task was back-pressured more than half of the time for five minutes and more: no peak, but a state.",
			See:       "backPressuredTimeMsPerSecond over the last quarter of an hour.",
			Remedy:    "As FLT201.",
			Reproduce: "As FLT201, with Prometheus.",
			Source:    "Runbook, section 4: back pressure > 5 min.",
		},
	},
	{
		ID: "FLT421", Cause: "restart-loop", Title: "The job was restarted several times", Level: Warning, Needs: historyNeeds, Job: restartedLately, Symptom: true, Stage: 7, Bounded: true, Stopped: true,
		Doc: Doc{
			Symptom:   "numRestarts has grown by three and more.",
			Cause:     "numRestarts grew by three or more within the history.",
			See:       "numRestarts over two hours.",
			Remedy:    "As FLT403.",
			Reproduce: "As FLT403, with Prometheus.",
			Source:    "Runbook, section 4.",
		},
	},
}

// alias are rules that tell of the same effect as another one, from history.
var alias = map[string]string{"FLT129": "FLT104", "FLT219": "FLT201", "FLT421": "FLT403"}

// grew is by how much a figure that only grows has grown since a moment; a fall is
// a new start of the process.
func grew(s *snapshot.Series, since time.Time) (sum float64, n int) {
	for i, p := range s.Points {
		if p.Time.Before(since) {
			continue
		}
		if n++; i > 0 {
			if d := p.Value - s.Points[i-1].Value; d > 0 {
				sum += d
			}
		}
	}
	return sum, n
}

func failedLately(c *Case) {
	failed, done := c.series("numberOfFailedCheckpoints", c.J), c.series("numberOfCompletedCheckpoints", c.J)
	if failed == nil || done == nil {
		c.notAssessed("the history has no counts of checkpoints of this job")
		return
	}
	since := c.S.Taken.Add(-30 * time.Minute)
	bad, n := grew(failed, since)
	good, _ := grew(done, since)
	if n < 3 || bad < 2 || good > 0 {
		return
	}
	f := c.found(Critical, say("%.0f checkpoints failed in the last half hour and none was completed", bad))
	f.because("numberOfFailedCheckpoints +%.0f, numberOfCompletedCheckpoints +%.0f", bad, good)
}

func lastingPressure(c *Case) {
	seen := false
	for i := range c.S.Series {
		s := &c.S.Series[i]
		if s.Metric != "backPressuredTimeMsPerSecond" || s.Labels["job_id"] != c.J.ID {
			continue
		}
		seen = true
		var since time.Time
		for _, p := range s.Points {
			switch {
			case p.Value < 1000*pressureHigh:
				since = time.Time{}
			case since.IsZero():
				since = p.Time
			}
		}
		if since.IsZero() || c.S.Taken.Sub(since) < 5*time.Minute {
			continue
		}
		id := s.Labels["task_id"]
		f := c.found(Critical, say("a task has been back-pressured for %s", dur(c.S.Taken.Sub(since)))).at(c.J.Vertex(id))
		f.Vertex = id
		f.because("backPressuredTimeMsPerSecond above 500 since %s", stamp(since))
	}
	if !seen {
		c.notAssessed("the history has no back pressure of this job")
	}
}

func restartedLately(c *Case) {
	s := c.series("numRestarts", c.J)
	if s == nil {
		c.notAssessed("the history has no numRestarts of this job")
		return
	}
	n, _ := grew(s, time.Time{})
	if n < 3 {
		return
	}
	span := s.Points[len(s.Points)-1].Time.Sub(s.Points[0].Time)
	f := c.found(Warning, say("the job was restarted %.0f times in %s", n, dur(span)))
	f.because("numRestarts +%.0f", n)
}
