package report

import (
	"fmt"
	"math"
	"time"

	"github.com/flottstream/flott/internal/doctor/rules"
	"github.com/flottstream/flott/internal/doctor/snapshot"
)

// Sizes of the topology picture, in SVG units.
const (
	boxWidth  = 190
	boxHeight = 62
	gapX      = 64
	gapY      = 18
	boxesMax  = 120 // a larger job is not drawn
)

// topology draws the job graph: sources left, sinks right. The root cause has a
// red border, what is back-pressured a dashed one.
func (p *page) topology(j *snapshot.Job, d *rules.Diagnosis) {
	if len(j.Vertices) == 0 || len(j.Vertices) > boxesMax {
		return
	}
	column, row := map[string]int{}, map[string]int{}
	filled := map[int]int{}
	columns, rows := 0, 0
	for _, v := range j.Vertices { // inputs come first
		for _, in := range v.Inputs {
			column[v.ID] = max(column[v.ID], column[in.From]+1)
		}
		c := column[v.ID]
		row[v.ID] = filled[c]
		filled[c]++
		columns, rows = max(columns, c+1), max(rows, filled[c])
	}
	x := func(id string) int { return 10 + column[id]*(boxWidth+gapX) }
	y := func(id string) int { return 10 + row[id]*(boxHeight+gapY) }
	p.raw("<svg role=\"img\" aria-label=\"%s\" viewBox=\"0 0 %d %d\" width=\"%d\">", text(p.lang.say("job graph")), columns*(boxWidth+gapX), rows*(boxHeight+gapY)+20, columns*(boxWidth+gapX))
	for _, v := range j.Vertices {
		for _, in := range v.Inputs {
			x1, y1, x2, y2 := x(in.From)+boxWidth, y(in.From)+boxHeight/2, x(v.ID), y(v.ID)+boxHeight/2
			p.raw("<path class=edge d=\"M%d %dC%d %d %d %d %d %d\"/><text class=s x=\"%d\" y=\"%d\">%s</text>", x1, y1, x1+gapX/2, y1, x2-gapX/2, y2, x2, y2, x1+3, min(y1, y2)-3, text(clip(in.Ship, 9)))
		}
	}
	for i := range j.Vertices {
		v := &j.Vertices[i]
		class, cause := vertexClass(j, v, d)
		p.raw("<g><title>%s</title><rect class=\"%s\" x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" rx=6 />", text(v.Name), class, x(v.ID), y(v.ID), boxWidth, boxHeight)
		p.raw("<text x=\"%d\" y=\"%d\">%s</text>", x(v.ID)+8, y(v.ID)+18, text(clip(v.Name, 24)))
		busy, pressure := loads(v)
		p.raw("<text class=s x=\"%d\" y=\"%d\">×%d · %s</text>", x(v.ID)+8, y(v.ID)+34, v.Parallelism, text(p.lang.say("busy %s, held back %s", share(busy), share(pressure))))
		if cause != "" {
			p.raw("<text x=\"%d\" y=\"%d\" style=\"fill:var(--red);font-weight:600\">%s</text>", x(v.ID)+8, y(v.ID)+52, text(cause))
		} else {
			p.bar(x(v.ID)+8, y(v.ID)+44, boxWidth-16, busy, pressure)
		}
		p.raw("</g>")
	}
	p.raw("</svg><div class=\"dim legend\"><i style=\"border:3px solid var(--red)\"></i>%s <i style=\"border:3px dashed var(--dark)\"></i>%s <i style=\"background:var(--blue)\"></i>%s <i style=\"background:var(--dark)\"></i>%s</div>\n",
		text(p.lang.say("root cause")), text(p.lang.say("held back")), text(p.lang.say("busy")), text(p.lang.say("back-pressured")))
}

// bar draws busy and back-pressured shares.
func (p *page) bar(x, y, width int, busy, pressure float64) {
	w := func(v float64) float64 {
		if math.IsNaN(v) {
			return 0
		}
		return float64(width) * min(max(v, 0), 1)
	}
	p.raw("<rect x=\"%d\" y=\"%d\" width=\"%d\" height=8 rx=2 fill=\"var(--line)\"/>", x, y, width)
	p.raw("<rect class=bar x=\"%d\" y=\"%d\" width=\"%.1f\" height=8 rx=2 />", x, y, w(busy))
	p.raw("<rect x=\"%.1f\" y=\"%d\" width=\"%.1f\" height=8 rx=2 fill=\"var(--dark)\"/>", float64(x)+w(busy), y, min(w(pressure), float64(width)-w(busy)))
}

// vertexClass is the look of a vertex, and the cause that was found in it.
func vertexClass(j *snapshot.Job, v *snapshot.Vertex, d *rules.Diagnosis) (class, cause string) {
	for _, c := range d.Chains {
		if c.Root.JobID == j.ID && c.Root.Vertex == v.ID {
			return "box root", c.Root.Cause
		}
	}
	if _, pressure := loads(v); pressure >= 0.5 {
		return "box held", ""
	}
	return "box", ""
}

// loads are the largest shares of the subtasks; NaN if nobody knows.
func loads(v *snapshot.Vertex) (busy, pressure float64) {
	busy, pressure = math.NaN(), math.NaN()
	for _, s := range v.Subtasks {
		if !(s.Busy <= busy) && !math.IsNaN(s.Busy) {
			busy = s.Busy
		}
		if !(s.BackPressured <= pressure) && !math.IsNaN(s.BackPressured) {
			pressure = s.BackPressured
		}
	}
	return busy, pressure
}

func share(v float64) string {
	if math.IsNaN(v) {
		return "?"
	}
	return fmt.Sprintf("%.0f %%", 100*v)
}

func clip(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n-1]) + "…"
	}
	return s
}

