package checkpoint

import "sort"

// files counts how many checkpoints, retained or in progress, need each file.
type files struct {
	refs map[string]int
	// foreign files belong to the user: they are never discarded.
	foreign map[string]bool
}

func (f *files) acquire(hs []Handle) {
	for _, h := range hs {
		f.refs[h.Name]++
	}
}

// release gives references back and returns the files nobody needs any more.
func (f *files) release(hs []Handle) (free []Handle) {
	for _, h := range hs {
		if n := f.refs[h.Name] - 1; n > 0 {
			f.refs[h.Name] = n
			continue
		}
		delete(f.refs, h.Name)
		if !f.foreign[h.Name] {
			free = append(free, h)
		}
	}
	return free
}

// disown makes the files of m the user's.
func (f *files) disown(m *Manifest) {
	m.each(func(hs []Handle) {
		for _, h := range hs {
			f.foreign[h.Name] = true
		}
	})
}

// unneeded returns those of hs that no checkpoint refers to.
func (f *files) unneeded(hs []Handle) (free []Handle) {
	for _, h := range hs {
		if f.refs[h.Name] == 0 && !f.foreign[h.Name] {
			free = append(free, h)
		}
	}
	return free
}

// completed is a durable checkpoint.
type completed struct {
	*Manifest
	owned bool // ours to delete
	pins  int  // checkpoints in progress that build on it
	gone  bool // no longer retained; deleted when pins is 0
}

// retain adds a completed checkpoint in order of id.
func (c *Coordinator) retain(k *completed) {
	at := sort.Search(len(c.retained), func(i int) bool { return c.retained[i].ID >= k.ID })
	c.retained = append(c.retained, nil)
	copy(c.retained[at+1:], c.retained[at:])
	c.retained[at] = k
}

// trim lets go of what num-retained does not ask for. Snapshots of the user do not
// count, and are forgotten once enough of our own are newer.
func (c *Coordinator) trim() (newest int64) {
	own := int64(0)
	for i := len(c.retained) - 1; i >= 0; i-- {
		k := c.retained[i]
		if own < c.o.NumRetained {
			if k.owned {
				own++
			}
			continue
		}
		newest = max(newest, k.ID)
		c.retained = append(c.retained[:i], c.retained[i+1:]...)
		k.gone = true
		c.sweep(k)
	}
	return newest
}

// sweep deletes a checkpoint that is no longer retained and that nothing in
// progress builds on.
func (c *Coordinator) sweep(k *completed) {
	if !k.gone || k.pins > 0 {
		return
	}
	var free []Handle
	k.each(func(hs []Handle) { free = append(free, c.files.release(hs)...) })
	if !k.owned {
		return // its files are foreign: free is empty
	}
	c.out.Discard = append(c.out.Discard, Discard{ID: k.ID, Manifest: k.Manifest, Handles: free})
	c.out.History = append(c.out.History, Update{Event: Discarded, ID: k.ID, Time: c.now})
}

// adopt registers the files of a durable checkpoint that was not taken by this
// coordinator.
func (c *Coordinator) adopt(m *Manifest, owned bool) {
	m.each(c.files.acquire)
	if !owned {
		c.files.disown(m)
	}
	c.retain(&completed{Manifest: m, owned: owned})
	c.nextID = max(c.nextID, m.ID+1)
}

// latest is the newest checkpoint to recover from, nil if there is none.
func (c *Coordinator) latest() *completed {
	if n := len(c.retained); n > 0 {
		return c.retained[n-1]
	}
	return nil
}

func (c *Coordinator) latestID() int64 {
	if k := c.latest(); k != nil {
		return k.ID
	}
	return 0
}
