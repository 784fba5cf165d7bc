package main

import (
	"io"
	"os"
	"sync"

	"golang.org/x/term"
)

// screen lets results, messages and one line of progress share a terminal: the
// line is wiped before anything else is written and comes back at the next
// update. Without a terminal there is no such line.
type screen struct {
	mu      sync.Mutex
	out     io.Writer  // results
	err     io.Writer  // messages and progress
	shared  bool       // both are the same terminal
	width   func() int // columns of the terminal, 0 or nil: unknown
	shown   bool       // a progress line is there
	midLine bool       // the last text on the terminal did not end its line
}

const wipe = "\r\x1b[K"

// terminalWidth is that of the terminal that standard error is, 0 if it is none.
func terminalWidth() int {
	width, _, err := term.GetSize(int(os.Stderr.Fd()))
	if err != nil {
		return 0
	}
	return width
}

// progress shows a line, cut to the terminal's width, in place of the one before.
func (s *screen) progress(line string) {
	if s.width != nil {
		if width, chars := s.width(), []rune(line); width > 0 && len(chars) >= width {
			line = string(chars[:width-1])
		}
	}
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

// results is where results go. Elsewhere than on the terminal they are in
// nobody's way, and a reader that does not read must not hold up messages.
func (s *screen) results() io.Writer {
	if !s.shared {
		return s.out
	}
	return pane{s, s.out}
}

// messages is where messages go.
func (s *screen) messages() io.Writer { return pane{s, s.err} }

// pane writes to a screen where no progress line is in the way.
type pane struct {
	screen *screen
	to     io.Writer
}

// Write wipes the line of progress first.
func (p pane) Write(text []byte) (int, error) {
	s := p.screen
	s.mu.Lock()
	defer s.mu.Unlock()
	s.wipe()
	n, err := p.to.Write(text)
	if n > 0 {
		s.midLine = text[n-1] != '\n'
	}
	return n, err
}
