package parquet

import (
	"errors"
	"fmt"
	"io"
	"math"
	"math/bits"
	"time"
	"unsafe"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/apache/arrow-go/v18/parquet"
	"github.com/apache/arrow-go/v18/parquet/pqarrow"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/types"
)

// writer writes a file. Rows come together until a row group is full.
type writer struct {
	settings
	file   *pqarrow.FileWriter
	out    *counter
	schema *arrow.Schema
	held   *batch.Batch // the rows asked for, where they are not all
}

// counter counts what is written.
type counter struct {
	io.Writer
	n int64
}

// Write counts.
func (c *counter) Write(b []byte) (int, error) {
	n, err := c.Writer.Write(b)
	c.n += int64(n)
	return n, err
}

func create(s settings, out io.Writer, schema types.Schema) (*writer, error) {
	fields, err := s.arrowSchema(schema)
	if err != nil {
		return nil, err
	}
	list := []parquet.WriterProperty{parquet.WithRootName("flink_schema"), parquet.WithCompression(s.codec),
		parquet.WithDataPageSize(s.page), parquet.WithDictionaryPageSizeLimit(s.dict), parquet.WithDictionaryDefault(s.dictionary)}
	for _, path := range plainPaths(nil, types.RowOf(schema...), "") {
		list = append(list, parquet.WithDictionaryFor(path, false))
	}
	props := parquet.NewWriterProperties(list...)
	w := &writer{settings: s, out: &counter{Writer: out}, schema: fields, held: batch.NewBatch(schema, 0)}
	var timestamps []pqarrow.WriterOption
	if !s.int64s { // INT96 is chosen where nanoseconds are asked for; values keep their unit until they are split
		timestamps = append(timestamps, pqarrow.WithDeprecatedInt96Timestamps(true), pqarrow.WithCoerceTimestamps(arrow.Nanosecond))
	}
	w.file, err = pqarrow.NewFileWriter(fields, w.out, props, pqarrow.NewArrowWriterProperties(timestamps...))
	return w, err
}

// plainPaths appends the paths of the columns of a type that Flink cannot read
// by dictionary: INT96 and decimals.
func plainPaths(list []string, t types.Type, path string) []string {
	switch t.Kind {
	case types.Timestamp, types.TimestampLTZ, types.Decimal:
		return append(list, path)
	case types.Array:
		return plainPaths(list, *t.Elem, path+".list.element")
	case types.Map:
		return plainPaths(plainPaths(list, *t.Key, path+".key_value.key"), *t.Elem, path+".key_value.value")
	case types.Row:
		for _, f := range t.Fields {
			name := f.Name
			if path != "" {
				name = path + "." + name
			}
			list = plainPaths(list, f.Type, name)
		}
	}
	return list
}

// Write appends the rows sel of b.
func (w *writer) Write(b *batch.Batch, sel []int32) (err error) {
	for _, i := range sel {
		if k := b.Kind(int(i)); k != batch.Insert {
			return fmt.Errorf("format 'parquet' can write insertions only, but got a row of kind %s", k)
		}
	}
	if len(sel) != b.N {
		w.held.Reset()
		w.held.AppendSelected(&batch.Batch{Cols: b.Cols, N: b.N}, sel)
		b = w.held
	}
	columns := make([]arrow.Array, len(b.Cols))
	for i, v := range b.Cols {
		if columns[i], err = w.array(v, w.schema.Field(i).Type, b.N); err != nil {
			return fmt.Errorf("column '%s': %w", w.schema.Field(i).Name, err)
		}
	}
	defer func() { // the library panics where values break its rules
		if r := recover(); r != nil {
			err = fmt.Errorf("the rows cannot be written: %v", r)
		}
	}()
	if err := w.file.WriteBuffered(array.NewRecordBatch(w.schema, columns, int64(b.N))); err != nil {
		return err
	}
	if w.file.RowGroupTotalBytesWritten() >= w.block {
		return w.file.NewBufferedRowGroupChecked()
	}
	return nil
}

// Size counts what was written and the row group that is being filled.
func (w *writer) Size() int64 {
	return max(w.out.n, w.file.TotalBytesWritten()) + w.file.RowGroupTotalBytesWritten()
}

// Close writes the last row group and the footer.
func (w *writer) Close() (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("the file cannot be completed: %v", r)
		}
	}()
	return w.file.Close()
}

// array shows n values of a vector as an Arrow array, without a copy but for
// timestamps in other units.
func (w *writer) array(v *batch.Vector, t arrow.DataType, n int) (arrow.Array, error) {
	data, err := w.data(v, t, n)
	if err != nil {
		return nil, err
	}
	return array.MakeFromData(data), nil
}

