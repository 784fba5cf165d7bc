package hdfs

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"

	"github.com/colinmarc/hdfs/v2"
)

// Open reads length bytes from offset on.
func (s *Store) Open(ctx context.Context, name string, offset, length int64) (io.ReadCloser, error) {
	if err := s.check(ctx, "read", name); err != nil {
		return nil, err
	}
	if offset < 0 {
		return nil, fmt.Errorf("cannot read %s from offset %d: it must not be negative", s.URL(name), offset)
	}
	for try := 0; ; try++ {
		r, err := s.open(ctx, name, offset, length)
		if errors.Is(err, errReplaced) && try < 20 && ctx.Err() == nil {
			continue
		}
		if err != nil {
			return nil, s.failed("read", name, err)
		}
		return r, nil
	}
}

var errReplaced = errors.New("it was replaced while it was being opened, again and again")

// open asks the NameNode first for the size and then for the blocks of a path,
// and between the two another file may take its name: so the first bytes are
// read here, and it is seen to that the file is still the same.
func (s *Store) open(ctx context.Context, name string, offset, length int64) (*reader, error) {
	file, _, err := s.find(name)
	if err != nil {
		return nil, err
	}
	f, err := s.client.Open(file)
	if err != nil {
		return nil, err
	}
	r := &reader{s: s, ctx: ctx, name: name, file: f}
	rest := max(0, f.Stat().Size()-offset)
	if length < 0 || length > rest {
		length = rest
	}
	r.buffer = bufio.NewReader(io.LimitReader(f, length))
	if length == 0 {
		return r, nil
	}
	if _, err = f.Seek(offset, io.SeekStart); err == nil {
		_, err = r.buffer.Peek(1)
	}
	now, found := s.client.Stat(file)
	if found != nil || fileID(now) != fileID(f.Stat()) {
		f.Close()
		return nil, errReplaced
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	return r, nil
}

// fileID tells two files that had the same name apart.
func fileID(info fs.FileInfo) uint64 {
	if status, ok := info.Sys().(interface{ GetFileId() uint64 }); ok {
		return status.GetFileId()
	}
	return 0
}

// reader reads a part of a file until its context ends.
type reader struct {
	s      *Store
	ctx    context.Context
	name   string
	file   *hdfs.FileReader
	buffer *bufio.Reader // a long Read goes past it
}

func (r *reader) Read(p []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, fmt.Errorf("cannot read %s: %w", r.s.URL(r.name), err)
	}
	n, err := r.buffer.Read(p)
	if err != nil && err != io.EOF {
		err = r.s.failed("read", r.name, err)
	}
	return n, err
}

func (r *reader) Close() error { return r.file.Close() }
