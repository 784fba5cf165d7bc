package flinkrest

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/flottstream/flott/internal/doctor/logscan"
	"github.com/flottstream/flott/internal/doctor/snapshot"
)

// logBytesMax is the size of a log that is still fetched: REST hands out whole
// files only.
const logBytesMax = 8 << 20

type logsWire struct {
	Logs []struct {
		Name string `json:"name"`
		Size int64  `json:"size"`
	} `json:"logs"`
}

// log reads the end of the JobManager's log, if it is not too large to ask for.
func (r *reader) log(ctx context.Context) {
	r.miss(snapshot.TaskManagerLogs, fmt.Errorf("no log files were given: --logs DIR"))
	if !r.options.Logs {
		r.miss(snapshot.Logs, fmt.Errorf("logs were not asked for"))
		return
	}
	var list logsWire
	if err := r.json(ctx, "/jobmanager/logs", &list); err != nil {
		r.miss(snapshot.Logs, fmt.Errorf("%w; give --logs DIR", err))
		return
	}
	for _, l := range list.Logs {
		if strings.HasSuffix(l.Name, ".log") && l.Size > logBytesMax {
			r.miss(snapshot.Logs, fmt.Errorf("%s has %d MiB, too much to fetch; give --logs DIR", l.Name, l.Size>>20))
			return
		}
	}
	body, err := r.fetch(ctx, "/jobmanager/log")
	if err != nil {
		r.miss(snapshot.Logs, fmt.Errorf("%w; give --logs DIR", err))
		return
	}
	scanner := logscan.NewScanner()
	if err := scanner.Read(bytes.NewReader(body), "jobmanager.log"); err != nil || scanner.Known == 0 {
		r.miss(snapshot.Logs, fmt.Errorf("/jobmanager/log answered with something that is no log of Flink; give --logs DIR"))
		return
	}
	events := logscan.Last(logscan.SinceStart(scanner.Finish()), scanner.Newest, lookBack)
	// A log does not say its time zone; the JobManager does.
	var zone zoneWire
	if r.json(ctx, "/config", &zone) == nil {
		for i := range events {
			events[i].Time = events[i].Time.Add(-zone.Offset.signed())
			events[i].Last = events[i].Last.Add(-zone.Offset.signed())
		}
	}
	r.snap.Logs = events
}

type zoneWire struct {
	Offset millis `json:"timezone-offset"`
}

// signed is a duration that may be negative.
func (m millis) signed() time.Duration {
	if !(m > -1e9 && m < 1e9) {
		return 0
	}
	return time.Duration(m) * time.Millisecond
}
