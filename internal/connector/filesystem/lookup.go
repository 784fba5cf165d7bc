package filesystem

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/connector"
	"github.com/flottstream/flott/internal/rowcodec"
	"github.com/flottstream/flott/internal/state"
	"github.com/flottstream/flott/internal/types"
)

var (
	_ connector.Lookuper   = (*source)(nil)
	_ connector.LookupCopy = (*source)(nil)
)

// IsLookupCopy reports files that are read once. With a reload interval a row that is
// not there now may come.
func (s *source) IsLookupCopy() bool { return s.reload <= 0 }

// readLookup reads the common options of lookup tables. Files are no database to
// ask: they are read into memory as a whole, which is Flink's FULL cache.
func (s *settings) readLookup(o *connector.Options) {
	if cache := o.Enum("lookup.cache", "FULL", "NONE", "PARTIAL", "FULL"); cache != "FULL" {
		o.Fail(fmt.Errorf("option 'lookup.cache' = '%s' is not supported by connector 'filesystem': files are read into memory as a whole, which is 'FULL'", cache))
	}
	if r := o.Enum("lookup.full-cache.reload-strategy", "PERIODIC", "PERIODIC", "TIMED"); r != "PERIODIC" {
		o.Fail(notYet("lookup.full-cache.reload-strategy", r))
	}
	s.reload = o.Duration("lookup.full-cache.periodic-reload.interval", 0)
	if o.Has("lookup.full-cache.periodic-reload.interval") && s.reload <= 0 {
		o.Fail(errors.New("option 'lookup.full-cache.periodic-reload.interval' of connector 'filesystem' must be greater than 0"))
	}
	if m := o.Enum("lookup.full-cache.periodic-reload.schedule-mode", "FIXED_DELAY", "FIXED_DELAY", "FIXED_RATE"); m != "FIXED_DELAY" {
		o.Fail(notYet("lookup.full-cache.periodic-reload.schedule-mode", m))
	}
	for _, name := range []string{
		"lookup.async", "lookup.max-retries", "lookup.full-cache.timed-reload.iso-time", "lookup.full-cache.timed-reload.interval-in-days",
		"lookup.partial-cache.expire-after-access", "lookup.partial-cache.expire-after-write",
		"lookup.partial-cache.cache-missing-key", "lookup.partial-cache.max-rows",
	} {
		if o.Has(name) {
			o.Fail(notYet(name, o.String(name, "")))
		}
	}
}

// lookup is the rows of all files by key. They are read when it is made and,
// with a reload interval, again when that has passed since.
type lookup struct {
	source *source
	ctx    *connector.ReaderContext
	keys   []int // of the scan's fields
	enc    *rowcodec.KeyEncoder
	loaded time.Time

	rows  *batch.Batch
	index state.Keys // key of each row
	// heads are the buckets of the rows by hash: row + 1, 0 if empty; next leads
	// from a row to the one after it in its bucket. Rows keep the order of the files.
	heads []int32
	next  []int32

	asked state.Keys
	first []int // 0, 1, …: the columns of the keys that are asked for
	sel   []int32
}

// Lookup reads the files.
func (s *source) Lookup(ctx *connector.ReaderContext, keys []int) (connector.Lookup, error) {
	l := &lookup{source: s, ctx: ctx, keys: keys, sel: make([]int32, 0, 64)} // nil would select all rows
	ts := make([]types.Type, len(keys))
	for i, k := range keys {
		ts[i] = s.scan.Fields[k].Type.WithNull(false)
		l.first = append(l.first, i)
	}
	l.enc = rowcodec.NewKeyEncoder(ts)
	return l, l.load()
}

// load reads all files and indexes their rows.
func (l *lookup) load() error {
	ctx := l.ctx.Context
	enumerator, err := l.source.Enumerator(ctx, 1)
	if err != nil {
		return err
	}
	defer enumerator.Close()
	splits, err := enumerator.Discover(ctx)
	if err != nil {
		return err
	}
	reader, err := l.source.Reader(l.ctx)
	if err != nil {
		return err
	}
	defer reader.Close()
	if err := reader.Add(splits); err != nil {
		return err
	}
	if l.rows, err = allRows(ctx, reader, l.source.scan.Schema()); err != nil {
		return err
	}
	l.build()
	l.loaded = time.Now()
	return nil
}

// lookupBytesMax bounds the rows that are kept in memory: the offsets of texts are
// int32.
const lookupBytesMax = 1<<31 - 1

// allRows returns all rows of a bounded reader.
func allRows(ctx context.Context, reader connector.Reader, schema types.Schema) (*batch.Batch, error) {
	all, part := batch.NewBatch(schema, 0), batch.NewBatch(schema, 0)
	size := 0
	for {
		if err := ctx.Err(); err != nil {
			return nil, context.Cause(ctx)
		}
		part.Reset()
		p, err := reader.Read(part, 4096)
		if err != nil {
			return nil, err
		}
		if part.Kinds != nil {
			return nil, fmt.Errorf("a lookup table cannot be read from changes, only from rows%w", connector.ErrUser)
		}
		if size += part.SizeBytes(); size > lookupBytesMax {
			return nil, fmt.Errorf("a lookup table must fit into %d MB of memory; join it without FOR SYSTEM_TIME AS OF%w", lookupBytesMax>>20, connector.ErrUser)
		}
		all.AppendSelected(part, nil)
		if p.State == connector.Drained {
			return all, nil
		}
	}
}

// build indexes the rows. A row with NULL in its key matches nothing and is left
// out.
func (l *lookup) build() {
	l.enc.Encode(l.rows, l.keys, nil, &l.index)
	size := 16
	for size < 2*l.rows.N {
		size *= 2
	}
	l.heads, l.next = make([]int32, size), make([]int32, l.rows.N)
	mask := uint64(size - 1)
	for i := l.rows.N - 1; i >= 0; i-- { // backwards: a bucket begins with its first row
		if l.hasNullKey(i) {
			continue
		}
		b := l.index.Hash[i] & mask
		l.next[i] = l.heads[b]
		l.heads[b] = int32(i + 1)
	}
}

func (l *lookup) hasNullKey(i int) bool {
	for _, k := range l.keys {
		if l.rows.Cols[k].IsNull(i) {
			return true
		}
	}
	return false
}

// Find appends the rows with the keys.
func (l *lookup) Find(keys, out *batch.Batch, matches []int32) ([]int32, error) {
	if l.source.reload > 0 && time.Since(l.loaded) >= l.source.reload {
		if err := l.load(); err != nil {
			return matches, err
		}
	}
	l.enc.Encode(keys, l.first, nil, &l.asked)
	l.sel = l.sel[:0]
	mask := uint64(len(l.heads) - 1)
	for k, h := range l.asked.Hash {
		key := l.asked.At(k)
		for i := l.heads[h&mask]; i > 0; i = l.next[i-1] {
			if l.index.Hash[i-1] == h && bytes.Equal(l.index.At(int(i-1)), key) {
				l.sel = append(l.sel, i-1)
				matches = append(matches, int32(keys.Row(k)))
			}
		}
	}
	out.AppendSelected(l.rows, l.sel)
	return matches, nil
}

// Close forgets the rows.
func (l *lookup) Close() error {
	l.rows, l.heads, l.next = nil, nil, nil
	return nil
}
