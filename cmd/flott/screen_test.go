package main

import (
	"io"
	"strings"
	"testing"
)

// Progress never stands in a line of results, and nothing is left of it.
func TestScreenSharesATerminal(t *testing.T) {
	var terminal strings.Builder
	s := &screen{out: &terminal, err: &terminal, shared: true}
	s.progress("1 s")
	io.WriteString(s.results(), "a,b\nc")
	s.progress("not here")
	io.WriteString(s.results(), ",d\n")
	s.progress("2 s")
	s.progress("3 s")
	io.WriteString(s.messages(), "done\n")
	s.clear()
	want := wipe + "1 s" + wipe + "a,b\nc" + ",d\n" + wipe + "2 s" + wipe + "3 s" + wipe + "done\n"
	if got := terminal.String(); got != want {
		t.Errorf("the terminal got\n%q, want\n%q", got, want)
	}
}

// Results that go to a file leave the progress line alone.
func TestScreenResultsElsewhere(t *testing.T) {
	var file, terminal strings.Builder
	s := &screen{out: &file, err: &terminal}
	s.progress("1 s")
	io.WriteString(s.results(), "a")
	s.progress("2 s")
	s.clear()
	if got, want := terminal.String(), wipe+"1 s"+wipe+"2 s"+wipe; got != want {
		t.Errorf("the terminal got %q, want %q", got, want)
	}
	if file.String() != "a" {
		t.Errorf("the file got %q", file.String())
	}
}
