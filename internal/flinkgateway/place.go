package flinkgateway

import (
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Place is a range of a statement as Flink counts: lines and columns from 1, the last column included. Columns are
// UTF-16 units.
type Place struct {
	Line, Col       int
	EndLine, EndCol int
}

var (
	fromTo   = regexp.MustCompile(`From line (\d+), column (\d+) to line (\d+), column (\d+):?\s*`)
	atColumn = regexp.MustCompile(`\s*[Aa]t line (\d+), column (\d+)`)
)

// Place is where in the statement the failure lies, by the innermost cause that says so.
func (f *Failure) Place() (Place, bool) {
	for i := len(f.Causes) - 1; i >= 0; i-- {
		if m := fromTo.FindStringSubmatch(f.Causes[i].Message); m != nil {
			return Place{number(m[1]), number(m[2]), number(m[3]), number(m[4])}, true
		}
		if m := atColumn.FindStringSubmatch(f.Causes[i].Message); m != nil {
			return Place{number(m[1]), number(m[2]), number(m[1]), number(m[2])}, true
		}
	}
	return Place{}, false
}

// Range is the place as byte offsets in the statement, [pos, end).
func (p Place) Range(statement string) (pos, end int) {
	pos = offset(statement, p.Line, p.Col)
	end = offset(statement, p.EndLine, p.EndCol)
	if end < len(statement) {
		_, n := utf8.DecodeRuneInString(statement[end:])
		end += n
	}
	return pos, max(pos, end)
}

// offset finds a line and a column, or the nearest place that there is.
func offset(text string, line, col int) int {
	at := 0
	for ; line > 1; line-- {
		i := strings.IndexByte(text[at:], '\n')
		if i < 0 {
			break
		}
		at += i + 1
	}
	for units := 1; units < col && at < len(text) && text[at] != '\n'; {
		r, n := utf8.DecodeRuneInString(text[at:])
		units++
		if r > 0xffff {
			units++
		}
		at += n
	}
	return at
}

func number(digits string) int {
	n, _ := strconv.Atoi(digits)
	return n
}

// wrappers are causes that only say that something below them failed.
var wrappers = []string{"SqlGatewayException", "SqlExecutionException", "ExecutionException", "CompletionException", "ProgramInvocationException", "JobExecutionException", "JobException"}

// Sentence is what a user is told: what Flink says is wrong, without class names and places, and, in more, what it says
// beyond that.
func (f *Failure) Sentence() (sentence, more string) {
	message := f.Error()
	if f.Root().Message == "" {
		// A class alone, such as java.lang.NullPointerException; the cause above it may have words.
		for i := len(f.Causes) - 2; i >= 0 && !wrapper(f.Causes[i].Class); i-- {
			if f.Causes[i].Message != "" {
				message = f.Causes[i].Message + ": " + message
				break
			}
		}
	}
	message = fromTo.ReplaceAllString(message, "")
	if strings.HasPrefix(message, "Encountered ") {
		message = atColumn.ReplaceAllString(message, "")
	}
	sentence, more, _ = strings.Cut(strings.TrimSpace(message), "\n")
	if expected, ok := strings.CutPrefix(strings.TrimSpace(more), "Was expecting"); ok {
		more = expectation(expected)
	}
	return strings.TrimSuffix(strings.TrimSpace(sentence), "."), strings.TrimSpace(more)
}

func wrapper(class string) bool {
	for _, w := range wrappers {
		if strings.HasSuffix(class, "."+w) {
			return true
		}
	}
	return false
}

// expectation makes one line of the words that a parser would have taken.
func expectation(list string) string {
	const most = 8
	var words []string
	for line := range strings.Lines(list) {
		word := strings.TrimSuffix(strings.TrimSpace(line), " ...")
		if word == "" || word == "one of:" || word == ":" {
			continue
		}
		words = append(words, strings.Trim(word, `"`))
	}
	more := ""
	if len(words) > most {
		words, more = words[:most], " …"
	}
	if len(words) == 0 {
		return ""
	}
	return "expected is one of: " + strings.Join(words, ", ") + more
}
