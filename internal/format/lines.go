package format

// LineDecoder is a StreamDecoder that knows whether its messages are exactly
// the lines of a file. If so a file may be cut at any line feed and its parts
// read side by side.
type LineDecoder interface {
	StreamDecoder
	Lines() bool
}
