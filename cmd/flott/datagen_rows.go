package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/connector"
	generator "github.com/flottstream/flott/internal/connector/datagen"
	"github.com/flottstream/flott/internal/connector/nexmark"
	"github.com/flottstream/flott/internal/sql/ast"
	"github.com/flottstream/flott/internal/sql/bind"
	"github.com/flottstream/flott/internal/sql/catalog"
	"github.com/flottstream/flott/internal/sql/diag"
	"github.com/flottstream/flott/internal/sql/parser"
	"github.com/flottstream/flott/internal/types"
)

// preset is rows of a known kind, as if its flags had been given.
type preset struct {
	schema    string
	sequences []string
	zipf      []string
	times     []string
	disorder  time.Duration
	options   map[string]string
}

const presetList = `
  nexmark-bids   the bids of the Nexmark benchmark
  orders         order_id, customer_id (skewed), product_id (skewed), quantity, price, order_time
  clicks         user_id (skewed), page_id (skewed), session, duration_ms, click_time (up to 5 s late)`

const nexmarkBids = "nexmark-bids"

var presets = map[string]preset{
	"orders": {
		schema:    "order_id BIGINT, customer_id BIGINT, product_id INT, quantity INT, price DECIMAL(10, 2), order_time TIMESTAMP(3)",
		sequences: []string{"order_id"}, zipf: []string{"customer_id=1.1:100000", "product_id=1.0:5000"},
		times: []string{"order_time=2026-01-01T00:00:00,100ms"},
		options: map[string]string{
			"fields.quantity.min": "1", "fields.quantity.max": "10", "fields.price.min": "0.99", "fields.price.max": "499.99",
		},
	},
	"clicks": {
		schema: "user_id BIGINT, page_id INT, session STRING, duration_ms INT, click_time TIMESTAMP(3)",
		zipf:   []string{"user_id=1.2:1000000", "page_id=1.0:2000"}, times: []string{"click_time=2026-01-01T00:00:00,10ms"},
		disorder: 5 * time.Second,
		options:  map[string]string{"fields.session.length": "12", "fields.duration_ms.min": "0", "fields.duration_ms.max": "60000"},
	},
}

// unlimited is a rate that no machine reaches.
const unlimited = 1 << 40

// rowSource makes rows in batches.
type rowSource struct {
	schema types.Schema
	reader connector.Reader
	in     *batch.Batch
	out    batch.Batch // view of in, without the column that says what a row is
	bids   bool        // in has the event type first: only bids are rows
	left   int64       // rows to make, -1: no end
	sel    []int32
}

// openRows makes the generator that the flags ask for.
func openRows(ctx context.Context, f *datagenFlags) (*rowSource, error) {
	if f.preset != "" && f.schema != "" {
		return nil, usageError{errors.New("give --schema or --preset, not both")}
	}
	rows := &rowSource{left: f.rows, sel: make([]int32, 0, batch.Capacity)}
	if f.rows == 0 {
		rows.left = -1
	}
	var factory connector.Factory
	var scan *connector.Scan
	var err error
	if f.preset == nexmarkBids {
		factory, rows.bids = nexmark.Factory{}, true
		scan, err = f.nexmarkScan()
	} else {
		factory = generator.Factory{}
		scan, err = f.datagenScan()
	}
	if err != nil {
		return nil, err
	}
	rows.schema = scan.Schema()
	if rows.bids {
		rows.schema = rows.schema[1:]
		for i := range rows.schema {
			rows.schema[i].Name = strings.TrimPrefix(rows.schema[i].Name, "bid.")
		}
	}
	source, err := factory.Source(&connector.Env{}, scan)
	if err != nil {
		return nil, usageError{err}
	}
	return rows, rows.start(ctx, source, scan)
}

// start reads all splits with one reader, so that rows come in order.
func (r *rowSource) start(ctx context.Context, source connector.Source, scan *connector.Scan) error {
	e, err := source.Enumerator(ctx, 1)
	if err != nil {
		return err
	}
	defer e.Close()
	splits, err := e.Discover(ctx)
	if err != nil {
		return err
	}
	if r.reader, err = source.Reader(&connector.ReaderContext{Parallelism: 1, Context: ctx}); err != nil {
		return err
	}
	r.in = batch.NewBatch(scan.Schema(), batch.Capacity)
	return r.reader.Add(splits)
}

// next returns rows, nil when there are no more or ctx is done.
func (r *rowSource) next(ctx context.Context) (*batch.Batch, error) {
	for r.left != 0 && ctx.Err() == nil {
		r.in.Reset()
		p, err := r.reader.Read(r.in, batch.Capacity)
		if err != nil {
			return nil, err
		}
		if r.in.N > 0 {
			if b := r.take(); b.Rows() > 0 {
				return b, nil
			}
			continue
		}
		switch p.State {
		case connector.Drained:
			return nil, nil
		case connector.Waiting:
			select {
			case <-r.reader.Wait():
			case <-ctx.Done():
			}
		}
	}
	return nil, nil
}

