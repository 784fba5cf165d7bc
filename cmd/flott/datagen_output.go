package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/connector"
	"github.com/flottstream/flott/internal/connector/kafka"
	"github.com/flottstream/flott/internal/embedded"
	"github.com/flottstream/flott/internal/format"
	"github.com/flottstream/flott/internal/metrics"
	"github.com/flottstream/flott/internal/types"
)

// output takes made-up rows.
type output interface {
	write(b *batch.Batch) error
	// close ends the output: everything is there afterwards. abort gives up.
	close() error
	abort()
	size() int64  // bytes so far
	name() string // for the user
}

func openOutput(ctx context.Context, f *datagenFlags, schema types.Schema, stdout io.Writer) (output, error) {
	if f.kafka != "" {
		return openTopic(ctx, f, schema)
	}
	if len(f.keys) > 0 || f.topic != "" || len(f.properties) > 0 {
		return nil, usageError{errors.New("--topic, --key and --property are for --kafka")}
	}
	return openFile(f, schema, stdout)
}

// fileOutput writes records to a file.
type fileOutput struct {
	path       string
	encoder    format.FileEncoder
	file       io.Writer
	compressor io.WriteCloser // nil: as it is
	text       *bufio.Writer
	buf        []byte
	bytes      int64 // of text
}

func openFile(f *datagenFlags, schema types.Schema, stdout io.Writer) (output, error) {
	base, compression := strings.ToLower(filepath.Base(f.out)), ""
	switch ext := filepath.Ext(base); ext {
	case ".gz", ".zst":
		base, compression = strings.TrimSuffix(base, ext), ext
	}
	name := f.format
	if name == "" {
		switch ext := filepath.Ext(base); {
		case ext == ".csv":
			name = "csv"
		case ext == ".json", ext == ".jsonl", ext == ".ndjson", f.out == "-":
			name = "json"
		default:
			return nil, usageError{fmt.Errorf("--out %s: name it .json or .csv (and .gz or .zst), or give --format", f.out)}
		}
	}
	o := &fileOutput{path: f.out}
	encoder, err := newEncoder(name, schema)
	if err != nil {
		return nil, err
	}
	o.encoder = encoder
	if o.file = stdout; f.out != "-" {
		file, err := os.Create(f.out)
		if err != nil {
			return nil, cannotWrite(f.out, err)
		}
		o.file = file
	}
	o.text = bufio.NewWriterSize(o.file, 256<<10)
	switch compression {
	case ".gz":
		o.compressor, err = gzip.NewWriterLevel(o.text, gzip.BestSpeed)
	case ".zst":
		o.compressor, err = zstd.NewWriter(o.text, zstd.WithEncoderConcurrency(1), zstd.WithEncoderLevel(zstd.SpeedFastest))
	}
	return o, err
}

func newEncoder(name string, schema types.Schema) (format.FileEncoder, error) {
	f, ok := embedded.Formats()[name]
	if !ok {
		return nil, usageError{fmt.Errorf("--format %s: there are %s", name, strings.Join(slices.Sorted(maps.Keys(embedded.Formats())), ", "))}
	}
	enc, err := f.NewEncoder(schema, nil)
	if err != nil {
		return nil, usageError{err}
	}
	file, ok := enc.(format.FileEncoder)
	if !ok {
		return nil, usageError{fmt.Errorf("--format %s cannot be written to a file", name)}
	}
	return file, nil
}

func cannotWrite(path string, err error) error {
	var p *fs.PathError
	if errors.As(err, &p) {
		err = p.Err
	}
	return fmt.Errorf("cannot write %s: %w", path, err)
}

func (o *fileOutput) write(b *batch.Batch) (err error) {
	o.buf = o.buf[:0]
	for k := range b.Rows() {
		if o.buf, err = o.encoder.Encode(o.buf, b, b.Row(k)); err != nil {
			return err
		}
		o.buf = append(o.buf, o.encoder.Separator()...)
	}
	o.bytes += int64(len(o.buf))
	var to io.Writer = o.text
	if o.compressor != nil {
		to = o.compressor
	}
	if _, err := to.Write(o.buf); err != nil {
		return cannotWrite(o.path, err)
	}
	if o.path == "-" {
		err = o.text.Flush() // somebody may be waiting at the other end
	}
	return err
}

func (o *fileOutput) close() error {
	var errs []error
	if o.compressor != nil {
		errs = append(errs, o.compressor.Close())
	}
	errs = append(errs, o.text.Flush())
	if f, ok := o.file.(*os.File); ok && o.path != "-" {
		errs = append(errs, f.Close())
	}
	if err := errors.Join(errs...); err != nil {
		return cannotWrite(o.path, err)
	}
	return nil
}

func (o *fileOutput) abort() { o.close() }

func (o *fileOutput) size() int64 { return o.bytes }

func (o *fileOutput) name() string {
	if o.path == "-" {
		return "standard output"
	}
	return o.path
}

// topicOutput writes records to a Kafka topic.
type topicOutput struct {
	topic  string
	writer connector.Writer
	bytes  int64
}

func openTopic(ctx context.Context, f *datagenFlags, schema types.Schema) (output, error) {
	if f.topic == "" {
		return nil, usageError{errors.New("--kafka needs a --topic")}
	}
	name := f.format
	if name == "" {
		name = "json"
	}
	options := map[string]string{"properties.bootstrap.servers": f.kafka, "topic": f.topic, "value.format": name}
	if len(f.keys) > 0 {
		options["key.format"], options["key.fields"] = name, strings.Join(f.keys, ";")
	}
	for _, p := range f.properties {
		key, value, err := keyValue("property", p)
		if err != nil {
			return nil, err
		}
		options["properties."+key] = value
	}
	columns := make([]connector.Column, len(schema))
	for i, field := range schema {
		columns[i] = connector.Column{Name: field.Name, Type: field.Type}
	}
	sink, err := kafka.Factory{}.Sink(&connector.Env{Formats: embedded.Formats()}, &connector.Target{Table: datagenTable(columns, options), Schema: schema})
	if err != nil {
		return nil, usageError{err}
	}
	// Rows made before Ctrl-C are still written, so the writer does not end with ctx.
	w, err := sink.Writer(&connector.WriterContext{Parallelism: 1, Metrics: metrics.NewGroup(nil), Context: context.WithoutCancel(ctx)})
	if err != nil {
		return nil, err
	}
	return &topicOutput{topic: f.topic, writer: w}, nil
}

func (o *topicOutput) write(b *batch.Batch) error {
	o.bytes += int64(b.SizeBytes())
	return o.writer.Write(b)
}

func (o *topicOutput) close() error {
	defer o.writer.Close()
	return o.writer.Flush(true)
}

func (o *topicOutput) abort() { o.writer.Close() }

func (o *topicOutput) size() int64 { return o.bytes }

func (o *topicOutput) name() string { return "topic " + o.topic }
