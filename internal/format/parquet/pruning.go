package parquet

import (
	"io"

	"github.com/apache/arrow-go/v18/parquet"
	"github.com/apache/arrow-go/v18/parquet/metadata"
	"github.com/apache/arrow-go/v18/parquet/schema"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/format"
	"github.com/flottstream/flott/internal/types"
)

// OpenPruned returns a reader of a file that leaves out the row groups whose
// statistics rule the filter out. A file without statistics is read as a whole.
func (Factory) OpenPruned(file io.ReaderAt, size int64, physical types.Schema, keep []int, options map[string]string, first int64, filter *format.Filter) (format.FileReader, error) {
	s, err := readOptions(options)
	if err != nil {
		return nil, err
	}
	columns := make(types.Schema, len(keep))
	for i, k := range keep {
		columns[i] = physical[k]
	}
	passes := func(g *metadata.RowGroupMetaData) bool {
		return filter.MayMatch(func(column int) format.Bounds { return boundsOf(g, physical[column]) })
	}
	return open(s, io.NewSectionReader(file, 0, size), columns, first, passes)
}

func everything(*metadata.RowGroupMetaData) bool { return true }

// boundsOf reads what a row group says about a column.
func boundsOf(g *metadata.RowGroupMetaData, f types.Field) format.Bounds {
	at := g.Schema.Root().FieldIndexByName(f.Name)
	if at < 0 {
		return format.Bounds{OnlyNulls: true}
	}
	leaf := -1
	for i := range g.Schema.NumColumns() {
		if g.Schema.ColumnRoot(i) == g.Schema.Root().Field(at) {
			if leaf >= 0 {
				return format.Bounds{} // a row or map
			}
			leaf = i
		}
	}
	if leaf < 0 || g.Schema.Column(leaf).MaxRepetitionLevel() > 0 {
		return format.Bounds{}
	}
	chunk, err := g.ColumnChunk(leaf)
	if err != nil {
		return format.Bounds{}
	}
	stats, err := chunk.Statistics()
	if err != nil || stats == nil {
		return format.Bounds{}
	}
	if stats.HasNullCount() && stats.NullCount() == g.NumRows() {
		return format.Bounds{OnlyNulls: true}
	}
	if !stats.HasMinMax() {
		return format.Bounds{}
	}
	return typedBounds(stats, f.Type)
}

// typedBounds are the least and greatest value as values of a type, if the file's
// type is in the same order.
func typedBounds(stats metadata.TypedStatistics, t types.Type) format.Bounds {
	one := func(x int64) *batch.Vector {
		v := batch.New(types.Of(types.BigInt), 1)
		v.AppendInt64(x)
		return v
	}
	signed := stats.Descr().SortOrder() == schema.SortSIGNED
	switch s := stats.(type) {
	case *metadata.Int32Statistics:
		if signed && (isInteger(t) || t.Kind == types.Date) {
			return format.Bounds{Min: one(int64(s.Min())), Max: one(int64(s.Max()))}
		}
	case *metadata.Int64Statistics:
		if signed && isInteger(t) && !isTimestamp(stats.Descr()) {
			return format.Bounds{Min: one(s.Min()), Max: one(s.Max())}
		}
	case *metadata.ByteArrayStatistics:
		if t.Kind == types.Varchar && stats.Descr().SortOrder() == schema.SortUNSIGNED {
			return format.Bounds{Min: text(s.Min()), Max: text(s.Max())}
		}
	}
	return format.Bounds{}
}

func isTimestamp(c *schema.Column) bool {
	switch c.LogicalType().(type) {
	case schema.TimestampLogicalType, schema.TimeLogicalType, schema.DecimalLogicalType:
		return true
	}
	return false
}

func isInteger(t types.Type) bool {
	switch t.Kind {
	case types.TinyInt, types.SmallInt, types.Int, types.BigInt:
		return true
	}
	return false
}

func text(b parquet.ByteArray) *batch.Vector {
	v := batch.New(types.String(), 1)
	v.AppendBytes(b)
	return v
}
