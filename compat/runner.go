package compat

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
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
	answer, err := ask(ctx, engine, c, c.Text(data, out), out, Settings(mode, parallelism))
	if ctx.Err() != nil {
		return Answer{}, ctx.Err()
	}
	folders := strings.NewReplacer(data, "${data}", out, "${out}")
	answer.Error = folders.Replace(answer.Error)
	for i, row := range answer.Rows {
		answer.Rows[i] = folders.Replace(row)
	}
	return answer, err
}

// ask picks where the answer shows: in printed lines, in files or in the final query's rows.
func ask(ctx context.Context, engine Engine, c *Case, script, out string, settings map[string]string) (Answer, error) {
	if c.Printed {
		printing, can := engine.(Printing)
		if !can {
			return Answer{}, fmt.Errorf("the engine cannot tell what the print connector wrote")
		}
		lines, err := printing.RunPrinting(ctx, script, settings)
		if err != nil {
			return refusal(err)
		}
		return printedAnswer(lines), nil
	}
	columns, rows, err := engine.Run(ctx, script, settings)
	if err != nil {
		return refusal(err)
	}
	if c.WritesFiles() {
		return filesAnswer(out)
	}
	return c.Fold(columns, rows)
}

// refusal is an answer, unless the engine could not give any.
func refusal(err error) (Answer, error) {
	if errors.Is(err, ErrNoAnswer) {
		return Answer{}, err
	}
	return Refused(err), nil
}

// subtaskMark is the number of the subtask, which print tables of parallel jobs put before a row.
var subtaskMark = regexp.MustCompile(`^(?:(.*?):)?[0-9]+> `)

// printedAnswer drops the subtask's number, which depends on where a row happened to go, and keeps the identifier.
func printedAnswer(lines []string) Answer {
	var answer Answer
	for _, line := range lines {
		if m := subtaskMark.FindStringSubmatch(line); m != nil {
			line = line[len(m[0]):]
			if m[1] != "" {
				line = m[1] + "> " + line
			}
		}
		answer.Rows = append(answer.Rows, escapes.Replace(line))
	}
	slices.Sort(answer.Rows)
	return answer
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
