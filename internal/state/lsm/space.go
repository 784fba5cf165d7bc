package lsm

import (
	"github.com/flottstream/flott/internal/state"
	"github.com/flottstream/flott/internal/state/slab"
)

// space is one namespace of a Table, or all of another state: an index of the
// cells that are resident, and how many entries there are elsewhere.
type space struct {
	slab.Index // of the resident cells, deleted ones included
	ns         state.Namespace

	count  int // entries: live resident cells and cold ones
	cold   int // entries that are in the tree only
	groups []int32
	// groups[g - first own key group] counts the entries that the tree holds once
	// all runs collected so far have been ingested; nil: none.

	pages []uint32
	used  int // cells handed out of the last page
	freed []uint32
	sweep int // word of the live bitmaps at which the next TTL sweep begins
}

// inTree is the number of entries the tree holds, see groups.
func (s *space) inTree() (n int) {
	for _, c := range s.groups {
		n += int(c)
	}
	return n
}
