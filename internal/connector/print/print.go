// Package print is Flink's 'print' connector: every row is a line
// "[identifier[:subtask]> ]+I[a, b]" on standard output or standard error.
package print

import (
	"errors"
	"fmt"
	"io"
	"strconv"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/connector"
	"github.com/flottstream/flott/internal/format"
	"github.com/flottstream/flott/internal/valuetext"
)

// Factory makes print sinks.
type Factory struct{}

var _ connector.Factory = Factory{}

// Name is "print".
func (Factory) Name() string { return "print" }

// Source refuses: there is nothing to read.
func (Factory) Source(*connector.Env, *connector.Scan) (connector.Source, error) {
	return nil, errors.New("Connector 'print' can only be used as a sink. It cannot be used as a source.")
}

// Sink reads the options.
func (Factory) Sink(env *connector.Env, target *connector.Target) (connector.Sink, error) {
	o := connector.NewOptions("print", target.Table.Options)
	o.String("property-version", "")
	s := &sink{
		identifier:  o.String("print-identifier", ""),
		parallelism: int(o.Int("sink.parallelism", 0)),
		out:         env.Stdout,
	}
	if o.Bool("standard-error", false) {
		s.out = env.Stderr
	}
	if s.parallelism < 0 || o.Has("sink.parallelism") && s.parallelism == 0 {
		o.Fail(fmt.Errorf("option 'sink.parallelism' of connector 'print' must be at least 1"))
	}
	return s, o.Done()
}

type sink struct {
	identifier  string
	parallelism int
	out         io.Writer
}

// Changelog is all kinds.
func (s *sink) Changelog() format.Changelog { return format.AllKinds }

// Parallelism is the option, 0 if not given.
func (s *sink) Parallelism() int { return s.parallelism }

// Writer returns the writer of a subtask.
func (s *sink) Writer(ctx *connector.WriterContext) (connector.Writer, error) {
	return &writer{prefix: prefix(s.identifier, ctx.Subtask, ctx.Parallelism), out: s.out}, nil
}

// prefix tells tables and subtasks apart where there is more than one.
func prefix(identifier string, subtask, parallelism int) string {
	if parallelism > 1 {
		if identifier != "" {
			identifier += ":"
		}
		identifier += strconv.Itoa(subtask + 1)
	}
	if identifier != "" {
		identifier += "> "
	}
	return identifier
}

// flushBytes bounds the text held back of one batch.
const flushBytes = 1 << 20

type writer struct {
	prefix string
	out    io.Writer
	buf    []byte
}

// Write prints the rows of b, usually with one write.
func (w *writer) Write(b *batch.Batch) error {
	buf := w.buf[:0]
	for k := range b.Rows() {
		i := b.Row(k)
		buf = append(buf, w.prefix...)
		buf = append(buf, b.Kind(i).String()...)
		buf = append(buf, '[')
		for c, v := range b.Cols {
			if c > 0 {
				buf = append(buf, ", "...)
			}
			buf = valuetext.AppendPrint(buf, v, i, nil)
		}
		buf = append(buf, ']', '\n')
		if len(buf) > flushBytes {
			if _, err := w.out.Write(buf); err != nil {
				return fmt.Errorf("print: %w", err)
			}
			buf = buf[:0]
		}
	}
	w.buf = buf
	if len(buf) == 0 {
		return nil
	}
	if _, err := w.out.Write(buf); err != nil {
		return fmt.Errorf("print: %w", err)
	}
	return nil
}

// Flush has nothing to do: batches are written at once.
func (w *writer) Flush(bool) error { return nil }

// Close has nothing to do.
func (w *writer) Close() error { return nil }
