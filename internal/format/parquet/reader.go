package parquet

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/apache/arrow-go/v18/parquet"
	"github.com/apache/arrow-go/v18/parquet/file"
	"github.com/apache/arrow-go/v18/parquet/metadata"
	"github.com/apache/arrow-go/v18/parquet/pqarrow"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/format"
	"github.com/flottstream/flott/internal/types"
)

// reader reads a file.
type reader struct {
	settings
	file    *file.Reader
	records pqarrow.RecordReader // nil if no column needs it
	columns []column
	groups  []int // row groups to read
	left    int64 // rows that are left of them
	spans   []span
	done    int64 // rows of the groups that were read

	record arrow.RecordBatch
	at     int64 // rows of record that were read
}

// column is where a column of the output comes from.
type column struct {
	typ      types.Type
	name     string
	index    int       // of the records' columns, -1: none
	instants *instants // INT96 timestamps
}

// span is a row group that is read: rows [start, start+rows) of the file.
type span struct{ start, rows int64 }

// Position is the place in the file behind the rows that were read.
func (r *reader) Position() int64 {
	done := r.done
	for i, s := range r.spans {
		if done < s.rows || i == len(r.spans)-1 {
			return s.start + done
		}
		done -= s.rows
	}
	return r.file.NumRows()
}

func open(s settings, f *io.SectionReader, columns types.Schema, first int64, passes func(group *metadata.RowGroupMetaData) bool) (r *reader, err error) {
	defer guard(&err)
	pf, err := file.NewParquetReader(f)
	if err != nil {
		return nil, malformed(err)
	}
	r = &reader{settings: s, file: pf}
	start, skip := int64(0), int64(0) // skip: rows of the first group that were read before
	for g := range pf.NumRowGroups() {
		rows := pf.RowGroup(g).NumRows()
		if end := start + rows; end > first && passes(pf.MetaData().RowGroup(g)) {
			if len(r.groups) == 0 {
				skip = max(first-start, 0)
			}
			r.groups, r.spans = append(r.groups, g), append(r.spans, span{start, rows})
			r.left += rows
		}
		start += rows
	}
	if r.left == 0 {
		return r, nil
	}
	first = skip
	if err := r.find(columns); err != nil {
		return nil, err
	}
	scratch := batch.NewBatch(columns, 0)
	for first > 0 { // read before
		scratch.Reset()
		if err := r.Read(scratch, int(min(first, 4096))); err != nil {
			return nil, err
		}
		first -= int64(scratch.N)
	}
	return r, nil
}

func malformed(err error) error {
	var m *format.Malformed
	if errors.As(err, &m) {
		return err
	}
	return &format.Malformed{Format: "parquet", Reason: err.Error()}
}

// guard turns a panic of the library into an error: it panics on files that
// are not what they say.
func guard(err *error) {
	if r := recover(); r != nil {
		*err = malformed(fmt.Errorf("%v", r))
	}
}

// find looks the columns up in the file and opens what reads them.
func (r *reader) find(columns types.Schema) error {
	schema := r.file.MetaData().Schema
	var leaves []int
	for _, f := range columns {
		c := column{typ: f.Type, name: f.Name, index: -1}
		at := schema.Root().FieldIndexByName(f.Name)
		switch {
		case at < 0:
			if !f.Type.Nullable {
				return malformed(fmt.Errorf("there is no column '%s', which is NOT NULL", f.Name))
			}
		default:
			own := leavesOf(r.file, at)
			if leaf := schema.Column(own[0]); len(own) == 1 && leaf.PhysicalType() == parquet.Types.Int96 && leaf.MaxRepetitionLevel() == 0 {
				c.instants = &instants{r: r, leaf: own[0], name: f.Name}
			} else {
				leaves = append(leaves, own...)
				c.index = 0 // found by name below
			}
		}
		r.columns = append(r.columns, c)
	}
	if len(leaves) == 0 {
		return nil
	}
	fr, err := pqarrow.NewFileReader(r.file, pqarrow.ArrowReadProperties{BatchSize: r.batch}, memory.DefaultAllocator)
	if err != nil {
		return malformed(err)
	}
	if r.records, err = fr.GetRecordReader(context.Background(), leaves, r.groups); err != nil {
		return malformed(err)
	}
	for i := range r.columns {
		c := &r.columns[i]
		if c.index < 0 {
			continue
		}
		at := r.records.Schema().FieldIndices(c.name)
		if len(at) == 0 {
			return malformed(fmt.Errorf("the column '%s' cannot be read", c.name))
		}
		c.index = at[0]
		if err := suits(r.records.Schema().Field(c.index).Type, c.typ, c.name); err != nil {
			return err
		}
	}
	return nil
}

