package snapshot

import (
	"bufio"
	"context"
	"encoding/binary"
	"fmt"
	"io"

	"github.com/flottstream/flott/internal/state"
)

// Spill moves operator state of more than inlineBytes into files, so that it does
// not pass through the JobManager. It is for the subtask's snapshot, BEFORE Encode.
func (s *Subtask) Spill(ctx context.Context, files state.Files, inlineBytes int) error {
	for i := range s.Operators {
		op := &s.Operators[i]
		var small []state.ListContent
		for _, l := range op.Lists {
			size := 0
			for _, r := range l.Records {
				size += len(r)
			}
			if size <= inlineBytes {
				small = append(small, l)
				continue
			}
			g, err := writeRecords(ctx, files, l.Records)
			if err != nil {
				return fmt.Errorf("the state %s of the operator %s: %w", l.Name, op.Name, err)
			}
			op.Large = append(op.Large, LargeList{Name: l.Name, Mode: l.Mode, Count: len(l.Records), Segment: g})
		}
		op.Lists = small
	}
	return nil
}

// writeRecords writes a segment: each record with its length before it.
func writeRecords(ctx context.Context, files state.Files, records [][]byte) (state.Segment, error) {
	w, err := files.Create(ctx, false)
	if err != nil {
		return state.Segment{}, err
	}
	buf := bufio.NewWriterSize(w, 64<<10)
	var length [binary.MaxVarintLen64]byte
	for _, r := range records {
		buf.Write(binary.AppendUvarint(length[:0], uint64(len(r))))
		buf.Write(r)
	}
	if err := buf.Flush(); err != nil {
		w.Abort()
		return state.Segment{}, err
	}
	return w.Commit()
}

// Load reads the Large lists of a restore into its Lists: for the subtask that is
// restored, BEFORE it makes its backends.
func (r *Restore) Load(ctx context.Context, files state.Files) error {
	for _, op := range r.Operators {
		if err := op.load(ctx, files); err != nil {
			return err
		}
	}
	return nil
}

func (op *OperatorRestore) load(ctx context.Context, files state.Files) error {
	for _, l := range op.Large {
		records, err := l.Records(ctx, files)
		if err != nil {
			return fmt.Errorf("the state %s: %w", l.Name, err)
		}
		op.Lists = addRecords(op.Lists, l.Name, l.Mode, records)
	}
	op.Large = nil
	return nil
}

// addRecords appends records to the list of that name.
func addRecords(lists []state.ListContent, name string, mode state.Redistribution, records [][]byte) []state.ListContent {
	for i := range lists {
		if lists[i].Name == name {
			// Its records may be shared with other subtasks.
			lists[i].Records = append(lists[i].Records[:len(lists[i].Records):len(lists[i].Records)], records...)
			return lists
		}
	}
	return append(lists, state.ListContent{Name: name, Mode: mode, Records: records})
}

// Records reads those records of the list that are asked for.
func (l *LargeList) Records(ctx context.Context, files state.Files) ([][]byte, error) {
	file, err := files.Open(ctx, l.Segment)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	in := bufio.NewReaderSize(file, 64<<10)
	var out [][]byte
	step, left := max(l.Step, 1), l.Segment.Length
	for i := range l.Count {
		n, err := binary.ReadUvarint(in)
		if err != nil || n > uint64(left) {
			return nil, l.damaged(i, err)
		}
		left -= int64(n)
		if i < l.First || (i-l.First)%step != 0 {
			if _, err := in.Discard(int(n)); err != nil {
				return nil, l.damaged(i, err)
			}
			continue
		}
		record := make([]byte, n)
		if _, err := io.ReadFull(in, record); err != nil {
			return nil, l.damaged(i, err)
		}
		out = append(out, record)
	}
	if _, err := in.ReadByte(); err != io.EOF {
		return nil, l.damaged(l.Count, err)
	}
	return out, nil
}

func (l *LargeList) damaged(record int, err error) error {
	if err != nil && err != io.EOF && err != io.ErrUnexpectedEOF {
		return err
	}
	return fmt.Errorf("%w: %s does not hold %d records (at record %d)", state.ErrCorrupt, l.Segment.File, l.Count, record)
}
