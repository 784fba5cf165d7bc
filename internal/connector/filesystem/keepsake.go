package filesystem

import (
	"encoding/json"
	"fmt"
	"slices"

	"github.com/flottstream/flott/internal/connector"
)

// keepsake is a record of Prepare: what a subtask of an exactly-once sink keeps
// in a checkpoint. docs/filesystem_sink.md describes it.
type keepsake struct {
	Version  int    `json:"v"`
	Operator string `json:"operator"` // with Job: whose staging folder the files are in
	Job      string `json:"job"`
	// Of the subtask that made it.
	Subtask     int          `json:"subtask"`
	Parallelism int          `json:"parallelism"`
	Watermark   int64        `json:"watermark"` // ms, see report
	Files       []stagedFile `json:"files,omitempty"`
	// Marks are objects to remove once this record's checkpoint is complete.
	Marks []string `json:"marks,omitempty"`
	// Partitions have rows, and are not known to be marked as complete.
	Partitions []partition `json:"partitions,omitempty"`
}

// stagedFile is a file that waits to be published. Names are relative to the
// table's path.
type stagedFile struct {
	Staged string `json:"staged"`
	Name   string `json:"name"`
}

// partition is one that waits for being marked as complete.
type partition struct {
	Path   string   `json:"path"` // relative to the table's path
	Values []string `json:"values"`
	Since  int64    `json:"since"` // ms since 1970, when its first file was begun
	Last   int64    `json:"last"`  // newest checkpoint with a file of it
}

const keepsakeVersion = 1

func (k *keepsake) encode() []byte {
	text, err := json.Marshal(k)
	if err != nil {
		panic(err) // plain data
	}
	return text
}

func readKeepsake(record []byte) (*keepsake, error) {
	k := new(keepsake)
	if err := json.Unmarshal(record, k); err != nil {
		return nil, fmt.Errorf("the state of a filesystem sink cannot be read: %w", err)
	}
	if k.Version != keepsakeVersion {
		return nil, fmt.Errorf("the state of a filesystem sink has version %d, this program knows %d", k.Version, keepsakeVersion)
	}
	if k.Job == "" && k.Operator == "" {
		return nil, fmt.Errorf("the state of a filesystem sink names no job%w", connector.ErrUser)
	}
	return k, nil
}

// partitions are those that wait, by path.
type partitions map[string]*partition

// add notes a file of a partition. Of two notes the earlier begin and the later
// checkpoint count.
func (ps partitions) add(p partition) {
	old := ps[p.Path]
	if old == nil {
		ps[p.Path] = &p
		return
	}
	old.Since, old.Last = min(old.Since, p.Since), max(old.Last, p.Last)
}

// remove forgets a partition that is complete up to a checkpoint, unless it
// has got files since.
func (ps partitions) remove(path string, through int64) {
	if p := ps[path]; p != nil && p.Last <= through {
		delete(ps, path)
	}
}

// list returns copies in order of path.
func (ps partitions) list() []partition {
	out := make([]partition, 0, len(ps))
	for _, p := range ps {
		out = append(out, *p)
	}
	slices.SortFunc(out, func(a, b partition) int {
		if a.Path < b.Path {
			return -1
		}
		return 1
	})
	return out
}
