package screen

import "strings"

// sequences are what terminals send for keys that are no characters.
var sequences = map[string]string{
	"\x1b[A": "up", "\x1b[B": "down", "\x1b[C": "right", "\x1b[D": "left", "\x1bOA": "up", "\x1bOB": "down", "\x1bOC": "right", "\x1bOD": "left",
	"\x1b[5~": "pgup", "\x1b[6~": "pgdn", "\x1b[H": "home", "\x1b[F": "end", "\x1bOH": "home", "\x1bOF": "end", "\x1b[1~": "home", "\x1b[4~": "end",
	"\r": "enter", "\n": "enter", "\x1b": "esc", "\x02": "ctrl-b", "\x03": "ctrl-c", "\x04": "ctrl-d", "\x06": "ctrl-f",
}

// Keys names the keys in what a terminal sent at once: their characters, or up, down, left, right, pgup, pgdn, home, end,
// enter, esc, ctrl-c …. Sequences that nobody knows are left out.
func Keys(sent string) (keys []string) {
	for sent != "" {
		longest := ""
		for s := range sequences {
			if len(s) > len(longest) && strings.HasPrefix(sent, s) {
				longest = s
			}
		}
		switch {
		case longest == "\x1b" && len(sent) > 1 && strings.ContainsRune("[O", rune(sent[1])):
			sent = sent[unknown(sent):]
		case longest != "":
			keys = append(keys, sequences[longest])
			sent = sent[len(longest):]
		default:
			r := []rune(sent)[0]
			if r >= ' ' {
				keys = append(keys, string(r))
			}
			sent = strings.TrimPrefix(sent, string(r))
			if r == '\uFFFD' && sent != "" {
				sent = sent[1:]
			}
		}
	}
	return keys
}

// unknown is the length of an escape sequence: up to its final letter or '~'.
func unknown(sent string) int {
	for i := 2; i < len(sent); i++ {
		if c := sent[i]; c >= 0x40 && c <= 0x7e {
			return i + 1
		}
	}
	return len(sent)
}