// take is the rows of r.in that are wanted.
func (r *rowSource) take() *batch.Batch {
	r.out = *r.in
	if r.bids {
		r.out.Cols = r.in.Cols[1:]
		r.sel = r.sel[:0]
		for i, t := range r.in.Cols[0].Int32s() {
			if t == nexmark.TypeBid {
				r.sel = append(r.sel, int32(i))
			}
		}
		r.out.Sel = r.sel
	}
	if r.left < 0 {
		return &r.out
	}
	if int64(r.out.Rows()) > r.left && r.bids {
		r.out.Sel = r.out.Sel[:r.left] // the datagen connector ends by itself
	}
	r.left -= int64(r.out.Rows())
	return &r.out
}

// Close ends the generator.
func (r *rowSource) Close() error { return r.reader.Close() }

// nexmarkScan reads the fields of bids.
func (f *datagenFlags) nexmarkScan() (*connector.Scan, error) {
	if len(f.sequences)+len(f.zipf)+len(f.times)+len(f.nullRates) > 0 || f.outOfOrder > 0 {
		return nil, usageError{errors.New("the bids of preset nexmark-bids are the benchmark's: only options of the connector 'nexmark' (-O) change them")}
	}
	const fields = "auction BIGINT, bidder BIGINT, price BIGINT, channel STRING, url STRING, `dateTime` TIMESTAMP(3), extra STRING"
	columns, err := readSchema("event_type INT, bid ROW<" + fields + ">")
	if err != nil {
		return nil, err
	}
	options := map[string]string{"base-time": "2026-01-01 00:00:00"}
	if f.rate > 0 {
		// 46 of 50 events are bids.
		options["first-event.rate"], options["max-emit-speed"] = strconv.FormatInt(max(1, f.rate*50/46), 10), "false"
		delete(options, "base-time") // events are due at their time
	}
	if err := f.addOptions(options); err != nil {
		return nil, err
	}
	scan := &connector.Scan{Table: datagenTable(columns, options), Limit: -1}
	scan.Fields = append(scan.Fields, connector.ScanField{Name: "event_type", Type: columns[0].Type})
	for i, field := range columns[1].Type.Fields {
		scan.Fields = append(scan.Fields, connector.ScanField{Name: "bid." + field.Name, Type: field.Type, Column: 1, Path: []int{i}})
	}
	return scan, nil
}

// addOptions adds what -O says.
func (f *datagenFlags) addOptions(options map[string]string) error {
	for _, o := range f.options {
		key, value, err := keyValue("option", o)
		if err != nil {
			return err
		}
		options[key] = value
	}
	return nil
}

// datagenScan reads all columns of the schema.
func (f *datagenFlags) datagenScan() (*connector.Scan, error) {
	p := preset{schema: f.schema}
	if f.preset != "" {
		var ok bool
		if p, ok = presets[f.preset]; !ok {
			known := append(slices.Sorted(maps.Keys(presets)), nexmarkBids)
			return nil, usageError{fmt.Errorf("--preset %s: there are %s", f.preset, strings.Join(known, ", "))}
		}
	}
	if strings.TrimSpace(p.schema) == "" {
		return nil, usageError{errors.New(`say what the rows look like: --schema "id BIGINT, name STRING" or --preset orders`)}
	}
	columns, err := readSchema(p.schema)
	if err != nil {
		return nil, err
	}
	p.sequences, p.zipf, p.times = append(slices.Clone(p.sequences), f.sequences...), append(slices.Clone(p.zipf), f.zipf...), append(slices.Clone(p.times), f.times...)
	if f.outOfOrder != 0 {
		p.disorder = f.outOfOrder
	}
	options := map[string]string{"rows-per-second": strconv.FormatInt(unlimited, 10), "flott.seed": strconv.FormatInt(f.seed, 10)}
	if f.rate > 0 {
		options["rows-per-second"] = strconv.FormatInt(f.rate, 10)
	}
	if f.rows > 0 {
		options["number-of-rows"] = strconv.FormatInt(f.rows, 10)
	}
	maps.Copy(options, p.options)
	if err := p.columnOptions(options, columns, f); err != nil {
		return nil, err
	}
	if err := f.addOptions(options); err != nil {
		return nil, err
	}
	scan := &connector.Scan{Table: datagenTable(columns, options), Limit: -1}
	for i, c := range columns {
		scan.Fields = append(scan.Fields, connector.ScanField{Name: c.Name, Type: c.Type, Column: i})
	}
	return scan, nil
}

