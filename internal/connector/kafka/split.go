package kafka

import (
	"encoding/json"
	"fmt"
	"math"
	"unicode/utf16"

	"github.com/flottstream/flott/internal/connector"
)

// splitState is the state of a split: a partition, the offset to go on at and
// the one to stop before.
type splitState struct {
	Version   int    `json:"v"`
	Topic     string `json:"topic"`
	Partition int32  `json:"partition"`
	Offset    int64  `json:"offset"`
	Stop      int64  `json:"stop"` // noStop: never
}

const (
	splitVersion = 1
	noStop       = math.MaxInt64
)

func (st *splitState) id() string { return fmt.Sprintf("%s-%d", st.Topic, st.Partition) }

func (st *splitState) split() connector.Split {
	text, err := json.Marshal(st)
	if err != nil {
		panic(err) // plain data
	}
	return connector.Split{ID: st.id(), State: text}
}

func readSplit(s connector.Split) (*splitState, error) {
	st := new(splitState)
	if err := json.Unmarshal(s.State, st); err != nil {
		return nil, fmt.Errorf("split %q of a kafka source cannot be read: %w", s.ID, err)
	}
	if st.Version != splitVersion {
		return nil, fmt.Errorf("split %q of a kafka source has version %d, this program knows %d", s.ID, st.Version, splitVersion)
	}
	return st, nil
}

// owner is the subtask that reads a partition, the same one as in Flink: the
// partitions of a topic go round from a place that depends on its name.
func owner(topic string, partition int32, parallelism int) int {
	var hash int32 // Java's String.hashCode
	for _, unit := range utf16.Encode([]rune(topic)) {
		hash = 31*hash + int32(unit)
	}
	start := int(uint32(hash*31)&0x7fffffff) % parallelism
	return (start + int(partition)) % parallelism
}
