package optimize

import (
	"fmt"
	"strings"
	"time"

	"github.com/flottstream/flott/internal/jobgraph"
	"github.com/flottstream/flott/internal/sql/plan"
)

// unsetDelay stands for table.exec.emit.*-fire.delay not being set: unlike 0, which
// fires at every row, that is a mistake.
const unsetDelay = -time.Millisecond

// windowEmit is when the group window w emits. Lateness counts only with late-fire,
// as in Flink: allow-lateness alone changes nothing.
func (p *planner) windowEmit(w jobgraph.Window, fromTVF bool) (e jobgraph.WindowEmit, err error) {
	if !p.o.Streaming || !p.o.EarlyFire && !p.o.LateFire {
		return e, nil
	}
	lateness := p.o.AllowLateness
	if lateness <= 0 {
		lateness = p.o.StateTTL
	}
	switch {
	case fromTVF:
		return e, fmt.Errorf("Currently, window table function based aggregate doesn't support early-fire and late-fire configuration 'table.exec.emit.early-fire.enabled' and 'table.exec.emit.late-fire.enabled'.")
	case w.Kind == jobgraph.Session:
		return e, fmt.Errorf("Session window doesn't support EMIT strategy currently.")
	case p.o.LateFire && !w.Proctime && lateness <= 0:
		return e, fmt.Errorf("The 'AFTER WATERMARK' emit strategy requires set 'table.exec.emit.allow-lateness' or 'table.exec.state.ttl'.")
	case p.o.EarlyFire && p.o.EarlyFireDelay < 0:
		return e, fmt.Errorf("Early-fire delay should not be null or negative value when enable early-fire emit strategy; set 'table.exec.emit.early-fire.delay'.")
	case p.o.LateFire && p.o.LateFireDelay < 0:
		return e, fmt.Errorf("Late-fire delay should not be null or negative value when enable late-fire emit strategy; set 'table.exec.emit.late-fire.delay'.")
	case p.o.LateFire && !w.Proctime && lateness < p.o.LateFireDelay:
		return e, fmt.Errorf("Allow-lateness [%dms] should not be smaller than Late-fire delay [%dms] when enable late-fire emit strategy.", lateness.Milliseconds(), p.o.LateFireDelay.Milliseconds())
	}
	if p.o.EarlyFire {
		e.Early, e.EarlyDelay = true, p.o.EarlyFireDelay.Milliseconds()
	}
	if p.o.LateFire && !w.Proctime { // no row is late for the clock
		e.Late, e.LateDelay, e.Lateness = true, p.o.LateFireDelay.Milliseconds(), lateness.Milliseconds()
	}
	return e, nil
}

// emitAttr is the attribute of a plan that says when a window emits.
func emitAttr(e jobgraph.WindowEmit) []plan.Attr {
	delay := func(ms int64) string {
		if ms == 0 {
			return "no delay"
		}
		return fmt.Sprintf("delay %d millisecond", ms)
	}
	var when []string
	if e.Early {
		when = append(when, "early "+delay(e.EarlyDelay))
	}
	if e.Late {
		when = append(when, "late "+delay(e.LateDelay))
	}
	if when == nil {
		return nil
	}
	return []plan.Attr{{Name: "emit", Value: "[" + strings.Join(when, ", ") + "]"}}
}
