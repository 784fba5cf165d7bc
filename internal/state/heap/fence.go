package heap

import (
	"runtime"
	"sync/atomic"
)

// A cell is a page or an arena chunk as a snapshot sees it. Its bytes are those
// of the live page until somebody takes it:
//
//	shared  data is the live page. Who wants to read it (the snapshot) or is
//	        about to write the page (the subtask) first takes the cell.
//	taken   one of the two is copying.
//	own     data belongs to the snapshot, or has been consumed (nil).
//
// A cell is taken for the time of a memcpy, so the other one waits by yielding.
type cell struct {
	data  []byte
	state atomic.Uint32
}

const (
	cellShared uint32 = iota
	cellTaken
	cellOwn
)

// take returns true when the caller holds the cell, which is then its to give on
// by share or keep; false when its data is the snapshot's own.
func (c *cell) take() bool {
	for {
		switch c.state.Load() {
		case cellOwn:
			return false
		case cellShared:
			if c.state.CompareAndSwap(cellShared, cellTaken) {
				return true
			}
		}
		runtime.Gosched()
	}
}

// share gives a taken cell back unchanged.
func (c *cell) share() { c.state.Store(cellShared) }

// keep makes data, which nobody else writes, the content of a taken cell.
func (c *cell) keep(data []byte) {
	c.data = data
	c.state.Store(cellOwn)
}

// handOver is called by the subtask before its first write to live, the page
// that the cell may stand for. The live page stays where it is.
func (c *cell) handOver(live []byte, copyOf func([]byte) []byte) {
	if !c.take() {
		return
	}
	if len(c.data) > 0 && len(live) > 0 && &c.data[0] == &live[0] {
		c.keep(copyOf(c.data))
		return
	}
	c.keep(c.data) // the live page is another one by now
}

// read returns bytes from..to of the cell, for reading, in *buf unless they are the
// snapshot's own. The cell stays as it is.
func (c *cell) read(buf *[]byte, from, to int) []byte {
	if !c.take() {
		return c.data[from:to]
	}
	*buf = append((*buf)[:0], c.data[from:to]...)
	c.share()
	return *buf
}

// consume returns the whole content, in buf or, if own, a copy made before, and
// lets the subtask write the page from now on without a copy.
func (c *cell) consume(buf []byte) (content []byte, own bool) {
	if !c.take() {
		content = c.data
		c.data = nil
		return content, true
	}
	buf = append(buf[:0], c.data...)
	c.keep(nil)
	return buf, false
}

// drop lets the content go, unread.
func (c *cell) drop() {
	if c.take() {
		c.keep(nil)
		return
	}
	c.data = nil
}
