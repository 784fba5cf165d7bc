package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"golang.org/x/term"

	"github.com/flottstream/flott/internal/connector"
)

// datagenFlags are the flags of `flott datagen`.
type datagenFlags struct {
	// What is made.
	preset, schema string
	rows           int64
	rate           int64
	seed           int64
	sequences      []string
	zipf           []string
	times          []string
	outOfOrder     time.Duration
	nullRates      []string
	options        []string
	// Where it goes.
	out, format string
	kafka       string
	topic       string
	keys        []string
	properties  []string
	quiet       bool
}

const datagenHelp = `Datagen makes up rows and writes them to a file or to a Kafka topic.

What the rows look like is said with --schema, as the columns of CREATE TABLE, or
with --preset. Values are random unless a flag says more about a column:

  --sequence id                      1, 2, 3, …
  --zipf id=1.2:100000               1 … 100000, skewed: 1 is the most frequent;
                                     the exponent 1.2 says how skewed
  --time ts=2026-01-01T00:00:00,100ms
                                     event time that starts there and goes on by
                                     100 ms a row; --out-of-order 5s puts rows back
                                     by up to 5 s
  --null-rate name=0.1               one value of ten is NULL; without a name, of all
                                     columns that are random
  -O fields.amount.max=1000          any option of the connector 'datagen' (min, max,
                                     length, var-len, …)

The same flags give the same rows: give another --seed for others.

Presets: ` + presetList + `

The name of the file says how it is written: .json, .jsonl or .csv, then .gz or .zst
to compress it; - is standard output. Progress goes to standard error.`

func datagenCommand() *cobra.Command {
	var f datagenFlags
	cmd := &cobra.Command{
		Use:   "datagen {--schema COLUMNS | --preset NAME} {--out FILE | --kafka HOST:PORT --topic NAME}",
		Short: "Fill a file or a Kafka topic with made-up rows",
		Long:  datagenHelp,
		Example: `  flott datagen --preset orders --rows 1000000 --out orders.json.gz
  flott datagen --schema "id BIGINT, name STRING, amount DECIMAL(10,2), ts TIMESTAMP(3)" \
      --zipf id=1.2:100000 --time ts=2026-01-01T00:00:00,100ms --out-of-order 5s \
      --rows 1000000 --out orders.csv
  flott datagen --preset nexmark-bids --rows 0 --rate 10000 --kafka localhost:9092 --topic bids
  flott datagen --preset clicks --rows 5 --out -`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 0 {
				return usageError{fmt.Errorf("datagen takes flags only, got %q; see flott datagen --help", args[0])}
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, _ []string) error { return datagen(cmd.Context(), &f, os.Stdout, os.Stderr) },
	}
	f.add(cmd.Flags())
	return cmd
}

// add declares the flags.
func (f *datagenFlags) add(flags *pflag.FlagSet) {
	flags.StringVar(&f.schema, "schema", "", "`columns` as in CREATE TABLE, for example \"id BIGINT, name STRING\"")
	flags.StringVar(&f.preset, "preset", "", "rows of a known kind: nexmark-bids, orders or clicks")
	flags.Int64VarP(&f.rows, "rows", "n", 1000, "how many rows; 0 goes on until Ctrl-C")
	flags.Int64Var(&f.rate, "rate", 0, "rows per second; 0 is as fast as possible")
	flags.Int64Var(&f.seed, "seed", 1, "the same seed gives the same rows")
	flags.StringArrayVar(&f.sequences, "sequence", nil, "`column` that counts from 1; may be repeated")
	flags.StringArrayVar(&f.zipf, "zipf", nil, "`column=exponent:count`, a skewed column; may be repeated")
	flags.StringArrayVar(&f.times, "time", nil, "`column=start,step`, event time; may be repeated")
	flags.DurationVar(&f.outOfOrder, "out-of-order", 0, "how late event times may be")
	flags.StringArrayVar(&f.nullRates, "null-rate", nil, "`[column=]rate` of NULLs, from 0 to 1; may be repeated")
	flags.StringArrayVarP(&f.options, "option", "O", nil, "`key=value` for the generator; may be repeated")
	flags.StringVarP(&f.out, "out", "o", "", "`file` to write, - for standard output")
	flags.StringVar(&f.format, "format", "", "json, csv or raw, if the file's name does not say (json)")
	flags.StringVar(&f.kafka, "kafka", "", "`host:port` of Kafka brokers, separated by commas")
	flags.StringVar(&f.topic, "topic", "", "topic to write to")
	flags.StringSliceVar(&f.keys, "key", nil, "`columns` of the records' keys, which choose the partition")
	flags.StringArrayVar(&f.properties, "property", nil, "`key=value` for the Kafka client; may be repeated")
	flags.BoolVarP(&f.quiet, "quiet", "q", false, "no progress and no summary")
}

