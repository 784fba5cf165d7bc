package compat

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// A golden file is golden/<group>/<name>.txt, or <name>.streaming.txt and <name>.batch.txt where the modes answer
// differently:
//
//	columns: a INT NOT NULL | b STRING
//	rows: 2
//	[1, x]
//	[2, <NULL>]
//
// or the single line "error: first sentence".

// ReadGolden gives the recorded answer for a mode.
func ReadGolden(root, name string, mode Mode) (Answer, error) {
	text, err := os.ReadFile(goldenPath(root, name, mode))
	if errors.Is(err, fs.ErrNotExist) {
		text, err = os.ReadFile(goldenPath(root, name, ""))
	}
	if errors.Is(err, fs.ErrNotExist) {
		return Answer{}, fmt.Errorf("no recorded answer for %s; record it with: go run ./compat/cmd/record -only %s", name, name)
	}
	if err != nil {
		return Answer{}, err
	}
	answer, err := parseGolden(string(text))
	if err != nil {
		return Answer{}, fmt.Errorf("golden of %s: %w", name, err)
	}
	return answer, nil
}

// WriteGolden records the answers of a case by mode, in one file when they are equal.
func WriteGolden(root, name string, answers map[Mode]Answer) error {
	for _, mode := range []Mode{"", Streaming, Batch} {
		if err := os.Remove(goldenPath(root, name, mode)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	if err := os.MkdirAll(filepath.Dir(goldenPath(root, name, "")), 0o755); err != nil {
		return err
	}
	streaming, batch := answers[Streaming], answers[Batch]
	if len(answers) == 2 && streaming.String() != batch.String() {
		if err := os.WriteFile(goldenPath(root, name, Streaming), []byte(streaming.String()), 0o644); err != nil {
			return err
		}
		return os.WriteFile(goldenPath(root, name, Batch), []byte(batch.String()), 0o644)
	}
	for _, answer := range answers {
		return os.WriteFile(goldenPath(root, name, ""), []byte(answer.String()), 0o644)
	}
	return fmt.Errorf("no answer for %s", name)
}

func goldenPath(root, name string, mode Mode) string {
	if mode != "" {
		name += "." + string(mode)
	}
	return filepath.Join(root, "golden", filepath.FromSlash(name)+".txt")
}

// String is the text of the golden file.
func (a Answer) String() string {
	if a.Error != "" {
		return "error: " + a.Error + "\n"
	}
	var b strings.Builder
	fmt.Fprintf(&b, "columns: %s\nrows: %d\n", strings.Join(a.Columns, " | "), len(a.Rows))
	for _, row := range a.Rows {
		b.WriteString(row + "\n")
	}
	return b.String()
}

func parseGolden(text string) (Answer, error) {
	if sentence, is := strings.CutPrefix(text, "error: "); is {
		return Answer{Error: strings.TrimSpace(sentence)}, nil
	}
	lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	if len(lines) < 2 || !strings.HasPrefix(lines[0], "columns:") || !strings.HasPrefix(lines[1], "rows: ") {
		return Answer{}, fmt.Errorf("the first lines are not 'columns: …' and 'rows: n'")
	}
	answer := Answer{Rows: lines[2:]}
	if columns := strings.TrimSpace(strings.TrimPrefix(lines[0], "columns:")); columns != "" {
		answer.Columns = strings.Split(columns, " | ")
	}
	n, err := strconv.Atoi(strings.TrimPrefix(lines[1], "rows: "))
	if err != nil || n != len(answer.Rows) {
		return Answer{}, fmt.Errorf("'%s', but there are %d", lines[1], len(answer.Rows))
	}
	return answer, nil
}
