package operators

import "github.com/flottstream/flott/internal/state"

// singleKey asks state for one key where the others do not matter.
type singleKey struct {
	keys state.Keys
	hash [1]uint64
	ends [2]int32
}

// of returns key k of keys by itself. It aliases keys.
func (s *singleKey) of(keys *state.Keys, k int) *state.Keys {
	return s.make(keys.Hash[k], keys.At(k), keys.Width)
}

// make returns the keys of one key; width is 0 if keys vary in size.
func (s *singleKey) make(hash uint64, key []byte, width int) *state.Keys {
	s.hash[0], s.ends[1] = hash, int32(len(key))
	s.keys = state.Keys{Hash: s.hash[:], Width: width, Bytes: key}
	if width == 0 {
		s.keys.Offsets = s.ends[:]
	}
	return &s.keys
}

// dueKeys are the keys whose timers have fired, each once.
type dueKeys struct {
	fired  state.Keys
	groups grouper
}

// pop takes the timers up to time and returns their keys.
func (d *dueKeys) pop(timers state.Timers, time int64, width int) (*state.Keys, error) {
	resetKeys(&d.fired, width)
	err := timers.PopUntil(time, func(_ int64, hash uint64, key []byte) error {
		appendKey(&d.fired, hash, key)
		return nil
	})
	d.groups.group(&d.fired)
	return &d.groups.keys, err
}
