package format

import "github.com/flottstream/flott/internal/types"

// Metadata is something that a message says beside its rows.
type Metadata struct {
	Key  string
	Type types.Type
}

// Metadater is a Factory whose messages carry metadata.
type Metadater interface {
	// Metadata lists what can be read. The types are what the decoder appends.
	Metadata() []Metadata
	// NewMetadataDecoder returns a decoder of rows of schema followed by one
	// column for each of keys, which are among those listed. Every row of a
	// message has the same metadata.
	NewMetadataDecoder(schema types.Schema, keys []string, options map[string]string) (Decoder, error)
}

// MetadataOf lists the metadata of a format's messages, nil if they have none.
func MetadataOf(f Factory) []Metadata {
	if m, ok := f.(Metadater); ok {
		return m.Metadata()
	}
	return nil
}

// NewWithMetadata is NewProjected with columns of metadata after those of keep.
func NewWithMetadata(f Factory, physical types.Schema, keep []int, keys []string, options map[string]string) (Decoder, error) {
	if len(keys) == 0 {
		return NewProjected(f, physical, keep, options)
	}
	schema := make(types.Schema, len(keep))
	for i, k := range keep {
		schema[i] = physical[k]
	}
	return f.(Metadater).NewMetadataDecoder(schema, keys, options)
}
