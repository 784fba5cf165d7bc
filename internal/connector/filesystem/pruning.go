package filesystem

import (
	"slices"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/format"
)

// Prunes is true of partition columns, whose value is in a file's path, and of the
// columns of formats that keep statistics.
func (s *source) Prunes(column int) bool {
	c := s.scan.Table.Columns[column]
	if c.Metadata != "" {
		return false
	}
	if slices.Contains(s.table.Partition, c.Name) {
		return true
	}
	_, ok := s.format.(format.PrunedFormat)
	return ok
}

// mayMatch reports whether a file can have rows that pass, by its partition.
func (s *settings) mayMatch(f *found, filter *format.Filter) (bool, error) {
	if filter == nil || len(s.partition) == 0 {
		return true, nil
	}
	var failed error
	ok := filter.MayMatch(func(column int) format.Bounds {
		c := s.table.Columns[column]
		text, isPartition := f.parts[c.Name]
		if !isPartition || !slices.Contains(s.table.Partition, c.Name) {
			return format.Bounds{}
		}
		if text == s.defaultPart {
			return format.Bounds{OnlyNulls: true}
		}
		v := batch.New(c.Type.WithoutTime(), 1)
		if err := appendPartition(v, c.Name, []byte(text)); err != nil {
			failed = err
			return format.Bounds{}
		}
		return format.Bounds{Min: v, Max: v}
	})
	return ok, failed
}

// inFile is the filter over the columns of the files; nil if none of them is in it.
// Comparisons of other columns say nothing about a file's content.
func (s *source) inFile() *format.Filter {
	if s.scan.Filter == nil {
		return nil
	}
	out := &format.Filter{}
	for _, all := range s.scan.Filter.Alternatives {
		var own []format.Comparison
		for _, c := range all {
			if i := slices.Index(s.fileColumns, c.Column); i >= 0 {
				c.Column = i
				own = append(own, c)
			}
		}
		if len(own) == 0 {
			return nil
		}
		out.Alternatives = append(out.Alternatives, own)
	}
	return out
}
