package filesystem

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/flottstream/flott/internal/connector"
)

// part is a file being written, hidden until it is published.
type part struct {
	dir, name    string
	file         *os.File
	out          *bufio.Writer
	size         int64
	opened, used time.Time
}

const writeBytes = 256 << 10

func openPart(dir, name string, now time.Time) (*part, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("cannot create the directory '%s': %w%w", dir, err, connector.ErrUser)
	}
	file, err := os.OpenFile(filepath.Join(dir, inProgress(name)), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return nil, fmt.Errorf("cannot create a file in '%s': %w%w", dir, err, connector.ErrUser)
	}
	return &part{dir: dir, name: name, file: file, out: bufio.NewWriterSize(file, writeBytes), opened: now, used: now}, nil
}

func inProgress(name string) string { return "." + name + ".inprogress" }

func (p *part) write(text []byte) error {
	p.size += int64(len(text))
	if _, err := p.out.Write(text); err != nil {
		return fmt.Errorf("cannot write '%s': %w%w", p.file.Name(), err, connector.ErrUser)
	}
	return nil
}

// finish makes the file durable. It is still hidden.
func (p *part) finish() error {
	err := p.out.Flush()
	if err == nil {
		err = p.file.Sync()
	}
	if e := p.file.Close(); err == nil {
		err = e
	}
	return p.named(err)
}

// publish gives a finished file its name.
func (p *part) publish() error {
	return p.named(os.Rename(p.file.Name(), filepath.Join(p.dir, p.name)))
}

func (p *part) named(err error) error {
	if err != nil {
		return fmt.Errorf("cannot finish '%s': %w%w", filepath.Join(p.dir, p.name), err, connector.ErrUser)
	}
	return nil
}

// discard removes the file.
func (p *part) discard() {
	p.file.Close()
	os.Remove(p.file.Name())
}
