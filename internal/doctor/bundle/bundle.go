// Package bundle keeps what a reader was answered in one file (tar, gzip), so that
// the doctor can look at a cluster it cannot reach. Answers are kept as they came,
// with secrets masked; a newer doctor reads an older bundle with its newer rules.
//
// Layout, version 1:
//
//	meta.json      {version, target, taken, by}
//	index.json     [{path, file, status, error}], in order; a path asked twice is there twice
//	rest/NNNN      the answers
//	logs/NAME      log files, masked
package bundle

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path"
	"sort"
	"strings"
	"sync"
	"time"

	"github.com/flottstream/flott/internal/doctor/flinkrest"
)

// Version of the layout that Write writes.
const Version = 1

// Meta says where a bundle is from.
type Meta struct {
	Version int       `json:"version"`
	Target  string    `json:"target"`
	Taken   time.Time `json:"taken"`
	By      string    `json:"by"` // version of flott
	// Expect names the causes a doctor must find; only in recorded test cases.
	Expect []string `json:"expect,omitempty"`
}

// Answer is one answer to a GET.
type Answer struct {
	Path   string `json:"path"`
	File   string `json:"file,omitempty"`
	Status int    `json:"status,omitempty"` // 0: the request failed, see Error
	Error  string `json:"error,omitempty"`

	body []byte
}

// Recorder is a Getter that keeps what another one answers.
type Recorder struct {
	From flinkrest.Getter

	mu      sync.Mutex
	answers []Answer
	bytes   int // of the answers
}

// answersBytesMax are the bytes of answers that a bundle keeps, logsBytesMax those of logs.
const (
	answersBytesMax = 32 << 20
	logsBytesMax    = 32 << 20
)

// Get asks and keeps the answer.
func (r *Recorder) Get(ctx context.Context, path string) ([]byte, error) {
	body, err := r.From.Get(ctx, path)
	a := Answer{Path: path, Status: 200, body: body}
	var status *flinkrest.StatusError
	switch {
	case errors.As(err, &status):
		a.Status, a.Error = status.Status, status.Text
	case err != nil:
		a.Status, a.Error = 0, err.Error()
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.bytes += len(body); r.bytes > answersBytesMax {
		a = Answer{Path: path, Error: fmt.Sprintf("left out of the bundle, which holds at most %d MiB of answers", answersBytesMax>>20)}
	}
	r.answers = append(r.answers, a)
	return body, err
}

// Log is a log file to go into a bundle.
type Log struct {
	Name string
	Open func() (io.ReadCloser, error)
}

const logBytesMax = 8 << 20 // of each log, from its end, in a bundle

// Write writes a bundle of what was recorded.
func (r *Recorder) Write(w io.Writer, meta Meta, logs []Log) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	meta.Version = Version
	z := gzip.NewWriter(w)
	t := tar.NewWriter(z)
	add := func(name string, body []byte) error {
		h := &tar.Header{Name: name, Mode: 0o600, Size: int64(len(body)), ModTime: meta.Taken}
		if err := t.WriteHeader(h); err != nil {
			return err
		}
		_, err := t.Write(body)
		return err
	}
	// Answers to one path keep their order; paths are sorted, so that a bundle
	// does not depend on which answer came first.
	sort.SliceStable(r.answers, func(a, b int) bool { return r.answers[a].Path < r.answers[b].Path })
	for i := range r.answers {
		a := &r.answers[i]
		a.File = ""
		if a.Status == 200 {
			a.File = fmt.Sprintf("rest/%04d", i)
		}
	}
	head, err := json.Marshal(meta)
	if err != nil {
		return err
	}
	index, err := json.MarshalIndent(r.answers, "", " ")
	if err != nil {
		return err
	}
	if err := errors.Join(add("meta.json", head), add("index.json", index)); err != nil {
		return err
	}
	for _, a := range r.answers {
		if a.File != "" {
			if err := add(a.File, Mask(a.body)); err != nil {
				return err
			}
		}
	}
	for _, l := range logs {
		text, err := tail(l, min(logBytesMax, logsBytesMax/len(logs)))
		if err != nil {
			return fmt.Errorf("log %s: %w", l.Name, err)
		}
		if err := add("logs/"+path.Base(l.Name), maskLog(text)); err != nil {
			return err
		}
	}
	return errors.Join(t.Close(), z.Close())
}