// datagen makes rows and writes them until there are enough or Ctrl-C is pressed.
func datagen(ctx context.Context, f *datagenFlags, stdout, stderr io.Writer) error {
	switch {
	case f.rows < 0:
		return usageError{fmt.Errorf("--rows %d: the number of rows cannot be negative", f.rows)}
	case f.rate < 0:
		return usageError{fmt.Errorf("--rate %d: the rate cannot be negative", f.rate)}
	case (f.out == "") == (f.kafka == ""):
		return usageError{errors.New("say where the rows go: either --out FILE or --kafka HOST:PORT --topic NAME")}
	case f.rows == 0 && f.out != "" && f.out != "-" && f.rate == 0:
		return usageError{errors.New("--rows 0 with --out would fill the disk: give a number of rows, or a --rate")}
	}
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt)
	defer stop()
	rows, err := openRows(ctx, f)
	if err != nil {
		return err
	}
	defer rows.Close()
	out, err := openOutput(ctx, f, rows.schema, stdout)
	if err != nil {
		return err
	}
	p := newDatagenProgress(f, stderr)
	if err := copyRows(ctx, rows, out, p); err != nil {
		out.abort()
		p.clear()
		return err
	}
	if err := out.close(); err != nil {
		p.clear()
		return err
	}
	p.summary(out)
	return nil
}

// copyRows writes rows until they end or ctx does.
func copyRows(ctx context.Context, rows *rowSource, out output, p *datagenProgress) error {
	for {
		b, err := rows.next(ctx)
		if err != nil || b == nil {
			return err
		}
		if err := out.write(b); err != nil {
			return err
		}
		p.add(b.Rows(), out)
	}
}

// datagenProgress shows a line on a terminal and a summary at the end.
type datagenProgress struct {
	to      io.Writer
	quiet   bool
	screen  *screen // nil without a terminal
	total   int64   // 0: unknown
	rows    int64
	started time.Time
	shown   time.Time
}

func newDatagenProgress(f *datagenFlags, to io.Writer) *datagenProgress {
	p := &datagenProgress{to: to, quiet: f.quiet, total: f.rows, started: time.Now()}
	if file, ok := to.(*os.File); ok && !f.quiet && f.out != "-" && term.IsTerminal(int(file.Fd())) {
		p.screen = &screen{out: to, err: to, shared: true}
	}
	return p
}

func (p *datagenProgress) add(rows int, out output) {
	p.rows += int64(rows)
	if p.screen == nil || time.Since(p.shown) < progressEvery {
		return
	}
	p.shown = time.Now()
	line := fmt.Sprintf("%d rows, %s, %.0f rows/s", p.rows, byteSize(out.size()), float64(p.rows)/time.Since(p.started).Seconds())
	if p.total > 0 {
		line = fmt.Sprintf("%3d %%  %s", 100*p.rows/p.total, line)
	}
	p.screen.progress(line)
}

func (p *datagenProgress) clear() {
	if p.screen != nil {
		p.screen.clear()
	}
}

func (p *datagenProgress) summary(out output) {
	p.clear()
	if p.quiet {
		return
	}
	took := time.Since(p.started)
	cut := ""
	if p.total > 0 && p.rows < p.total {
		cut = fmt.Sprintf(" (interrupted, %d were asked for)", p.total)
	}
	fmt.Fprintf(p.to, "flott: wrote %d rows, %s, to %s in %.1f s%s\n", p.rows, byteSize(out.size()), out.name(), took.Seconds(), cut)
}

func byteSize(n int64) string {
	switch {
	case n >= 1<<30:
		return fmt.Sprintf("%.1f GB", float64(n)/(1<<30))
	case n >= 1<<20:
		return fmt.Sprintf("%.1f MB", float64(n)/(1<<20))
	case n >= 1<<10:
		return fmt.Sprintf("%.1f KB", float64(n)/(1<<10))
	}
	return fmt.Sprintf("%d bytes", n)
}

// keyValue divides a flag's "key=value".
func keyValue(flag, text string) (key, value string, err error) {
	key, value, ok := strings.Cut(text, "=")
	if key = strings.TrimSpace(key); !ok || key == "" {
		return "", "", usageError{fmt.Errorf("--%s %s: expected key=value", flag, text)}
	}
	return key, strings.TrimSpace(value), nil
}

// datagenTable is a table for a connector's factory.
func datagenTable(columns []connector.Column, options map[string]string) connector.Table {
	return connector.Table{Name: "datagen", Columns: columns, Options: options, TimeZone: "UTC", Streaming: true}
}
