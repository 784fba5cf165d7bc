package eventtime

// Generator turns the watermark expression of a stream of rows into watermarks,
// by Flink's rule: a new one is due when it is more than Interval ahead of the
// last one that was due.
//
// The rule is applied row by row, so that exactly the rows that Flink would
// find late are late, but watermarks are only cut into a batch where a row is
// late; otherwise one watermark after the batch says the same.
type Generator struct {
	Interval int64 // ms of event time; 0: every advance is due
	highest  int64 // of the expression so far
	due      int64 // the watermark Flink would have emitted last
	sent     int64 // the watermark emitted last
}

// NewGenerator returns a generator that has seen no row.
func NewGenerator(intervalMs int64) *Generator {
	return &Generator{Interval: intervalMs, highest: MinTime, due: MinTime, sent: MinTime}
}

// Row takes the watermark expression and the rowtime of the next row (ok false
// if NULL). late says that a watermark must be emitted before this row.
func (g *Generator) Row(rowtime int64, rowtimeOK bool, mark int64, markOK bool) (late bool) {
	late = rowtimeOK && rowtime <= g.due && g.due > g.sent
	if markOK && mark > g.highest {
		g.highest = mark
		if g.due == MinTime || mark-g.due > g.Interval {
			g.due = mark
		}
	}
	return late
}

// Ahead reports that a watermark is due.
func (g *Generator) Ahead() bool { return g.due > g.sent }

// Due returns the watermark that is due and marks it as emitted; ok is false if
// nothing is due.
func (g *Generator) Due() (time int64, ok bool) {
	if g.due <= g.sent {
		return 0, false
	}
	g.sent = g.due
	return g.sent, true
}

// Highest returns the watermark as far as rows justify it and marks it as
// emitted (the periodic emission); ok is false if there is nothing new.
func (g *Generator) Highest() (time int64, ok bool) {
	if g.highest <= g.sent {
		return 0, false
	}
	g.due, g.sent = g.highest, g.highest
	return g.sent, true
}

// Reached is the highest watermark that rows justify, MinTime if none does.
func (g *Generator) Reached() int64 { return g.highest }

// Resume makes the generator go on where another one was: rows justified reached,
// and sent was emitted.
func (g *Generator) Resume(reached, sent int64) {
	g.highest, g.due, g.sent = reached, sent, sent
}
