package snapshot

import (
	"slices"
	"strings"

	"github.com/flottstream/flott/internal/checkpoint"
	"github.com/flottstream/flott/internal/connector"
	"github.com/flottstream/flott/internal/state"
)

// subtaskHead is the magic and the version of a subtask's state.
const subtaskHead = "FLTS\x01"

// here begins the name of a file that lies beside _metadata, wherever that is.
const here = "./"

// relative names a file below base in a way that survives moving.
func relative(name, base string) string {
	if rest, ok := strings.CutPrefix(name, base+"/"); ok && base != "" {
		return here + rest
	}
	return name
}

// absolute undoes relative.
func absolute(name, base string) string {
	if rest, ok := strings.CutPrefix(name, here); ok {
		return base + "/" + rest
	}
	return name
}

// Encode writes what a subtask gives to a checkpoint. Files below base, the
// savepoint's path, are named relative to it; base is "" for a checkpoint. The
// handles are the files of all segments, in order of name; their sizes are those
// known of here: up to the end of the last piece.
//
// Equal subtasks give equal bytes.
func Encode(s *Subtask, base string) checkpoint.State {
	handles, index := s.files()
	names := make([]string, len(handles))
	for i, h := range handles {
		names[i] = relative(h.Name, base)
	}
	e := encoder{file: index}
	e.begin(subtaskHead)
	e.names(names)
	e.count(len(s.Operators))
	for i := range s.Operators {
		e.operator(&s.Operators[i])
	}
	e.count(len(s.Inflight))
	for i := range s.Inflight {
		e.inflight(&s.Inflight[i])
	}
	return checkpoint.State{Data: e.end(), Handles: handles}
}

// files lists the distinct files of all segments, and where each name stands.
func (s *Subtask) files() (handles []checkpoint.Handle, index map[string]int) {
	size := map[string]int64{}
	s.eachSegment(func(g *state.Segment) {
		if g.File != "" {
			size[g.File] = max(size[g.File], g.Offset+g.Length)
		}
	})
	for name, n := range size {
		handles = append(handles, checkpoint.Handle{Name: name, Size: n})
	}
	slices.SortFunc(handles, func(a, b checkpoint.Handle) int { return strings.Compare(a.Name, b.Name) })
	index = make(map[string]int, len(handles))
	for i, h := range handles {
		index[h.Name] = i
	}
	return handles, index
}

// eachSegment visits every segment of the subtask's state.
func (s *Subtask) eachSegment(visit func(*state.Segment)) {
	for i := range s.Operators {
		op := &s.Operators[i]
		if op.Keyed != nil {
			for j := range op.Keyed.Part.Segments {
				visit(&op.Keyed.Part.Segments[j])
			}
		}
		for j := range op.Large {
			visit(&op.Large[j].Segment)
		}
	}
	for i := range s.Inflight {
		visit(&s.Inflight[i].Segment)
	}
}

type encoder struct {
	writer
	file map[string]int // index of a name
}

// What an operator's flags say.
const (
	operatorDone  = 1
	operatorKeyed = 2
)

func (e *encoder) operator(op *Operator) {
	e.string(op.UID)
	e.string(op.Name)
	e.int(op.In)
	e.int(op.Out)
	flags := byte(0)
	if op.Done {
		flags |= operatorDone
	}
	if op.Keyed != nil {
		flags |= operatorKeyed
	}
	e.byte(flags)
	if op.Keyed != nil {
		e.keyed(op.Keyed)
	}
	e.count(len(op.Lists))
	for i := range op.Lists {
		e.list(&op.Lists[i])
	}
	e.count(len(op.Large))
	for i := range op.Large {
		e.large(&op.Large[i])
	}
	e.count(len(op.Splits))
	for i := range op.Splits {
		e.split(&op.Splits[i])
	}
}

func (e *encoder) keyed(k *Keyed) {
	e.int(int64(k.Groups.Start))
	e.int(int64(k.Groups.End))
	e.count(len(k.States))
	for _, d := range k.States {
		e.description(d)
	}
	e.string(k.Part.Format)
	e.bytes(k.Part.Data)
	e.count(len(k.Part.Segments))
	for i := range k.Part.Segments {
		e.segment(&k.Part.Segments[i])
	}
	e.uint(uint64(k.Part.Bytes))
	e.uint(uint64(k.Part.FullBytes))
}

// segment writes the place of its file in the table plus one, or 0 and its bytes.
func (e *encoder) segment(g *state.Segment) {
	if g.File == "" {
		e.count(0)
		e.string(g.Inline)
		e.sum(g.Sum)
		return
	}
	e.count(e.file[g.File] + 1)
	e.uint(uint64(g.Offset))
	e.uint(uint64(g.Length))
	e.sum(g.Sum)
}

func (e *encoder) list(l *state.ListContent) {
	e.string(l.Name)
	e.byte(byte(l.Mode))
	e.count(len(l.Records))
	for _, r := range l.Records {
		e.bytes(r)
	}
}

func (e *encoder) large(l *LargeList) {
	e.string(l.Name)
	e.byte(byte(l.Mode))
	e.count(l.Count)
	e.segment(&l.Segment)
}

func (e *encoder) split(s *connector.Split) {
	e.string(s.ID)
	e.bytes(s.State)
	e.int(s.Time)
}

func (e *encoder) inflight(f *Inflight) {
	e.string(f.From)
	e.string(f.To)
	e.count(f.Port)
	e.count(f.Producer)
	e.uint(uint64(f.Rows))
	e.segment(&f.Segment)
}
