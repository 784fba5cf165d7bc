package lsm

import (
	"context"
	"errors"
	"os"

	"github.com/cockroachdb/pebble/v2/sstable"
	"github.com/cockroachdb/pebble/v2/vfs"

	"github.com/flottstream/flott/internal/keygroup"
)

// cutFile replaces a sorted file by one with the keys of some key groups.
func cutFile(path string, groups keygroup.Range, o sstable.WriterOptions) (err error) {
	in, err := vfs.Default.Open(path)
	if err != nil {
		return err
	}
	readable, err := sstable.NewSimpleReadable(in)
	if err != nil {
		return errors.Join(err, in.Close())
	}
	r, err := sstable.NewReader(context.Background(), readable, sstable.ReaderOptions{})
	if err != nil {
		return corrupt(errors.Join(err, readable.Close()))
	}
	low, high := be.AppendUint16(nil, uint16(groups.Start)), afterGroup(groups.End)
	cut := path + ".cut"
	_, err = writeTable(cut, o, func(w *sstable.Writer) error { return copyTable(w, r, low, high) })
	if err = errors.Join(corrupt(err), r.Close()); err != nil {
		return errors.Join(err, os.Remove(cut))
	}
	return os.Rename(cut, path)
}

func copyTable(w *sstable.Writer, r *sstable.Reader, low, high []byte) error {
	spans, err := r.NewRawRangeDelIter(context.Background(), sstable.NoFragmentTransforms, sstable.NoReadEnv)
	if err != nil {
		return err
	}
	if spans != nil {
		defer spans.Close()
		for s, err := spans.First(); s != nil || err != nil; s, err = spans.Next() {
			if err != nil {
				return err
			}
			from, to := s.Start, s.End
			if string(from) < string(low) {
				from = low
			}
			if string(to) > string(high) {
				to = high
			}
			if string(from) < string(to) {
				if err := w.DeleteRange(append([]byte(nil), from...), append([]byte(nil), to...)); err != nil {
					return err
				}
			}
		}
	}
	it, err := r.NewIter(sstable.NoTransforms, low, high, sstable.AssertNoBlobHandles)
	if err != nil {
		return err
	}
	for kv := it.First(); kv != nil && err == nil; kv = it.Next() {
		if kv.K.Kind() == sstable.InternalKeyKindDelete {
			err = w.Delete(kv.K.UserKey)
			continue
		}
		var v []byte
		if v, _, err = kv.Value(nil); err == nil {
			err = w.Set(kv.K.UserKey, v)
		}
	}
	return errors.Join(err, it.Error(), it.Close())
}
