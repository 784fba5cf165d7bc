package statefile

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/flottstream/flott/internal/state"
	"github.com/flottstream/flott/internal/types"
)

// entries is a snapshot made of given entries.
type entries struct {
	states []state.Description
	of     map[string][]state.Entry
	err    error // of Scan, after the entries
}

func (s *entries) States() []state.Description { return s.states }
func (s *entries) Lists() []state.ListContent  { return nil }
func (s *entries) Release()                    {}

func (s *entries) Scan(name string, visit func(*state.Entry) error) error {
	for i := range s.of[name] {
		if err := visit(&s.of[name][i]); err != nil {
			return err
		}
	}
	return s.err
}

// shapes is a snapshot with n keys in states of every shape, the same for every run.
func shapes(n int) *entries {
	s := &entries{of: map[string][]state.Entry{}, states: []state.Description{
		{Spec: state.Spec{Name: "empty", FixedWidth: 8}, Shape: state.ShapeTable},
		{Spec: state.Spec{Name: "lists", FixedWidth: 2, Value: types.Schema{{Name: "at", Type: types.TimestampOf(3).NotNull()}, {Name: "note", Type: types.String()}}}, Shape: state.ShapeList},
		{Spec: state.Spec{Name: "maps", Key: []types.Type{types.Of(types.BigInt), types.DecimalOf(10, 2).NotNull()}, TTL: state.TTL{After: time.Hour}}, Shape: state.ShapeMap},
		{Spec: state.Spec{Name: "tables", FixedWidth: 5, Key: []types.Type{types.RowOf(types.Field{Name: "a`b", Type: types.ArrayOf(types.Of(types.Int))})}}, Shape: state.ShapeTable},
		{Spec: state.Spec{Name: "timers"}, Shape: state.ShapeTimers},
	}}
	r := rand.New(rand.NewPCG(1, 9))
	for i := range n {
		key := fmt.Appendf(nil, "key %d", i)
		for k := range r.IntN(5) {
			s.of["lists"] = append(s.of["lists"], state.Entry{Key: key, Fixed: fmt.Appendf(nil, "%02d", k), Var: text(r)})
		}
		for k := range r.IntN(5) {
			s.of["maps"] = append(s.of["maps"], state.Entry{Key: key, Sub: fmt.Appendf(nil, "sub %d", k), Var: text(r), Stamp: 1_700_000_000_000 + int64(r.IntN(1000))})
		}
		s.of["tables"] = append(s.of["tables"], state.Entry{Key: key, Namespace: int64(r.IntN(3)-1) * 60_000, Fixed: fmt.Appendf(nil, "%05d", i%100_000), Var: text(r)})
		s.of["timers"] = append(s.of["timers"], state.Entry{Key: key, Time: int64(r.IntN(1_000_000) - 1000)})
	}
	return s
}

func text(r *rand.Rand) []byte {
	return []byte(strings.Repeat(string(rune('a'+r.IntN(26))), r.IntN(60)))
}

// line prints an entry as it was meant; order is that of one key's entries.
func line(d state.Description, e *state.Entry) string {
	return fmt.Sprintf("%s: %q %q %d %d %q %q %d", d.Name, e.Key, e.Sub, e.Namespace, e.Time, e.Fixed, e.Var, e.Stamp)
}

// plainFiles is one file in memory whose reader checks nothing.
type plainFiles struct {
	file           []byte
	made, open     int
	opened, length int64 // calls of Open and bytes asked for
	failWrite      error
}

func (p *plainFiles) Create(context.Context, bool) (state.FileWriter, error) {
	p.made++
	p.open++
	return &plainWriter{files: p}, nil
}

func (p *plainFiles) Open(_ context.Context, s state.Segment) (io.ReadCloser, error) {
	p.opened++
	p.length += s.Length
	b := p.file[min(s.Offset, int64(len(p.file))):]
	return io.NopCloser(bytes.NewReader(b[:min(s.Length, int64(len(b)))])), nil
}

type plainWriter struct{ files *plainFiles }

func (w *plainWriter) Write(b []byte) (int, error) {
	if w.files.failWrite != nil {
		return 0, w.files.failWrite
	}
	w.files.file = append(w.files.file, b...)
	return len(b), nil
}

func (w *plainWriter) Commit() (state.Segment, error) {
	w.files.open--
	return state.Segment{File: "chk-1/part", Length: int64(len(w.files.file)), Sum: checksum(w.files.file)}, nil
}

func (w *plainWriter) Abort() {
	w.files.open--
	w.files.file = nil
}
