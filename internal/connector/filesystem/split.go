package filesystem

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/flottstream/flott/internal/connector"
	"github.com/flottstream/flott/internal/format"
)

// splitState is the state of a split: which part of which file, and how far it
// has been read.
type splitState struct {
	Version int               `json:"v"`
	Path    string            `json:"path"`
	Size    int64             `json:"size"`  // bytes on disk when it was found
	Mtime   int64             `json:"mtime"` // ms since 1970
	Parts   map[string]string `json:"parts,omitempty"`
	// Start <= Pos are offsets in the decompressed text. Records that begin in
	// [Start, End) belong to the split; End < 0 is the end of the file.
	Start int64 `json:"start"`
	End   int64 `json:"end"`
	Pos   int64 `json:"pos"` // where the next record begins
}

const splitVersion = 1

func (st *splitState) id() string {
	if st.Start == 0 && st.End < 0 {
		return st.Path
	}
	return fmt.Sprintf("%s#%d", st.Path, st.Start)
}

func (st *splitState) split() connector.Split {
	text, err := json.Marshal(st)
	if err != nil {
		panic(err) // plain data
	}
	return connector.Split{ID: st.id(), State: text}
}

func readSplit(s connector.Split) (*splitState, error) {
	st := new(splitState)
	if err := json.Unmarshal(s.State, st); err != nil {
		return nil, fmt.Errorf("split %q of a filesystem source cannot be read: %w", s.ID, err)
	}
	if st.Version != splitVersion {
		return nil, fmt.Errorf("split %q of a filesystem source has version %d, this program knows %d", s.ID, st.Version, splitVersion)
	}
	return st, nil
}

// blockBytes is the size of the parts into which large files of lines are cut.
const blockBytes = 64 << 20

// splitsOf cuts a file into splits.
func splitsOf(f found, lines bool, block int64) []connector.Split {
	whole := splitState{Version: splitVersion, Path: f.path, Size: f.size, Mtime: f.mtime, Parts: f.parts, End: -1}
	if !lines || f.size < 2*block || compressed(f.path) {
		return []connector.Split{whole.split()}
	}
	var out []connector.Split
	for start := int64(0); start < f.size; start += block {
		part := whole
		part.Start, part.Pos, part.End = start, start, start+block
		if f.size-part.End < block/2 {
			part.End = -1
		}
		out = append(out, part.split())
		if part.End < 0 {
			break
		}
	}
	return out
}

// enumerator finds files. It is called by one goroutine.
type enumerator struct {
	*settings
	lines bool
	block int64
	seen  map[string]bool // paths
	// filter says which partitions matter.
	filter *format.Filter
}

// Discover returns the splits of files that were not there before.
func (e *enumerator) Discover(context.Context) ([]connector.Split, error) {
	files, err := e.list()
	if err != nil {
		return nil, err
	}
	var out []connector.Split
	for _, f := range files {
		if e.seen[f.path] {
			continue
		}
		e.seen[f.path] = true
		if ok, err := e.mayMatch(&f, e.filter); err != nil {
			return nil, err
		} else if !ok {
			continue
		}
		out = append(out, splitsOf(f, e.lines, e.block)...)
	}
	return out, nil
}

// Interval is how often to look again, 0 for never.
func (e *enumerator) Interval() time.Duration { return e.monitor }

// Owner is whoever asks first.
func (e *enumerator) Owner(connector.Split) int { return -1 }

// Close has nothing to do.
func (e *enumerator) Close() error { return nil }
