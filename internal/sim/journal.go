package sim

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
)

// journal is the newest lines of the log, which an error report ends with.
type journal struct {
	w     *world
	lines []string
	all   bool // keep all lines
}

const journalLines = 400

func (j *journal) add(line string) {
	if !j.all && len(j.lines) >= 2*journalLines {
		j.lines = append(j.lines[:0], j.lines[journalLines:]...)
	}
	j.lines = append(j.lines, fmt.Sprintf("%12s  %s", j.w.now.Sub(epoch), line))
}

// String is the newest lines.
func (j *journal) String() string {
	if j.all {
		return strings.Join(j.lines, "\n")
	}
	return strings.Join(j.lines[max(0, len(j.lines)-journalLines):], "\n")
}

// Enabled implements slog.Handler.
func (j *journal) Enabled(_ context.Context, l slog.Level) bool { return l >= slog.LevelInfo }

// Handle implements slog.Handler.
func (j *journal) Handle(_ context.Context, r slog.Record) error {
	var b strings.Builder
	b.WriteString(r.Message)
	r.Attrs(func(a slog.Attr) bool {
		fmt.Fprintf(&b, " %s=%v", a.Key, a.Value)
		return true
	})
	j.add(b.String())
	return nil
}

// WithAttrs implements slog.Handler.
func (j *journal) WithAttrs([]slog.Attr) slog.Handler { return j }

// WithGroup implements slog.Handler.
func (j *journal) WithGroup(string) slog.Handler { return j }
