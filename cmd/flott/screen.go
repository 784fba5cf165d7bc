package main

import (
	"io"
	"sync"
)

// screen lets results, messages and one line of progress share a terminal: the
// line is wiped before anything else is written and comes back at the next
// update. Without a terminal there is no such line.
type screen struct {
	mu      sync.Mutex
	out     io.Writer // results
	err     io.Writer // messages and progress
	shared  bool      // both are the same terminal
	shown   bool      // a progress line is there
	midLine bool      // the last text on the terminal did not end its line
}

const wipe = "\r\x1b[K"

// progress shows a line in place of the one before.
func (s *screen) progress(line string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.midLine {
		return
	}
	io.WriteString(s.err, wipe+line)
	s.shown = true
}

// clear takes the progress line away.
func (s *screen) clear() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.wipe()
}

func (s *screen) wipe() {
	if s.shown {
		io.WriteString(s.err, wipe)
		s.shown = false
	}
}

// results and messages are the two writers of the screen.
func (s *screen) results() io.Writer  { return pane{s, s.out, s.shared} }
func (s *screen) messages() io.Writer { return pane{s, s.err, true} }

// pane is one writer of a screen; lines says that its text is on the terminal
// where progress is shown.
type pane struct {
	screen *screen
	to     io.Writer
	lines  bool
}

// Write writes p where no progress line is in its way.
func (p pane) Write(text []byte) (int, error) {
	s := p.screen
	s.mu.Lock()
	defer s.mu.Unlock()
	if p.lines {
		s.wipe()
	}
	n, err := p.to.Write(text)
	if p.lines && n > 0 {
		s.midLine = text[n-1] != '\n'
	}
	return n, err
}
