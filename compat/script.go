package compat

import "strings"

// Split cuts a script into statements at the semicolons outside of quotes, comments and BEGIN … END of a statement set.
// Comments and hints stay, empty statements go, semicolons at the ends too.
func Split(script string) []string {
	var statements []string
	s := splitter{text: script}
	for s.at < len(script) {
		if statement := s.next(); hasCode(statement) {
			statements = append(statements, statement)
		}
	}
	return statements
}

type splitter struct {
	text string
	at   int
}

// next consumes up to the semicolon that ends the statement.
func (s *splitter) next() string {
	begin, depth, last := s.at, 0, ""
	for s.at < len(s.text) {
		switch c := s.text[s.at]; {
		case c == '\'' || c == '"' || c == '`':
			s.skipQuoted(c)
		case strings.HasPrefix(s.text[s.at:], "--"):
			s.skipTo("\n")
		case strings.HasPrefix(s.text[s.at:], "/*"):
			s.skipTo("*/")
		case isLetter(c):
			word := s.word()
			if word == "BEGIN" && last == "SET" {
				depth++
			}
			if word == "END" && depth > 0 && s.endsSet() {
				depth--
			}
			last = word
		case c == ';' && depth == 0:
			s.at++
			return strings.TrimSpace(s.text[begin : s.at-1])
		default:
			s.at++
		}
	}
	return strings.TrimSpace(s.text[begin:])
}

// endsSet tells the END of a statement set, which a semicolon or the end of the text follows, from the END of a CASE.
// Inside of a set every INSERT ends with a semicolon, so END also stands right behind one.
func (s *splitter) endsSet() bool {
	before := strings.TrimSpace(s.text[:s.at-len("END")])
	return strings.HasSuffix(before, ";") || strings.HasSuffix(strings.ToUpper(before), "BEGIN")
}

func (s *splitter) skipQuoted(quote byte) {
	for s.at++; s.at < len(s.text) && s.text[s.at] != quote; s.at++ {
	}
	s.at = min(s.at+1, len(s.text)) // a doubled quote opens the next quoted part at once
}

func (s *splitter) skipTo(mark string) {
	i := strings.Index(s.text[s.at+2:], mark)
	if i < 0 {
		s.at = len(s.text)
		return
	}
	s.at += 2 + i + len(mark)
}

func (s *splitter) word() string {
	begin := s.at
	for s.at < len(s.text) && (isLetter(s.text[s.at]) || s.text[s.at] >= '0' && s.text[s.at] <= '9') {
		s.at++
	}
	return strings.ToUpper(s.text[begin:s.at])
}

func isLetter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' || c == '_' || c >= 0x80 }

// hasCode says that a statement is more than comments and blanks.
func hasCode(statement string) bool { return firstWord(statement) != "" }

// firstWord is the statement's first word in capitals, comments skipped; a symbol stands for itself.
func firstWord(statement string) string {
	s := splitter{text: statement}
	for s.at < len(s.text) {
		switch c := s.text[s.at]; {
		case strings.HasPrefix(s.text[s.at:], "--"):
			s.skipTo("\n")
		case strings.HasPrefix(s.text[s.at:], "/*"):
			s.skipTo("*/")
		case isLetter(c):
			return s.word()
		case c > ' ' && c != ';':
			return string(c)
		default:
			s.at++
		}
	}
	return ""
}
