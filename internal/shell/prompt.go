package shell

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/reeflective/readline"

	"github.com/flottstream/flott/internal/shell/complete"
	"github.com/flottstream/flott/internal/shell/highlight"
	"github.com/flottstream/flott/internal/tableau"
)

// Run reads statements from the terminal until the user leaves. A statement that fails does not end it.
func (s *Shell) Run(ctx context.Context) error {
	editor := s.editor()
	if s.Banner != "" {
		fmt.Fprintln(s.Out, s.Banner)
	}
	for !s.quit && ctx.Err() == nil {
		s.tell()
		editor.Config.Set("multiline-column-numbered", s.settings.is(keyNumbers))
		line, err := editor.Readline()
		switch {
		case errors.Is(err, readline.ErrInterrupt):
			continue
		case errors.Is(err, io.EOF):
			s.quit = s.leave()
			continue
		case err != nil:
			return err
		}
		if strings.TrimSpace(line) == "" {
			continue
		}
		s.warned = false
		s.text(ctx, "", bare(line))
	}
	return nil
}

// editor is the line editor.
func (s *Shell) editor() *readline.Shell {
	rl := readline.NewShell()
	rl.Config.Set("menu-complete-display-prefix", true)
	rl.Config.Set("completion-ignore-case", true)
	rl.Config.Set("enable-bracketed-paste", true)
	rl.Config.Set("bell-style", "none")
	rl.Config.Set("multiline-column", false)
	// The terminal's answer to the probe comes between what is typed, and keys that come with it are lost. Without it
	// the editor does not know where the screen ends: see room.
	rl.Config.Set("cursor-position-probe", false)
	rl.Prompt.Primary(func() string { return s.Prompt })
	rl.Prompt.Secondary(func() string { return strings.Repeat(" ", len(s.Prompt)-2) + "> " })
	rl.AcceptMultiline = func(line []rune) bool { return complete.Whole(string(line)) }
	rl.SyntaxHighlighter = func(line []rune) string {
		s.room(string(line), rl.Keymap.Local() != "")
		return highlight.SQL(string(line), s.settings.colors())
	}
	rl.Completer = s.complete
	rl.History.Delete()
	rl.History.Add("history", openHistory(s.History))
	return rl
}

// menuLines is the room for candidates, or for what a search in the history has found.
const menuLines = 12

// room sees to it that there are lines below the cursor for what is typed, and for a menu. Moving down at the end of the
// screen scrolls it, moving up again brings the cursor back to where it was in the text: the editor, which moves
// relatively, does not notice.
func (s *Shell) room(text string, menu bool) {
	width, height := s.size()
	lines := 1
	for line := range strings.Lines(text) {
		lines += 1 + (len(s.Prompt)+tableau.Width([]byte(line)))/width
	}
	if menu {
		lines += menuLines
	}
	lines = min(lines, height-1)
	fmt.Fprint(s.Terminal, strings.Repeat("\n", lines)+fmt.Sprintf("\x1b[%dA", lines))
}

// bare gives commands without a semicolon one.
func bare(line string) string {
	if complete.Command(line) {
		return strings.TrimSpace(line) + ";"
	}
	return line
}

// complete are the candidates at the cursor, in the words that the editor knows: those that blanks separate.
func (s *Shell) complete(line []rune, cursor int) readline.Completions {
	text, at := string(line), len(string(line[:cursor]))
	found, from := complete.At(text, at, s.Names)
	word := strings.LastIndexAny(text[:at], " \t\n") + 1
	if from < word { // a name with a blank in it
		word = from
	}
	var out []readline.Completion
	for _, c := range found {
		out = append(out, readline.Completion{Value: text[word:from] + c.Text, Display: c.Text, Description: c.Note, Tag: string(c.Kind)})
	}
	comps := readline.CompleteRaw(out).NoSort()
	comps.PREFIX = text[word:at]
	return comps
}