// tail reads the end of a log.
func tail(l Log, most int) ([]byte, error) {
	f, err := l.Open()
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var keep bytes.Buffer
	chunk := make([]byte, 1<<20)
	for {
		n, err := f.Read(chunk)
		keep.Write(chunk[:n])
		if keep.Len() > 2*most+len(chunk) {
			keep.Next(keep.Len() - most)
		}
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, err
		}
	}
	if keep.Len() > most {
		keep.Next(keep.Len() - most)
	}
	return keep.Bytes(), nil
}

// Bundle is a bundle that was read. It is a Getter.
type Bundle struct {
	Meta Meta
	Logs map[string][]byte

	mu      sync.Mutex
	answers map[string][]Answer
	next    map[string]int
}

const (
	bundleBytesMax = answersBytesMax + logsBytesMax + 8<<20 // of all files, unpacked
	filesMax       = 50_000
)

// Read reads a bundle.
func Read(r io.Reader) (*Bundle, error) {
	z, err := gzip.NewReader(r)
	if err != nil {
		return nil, errors.New("this is no bundle of `flott doctor collect`: it is not compressed with gzip")
	}
	files, total := map[string][]byte{}, 0
	for t := tar.NewReader(z); ; {
		h, err := t.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("this is no whole bundle of `flott doctor collect`: %w", err)
		}
		body, err := io.ReadAll(io.LimitReader(t, int64(bundleBytesMax-total)+1))
		if err != nil {
			return nil, fmt.Errorf("the bundle is cut off in %s: %w", h.Name, err)
		}
		if total += len(body); total > bundleBytesMax || len(files) > filesMax {
			return nil, fmt.Errorf("the bundle holds more than %d MiB; collect it anew with --job to make it smaller", bundleBytesMax>>20)
		}
		files[path.Clean(h.Name)] = body
	}
	b := &Bundle{Logs: map[string][]byte{}, answers: map[string][]Answer{}, next: map[string]int{}}
	var index []Answer
	if json.Unmarshal(files["meta.json"], &b.Meta) != nil || json.Unmarshal(files["index.json"], &index) != nil {
		return nil, errors.New("this is no bundle of `flott doctor collect`: meta.json and index.json are not there")
	}
	if b.Meta.Version > Version || b.Meta.Version < 1 {
		return nil, fmt.Errorf("the bundle has layout %d, this flott reads up to %d; use the flott that collected it, or a newer one", b.Meta.Version, Version)
	}
	for _, a := range index {
		a.body = files[a.File]
		b.answers[a.Path] = append(b.answers[a.Path], a)
	}
	for name, body := range files {
		if log, ok := strings.CutPrefix(name, "logs/"); ok {
			b.Logs[log] = body
		}
	}
	return b, nil
}

// notKept is a path that was not asked when the bundle was collected.
type notKept string

func (p notKept) Error() string { return string(p) + " is not in the bundle" }

// NotKept tells it from an answer that went wrong.
func (notKept) NotKept() bool { return true }

// Get answers as the cluster did. A path that was asked several times is
// answered in order, the last answer again and again.
func (b *Bundle) Get(_ context.Context, p string) ([]byte, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	list := b.answers[p]
	if len(list) == 0 {
		if body, ok := b.metricsOf(p); ok {
			return body, nil
		}
		return nil, notKept(strings.SplitN(p, "?", 2)[0])
	}
	n := min(b.next[p], len(list)-1)
	b.next[p]++
	switch a := list[n]; {
	case a.Status == 200:
		return a.body, nil
	case a.Status != 0:
		return nil, &flinkrest.StatusError{Path: strings.SplitN(p, "?", 2)[0], Status: a.Status, Text: a.Error}
	default:
		return nil, errors.New(a.Error)
	}
}
