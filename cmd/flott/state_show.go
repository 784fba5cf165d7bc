package main

import (
	"context"
	"fmt"
	"io"
	"text/tabwriter"
	"time"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/inspect"
	"github.com/flottstream/flott/internal/stream"
	"github.com/flottstream/flott/internal/valuetext"
)

// How much of the heaviest is shown.
const (
	groupsShown = 10
	keysShown   = 5
)

// showState prints the states of operators and where they are big.
func showState(ctx context.Context, f *stateFlags, path string, out io.Writer) error {
	c, store, err := f.open(ctx, path)
	if err != nil {
		return err
	}
	defer store.Close()
	operators := c.Operators
	if f.operator != "" {
		op, err := c.Find(f.operator)
		if err != nil {
			return err
		}
		operators = []*inspect.Operator{op}
	}
	writeHead(out, c)
	for i, op := range operators {
		if i > 0 {
			fmt.Fprintln(out)
		}
		if err := showOperator(ctx, out, c, op); err != nil {
			return err
		}
	}
	return nil
}

func showOperator(ctx context.Context, out io.Writer, c *inspect.Checkpoint, op *inspect.Operator) error {
	fmt.Fprintf(out, "%s\n  uid %s; subtasks: %s; maximum parallelism %d\n", op.Name, op.UID, subtasksText(op), op.Vertex.MaxParallelism)
	for _, d := range op.States() {
		n, err := c.Entries(ctx, op, d.Name)
		if err != nil {
			return err
		}
		fmt.Fprintf(out, "  state %s: %s; %d entries\n", d.Name, describe(d), n)
	}
	for _, name := range op.Lists() {
		n, size := 0, 0
		if err := c.ScanList(ctx, op, name, func(_ int, r []byte) error { n, size = n+1, size+len(r); return nil }); err != nil {
			return err
		}
		fmt.Fprintf(out, "  list %s: %d records, %s\n", name, n, sizeText(int64(size)))
	}
	if op.Rows > 0 {
		fmt.Fprintf(out, "  rows in flight: %d\n", op.Rows)
	}
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "  SUBTASK\tKEY GROUPS\tSIZE\tEVENT TIME\tSPLITS")
	for i, p := range op.Parts {
		if p == nil {
			fmt.Fprintf(w, "  %d\t\t\tfinished\t\n", i)
			continue
		}
		groups := ""
		if p.Keyed != nil {
			groups = fmt.Sprintf("%d-%d", p.Keyed.Groups.Start, p.Keyed.Groups.End)
		}
		fmt.Fprintf(w, "  %d\t%s\t%s\t%s\t%d\n", i, groups, sizeText(inspect.Bytes(p)), eventTime(p.In), len(p.Splits))
	}
	if err := w.Flush(); err != nil {
		return err
	}
	return showGroups(ctx, out, c, op)
}

func eventTime(ms int64) string {
	switch ms {
	case stream.MinTime:
		return "none"
	case stream.MaxTime:
		return "the end"
	}
	return time.UnixMilli(ms).UTC().Format("2006-01-02 15:04:05.000")
}

// showGroups prints the heaviest key groups, and keys of the heaviest one.
func showGroups(ctx context.Context, out io.Writer, c *inspect.Checkpoint, op *inspect.Operator) error {
	groups, err := c.KeyGroups(ctx, op)
	if err != nil || len(groups) == 0 {
		return err
	}
	total := int64(0)
	for _, g := range groups {
		total += g.Bytes
	}
	fmt.Fprintf(out, "  %d of %d key groups have entries; on average %s each, most in\n", len(groups), op.Vertex.MaxParallelism, sizeText(total/int64(len(groups))))
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "  KEY GROUP\tENTRIES\tSIZE\tOF ALL")
	for _, g := range groups[:min(groupsShown, len(groups))] {
		fmt.Fprintf(w, "  %d\t%d\t%s\t%.1f %%\n", g.Group, g.Entries, sizeText(g.Bytes), 100*float64(g.Bytes)/float64(max(total, 1)))
	}
	if err := w.Flush(); err != nil {
		return err
	}
	keys, err := c.Hottest(ctx, op, groups[0].Group, keysShown)
	if err != nil {
		return err
	}
	d := inspect.NewDecoder(op.States()[0], op.KeyTypes(op.States()[0]))
	w = tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintf(w, "  KEY IN GROUP %d\tENTRIES\tSIZE\n", groups[0].Group)
	for _, k := range keys {
		fmt.Fprintf(w, "  %s\t%d\t%s\n", keyText(d, k.Key), k.Entries, sizeText(k.Bytes))
	}
	return w.Flush()
}

// keyText prints the columns of a key.
func keyText(d *inspect.Decoder, key string) string {
	cols, ok := d.DecodeKey([]byte(key))
	if !ok {
		return fmt.Sprintf("x'%x'", key)
	}
	text := []byte{'('}
	for i, v := range cols {
		if i > 0 {
			text = append(text, ", "...)
		}
		text = appendValue(text, v)
	}
	return string(append(text, ')'))
}

// appendValue prints the one value of a vector.
func appendValue(dst []byte, v *batch.Vector) []byte {
	return valuetext.AppendDisplay(dst, v, 0, time.Local)
}
