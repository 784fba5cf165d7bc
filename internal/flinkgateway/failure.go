package flinkgateway

import (
	"encoding/json"
	"fmt"
	"strings"
)

// Failure is what Flink refused or what broke a job. Causes run from the outermost exception to the root cause.
type Failure struct {
	HTTPStatus int
	Causes     []Cause
}

// Cause is one exception of the chain.
type Cause struct {
	Class   string // Java class, empty when the text had none
	Message string // may span lines
}

// Root is the innermost cause.
func (f *Failure) Root() Cause { return f.Causes[len(f.Causes)-1] }

// Find gives the outermost cause whose class ends with name, for example "ValidationException".
func (f *Failure) Find(name string) (Cause, bool) {
	for _, c := range f.Causes {
		if c.Class == name || strings.HasSuffix(c.Class, "."+name) {
			return c, true
		}
	}
	return Cause{}, false
}

// Error is the root cause's message; the class stands in for a message that is missing.
func (f *Failure) Error() string {
	root := f.Root()
	if root.Message == "" {
		return root.Class
	}
	return root.Message
}

// failureOf reads the body {"errors": [...]} of an answer that is no success.
func failureOf(status int, body []byte) *Failure {
	f := &Failure{HTTPStatus: status}
	var answer struct {
		Errors []string `json:"errors"`
	}
	if json.Unmarshal(body, &answer) != nil || len(answer.Errors) == 0 {
		f.Causes = []Cause{{Message: fmt.Sprintf("HTTP status %d: %s", status, firstLine(string(body)))}}
		return f
	}
	// The last entry is the one with a stack trace, if any has one.
	f.Causes = causesOf(answer.Errors[len(answer.Errors)-1])
	return f
}

const (
	serverSide    = "<Exception on server side:"
	serverSideEnd = "End of exception on server side>"
	causedBy      = "Caused by: "
)

// causesOf takes a Java stack trace apart: a head line, further lines of its message, frames ("\tat …", "\t... 3 more"),
// and the same again after each "Caused by: ". Frames are dropped.
func causesOf(trace string) []Cause {
	trace = strings.TrimPrefix(strings.TrimSpace(trace), serverSide)
	trace = strings.TrimSpace(strings.TrimSuffix(trace, serverSideEnd))
	var causes []Cause
	frames := true // a head line is expected at first
	for i, line := range strings.Split(trace, "\n") {
		switch {
		case i == 0 || strings.HasPrefix(line, causedBy):
			causes = append(causes, headOf(strings.TrimPrefix(line, causedBy)))
			frames = false
		case strings.HasPrefix(line, "\tat ") || strings.HasPrefix(line, "\t... ") || strings.HasPrefix(line, "\tSuppressed: "):
			frames = true
		case !frames:
			causes[len(causes)-1].Message += "\n" + line
		}
	}
	for i := range causes {
		causes[i].Message = strings.TrimSpace(causes[i].Message)
	}
	return causes
}

// headOf splits "java.lang.RuntimeException: text". A head without a class is all message.
func headOf(line string) Cause {
	class, message, found := strings.Cut(line, ": ")
	if !strings.Contains(class, ".") || strings.ContainsAny(class, " '\"") {
		return Cause{Message: line}
	}
	if !found {
		class = strings.TrimSuffix(class, ":")
	}
	return Cause{Class: class, Message: message}
}

func firstLine(s string) string {
	line, _, _ := strings.Cut(strings.TrimSpace(s), "\n")
	return line
}
