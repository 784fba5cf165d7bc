package compat

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Ask runs a case on an engine once and folds the answer. Data is the folder of the tables. A refusal is an answer; an
// error means that no answer came about: a broken changelog, a cancelled context, a folder that cannot be made.
func Ask(ctx context.Context, engine Engine, c *Case, data string, mode Mode, parallelism int) (Answer, error) {
	data, err := filepath.Abs(data)
	if err != nil {
		return Answer{}, err
	}
	out, err := os.MkdirTemp("", "flott-compat-")
	if err != nil {
		return Answer{}, err
	}
	defer os.RemoveAll(out)
	columns, rows, err := engine.Run(ctx, c.Text(data, out), Settings(mode, parallelism))
	if ctx.Err() != nil {
		return Answer{}, ctx.Err()
	}
	if err != nil {
		answer := Refused(err)
		answer.Error = strings.NewReplacer(data, "${data}", out, "${out}").Replace(answer.Error)
		return answer, nil
	}
	if c.WritesFiles() {
		return filesAnswer(out)
	}
	answer, err := c.Fold(columns, rows)
	for i, row := range answer.Rows {
		answer.Rows[i] = strings.ReplaceAll(row, data, "${data}")
	}
	return answer, err
}

// filesAnswer reads every line that sinks wrote under out, as "folder: line". Hidden files and folders are unfinished
// work, and names that begin with '_' are marks.
func filesAnswer(out string) (Answer, error) {
	var answer Answer
	err := filepath.WalkDir(out, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		hidden := path != out && strings.ContainsAny(entry.Name()[:1], "._")
		switch {
		case hidden && entry.IsDir():
			return fs.SkipDir
		case hidden || entry.IsDir():
			return nil
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		folder, err := filepath.Rel(out, filepath.Dir(path))
		if err != nil {
			return err
		}
		for line := range strings.Lines(string(text)) {
			answer.Rows = append(answer.Rows, fmt.Sprintf("%s: %s", filepath.ToSlash(folder), escapes.Replace(strings.TrimSuffix(line, "\n"))))
		}
		return nil
	})
	slices.Sort(answer.Rows)
	return answer, err
}
