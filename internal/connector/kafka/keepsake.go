package kafka

import (
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"time"
)

// keepsake is what a subtask gives to a checkpoint: its epochs that are not
// known to be visible, with their output and with all that another subtask, in
// another process, needs to make them so.
type keepsake struct {
	naming
	parallelism int
	topics      []string // markers are offsets of partition 0 of the first one
	next        int64    // number of the epoch that follows
	epochs      []*epoch // in order
}

// epoch is the rows between two checkpoints. Its rows and its marker are in one
// transaction, so that they become visible together.
type epoch struct {
	number     int64 // 1, 2, 3 … of a naming's group
	checkpoint int64 // that ended it
	prepared   time.Time
	out        *kept // nil: the output was not kept
	// The transaction, as the brokers know it.
	transactionalID string
	producerID      int64
	producerEpoch   int16

	tx *transaction // nil in a keepsake that was read
}

const keepsakeVersion = 1

func (k *keepsake) encode() []byte {
	size := 256
	for _, e := range k.epochs {
		size += 128
		if e.out != nil {
			for _, c := range e.out.chunks {
				size += len(c) + 5
			}
		}
	}
	b := append(make([]byte, 0, size), keepsakeVersion)
	for _, s := range []string{k.prefix, k.operator, k.job} {
		b = appendText(b, s)
	}
	b = binary.AppendUvarint(b, uint64(k.subtask))
	b = binary.AppendUvarint(b, uint64(k.parallelism))
	b = binary.AppendUvarint(b, uint64(k.next))
	b = binary.AppendUvarint(b, uint64(len(k.topics)))
	for _, t := range k.topics {
		b = appendText(b, t)
	}
	b = binary.AppendUvarint(b, uint64(len(k.epochs)))
	for _, e := range k.epochs {
		b = e.encode(b)
	}
	return b
}

func (e *epoch) encode(b []byte) []byte {
	b = binary.AppendUvarint(b, uint64(e.number))
	b = binary.AppendVarint(b, e.checkpoint)
	b = binary.AppendVarint(b, e.prepared.UnixMilli())
	b = appendText(b, e.transactionalID)
	b = binary.AppendVarint(b, e.producerID)
	b = binary.AppendVarint(b, int64(e.producerEpoch))
	if e.out == nil {
		return append(b, 0)
	}
	b = append(b, 1)
	b = binary.AppendUvarint(b, uint64(e.out.rows))
	b = binary.AppendUvarint(b, uint64(len(e.out.chunks)))
	for _, c := range e.out.chunks {
		b = binary.AppendUvarint(b, uint64(len(c)))
		b = append(b, c...)
	}
	return b
}

func appendText(b []byte, s string) []byte {
	b = binary.AppendUvarint(b, uint64(len(s)))
	return append(b, s...)
}

var errKeepsake = errors.New("the state of a kafka sink in the checkpoint is damaged")

// readKeepsake reads what encode wrote. The output stays in b.
func readKeepsake(b []byte) (*keepsake, error) {
	if len(b) == 0 {
		return nil, errKeepsake
	}
	if b[0] != keepsakeVersion {
		return nil, fmt.Errorf("the state of a kafka sink in the checkpoint has version %d, this program knows %d", b[0], keepsakeVersion)
	}
	d := &decoder{left: b[1:]}
	k := &keepsake{naming: naming{prefix: d.text(), operator: d.text(), job: d.text()}}
	k.subtask, k.parallelism = d.small(), d.small()
	k.next = int64(d.uvarint())
	for range d.count(1) {
		k.topics = append(k.topics, d.text())
	}
	for range d.count(8) {
		k.epochs = append(k.epochs, d.epoch())
	}
	if d.failed || len(d.left) > 0 || len(k.topics) == 0 {
		return nil, errKeepsake
	}
	return k, nil
}

func (d *decoder) epoch() *epoch {
	e := &epoch{number: int64(d.uvarint()), checkpoint: d.varint(), prepared: time.UnixMilli(d.varint())}
	e.transactionalID, e.producerID, e.producerEpoch = d.text(), d.varint(), int16(d.varint())
	switch d.uvarint() {
	case 0:
	case 1:
		e.out = &kept{rows: int64(d.uvarint())}
		for range d.count(1) {
			e.out.chunks = append(e.out.chunks, d.bytes())
		}
	default:
		d.fail()
	}
	return e
}

// small reads a number of subtasks.
func (d *decoder) small() int {
	n := d.uvarint()
	if n > 1<<20 {
		d.fail()
		return 0
	}
	return int(n)
}

// transactionalIDs are those that may have a transaction with a marker of the
// group.
func (k *keepsake) transactionalIDs() []string {
	ids := []string{k.replayID()}
	for i := range probedIDs {
		ids = append(ids, k.transactionalID(i))
	}
	for _, e := range k.epochs {
		if !slices.Contains(ids, e.transactionalID) {
			ids = append(ids, e.transactionalID)
		}
	}
	return ids
}

// naming is what the brokers know a subtask of a sink by.
type naming struct {
	prefix   string // sink.transactional-id-prefix
	operator string // UID of the sink
	job      string
	subtask  int
}

// transactionalID is the n-th of the subtask's. It does not depend on the job,
// so that a job submitted again ends what the one before left open. It has the
// operator in it because two INSERTs into one table have the same prefix.
func (n naming) transactionalID(i int) string { return n.of(fmt.Sprint(i)) }

// replayID is the one under which the subtask's epochs are written again. Who
// does that, in whatever process, takes it over: so it happens once.
func (n naming) replayID() string { return n.of("replay") }

func (n naming) of(last string) string {
	return fmt.Sprintf("%s-%s-%d-%s", n.prefix, n.operator, n.subtask, last)
}

// group is the consumer group that has the subtask's marker. It is the job's
// own: the marker of another job says nothing about this one's epochs.
func (n naming) group() string {
	return fmt.Sprintf("flott-%s-%s-%s-%d", n.prefix, n.operator, n.job, n.subtask)
}

// recovered is the group in which the subtask says that Recover is done.
func (n naming) recovered() string { return n.group() + "-recovered" }

// of another subtask of the same sink.
func (n naming) sibling(subtask int) naming {
	n.subtask = subtask
	return n
}
