package json

import (
	"fmt"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/types"
)

// metaGroup is metadata read from the value of one key.
type metaGroup struct {
	outer  bool // the key stands beside the payload
	field  int  // of outer or inner; -1: never there
	node   *node
	value  *batch.Vector // of one message
	fields bool          // the columns are fields of the value
	out    []int         // columns of the output, by field
	unit   int64         // of a number, 0: as it is
}

// wants notes that the metadata of key goes into a column of the output.
func (d *envelopeDecoder) wants(key string, out int) error {
	for _, m := range d.env.Known {
		if m.Key == key {
			return d.wantsAt(m, out)
		}
	}
	return fmt.Errorf("format '%s' has no metadata '%s'", d.env.Format, key)
}

func (d *envelopeDecoder) wantsAt(m EnvelopeMetadata, out int) (err error) {
	path, g := m.Path, metaGroup{}
	if path[0] == "" {
		path, g.outer = path[1:], true
	}
	switch {
	case !g.outer:
		g.field = d.inner.name(path[0])
	case d.outer != nil:
		g.field = d.outer.name(path[0])
	default:
		g.field = -1
	}
	name, t := path[0], m.JSON
	if g.fields = len(path) > 1; g.fields {
		name, t = path[1], types.RowOf(types.Field{Name: path[1], Type: m.JSON})
		for i := range d.meta {
			if o := &d.meta[i]; o.fields && o.outer == g.outer && o.field == g.field {
				fields := append(o.value.Type.Fields, types.Field{Name: name, Type: m.JSON})
				o.out = append(o.out, out)
				return o.set(path[0], types.RowOf(fields...))
			}
		}
	}
	g.out = []int{out}
	if m.Seconds {
		g.unit = 1000
	}
	if err = g.set(path[0], t); err == nil {
		d.meta = append(d.meta, g)
	}
	return err
}

func (g *metaGroup) set(name string, t types.Type) (err error) {
	g.value = batch.New(t, 1)
	g.node, err = newNode(name, t)
	return err
}

// appendMetadata appends the metadata of the message to the rows it brought.
func (d *envelopeDecoder) appendMetadata(out *batch.Batch) bool {
	rows := out.N - d.first
	if rows == 0 {
		return true
	}
	for i := range d.meta {
		g := &d.meta[i]
		if !d.readMetadata(g) {
			d.fault.path = append(d.fault.path, g.node.name)
			return false
		}
		for k, column := range g.out {
			from := g.value
			if g.fields {
				from = g.value.Kids[k]
			}
			for range rows {
				out.Cols[column].AppendFrom(from, 0)
			}
		}
	}
	return true
}

// readMetadata reads the value of a group.
func (d *envelopeDecoder) readMetadata(g *metaGroup) bool {
	g.value.Reset()
	at := -1
	if g.field >= 0 {
		spots := d.spots[0]
		if g.outer {
			spots = d.spots[1]
		}
		at = spots[g.field]
	}
	if at < 0 {
		g.value.AppendNull()
		return true
	}
	d.pos = at
	ok := d.value(g.node, g.value)
	if ok && g.unit != 0 && !g.value.IsNull(0) {
		g.value.Int64s()[0] *= g.unit
	}
	return ok
}
