package kafka

import (
	"fmt"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/connector"
	"github.com/twmb/franz-go/pkg/kgo"
)

// decode appends the rows of records of c to b, up to limit, and returns how
// many records it used. It stops at the end of the split.
func (r *reader) decode(c *chunk, b *batch.Batch, limit int) (used int, err error) {
	for i, k := range r.source.key.out {
		r.keyRows.Cols[i] = b.Cols[k]
	}
	for i, k := range r.source.value.out {
		r.valueRows.Cols[i] = b.Cols[k]
	}
	r.keyRows.N, r.keyRows.Kinds = 0, nil
	r.valueRows.N, r.valueRows.Kinds = 0, nil
	r.kinds, r.origin = r.kinds[:0], r.origin[:0]
	if r.keyDecoder == nil && len(r.meta) == 0 {
		used, err = r.values(c, limit)
	} else {
		used, err = r.records(c, limit)
	}
	if err != nil {
		return 0, r.malformed(c.partition, c.records[used], err)
	}
	b.N, b.Kinds = r.valueRows.N, r.valueRows.Kinds
	if r.mode == Upsert {
		b.Kinds = r.kinds
	}
	for i := range r.meta {
		r.meta[i].fill(b.Cols[r.meta[i].out], r.origin)
	}
	clear(r.origin)
	return used, nil
}

// values decodes records that consist of a value alone.
func (r *reader) values(c *chunk, limit int) (used int, err error) {
	p := c.partition
	for used < len(c.records) && r.valueRows.N < limit {
		rec := c.records[used]
		if rec.Offset >= p.Stop {
			p.Offset = p.Stop
			return used, nil
		}
		if !rec.Attrs.IsControl() {
			if err := r.value(rec.Value); err != nil {
				return used, err
			}
		}
		p.Offset = rec.Offset + 1
		used++
	}
	return used, nil
}

// value appends the rows of a value.
func (r *reader) value(v []byte) error {
	if v != nil {
		return r.valueDecoder.Decode(v, &r.valueRows)
	}
	if r.nulls {
		r.noValue()
		r.valueRows.AppendKind(batch.Insert)
	}
	return nil
}

// noValue appends NULLs to the columns of the value.
func (r *reader) noValue() {
	for _, col := range r.valueRows.Cols {
		col.AppendNull()
	}
}

// records decodes records of which more is wanted than the value.
func (r *reader) records(c *chunk, limit int) (used int, err error) {
	p := c.partition
	for used < len(c.records) && r.valueRows.N < limit {
		rec := c.records[used]
		if rec.Offset >= p.Stop {
			p.Offset = p.Stop
			return used, nil
		}
		if !rec.Attrs.IsControl() {
			if err := r.record(rec); err != nil {
				return used, err
			}
			if len(r.meta) > 0 {
				for len(r.origin) < r.valueRows.N {
					r.origin = append(r.origin, rec)
				}
			}
		}
		p.Offset = rec.Offset + 1
		used++
	}
	return used, nil
}

// record appends the rows of a record: every row of the value with every row
// of the key, so a record whose key has no row is left out, as Flink does.
func (r *reader) record(rec *kgo.Record) error {
	if r.keyDecoder == nil {
		return r.value(rec.Value)
	}
	first := r.valueRows.N
	if rec.Key == nil {
		return nil
	}
	r.keyRows.N = first
	if err := r.keyDecoder.Decode(rec.Key, &r.keyRows); err != nil {
		return fmt.Errorf("key: %w", err)
	}
	keys := r.keyRows.N - first
	for range keys {
		before := r.valueRows.N
		if r.mode == Upsert {
			if err := r.upsert(rec.Value); err != nil {
				return err
			}
		} else if err := r.value(rec.Value); err != nil {
			return err
		}
		if n := r.valueRows.N - before; n != 1 && keys > 1 {
			return fmt.Errorf("key: it is %d rows and the value is %d, which cannot be told apart", keys, n)
		}
	}
	return r.pair(first, keys)
}

// pair makes the columns of the key as long as those of the value.
func (r *reader) pair(first, keys int) error {
	rows := r.valueRows.N - first
	if rows == keys {
		return nil
	}
	for _, col := range r.keyRows.Cols {
		if rows == 0 {
			col.Truncate(first)
		}
		for range rows - 1 {
			col.AppendFrom(col, first)
		}
	}
	return nil
}

// upsert appends the row of a value, or the deletion that no value means.
func (r *reader) upsert(v []byte) error {
	before, kind := r.valueRows.N, batch.UpdateAfter
	if v == nil {
		r.noValue()
		r.valueRows.AppendKind(batch.Insert)
		kind = batch.Delete
	} else if err := r.valueDecoder.Decode(v, &r.valueRows); err != nil {
		return err
	}
	for range r.valueRows.N - before {
		r.kinds = append(r.kinds, kind)
	}
	return nil
}

// malformed says where a record is that cannot be decoded.
func (r *reader) malformed(p *partition, rec *kgo.Record, err error) error {
	return fmt.Errorf("table %s: topic '%s', partition %d, offset %d: %w%w", r.table.Name, p.Topic, p.Partition, rec.Offset, err, connector.ErrUser)
}
