package operators

import (
	"fmt"
	"time"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/jobgraph"
	"github.com/flottstream/flott/internal/stream"
)

// slicer is the arithmetic of sliced windows. Time is cut into slices such that
// every window is a sequence of them; a slice is named by its end. All times are
// ms; with a local zone they are local times (see windowClock).
type slicer struct {
	kind                       jobgraph.WindowKind
	size, slide, offset, slice int64
	attached                   bool // slices are whole windows
}

func newSlicer(w jobgraph.Window) (slicer, error) {
	s := slicer{kind: w.Kind, size: w.Size, slide: w.Slide, offset: w.Offset, attached: w.Time < 0}
	if s.attached {
		return s, nil
	}
	if w.Size <= 0 || w.Kind != jobgraph.Tumble && w.Slide <= 0 {
		return s, fmt.Errorf("a window of size %d ms and slide %d ms cannot be computed; both must be positive", w.Size, w.Slide)
	}
	switch w.Kind {
	case jobgraph.Tumble:
		s.slide = w.Size
		s.slice = w.Size
	case jobgraph.Hop:
		s.slice = gcd(w.Size, w.Slide)
	case jobgraph.Cumulate:
		s.slice = w.Slide
	}
	return s, nil
}

func gcd(a, b int64) int64 {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}

// floor is the largest x <= t with x = offset modulo step.
func floor(t, offset, step int64) int64 {
	r := (t - offset) % step
	if r < 0 {
		r += step
	}
	return t - r
}

// ends replaces each time by the end of its slice.
func (s *slicer) ends(times []int64) {
	step, offset := s.slice, s.offset
	last, end := int64(0), int64(0) // times come in runs of one slice
	if len(times) > 0 {
		last = floor(times[0], offset, step)
		end = last + step
	}
	for i, t := range times {
		if t < last || t >= end {
			last = floor(t, offset, step)
			end = last + step
		}
		times[i] = end
	}
}

// firstEnd is the end of the first window that the slice ending at end is part
// of and that ends after fired.
func (s *slicer) firstEnd(end, fired int64) (windowEnd int64, ok bool) {
	switch {
	case s.attached || s.kind == jobgraph.Tumble:
		return end, end > fired
	case s.kind == jobgraph.Cumulate:
		next := floor(max(end, fired+1)-1, s.offset, s.slide) + s.slide
		return next, next <= s.lastEnd(end)
	}
	// HOP windows end at offset + size modulo slide.
	next := floor(max(end, fired+1)-1, s.offset+s.size, s.slide) + s.slide
	return next, next <= s.lastEnd(end)
}

// lastEnd is the end of the last window that a slice is part of; before end if
// it is part of none (a HOP whose slide is longer than its size).
func (s *slicer) lastEnd(end int64) int64 {
	switch {
	case s.attached || s.kind == jobgraph.Tumble:
		return end
	case s.kind == jobgraph.Cumulate:
		return floor(end-1, s.offset, s.size) + s.size
	}
	return floor(end-s.slice, s.offset, s.slide) + s.size
}

// start is the start of the window that ends at windowEnd.
func (s *slicer) start(windowEnd int64) int64 {
	if s.kind == jobgraph.Cumulate {
		return floor(windowEnd-1, s.offset, s.size)
	}
	return windowEnd - s.size
}

// windowClock turns the time attribute into the time windows are aligned by:
// with TIMESTAMP_LTZ that is the local time of the session, read as if UTC.
type windowClock struct {
	zone *time.Location // nil: no shift
}

func newWindowClock(w jobgraph.Window, zone *time.Location) windowClock {
	if !w.LTZ || zone == nil || zone == time.UTC {
		return windowClock{}
	}
	return windowClock{zone}
}

// local is the window time of an instant.
func (c windowClock) local(ms int64) int64 {
	if c.zone == nil {
		return ms
	}
	_, off := time.UnixMilli(ms).In(c.zone).Zone()
	return ms + int64(off)*1000
}

// closedAt is the window time up to which windows have ended at a watermark;
// processing-time windows end by the clock instead.
func (c windowClock) closedAt(watermark int64, proctime bool) int64 {
	switch {
	case proctime:
		return stream.MinTime
	case watermark == stream.MaxTime, watermark == stream.MinTime:
		return watermark
	}
	return c.local(watermark + 1)
}

// instant is the instant of a window time; a local time that occurs twice is
// its second occurrence, one that is skipped the instant after the gap.
func (c windowClock) instant(local int64) int64 {
	if c.zone == nil || local == stream.MaxTime || local == stream.MinTime {
		return local
	}
	t := time.UnixMilli(local).UTC()
	at := time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), c.zone).UnixMilli()
	if later := at + 3_600_000; c.local(later) == local {
		return later
	}
	return at
}

// readTimes fills dst with the window times of the rows of a time column.
func (c windowClock) readTimes(v *batch.Vector, rows []int32, dst []int64) error {
	unit := v.Type.UnitsPerSecond() / 1000
	if v.Type.HasNanos() {
		unit = 1
		for k, i := range rows {
			sec, nano := v.Moment(int(i))
			dst[k] = sec*1000 + nano/1_000_000
		}
	} else {
		vals := v.Int64s()
		for k, i := range rows {
			dst[k] = vals[i]
		}
	}
	if unit > 1 {
		for k := range dst {
			dst[k] = floor(dst[k], 0, unit) / unit
		}
	}
	if v.Valid != nil {
		for _, i := range rows {
			if !v.Valid.Get(int(i)) {
				return fmt.Errorf("the time attribute of a row is NULL; a window cannot be found for it. Filter such rows out before the window")
			}
		}
	}
	if c.zone != nil {
		for k := range dst {
			dst[k] = c.local(dst[k])
		}
	}
	return nil
}
