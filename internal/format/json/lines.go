package json

import "bufio"

// Split finds lines: in a file every line is a message.
func (d *decoder) Split() bufio.SplitFunc { return bufio.ScanLines }

// Lines is true: a line feed inside a string would have to be escaped.
func (d *decoder) Lines() bool { return true }
