package kafka

import (
	"context"
	"errors"
	"fmt"

	"github.com/flottstream/flott/internal/connector"
	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
)

// offsets resolves a bound for partitions.
func (e *enumerator) offsets(ctx context.Context, ids []partitionID, b bound, stop bool) (map[partitionID]int64, error) {
	topics := topicsOf(ids)
	switch b.where {
	case unbounded:
		out := make(map[partitionID]int64, len(ids))
		for _, p := range ids {
			out[p] = noStop
		}
		return out, nil
	case earliest:
		listed, err := e.admin.ListStartOffsets(ctx, topics...)
		return e.listed(ids, listed, err)
	case latest:
		listed, err := e.admin.ListEndOffsets(ctx, topics...)
		return e.listed(ids, listed, err)
	case timestamp:
		listed, err := e.admin.ListOffsetsAfterMilli(ctx, b.millis, topics...)
		return e.listed(ids, listed, err)
	case specific:
		return e.specific(ctx, ids, b, stop)
	}
	known, err := e.groupOffsets(ctx, topics)
	if err != nil {
		return nil, err
	}
	return e.completed(ctx, ids, known, e.missingGroupOffset(stop))
}

func topicsOf(ids []partitionID) (topics []string) {
	seen := map[string]bool{}
	for _, p := range ids {
		if !seen[p.topic] {
			seen[p.topic] = true
			topics = append(topics, p.topic)
		}
	}
	return topics
}

// listed takes the offsets of ids from an answer.
func (e *enumerator) listed(ids []partitionID, listed kadm.ListedOffsets, err error) (map[partitionID]int64, error) {
	if err != nil {
		return nil, e.client.failed("cannot list the offsets", err)
	}
	out := make(map[partitionID]int64, len(ids))
	for _, p := range ids {
		o, ok := listed.Lookup(p.topic, p.partition)
		if !ok {
			return nil, e.topicError(p.topic, kerr.UnknownTopicOrPartition)
		}
		if o.Err != nil {
			return nil, e.topicError(p.topic, o.Err)
		}
		out[p] = o.Offset
	}
	return out, nil
}

// missing says what to do with a partition without a known offset.
type missing func(partitionID) (where, error)

// specific takes the offsets that the user gave; as in Flink, other partitions
// begin where the group is, or else at their beginning, and are not read when
// it is the end that is not given.
func (e *enumerator) specific(ctx context.Context, ids []partitionID, b bound, stop bool) (map[partitionID]int64, error) {
	given := map[partitionID]int64{}
	rest := false
	for _, p := range ids {
		if at, ok := b.offsets[p.partition]; ok {
			given[p] = at
		} else if stop {
			given[p] = 0
		} else {
			rest = true
		}
	}
	if rest {
		group, err := e.groupOffsets(ctx, topicsOf(ids))
		if err != nil {
			return nil, err
		}
		for p, at := range group {
			if _, ok := given[p]; !ok {
				given[p] = at
			}
		}
	}
	return e.completed(ctx, ids, given, func(partitionID) (where, error) { return earliest, nil })
}

// completed adds to the known offsets those that are missing.
func (e *enumerator) completed(ctx context.Context, ids []partitionID, known map[partitionID]int64, absent missing) (map[partitionID]int64, error) {
	var begin, end []partitionID
	for _, p := range ids {
		if _, ok := known[p]; ok {
			continue
		}
		w, err := absent(p)
		if err != nil {
			return nil, err
		}
		if w == earliest {
			begin = append(begin, p)
		} else {
			end = append(end, p)
		}
	}
	for w, list := range map[where][]partitionID{earliest: begin, latest: end} {
		if len(list) == 0 {
			continue
		}
		more, err := e.offsets(ctx, list, bound{where: w}, false)
		if err != nil {
			return nil, err
		}
		for p, at := range more {
			known[p] = at
		}
	}
	return known, nil
}

// groupOffsets returns the committed offsets of the consumer group.
func (e *enumerator) groupOffsets(ctx context.Context, topics []string) (map[partitionID]int64, error) {
	fetched, err := e.admin.FetchOffsetsForTopics(ctx, e.group, topics...)
	if err != nil {
		if errors.Is(err, kerr.GroupIDNotFound) {
			return map[partitionID]int64{}, nil
		}
		if errors.Is(err, kerr.GroupAuthorizationFailed) {
			return nil, fmt.Errorf("table %s: access to consumer group '%s' is not authorized%w", e.table.Name, e.group, connector.ErrUser)
		}
		return nil, e.client.failed(fmt.Sprintf("cannot read the offsets of consumer group '%s'", e.group), err)
	}
	out := map[partitionID]int64{}
	for topic, partitions := range fetched {
		for p, o := range partitions {
			if o.Err != nil {
				return nil, e.topicError(topic, o.Err)
			}
			if o.At >= 0 {
				out[partitionID{topic, p}] = o.At
			}
		}
	}
	return out, nil
}

// missingGroupOffset follows auto.offset.reset where the group has no offset.
func (e *enumerator) missingGroupOffset(stop bool) missing {
	return func(p partitionID) (where, error) {
		if stop {
			return "", fmt.Errorf("table %s: partition %s-%d should stop at the committed offset, but consumer group '%s' has committed none%w",
				e.table.Name, p.topic, p.partition, e.group, connector.ErrUser)
		}
		switch e.client.settings.client.reset {
		case "earliest":
			return earliest, nil
		case "latest":
			return latest, nil
		}
		return "", fmt.Errorf("table %s: Undefined offset with no reset policy for partitions: [%s-%d]: consumer group '%s' has committed no offset; "+
			"set 'properties.auto.offset.reset', or 'scan.startup.mode' = 'earliest-offset'%w", e.table.Name, p.topic, p.partition, e.group, connector.ErrUser)
	}
}
