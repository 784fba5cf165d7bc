package json

import (
	"fmt"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/format"
	"github.com/flottstream/flott/internal/types"
)

// envelopeEncoder writes changes as insertions and deletions: an update is a
// deletion of the old row and an insertion of the new one.
type envelopeEncoder struct {
	encoder
	insert, remove frame
}

// frame is what stands before and after a row.
type frame struct{ open, close []byte }

// NewEncoder returns an encoder of rows of schema.
func (e *Envelope) NewEncoder(schema types.Schema, options map[string]string) (format.Encoder, error) {
	s, schemaInclude, err := e.settings(options)
	if err != nil {
		return nil, err
	}
	if schemaInclude {
		return nil, fmt.Errorf("%s JSON serialization doesn't support '%s.%s' option been set to true.", e.Title, e.Format, optSchemaInclude)
	}
	root, err := newObject(schema)
	if err != nil {
		return nil, err
	}
	x := &envelopeEncoder{encoder: *newEncoder(s, root)}
	x.insert, x.remove = e.frames(s.ignoreNulls)
	return x, nil
}

// frames are those of an insertion and of a deletion.
func (e *Envelope) frames(ignoreNulls bool) (insert, remove frame) {
	key := func(k string) string { return string(appendQuoted(nil, []byte(k))) + ":" }
	open, end := "", ""
	if e.Arrays {
		open, end = "[", "]"
	}
	ending := func(word string) string { return "," + key(e.Op) + string(appendQuoted(nil, []byte(word))) + "}" }
	insert.close = []byte(end + ending(e.Insert[0]))
	if e.Partial {
		insert.open = []byte("{" + key(e.After) + open)
		remove = frame{insert.open, []byte(end + ending(e.Delete))}
		return insert, remove
	}
	noBefore, noAfter := key(e.Before)+"null,", ","+key(e.After)+"null"
	if ignoreNulls {
		noBefore, noAfter = "", ""
	}
	insert.open = []byte("{" + noBefore + key(e.After) + open)
	remove = frame{[]byte("{" + key(e.Before) + open), []byte(end + noAfter + ending(e.Delete))}
	return insert, remove
}

// Encode appends physical row i of b as one message.
func (e *envelopeEncoder) Encode(dst []byte, b *batch.Batch, i int) ([]byte, error) {
	f := &e.insert
	if !b.Kind(i).IsAdd() {
		f = &e.remove
	}
	start := len(dst)
	dst = e.object(append(dst, f.open...), e.root, b.Cols, i)
	if e.err != nil {
		err := e.err
		e.err = nil
		return dst[:start], err
	}
	return append(dst, f.close...), nil
}
