package kafka

import (
	"fmt"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/connector"
	"github.com/flottstream/flott/internal/types"
	"github.com/twmb/franz-go/pkg/kgo"
)

// metaField is a metadata column of the output.
type metaField struct {
	key string
	out int
}

func newMetaField(c connector.Column, out int) (metaField, error) {
	for _, m := range MetadataColumns() {
		if m.Key != c.Metadata {
			continue
		}
		f := metaField{key: m.Key, out: out}
		switch {
		case m.Key == metaTimestamp && c.Type.Kind == types.TimestampLTZ:
		case m.Type.Kind != c.Type.Kind:
			return f, fmt.Errorf("metadata column '%s' cannot have type %s, it is a %s", c.Name, c.Type, m.Type)
		}
		return f, nil
	}
	return metaField{}, fmt.Errorf("Invalid metadata key '%s' in column '%s' of table '%s'.", c.Metadata, c.Name, "kafka")
}

// fill appends the field's value of every record to v.
func (f *metaField) fill(v *batch.Vector, records []*kgo.Record) {
	switch f.key {
	case metaTopic:
		for _, r := range records {
			v.AppendString(r.Topic)
		}
	case metaPartition:
		for _, r := range records {
			v.AppendInt32(r.Partition)
		}
	case metaOffset:
		for _, r := range records {
			v.AppendInt64(r.Offset)
		}
	case metaTimestamp:
		for _, r := range records {
			v.AppendMoment(r.Timestamp.Unix(), int64(r.Timestamp.Nanosecond()))
		}
	case metaTimestampType:
		for _, r := range records {
			v.AppendString(timestampTypes[r.Attrs.TimestampType()+1])
		}
	case metaLeaderEpoch:
		for _, r := range records {
			if r.LeaderEpoch < 0 {
				v.AppendNull()
			} else {
				v.AppendInt32(r.LeaderEpoch)
			}
		}
	case metaHeaders:
		for _, r := range records {
			appendHeaders(v, r.Headers)
		}
	}
}

// timestampTypes are Kafka's names of the types -1, 0 and 1.
var timestampTypes = [3]string{"NoTimestampType", "CreateTime", "LogAppendTime"}

// appendHeaders appends a MAP. Of headers with the same key the last one counts.
func appendHeaders(v *batch.Vector, headers []kgo.RecordHeader) {
	keys, values := v.Kids[0], v.Kids[1]
next:
	for i, h := range headers {
		for _, later := range headers[i+1:] {
			if later.Key == h.Key {
				continue next
			}
		}
		keys.AppendString(h.Key)
		if h.Value == nil {
			values.AppendNull()
		} else {
			values.AppendBytes(h.Value)
		}
	}
	v.EndList()
}
