package fuzz

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/flottstream/flott/compat"
)

// Ask shows what both engines say to one query, in a mode.
func Ask(ctx context.Context, o Options, sql string, mode compat.Mode, out io.Writer) error {
	got, err := newFlott(o.Data).ask(ctx, sql, main(mode))
	if err != nil {
		return err
	}
	show(out, "flott", got)
	if o.Gateway == nil {
		return nil
	}
	f := newFlink(o.Gateway, o.Data)
	defer f.close(context.WithoutCancel(ctx))
	want, err := f.single(ctx, sql, mode)
	if err != nil {
		return err
	}
	show(out, "Flink", want)
	fmt.Fprintln(out, compare(want, got))
	return nil
}

func show(out io.Writer, name string, t table) {
	const most = 12
	rows := t.rows[:min(len(t.rows), most)]
	fmt.Fprintf(out, "%s: %s\n%s%s\n%d rows: %s\n", name, t.types, t.refusal, t.broken, len(t.rows), strings.Join(rows, " "))
}
