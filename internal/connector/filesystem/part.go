package filesystem

import (
	"bufio"
	"context"
	"time"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/blob"
	"github.com/flottstream/flott/internal/format"
)

// part is a file being written. Nobody sees it, not even in the staging folder,
// before finish.
type part struct {
	stagedFile
	key          string // the partition's directory
	out          blob.Writer
	buf          *bufio.Writer
	size         int64
	whole        format.FileWriter // of formats that fill whole files, else nil
	rows         []int32           // of the batch being written, for whole
	opened, used time.Time
}

const writeBytes = 256 << 10

func openPart(ctx context.Context, store blob.Store, f stagedFile, key string, now time.Time) (*part, error) {
	out, err := store.Create(ctx, f.Staged)
	if err != nil {
		return nil, err
	}
	return &part{stagedFile: f, key: key, out: out, buf: bufio.NewWriterSize(out, writeBytes), opened: now, used: now}, nil
}

func (p *part) write(text []byte) error {
	p.size += int64(len(text))
	_, err := p.buf.Write(text)
	return err
}

// flush gives the rows of b that came together to the file's format.
func (p *part) flush(b *batch.Batch) error {
	if p.whole == nil || len(p.rows) == 0 {
		return nil
	}
	err := p.whole.Write(b, p.rows)
	p.rows, p.size = p.rows[:0], p.whole.Size()
	return err
}

// finish makes the file durable in the staging folder.
func (p *part) finish() error {
	if p.whole != nil {
		if err := p.whole.Close(); err != nil {
			p.out.Abort()
			return err
		}
	}
	if err := p.buf.Flush(); err != nil {
		p.out.Abort()
		return err
	}
	return p.out.Commit()
}

func (p *part) discard() { p.out.Abort() }
