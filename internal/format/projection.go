package format

import "github.com/flottstream/flott/internal/types"

// Projector is a Factory whose messages hold their fields by position, so that
// a decoder has to know the columns it leaves out. Formats that find fields by
// name do not need it.
type Projector interface {
	// NewProjectedDecoder returns a decoder of messages laid out as physical,
	// producing rows of the columns keep (indexes into physical, in any order,
	// none twice).
	NewProjectedDecoder(physical types.Schema, keep []int, options map[string]string) (Decoder, error)
}

// NewProjected returns a decoder of f for messages of the columns physical,
// producing rows of the columns keep alone.
func NewProjected(f Factory, physical types.Schema, keep []int, options map[string]string) (Decoder, error) {
	if p, ok := f.(Projector); ok {
		return p.NewProjectedDecoder(physical, keep, options)
	}
	schema := make(types.Schema, len(keep))
	for i, k := range keep {
		schema[i] = physical[k]
	}
	return f.NewDecoder(schema, options)
}
