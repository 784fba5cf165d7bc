package complete

import (
	"strings"

	"github.com/flottstream/flott/internal/sql/parser"
)

// Whole reports whether a text that is being typed can be carried out: its last statement ends with a semicolon, or it is
// a command that needs none, or nothing.
func Whole(text string) bool {
	if strings.TrimSpace(text) == "" || Command(text) {
		return true
	}
	pieces := parser.Split(text)
	if len(pieces) == 0 {
		return true // semicolons and comments alone
	}
	return pieces[len(pieces)-1].Closed
}

// Command reports a command of the shell without its semicolon.
func Command(text string) bool {
	switch strings.ToUpper(strings.TrimSpace(text)) {
	case "HELP", "QUIT", "EXIT", "CLEAR":
		return true
	}
	return false
}
