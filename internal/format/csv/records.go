package csv

import (
	"bufio"
	"bytes"
)

// Split finds records.
func (d *decoder) Split() bufio.SplitFunc {
	d.file = true
	return d.split
}

// Lines is true if no record can hold a line break.
func (d *decoder) Lines() bool { return d.quote < 0 && d.escape < 0 }

// split finds the record at the start of data. Most have neither quotes nor
// escapes and end at the first line break.
func (d *decoder) split(data []byte, atEOF bool) (advance int, token []byte, err error) {
	if len(data) == 0 {
		return 0, nil, nil
	}
	line := data
	end := bytes.IndexByte(data, '\n')
	if end >= 0 {
		line = data[:end]
	}
	if d.special(line) && !(d.comments && isComment(line)) {
		return d.splitQuoted(data, atEOF)
	}
	cr := bytes.IndexByte(line, '\r')
	switch {
	case cr >= 0 && cr+1 < len(data):
		if data[cr+1] == '\n' {
			return cr + 2, data[:cr:cr], nil
		}
		return cr + 1, data[:cr:cr], nil
	case end >= 0:
		return end + 1, line[:end:end], nil
	case !atEOF:
		return 0, nil, nil
	case cr >= 0:
		return cr + 1, data[:cr:cr], nil
	}
	return len(data), data, nil
}

// special reports whether line holds a quote or an escape.
func (d *decoder) special(line []byte) bool {
	return d.quote >= 0 && bytes.IndexByte(line, byte(d.quote)) >= 0 ||
		d.escape >= 0 && bytes.IndexByte(line, byte(d.escape)) >= 0
}

// splitQuoted follows the fields to the end of the record.
func (d *decoder) splitQuoted(data []byte, atEOF bool) (advance int, token []byte, err error) {
	i := 0
	for d.comments && i < len(data) && data[i] == ' ' {
		i++
	}
	for start := true; i < len(data); {
		c := data[i]
		switch {
		case start && d.trim && (c == ' ' || c == '\t'):
			i++
			continue
		case start && int(c) == d.quote:
			i = d.closing(data, i+1)
		case int(c) == d.escape:
			i += 2
		case c == '\n':
			return i + 1, data[:i:i], nil
		case c == '\r':
			if i+1 == len(data) && !atEOF {
				return 0, nil, nil
			}
			if i+1 < len(data) && data[i+1] == '\n' {
				return i + 2, data[:i:i], nil
			}
			return i + 1, data[:i:i], nil
		default:
			i++
		}
		start = c == d.delimiter && int(c) != d.escape
	}
	if !atEOF {
		return 0, nil, nil
	}
	return len(data), data, nil
}

// closing returns the position after the quote that ends the quoted text at i,
// beyond the end of data if there is none.
func (d *decoder) closing(data []byte, i int) int {
	for ; i < len(data); i++ {
		switch int(data[i]) {
		case d.escape:
			i++
		case d.quote:
			if i+1 < len(data) && int(data[i+1]) == d.quote {
				i++
				continue
			}
			return i + 1
		}
	}
	return len(data)
}

// isComment reports whether the first character that is not a blank is '#'.
func isComment(line []byte) bool {
	line = bytes.TrimLeft(line, " ")
	return len(line) > 0 && line[0] == '#'
}
