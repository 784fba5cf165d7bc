package json

import "bufio"

// Split finds lines: in a file every line is a message.
func (d *decoder) Split() bufio.SplitFunc { return bufio.ScanLines }
