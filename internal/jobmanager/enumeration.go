package jobmanager

import (
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/flottstream/flott/internal/connector"
	"github.com/flottstream/flott/internal/state"
)

// enumeration is the state of a source coordinator in a checkpoint, described in
// docs/formats/enumeration.md:
//
//	version       byte        1
//	flags         byte        bit 0: complete
//	pending       uvarint n, then n × (ID string, State string, Time varint)
//	known         uvarint n, then n × ID string
//
// A string is a uvarint length and its bytes. Known holds the IDs of pending too.
type enumeration struct {
	complete bool
	pending  []connector.Split
	known    []string
}

const (
	enumerationVersion  = 1
	enumerationComplete = 1
)

func encodeEnumeration(e enumeration) []byte {
	flags := byte(0)
	if e.complete {
		flags |= enumerationComplete
	}
	out := []byte{enumerationVersion, flags}
	out = binary.AppendUvarint(out, uint64(len(e.pending)))
	for _, s := range e.pending {
		out = appendString(out, s.ID)
		out = binary.AppendUvarint(out, uint64(len(s.State)))
		out = append(out, s.State...)
		out = binary.AppendVarint(out, s.Time)
	}
	out = binary.AppendUvarint(out, uint64(len(e.known)))
	for _, id := range e.known {
		out = appendString(out, id)
	}
	return out
}

func appendString(out []byte, s string) []byte {
	return append(binary.AppendUvarint(out, uint64(len(s))), s...)
}

// decodeEnumeration reads what encodeEnumeration wrote, by any released version.
func decodeEnumeration(data []byte) (e enumeration, err error) {
	r := enumerationReader{rest: data}
	version := r.byte()
	if r.err == nil && version != enumerationVersion {
		return e, fmt.Errorf("the state of a source is of version %d, but this flott reads version %d: it was written by a newer one", version, enumerationVersion)
	}
	e.complete = r.byte()&enumerationComplete != 0
	for n := r.count(3); n > 0 && r.err == nil; n-- {
		s := connector.Split{ID: string(r.bytes()), State: append([]byte(nil), r.bytes()...), Time: r.varint()}
		e.pending = append(e.pending, s)
	}
	for n := r.count(1); n > 0 && r.err == nil; n-- {
		e.known = append(e.known, string(r.bytes()))
	}
	if r.err == nil && len(r.rest) > 0 {
		r.err = errors.New("bytes are left over")
	}
	if r.err != nil {
		return enumeration{}, fmt.Errorf("%w: the state of a source: %w", state.ErrCorrupt, r.err)
	}
	return e, nil
}

// enumerationReader reads values until the first error.
type enumerationReader struct {
	rest []byte
	err  error
}

var errShort = errors.New("it ends too early")

func (r *enumerationReader) fail() {
	if r.err == nil {
		r.err = errShort
	}
	r.rest = nil
}

func (r *enumerationReader) byte() byte {
	if len(r.rest) == 0 {
		r.fail()
		return 0
	}
	b := r.rest[0]
	r.rest = r.rest[1:]
	return b
}

func (r *enumerationReader) varint() int64 {
	v, n := binary.Varint(r.rest)
	if n <= 0 {
		r.fail()
		return 0
	}
	r.rest = r.rest[n:]
	return v
}

// count reads how many values of at least so many bytes each follow.
func (r *enumerationReader) count(each uint64) uint64 {
	v, n := binary.Uvarint(r.rest)
	if n <= 0 || v > uint64(len(r.rest)-n)/each {
		r.fail()
		return 0
	}
	r.rest = r.rest[n:]
	return v
}

func (r *enumerationReader) bytes() []byte {
	n := r.count(1)
	b := r.rest[:n]
	r.rest = r.rest[n:]
	return b
}
