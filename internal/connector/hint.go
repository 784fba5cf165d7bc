package connector

import "errors"

// hinted is an error with advice of how to mend it, which is shown on a line of
// its own.
type hinted struct {
	error
	hint string
}

// WithHint adds advice to an error; "" adds nothing.
func WithHint(err error, hint string) error {
	if hint == "" {
		return err
	}
	return &hinted{err, hint}
}

// Unwrap returns the error.
func (h *hinted) Unwrap() error { return h.error }

// HintOf is the advice that an error carries, "" if none.
func HintOf(err error) string {
	var h *hinted
	if errors.As(err, &h) {
		return h.hint
	}
	return ""
}

// DidYouMean is advice that names the known word nearest to a misspelt one, "" if
// none is near.
func DidYouMean(word string, known []string) string {
	best, distance := "", max(2, len(word)/5)+1
	for _, k := range known {
		if d := letters(word, k); d < distance {
			best, distance = k, d
		}
	}
	if best == "" {
		return ""
	}
	return "did you mean '" + best + "'?"
}

// letters is the number of letters to insert, delete or replace between a and b.
func letters(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal, row[j+1] = row[j+1], min(cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
