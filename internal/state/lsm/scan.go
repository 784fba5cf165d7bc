package lsm

import (
	"github.com/flottstream/flott/internal/state"
)

// keptOfScan is how many of the entries that a scan brought in last stay
// resident whatever the budget says.
const keptOfScan = 1 << 16

// scanAll visits the entries of sp: first those that are resident, then those
// that are cold, which become resident. prefix is what their keys have in common
// behind the keyspace; cut takes such a rest apart into the hash and key of a
// cell, or says that there is none.
func (s *store) scanAll(sp *space, prefix []byte, cut func(rest []byte) (uint64, []byte, bool), fn func(state.Ref) bool) error {

	s.b.thaw()
	if !s.each(sp, fn) {
		return s.b.failure
	}
	var brought []state.Ref
	from, upTo := []byte(nil), []byte(nil)
	for g := s.b.owner.Start; g <= s.b.owner.End && sp.cold > 0; g++ {
		if sp.groups == nil || sp.groups[g-s.b.owner.Start] == 0 {
			continue
		}
		from = append(appendPrefix(from[:0], g, s.at), prefix...)
		upTo = after(upTo[:0], from)
		stop := false
		err := s.b.tree.scan(from, upTo, func(treeKey, value []byte) (bool, error) {
			hash, key, ok := cut(treeKey[prefixBytes:])
			if !ok || s.Probe(&sp.Index, hash, key) != state.None {
				return true, nil
			}
			r, err := s.adopt(sp, hash, key, value)
			if err != nil {
				return false, err
			}
			brought = append(brought, r)
			if len(brought) >= 2*keptOfScan && s.b.usedBytes() > s.b.budget {
				s.evictThese(brought[:keptOfScan])
				brought = append(brought[:0], brought[keptOfScan:]...)
			}
			if s.present(r) {
				stop = !fn(r)
			}
			return !stop, nil
		})
		if err != nil {
			return s.b.fail(err)
		}
		if stop {
			break
		}
	}
	return s.b.failure
}
