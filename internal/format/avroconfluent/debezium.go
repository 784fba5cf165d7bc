package avroconfluent

import (
	"fmt"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/format"
	"github.com/flottstream/flott/internal/format/avro"
	"github.com/flottstream/flott/internal/types"
)

// Debezium makes decoders and encoders of 'debezium-avro-confluent': changes
// as records of the row before, the row after and what happened.
type Debezium struct{}

var _ format.Factory = Debezium{}

// Name is "debezium-avro-confluent".
func (Debezium) Name() string { return "debezium-avro-confluent" }

// Changelog is every kind of change.
func (Debezium) Changelog() format.Changelog { return format.AllKinds }

// Options lists the format's options.
func (Debezium) Options() []string { return options }

// changeOf is the columns of the records.
func changeOf(schema types.Schema) types.Schema {
	row := types.RowOf(schema...)
	return types.Schema{{Name: "before", Type: row}, {Name: "after", Type: row}, {Name: "op", Type: types.String()}}
}

// NewDecoder returns a decoder of rows of schema.
func (f Debezium) NewDecoder(schema types.Schema, options map[string]string) (format.Decoder, error) {
	r, err := newRegistry(f.Name(), options)
	if err != nil {
		return nil, err
	}
	columns := changeOf(schema)
	if _, err := avro.Derive(columns); err != nil {
		return nil, err
	}
	return &changeDecoder{decoder: decoder{registry: r, columns: columns, schemas: map[uint32]*avro.Records{}}, change: batch.NewBatch(columns, 1)}, nil
}

// changeDecoder reads changes. It is used by one goroutine.
type changeDecoder struct {
	decoder
	change *batch.Batch // the one being read
}

const noBefore = `The "before" field of %s message is null, if you are using Debezium Postgres Connector, please check the Postgres table has been set REPLICA IDENTITY to FULL level.`

// Decode appends the rows of one change; nothing for an empty message.
func (d *changeDecoder) Decode(msg []byte, out *batch.Batch) error {
	if len(msg) == 0 {
		return nil
	}
	d.change.Reset()
	if err := d.decoder.Decode(msg, d.change); err != nil {
		return err
	}
	before, after, op := d.change.Cols[0], d.change.Cols[1], d.change.Cols[2]
	fail := func(reason string, args ...any) error {
		return &format.Malformed{Format: d.registry.format, Reason: "Can't deserialize Debezium Avro message: " + fmt.Sprintf(reason, args...), Text: append([]byte(nil), msg[:min(len(msg), 1024)]...)}
	}
	if op.IsNull(0) {
		return fail(`"op" is missing`)
	}
	switch kind := string(op.At(0)); kind {
	case "c", "r":
		if after.IsNull(0) {
			return fail(`The "after" field of the message is null.`)
		}
		appendRow(out, after, batch.Insert)
	case "u":
		if before.IsNull(0) {
			return fail(noBefore, "UPDATE")
		}
		if after.IsNull(0) {
			return fail(`The "after" field of the message is null.`)
		}
		appendRow(out, before, batch.UpdateBefore)
		appendRow(out, after, batch.UpdateAfter)
	case "d":
		if before.IsNull(0) {
			return fail(noBefore, "DELETE")
		}
		appendRow(out, before, batch.Delete)
	default:
		return fail(`Unknown "op" value "%s".`, kind)
	}
	return nil
}

func appendRow(out *batch.Batch, row *batch.Vector, kind batch.RowKind) {
	for i, v := range out.Cols {
		v.AppendFrom(row.Kids[i], 0)
	}
	out.AppendKind(kind)
}

// NewEncoder returns an encoder of changes of rows of schema.
func (f Debezium) NewEncoder(schema types.Schema, options map[string]string) (format.Encoder, error) {
	r, err := newRegistry(f.Name(), options)
	if err != nil {
		return nil, err
	}
	e, err := newEncoder(r, changeOf(schema), true)
	if err != nil {
		return nil, err
	}
	return &changeEncoder{e, schema}, nil
}

type changeEncoder struct {
	*encoder
	row []types.Field
}

// Encode appends physical row i of b as an insertion or a deletion.
func (e *changeEncoder) Encode(dst []byte, b *batch.Batch, i int) ([]byte, error) {
	dst, err := e.begin(dst)
	if err != nil {
		return dst, err
	}
	// The indexes of unions, zigzag: 0 is null, 2 the value; the record is one as
	// well, as in Flink. "op" is one letter.
	dst = append(dst, 2)
	if b.Kind(i).IsAdd() {
		return append(avro.AppendRow(append(dst, 0, 2), e.row, b.Cols, i), 2, 2, 'c'), nil
	}
	return append(avro.AppendRow(append(dst, 2), e.row, b.Cols, i), 0, 2, 2, 'd'), nil
}
