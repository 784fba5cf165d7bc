package main

import (
	"context"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/flottstream/flott/internal/inspect"
	"github.com/flottstream/flott/internal/state"
)

// listState lists checkpoints in a folder, or operators in a checkpoint.
func listState(ctx context.Context, f *stateFlags, path string, out io.Writer) error {
	c, store, err := f.open(ctx, path)
	if isMissing(err) {
		return listCheckpoints(ctx, f, path, out)
	}
	if err != nil {
		return err
	}
	defer store.Close()
	writeHead(out, c)
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "OPERATOR\tUID\tSUBTASKS\tSTATES\tENTRIES\tSIZE\tPER SUBTASK")
	for _, op := range c.Operators {
		if err := listOperator(ctx, w, c, op); err != nil {
			return err
		}
	}
	return w.Flush()
}

func writeHead(out io.Writer, c *inspect.Checkpoint) {
	kind := strings.ToLower(c.Kind.String())
	if c.Kind.IsSavepoint() {
		kind = strings.ToLower(string(c.Format)) + " savepoint"
	}
	fmt.Fprintf(out, "%s %d of job %s (%s), taken %s, %s\n%s\n\n", kind, c.ID, c.Name, c.Job, whenText(c.Timestamp), sizeText(c.Size), c.Path)
}

func listOperator(ctx context.Context, w io.Writer, c *inspect.Checkpoint, op *inspect.Operator) error {
	var states []string
	entries := int64(0)
	for _, d := range op.States() {
		n, err := c.Entries(ctx, op, d.Name)
		if err != nil {
			return err
		}
		entries += n
		states = append(states, d.Name)
	}
	for _, name := range op.Lists() {
		if err := c.ScanList(ctx, op, name, func(int, []byte) error { entries++; return nil }); err != nil {
			return err
		}
		states = append(states, name)
	}
	total, least, most, splits := int64(0), int64(-1), int64(0), 0
	for _, p := range op.Parts {
		n := inspect.Bytes(p)
		total, most = total+n, max(most, n)
		if least < 0 || n < least {
			least = n
		}
		if p != nil {
			splits += len(p.Splits)
		}
	}
	if splits > 0 {
		states, entries = append(states, "splits"), entries+int64(splits)
	}
	if op.Rows > 0 {
		states, entries = append(states, "rows in flight"), entries+op.Rows
	}
	per := sizeText(most)
	if least != most {
		per = sizeText(max(least, 0)) + " … " + per
	}
	_, err := fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%d\t%s\t%s\n", op.Name, op.UID, subtasksText(op), strings.Join(states, ", "), entries, sizeText(total), per)
	return err
}

// subtasksText tells how many subtasks there were, and how many had finished.
func subtasksText(op *inspect.Operator) string {
	finished := 0
	for _, s := range op.Vertex.Subtasks {
		if s.Finished {
			finished++
		}
	}
	if finished > 0 {
		return fmt.Sprintf("%d, %d finished", len(op.Parts), finished)
	}
	return fmt.Sprint(len(op.Parts))
}

func listCheckpoints(ctx context.Context, f *stateFlags, path string, out io.Writer) error {
	store, err := f.storage(ctx)
	if err != nil {
		return err
	}
	defer store.Close()
	sound, broken, err := store.Below(ctx, path)
	if err != nil {
		return err
	}
	if len(sound)+len(broken) == 0 {
		return fmt.Errorf("there is no checkpoint or savepoint in %s: a complete one is a folder with a file _metadata", path)
	}
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "KIND\tID\tJOB\tJOB ID\tTAKEN\tSTATE\tWRITTEN\tPATH")
	for _, m := range sound {
		fmt.Fprintf(w, "%s\t%d\t%s\t%s\t%s\t%s\t%s\t%s\n", strings.ToLower(m.Kind.String()), m.ID, m.Name, m.Job, whenText(m.Timestamp), sizeText(m.Size), sizeText(m.Increment), m.Path)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	for _, b := range broken {
		fmt.Fprintf(out, "broken: %s: %v\n", b.Path, b.Err)
	}
	return nil
}

// describe prints what a state is.
func describe(d state.Description) string {
	if d.Shape == state.ShapeTimers {
		return "timers"
	}
	text := d.Shape.String() + " of key ("
	for i, t := range d.Key {
		if i > 0 {
			text += ", "
		}
		text += t.String()
	}
	text += ") to "
	switch {
	case d.FixedWidth > 0 && len(d.Value) > 0:
		text += fmt.Sprintf("%d bytes and %s", d.FixedWidth, rowText(d))
	case len(d.Value) > 0:
		text += rowText(d)
	case d.FixedWidth > 0:
		text += fmt.Sprintf("%d bytes", d.FixedWidth)
	default:
		text += "nothing"
	}
	if d.TTL.After > 0 {
		text += fmt.Sprintf(", kept for %s", d.TTL.After)
	}
	return text
}

func rowText(d state.Description) string {
	var fields []string
	for _, f := range d.Value {
		fields = append(fields, f.Name+" "+f.Type.String())
	}
	return "(" + strings.Join(fields, ", ") + ")"
}
