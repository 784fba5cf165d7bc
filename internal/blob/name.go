package blob

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// Reserved begins the segments that a Store keeps for itself (files that are
// being written); no name has one.
const Reserved = ".flott-"

// CheckName returns an error, in one sentence, for what is not a name: empty,
// a leading or trailing "/", an empty segment, "." or "..", a segment that
// begins with Reserved, a control character, text that is not UTF-8.
func CheckName(name string) error {
	if name == "" {
		return fmt.Errorf("an object's name must not be empty")
	}
	for segment := range strings.SplitSeq(name, "/") {
		if err := checkSegment(segment); err != nil {
			return fmt.Errorf("%q is not a name of an object: %w", name, err)
		}
	}
	return nil
}

// CheckPrefix returns an error for a text that no name begins with.
func CheckPrefix(prefix string) error {
	segments := strings.Split(prefix, "/")
	last := len(segments) - 1
	for i, segment := range segments {
		err := checkCharacters(segment)
		if i < last {
			err = checkSegment(segment)
		}
		if err != nil {
			return fmt.Errorf("%q is not a prefix of names: %w", prefix, err)
		}
	}
	return nil
}

func checkSegment(segment string) error {
	switch {
	case segment == "":
		return fmt.Errorf(`it has an empty segment (a "/" at its beginning or end, or two in a row)`)
	case segment == "." || segment == "..":
		return fmt.Errorf("the segment %q is not allowed", segment)
	case strings.HasPrefix(segment, Reserved):
		return fmt.Errorf("segments that begin with %q are reserved", Reserved)
	}
	return checkCharacters(segment)
}

func checkCharacters(segment string) error {
	if !utf8.ValidString(segment) {
		return fmt.Errorf("it is not UTF-8")
	}
	if i := strings.IndexFunc(segment, func(r rune) bool { return r < ' ' || r == 0x7f }); i >= 0 {
		return fmt.Errorf("it has a control character")
	}
	return nil
}