// leavesOf lists the leaf columns below a field of the root.
func leavesOf(f *file.Reader, field int) (leaves []int) {
	schema := f.MetaData().Schema
	want := schema.Root().Field(field)
	for i := range schema.NumColumns() {
		if schema.ColumnRoot(i) == want {
			leaves = append(leaves, i)
		}
	}
	return leaves
}

// Read appends up to limit rows, io.EOF with none left.
func (r *reader) Read(out *batch.Batch, limit int) (err error) {
	defer guard(&err)
	if r.left == 0 {
		return io.EOF
	}
	n := min(int64(limit), r.left)
	if r.records != nil {
		if r.record == nil || r.at == r.record.NumRows() {
			if !r.records.Next() {
				if err := r.records.Err(); err != nil && err != io.EOF {
					return malformed(err)
				}
				return malformed(fmt.Errorf("it ends %d rows too early", r.left))
			}
			r.record, r.at = r.records.RecordBatch(), 0
		}
		n = min(n, r.record.NumRows()-r.at)
	}
	first := out.N
	for i := range r.columns {
		c, v := &r.columns[i], out.Cols[i]
		switch {
		case c.instants != nil:
			err = c.instants.read(v, int(n))
		case c.index >= 0:
			err = r.appendArray(v, r.record.Column(c.index), int(r.at), int(r.at+n))
		default:
			for range n {
				v.AppendNull()
			}
		}
		if err != nil {
			out.Truncate(first)
			return malformed(fmt.Errorf("column '%s': %w", c.name, err))
		}
	}
	for range n {
		out.AppendKind(batch.Insert)
	}
	r.at += n
	r.left -= n
	r.done += n
	return nil
}

// Close frees the records.
func (r *reader) Close() error {
	if r.records != nil {
		r.records.Release()
	}
	return nil
}

// instants reads a column of INT96 timestamps: the day and the nanosecond of
// the day, so that years far away keep their place.
type instants struct {
	r      *reader
	leaf   int
	name   string
	group  int // of r.groups, the next one
	chunk  *file.Int96ColumnChunkReader
	values []parquet.Int96
	levels []int16
}

func (c *instants) read(v *batch.Vector, n int) error {
	optional := c.r.file.MetaData().Schema.Column(c.leaf).MaxDefinitionLevel() > 0
	if v.Type.Kind != types.Timestamp && v.Type.Kind != types.TimestampLTZ {
		return fmt.Errorf("it is INT96 in the file, which cannot be read as %s", v.Type)
	}
	for n > 0 {
		if c.chunk == nil || !c.chunk.HasNext() {
			if c.group == len(c.r.groups) {
				return errors.New("it ends too early")
			}
			chunk, err := c.r.file.RowGroup(c.r.groups[c.group]).Column(c.leaf)
			if err != nil {
				return err
			}
			c.group++
			c.chunk = chunk.(*file.Int96ColumnChunkReader)
			continue
		}
		if len(c.values) < n {
			c.values, c.levels = make([]parquet.Int96, n), make([]int16, n)
		}
		rows, _, err := c.chunk.ReadBatch(int64(n), c.values, c.levels, nil)
		if err != nil {
			return err
		}
		if rows == 0 {
			return errors.New("it ends too early")
		}
		k := 0
		for i := range int(rows) {
			if optional && c.levels[i] == 0 {
				v.AppendNull()
				continue
			}
			sec, nano, ok := instant(c.values[k])
			if !ok {
				return fmt.Errorf("a timestamp is damaged: its time is not one of a day")
			}
			if c.r.zone != nil {
				sec = toLocal(sec, 1, c.r.zone)
			}
			v.AppendMoment(sec, nano)
			k++
		}
		n -= int(rows)
	}
	return nil
}

const (
	julianEpoch = 2440588 // the day of 1970-01-01
	secondsADay = 24 * 60 * 60
)

// instant is an INT96 in seconds since 1970 and nanoseconds. Before 1970 Flink
// writes nanoseconds below zero.
func instant(x parquet.Int96) (sec, nano int64, ok bool) {
	nanos := int64(le64(x[:8]))
	days := int64(int32(uint32(le64(append(x[8:12:12], 0, 0, 0, 0))))) - julianEpoch
	inDay := floor(nanos, 1e9)
	return days*secondsADay + inDay, nanos - inDay*1e9, max(nanos, -nanos) <= secondsADay*1e9
}

func le64(b []byte) (x uint64) {
	for i := range 8 {
		x |= uint64(b[i]) << (8 * i)
	}
	return x
}
