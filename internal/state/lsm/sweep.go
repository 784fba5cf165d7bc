package lsm

import (
	"encoding/binary"
	"fmt"

	"github.com/flottstream/flott/internal/state"
)

var errKey = fmt.Errorf("%w: a key of a state is none", state.ErrCorrupt)

// How many entries of the tree are looked at for TTL, and after how many keys of
// the operator.
const (
	coldSweep      = 512
	coldSweepEvery = 256
)

// sweepCold deletes expired entries among the next ones of the tree, so that what
// is never asked for again goes away in time. It runs when no Ref is valid.
func (s *store) sweepCold(keys int) error {
	ttl := s.expiry()
	if s.sweepDebt += keys; s.sweepDebt < coldSweepEvery {
		return nil
	}
	s.sweepDebt = 0
	db := s.b.tree.db.Load()
	if db == nil {
		return nil
	}
	// What is found is deleted after the scan: deleting may read from the tree.
	type found struct{ rest, value []byte }
	var expired []found
	left := coldSweep
	for groups := s.b.owner.Len(); groups > 0 && left > 0; groups-- {
		from := s.sweepAt
		if len(from) == 0 {
			from = appendPrefix(nil, s.b.owner.Start, s.at)
		}
		group := groupOf(from)
		upTo := after(nil, appendPrefix(nil, group, s.at))
		err := scan(db, from, upTo, func(key, value []byte) (bool, error) {
			if left--; left < 0 {
				s.sweepAt = append(s.sweepAt[:0], key...)
				return false, nil
			}
			if stamp, ok := s.stampOf(value); ok && s.b.now()-stamp >= ttl {
				expired = append(expired, found{append([]byte(nil), key[prefixBytes:]...), append([]byte(nil), value...)})
			}
			return true, nil
		})
		if err != nil {
			return s.b.fail(err)
		}
		if left < 0 {
			break
		}
		if group++; group > s.b.owner.End {
			group = s.b.owner.Start
		}
		s.sweepAt = appendPrefix(s.sweepAt[:0], group, s.at)
	}
	for _, x := range expired {
		if err := s.shape.expire(x.rest, x.value); err != nil {
			return s.b.fail(err)
		}
	}
	return nil
}

// expiry is the TTL of the entries, ms.
func (s *store) expiry() int64 {
	if c, ok := s.shape.(*chunks); ok {
		return c.l.recordTTL
	}
	return s.TTL
}

// stampOf returns the TTL stamp of a stored record, or of the first one of a
// chunk.
func (s *store) stampOf(value []byte) (int64, bool) {
	if s.sized {
		_, n := binary.Uvarint(value)
		if n <= 0 {
			return 0, false
		}
		value = value[n:]
	}
	if len(value) < 8 {
		return 0, false
	}
	return int64(le.Uint64(value)), true
}