// timeline draws the checkpoints of the history: when, how long, how they ended.
func (p *page) timeline(j *snapshot.Job) {
	h := j.Checkpoints.History
	if len(h) == 0 {
		return
	}
	const width, height, foot = 720, 130, 22
	longest, slowest := time.Second/10, time.Duration(0)
	for _, cp := range h {
		slowest = max(slowest, cp.Duration)
	}
	longest = max(longest, slowest)
	var interval time.Duration
	if c := j.Checkpoints.Config; c != nil {
		interval = c.Interval
		if interval > 0 && interval < 20*longest {
			longest = max(longest, interval)
		}
	}
	p.raw("<h3>%s</h3><svg role=\"img\" viewBox=\"0 0 %d %d\" width=\"%d\">", text(p.lang.say("checkpoints: duration, %s at most", slowest.Round(time.Millisecond))), width, height+foot, width)
	step := min(float64(width-20)/float64(len(h)), 48)
	for i := range h {
		cp := &h[len(h)-1-i] // oldest left
		class := map[string]string{"COMPLETED": "ok", "FAILED": "bad"}[cp.Status]
		if class == "" {
			class = "now"
		}
		tall := max(3, float64(height-10)*float64(cp.Duration)/float64(longest))
		left := 10 + step*float64(i)
		p.raw("<g><title>%d %s %s, %d/%d, %d B %s</title><rect class=%s x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" rx=2 /></g>",
			cp.ID, text(cp.Status), cp.Duration, cp.Acknowledged, cp.Subtasks, cp.StateBytes, text(clip(cp.Failure, 200)), class, left, height-tall, max(2, step*0.7), tall)
		p.raw("<text class=s x=\"%.1f\" y=\"%d\">%d</text>", left, height+14, cp.ID)
	}
	if interval > 0 && interval <= longest {
		y := float64(height) - float64(height-10)*float64(interval)/float64(longest)
		p.raw("<line class=limit x1=0 x2=%d y1=\"%.1f\" y2=\"%.1f\"/><text class=s x=%d y=\"%.1f\" text-anchor=end>%s</text>", width, y, y, width-2, y-2, text(p.lang.say("interval")))
	}
	p.raw("</svg><div class=\"dim legend\"><i style=\"background:var(--green)\"></i>%s <i style=\"background:var(--red)\"></i>%s <i style=\"background:var(--blue)\"></i>%s</div>\n",
		text(p.lang.say("completed")), text(p.lang.say("failed")), text(p.lang.say("in progress")))
}

// skew draws, for vertices with uneven input, the records of each subtask.
func (p *page) skew(j *snapshot.Job) {
	for i := range j.Vertices {
		v := &j.Vertices[i]
		var most, sum int64
		for _, s := range v.Subtasks {
			most = max(most, s.ReadRecords)
			sum += max(s.ReadRecords, 0)
		}
		n := len(v.Subtasks)
		if n < 2 || n > 200 || sum < 100 || float64(most) < 1.5*float64(sum)/float64(n) {
			continue
		}
		const width, line = 500, 16
		p.raw("<h3>%s</h3><svg role=\"img\" viewBox=\"0 0 %d %d\" width=\"%d\">", text(p.lang.say("records per subtask of %s", clip(v.Name, 60))), width+220, n*line+6, width+220)
		for k, s := range v.Subtasks {
			class := "bar"
			if s.ReadRecords == most {
				class = "hot"
			}
			wide := float64(width) * float64(max(s.ReadRecords, 0)) / float64(most)
			p.raw("<text class=s x=0 y=\"%d\">%d</text><rect class=%s x=30 y=\"%d\" width=\"%.1f\" height=11 rx=2 /><text class=s x=\"%.1f\" y=\"%d\">%d</text>",
				k*line+12, s.Index, class, k*line+2, max(wide, 1), wide+36, k*line+12, s.ReadRecords)
		}
		p.raw("</svg>\n")
	}
}
