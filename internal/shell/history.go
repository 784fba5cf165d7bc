package shell

import (
	"bufio"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

// history is what was typed, in a file of one JSON string per statement, so that a statement of many lines is one entry.
// It implements readline.History.
type history struct {
	path  string // empty: not kept
	lines []string
}

const (
	historyMax   = 2000    // entries that are read
	historyBytes = 8 << 20 // a longer file is written anew when it is read
)

// HistoryPath is where the history lies unless told otherwise: $XDG_STATE_HOME/flott/sql_history.
func HistoryPath() string {
	state := os.Getenv("XDG_STATE_HOME")
	if state == "" {
		home, err := os.UserHomeDir()
		if err != nil {
			return ""
		}
		state = filepath.Join(home, ".local", "state")
	}
	return filepath.Join(state, "flott", "sql_history")
}

// openHistory reads what there is. A history that cannot be kept is no reason not to work.
func openHistory(path string) *history {
	h := &history{path: path}
	file, err := os.Open(path)
	if err != nil {
		return h
	}
	defer file.Close()
	in := bufio.NewScanner(file)
	in.Buffer(nil, historyBytes)
	for in.Scan() {
		var line string
		if json.Unmarshal(in.Bytes(), &line) == nil && line != "" {
			h.lines = append(h.lines, line)
		}
	}
	if len(h.lines) > historyMax {
		h.lines = h.lines[len(h.lines)-historyMax:]
	}
	if info, err := file.Stat(); err == nil && info.Size() > historyBytes {
		h.rewrite()
	}
	return h
}

func (h *history) rewrite() {
	var b strings.Builder
	for _, l := range h.lines {
		b.Write(encoded(l))
	}
	next := h.path + ".new"
	if os.WriteFile(next, []byte(b.String()), 0o600) == nil {
		os.Rename(next, h.path)
	}
}

func encoded(line string) []byte {
	text, _ := json.Marshal(line)
	return append(text, '\n')
}

// secret is a statement that is not written to a file.
var secret = regexp.MustCompile(`(?i)'[^']*(password|secret|token|credential|jaas\.config|api-?key)[^']*'\s*=`)

// Write implements readline.History.
func (h *history) Write(line string) (int, error) {
	line = strings.TrimRight(line, "\n\t ")
	if line == "" || strings.HasPrefix(line, " ") || len(h.lines) > 0 && h.lines[len(h.lines)-1] == line {
		return len(h.lines), nil
	}
	h.lines = append(h.lines, line)
	if h.path == "" || secret.MatchString(line) {
		return len(h.lines), nil
	}
	if os.MkdirAll(filepath.Dir(h.path), 0o700) != nil {
		return len(h.lines), nil
	}
	file, err := os.OpenFile(h.path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err == nil {
		file.Write(encoded(line))
		file.Close()
	}
	return len(h.lines), nil
}

var errNoLine = errors.New("there is no such line in the history")

// GetLine implements readline.History.
func (h *history) GetLine(i int) (string, error) {
	if i < 0 || i >= len(h.lines) {
		return "", errNoLine
	}
	return h.lines[i], nil
}

// Len implements readline.History.
func (h *history) Len() int { return len(h.lines) }

// Dump implements readline.History.
func (h *history) Dump() any { return h.lines }
