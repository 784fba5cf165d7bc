package compat

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// Case is one SQL job with the directives of its header:
//
//	-- One sentence that says what the case shows.
//	-- modes: streaming, batch     where it runs; required
//	-- flink: batch                modes in which Flink is asked, where it answers wrongly or not in another; default: all
//	-- parallelism: 1              default 1, 2
//	-- printed                     the answer is what the print connector writes
//	-- ordered                     rows are compared in the order in which they come
//	-- refused: streaming          Flink refuses it or its job fails in these modes
//	-- digits: 12                  FLOAT and DOUBLE columns are rounded to so many significant digits
type Case struct {
	Name        string // group/name
	Script      string // with ${data} and ${out} unreplaced
	Modes       []Mode
	Asked       []Mode // the modes of the recorded answer
	Refused     []Mode
	Parallelism []int
	Printed     bool
	Ordered     bool
	Digits      int // 0: floats are compared to the letter
	// Limit is a text that flott's refusal holds where Flink has an answer: a known
	// limit. The case fails as soon as flott answers.
	Limit string
}

// LoadCases reads every cases/<group>/<name>.sql under root, sorted by name.
func LoadCases(root string) ([]Case, error) {
	files, err := filepath.Glob(filepath.Join(root, "cases", "*", "*.sql"))
	if err != nil {
		return nil, err
	}
	slices.Sort(files)
	var cases []Case
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		group := filepath.Base(filepath.Dir(file))
		c, err := parseCase(group+"/"+strings.TrimSuffix(filepath.Base(file), ".sql"), string(text))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		cases = append(cases, c)
	}
	return cases, nil
}

func parseCase(name, script string) (Case, error) {
	c := Case{Name: name, Script: script, Parallelism: []int{1, 2}}
	for _, line := range strings.Split(script, "\n") {
		comment, is := strings.CutPrefix(line, "--")
		if !is {
			break
		}
		if err := c.directive(strings.TrimSpace(comment)); err != nil {
			return c, err
		}
	}
	if len(c.Modes) == 0 {
		return c, fmt.Errorf("no '-- modes:' line in the header")
	}
	if len(c.Asked) == 0 {
		c.Asked = c.Modes
	}
	return c, nil
}

func (c *Case) directive(line string) error {
	key, value, found := strings.Cut(line, ":")
	value = strings.TrimSpace(value)
	switch {
	case line == "printed":
		c.Printed = true
	case line == "ordered":
		c.Ordered = true
	case found && key == "modes":
		return readModes(value, &c.Modes)
	case found && key == "flink":
		return readModes(value, &c.Asked)
	case found && key == "refused":
		return readModes(value, &c.Refused)
	case found && key == "parallelism":
		c.Parallelism = nil
		for _, word := range strings.Split(value, ",") {
			n, err := strconv.Atoi(strings.TrimSpace(word))
			if err != nil || n < 1 {
				return fmt.Errorf("parallelism '%s' is no positive number", word)
			}
			c.Parallelism = append(c.Parallelism, n)
		}
	case found && key == "limit":
		c.Limit = value
	case found && key == "digits":
		n, err := strconv.Atoi(value)
		if err != nil || n < 1 || n > 17 {
			return fmt.Errorf("digits '%s' is no number from 1 to 17", value)
		}
		c.Digits = n
	}
	return nil // any other line is prose
}

func readModes(value string, modes *[]Mode) error {
	for _, word := range strings.Split(value, ",") {
		mode := Mode(strings.TrimSpace(word))
		if mode != Streaming && mode != Batch {
			return fmt.Errorf("mode '%s' is neither streaming nor batch", mode)
		}
		*modes = append(*modes, mode)
	}
	return nil
}

// Text is the script with its placeholders replaced by absolute folders.
func (c *Case) Text(data, out string) string {
	return strings.NewReplacer("${data}", data, "${out}", out).Replace(c.Script)
}

// WritesFiles says that the case is judged by files: its last statement is no query.
func (c *Case) WritesFiles() bool {
	statements := Split(c.Script)
	if len(statements) == 0 {
		return false
	}
	word := firstWord(statements[len(statements)-1])
	return word == "INSERT" || word == "EXECUTE"
}