func (w *writer) data(v *batch.Vector, t arrow.DataType, n int) (arrow.ArrayData, error) {
	valid, nulls := (*memory.Buffer)(nil), 0
	if v.Valid != nil {
		valid = memory.NewBufferBytes(bitmapBytes(v.Valid))
		nulls = n - v.Valid.Count(n)
	}
	buffers, kids := []*memory.Buffer{valid}, []arrow.ArrayData(nil)
	switch v.Type.Physical() {
	case types.LayoutBool:
		buffers = append(buffers, memory.NewBufferBytes(bitmapBytes(v.Bits)))
	case types.LayoutBytes:
		buffers = append(buffers, memory.NewBufferBytes(raw(v.Offsets)), memory.NewBufferBytes(v.Bytes))
	case types.LayoutRow:
		for i, k := range v.Kids {
			d, err := w.data(k, t.(*arrow.StructType).Field(i).Type, n)
			if err != nil {
				return nil, err
			}
			kids = append(kids, d)
		}
	case types.LayoutList:
		d, err := w.data(v.Kids[0], t.(*arrow.ListType).Elem(), v.Kids[0].Len())
		if err != nil {
			return nil, err
		}
		buffers, kids = append(buffers, memory.NewBufferBytes(raw(v.Offsets))), append(kids, d)
	case types.LayoutMap:
		d, err := w.entries(v, t.(*arrow.MapType))
		if err != nil {
			return nil, err
		}
		buffers, kids = append(buffers, memory.NewBufferBytes(raw(v.Offsets))), append(kids, d)
	default:
		fixed := v.FixedBytes()
		if ts, ok := t.(*arrow.TimestampType); ok {
			var err error
			if fixed, err = w.timestamps(v, ts.Unit); err != nil {
				return nil, err
			}
		}
		buffers = append(buffers, memory.NewBufferBytes(fixed))
	}
	return array.NewData(t, n, buffers, kids, nulls, 0), nil
}

// entries shows the keys and values of a map.
func (w *writer) entries(v *batch.Vector, t *arrow.MapType) (arrow.ArrayData, error) {
	n := v.Kids[0].Len()
	for i := range n {
		if v.Kids[0].IsNull(i) {
			return nil, errors.New("a key of a map is NULL, which a Parquet file cannot hold")
		}
	}
	key, err := w.data(v.Kids[0], t.KeyType(), n)
	if err != nil {
		return nil, err
	}
	value, err := w.data(v.Kids[1], t.ItemType(), n)
	if err != nil {
		return nil, err
	}
	return array.NewData(t.Elem(), n, []*memory.Buffer{nil}, []arrow.ArrayData{key, value}, 0, 0), nil
}

// timestamps is the values in the unit and the zone of the file.
func (w *writer) timestamps(v *batch.Vector, unit arrow.TimeUnit) ([]byte, error) {
	if v.Type.HasNanos() {
		return w.moments(v, perSecond(unit))
	}
	in, from, to := v.Int64s(), v.Type.UnitsPerSecond(), perSecond(unit)
	if from == to && w.zone == nil {
		return v.FixedBytes(), nil
	}
	out := make([]int64, len(in))
	for i, x := range in {
		if v.IsNull(i) {
			continue
		}
		if w.zone != nil {
			x = fromLocal(x, from, w.zone)
		}
		y, ok := rescale(x, from, to)
		if !ok {
			return nil, errTooFar
		}
		out[i] = y
	}
	return raw(out), nil
}

var errTooFar = fmt.Errorf("a timestamp is too far away for the unit of option '%s'", optUnit)

// moments is timestamps for nanoseconds. The library takes 64 bits of them.
func (w *writer) moments(v *batch.Vector, perSecond int64) ([]byte, error) {
	out := make([]int64, v.Len())
	for i := range out {
		if v.IsNull(i) {
			continue
		}
		sec, nano := v.Moment(i)
		if w.zone != nil {
			sec = fromLocal(sec, 1, w.zone)
		}
		if limit := math.MaxInt64/perSecond - 1; sec > limit || sec < -limit {
			return nil, errTooFar
		}
		out[i] = sec*perSecond + nano/(1e9/perSecond)
	}
	return raw(out), nil
}

// rescale turns a count of units into another unit, rounding down.
func rescale(x, from, to int64) (int64, bool) {
	if to <= from {
		f := from / to
		y := x / f
		if x%f < 0 {
			y--
		}
		return y, true
	}
	hi, lo := bits.Mul64(uint64(max(x, -x)), uint64(to/from))
	if hi != 0 || lo > 1<<63-1 {
		return 0, false
	}
	return x * (to / from), true
}

// fromLocal is the moment at which clocks in zone show x, in units since 1970.
func fromLocal(x, perSecond int64, zone *time.Location) int64 {
	t := time.Unix(floor(x, perSecond), 0).UTC()
	local := time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), 0, zone)
	return x - (t.Unix()-local.Unix())*perSecond
}

// toLocal is what clocks in zone show at a moment.
func toLocal(x, perSecond int64, zone *time.Location) int64 {
	_, offset := time.Unix(floor(x, perSecond), 0).In(zone).Zone()
	return x + int64(offset)*perSecond
}

func floor(x, unit int64) int64 {
	if x%unit < 0 {
		return x/unit - 1
	}
	return x / unit
}

func bitmapBytes(b batch.Bitmap) []byte { return raw(b) }

// raw is the memory of a slice of plain values.
func raw[T any](s []T) []byte {
	var x T
	return unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(s))), len(s)*int(unsafe.Sizeof(x)))
}
