package kafka

import (
	"slices"
	"strings"

	"github.com/flottstream/flott/internal/types"
)

// part is the key or the value of a record: a list of columns.
type part struct {
	columns []int        // of a list of all columns, the physical ones and others
	schema  types.Schema // with the names used in the message
}

// parts divides columns, of which physical says which are no metadata, between
// the keys and the values of records.
func (s *settings) parts(columns types.Schema, physical func(i int) bool) (key, value part) {
	for _, name := range s.keyFields {
		i := columns.Index(name)
		key.columns = append(key.columns, i)
		key.schema = append(key.schema, types.Field{Name: strings.TrimPrefix(name, s.keyPrefix), Type: columns[i].Type})
	}
	for i, c := range columns {
		if physical(i) && !(s.exceptKey && slices.Contains(key.columns, i)) {
			value.columns = append(value.columns, i)
			value.schema = append(value.schema, c)
		}
	}
	return key, value
}