// readSchema reads columns as CREATE TABLE has them.
func readSchema(text string) ([]connector.Column, error) {
	const before = "CREATE TABLE datagen ("
	sql := before + text + ") WITH ('connector' = 'datagen')"
	wrong := func(err error) error {
		if mistake := (*diag.Error)(nil); errors.As(err, &mistake) {
			shown := *mistake
			shown.Pos, shown.Line = max(0, min(mistake.Pos-len(before), len(text))), 0
			return usageError{fmt.Errorf("--schema: %s", strings.TrimRight(diag.Render(text, &shown), "\n"))}
		}
		return usageError{fmt.Errorf("--schema %q: %w", text, err)}
	}
	statements, err := parser.ParseScript(sql)
	if err != nil {
		return nil, wrong(err)
	}
	create, ok := statements[0].(*ast.CreateTable)
	if len(statements) != 1 || !ok {
		return nil, wrong(errors.New("expected columns, for example \"id BIGINT, name STRING\""))
	}
	binder := &bind.Binder{
		Catalog: catalog.New(), Connectors: map[string]connector.Factory{"datagen": generator.Factory{}},
		Connector: &connector.Env{}, Streaming: true, TimeZone: "UTC",
	}
	t, err := binder.CreateTable(sql, create)
	if err != nil {
		return nil, wrong(err)
	}
	if t.Watermark != nil || len(t.Plan.Columns) != len(t.Plan.Layout) {
		return nil, wrong(errors.New("only plain columns can be filled: leave out computed columns and WATERMARK"))
	}
	return t.Plan.Columns, nil
}

// columnOptions turns what the flags say about columns into options of the
// generator.
func (p *preset) columnOptions(options map[string]string, columns []connector.Column, f *datagenFlags) error {
	fixed := map[string]bool{} // columns that are not random
	check := func(flag, name string) error {
		if slices.ContainsFunc(columns, func(c connector.Column) bool { return c.Name == name }) {
			return nil
		}
		return usageError{fmt.Errorf("--%s %s: there is no such column in --schema", flag, name)}
	}
	for _, name := range p.sequences {
		if err := check("sequence", name); err != nil {
			return err
		}
		fixed[name] = true
		end := f.rows
		if end == 0 {
			end = math.MaxInt32 // as far as every type goes
			if i := slices.IndexFunc(columns, func(c connector.Column) bool { return c.Name == name }); columns[i].Type.Kind == types.BigInt {
				end = math.MaxInt64 - 1
			}
		}
		options["fields."+name+".kind"], options["fields."+name+".start"] = "sequence", "1"
		options["fields."+name+".end"] = strconv.FormatInt(end, 10)
	}
	for _, text := range p.zipf {
		name, value, err := keyValue("zipf", text)
		if err != nil {
			return err
		}
		exponent, count, ok := strings.Cut(value, ":")
		if !ok {
			return usageError{fmt.Errorf("--zipf %s: expected column=exponent:count, for example id=1.2:100000", text)}
		}
		if err := check("zipf", name); err != nil {
			return err
		}
		options["fields."+name+".distribution"], options["fields."+name+".zipf.s"] = "zipf", exponent
		options["fields."+name+".min"], options["fields."+name+".max"] = "1", count
	}
	for _, text := range p.times {
		name, value, err := keyValue("time", text)
		if err != nil {
			return err
		}
		start, step, ok := strings.Cut(value, ",")
		if !ok {
			return usageError{fmt.Errorf("--time %s: expected column=start,step, for example ts=2026-01-01T00:00:00,100ms", text)}
		}
		if err := check("time", name); err != nil {
			return err
		}
		fixed[name] = true
		options["flott.fields."+name+".start"], options["flott.fields."+name+".interval"] = strings.Replace(start, "T", " ", 1), step
		if p.disorder > 0 {
			options["flott.fields."+name+".out-of-order"] = strconv.FormatInt(p.disorder.Milliseconds(), 10)
		}
	}
	if p.disorder != 0 && len(p.times) == 0 {
		return usageError{errors.New("--out-of-order needs a --time column")}
	}
	return nullRates(options, columns, fixed, f, check)
}

func nullRates(options map[string]string, columns []connector.Column, fixed map[string]bool, f *datagenFlags, check func(flag, name string) error) error {
	for _, text := range f.nullRates {
		name, rate, one := strings.Cut(text, "=")
		if one {
			if err := check("null-rate", name); err != nil {
				return err
			}
			options["fields."+name+".null-rate"] = rate
			continue
		}
		for _, c := range columns {
			if c.Type.Nullable && !fixed[c.Name] {
				options["fields."+c.Name+".null-rate"] = text
			}
		}
	}
	return nil
}
