package jobgraph

// Connected reports whether producing subtask p (of producers) has a channel to
// consuming subtask c (of consumers) under a distribution.
func Connected(d Distribution, p, producers, c, consumers int) bool {
	switch d {
	case Forward:
		return p == c
	case Global:
		return c == 0
	case Rescale:
		if producers >= consumers {
			return p*consumers/producers == c
		}
		return c*producers/consumers == p
	}
	return true
}
