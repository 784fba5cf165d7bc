package drill

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"os"
	"strings"
	"time"

	"github.com/flottstream/flott/internal/doctor"
)

// record keeps what the cluster says at the moment, as a case for the doctor's
// tests. A cluster that does not answer leaves none.
func (l *Lab) record(ctx context.Context) error {
	if l.Options.Record == "" {
		return nil
	}
	f, err := os.Create(l.Options.Record)
	if err != nil {
		return err
	}
	access := l.Options.Access
	access.URL = l.engine.url()
	err = doctor.Collect(ctx, doctor.Sources{Access: access, Job: l.Options.Job}, "flott drill "+l.drill.Name, []string{l.drill.Cause}, f)
	if err != nil {
		l.say("nothing was recorded: %v", err)
		return errors.Join(f.Close(), os.Remove(l.Options.Record))
	}
	return f.Close()
}

// neutralise copies a bundle with names replaced, and without lines of the
// JobManager's log from before a time.
func neutralise(from, to string, names *strings.Replacer, since time.Time) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	z, err := gzip.NewReader(in)
	if err != nil {
		return err
	}
	out, err := os.Create(to)
	if err != nil {
		return err
	}
	w, _ := gzip.NewWriterLevel(out, gzip.BestCompression) // a level that is there
	t := tar.NewWriter(w)
	for r := tar.NewReader(z); ; {
		h, err := r.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			return err
		}
		body, err := io.ReadAll(r)
		if err != nil {
			return err
		}
		body = []byte(names.Replace(string(recent(body, since))))
		h.Size = int64(len(body))
		if err := t.WriteHeader(h); err != nil {
			return err
		}
		if _, err := t.Write(body); err != nil {
			return err
		}
	}
	return errors.Join(t.Close(), w.Close(), out.Close())
}

// recent drops the lines of a log from before a time; anything else stays.
func recent(body []byte, since time.Time) []byte {
	const layout = "2006-01-02 15:04:05,000"
	if len(body) < len(layout) {
		return body
	}
	if _, err := time.ParseInLocation(layout, string(body[:len(layout)]), time.Local); err != nil {
		return body
	}
	for rest := body; len(rest) > 0; {
		line, after, _ := bytes.Cut(rest, []byte("\n"))
		if len(line) >= len(layout) {
			if at, err := time.ParseInLocation(layout, string(line[:len(layout)]), time.Local); err == nil && !at.Before(since) {
				return rest
			}
		}
		rest = after
	}
	return nil
}
