package kafka

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/flottstream/flott/internal/connector"
	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
)

// partitionID names a partition.
type partitionID struct {
	topic     string
	partition int32
}

// enumerator finds partitions and resolves where to begin and to stop reading
// them. It is called by one goroutine.
type enumerator struct {
	*settings
	parallelism int
	client      *client
	admin       *kadm.Client
	seen        map[partitionID]bool
	started     bool // the first discovery is over
	resumed     bool // it was that of an earlier attempt
}

var _ connector.Resumer = (*enumerator)(nil)

// Resume takes the partitions that are being read.
func (e *enumerator) Resume(restored []connector.Split) error {
	for _, s := range restored {
		st, err := readSplit(s)
		if err != nil {
			return err
		}
		e.seen[partitionID{st.Topic, st.Partition}] = true
	}
	e.started, e.resumed = true, true
	return nil
}

// Enumerator returns what finds the partitions.
func (s *source) Enumerator(_ context.Context, parallelism int) (connector.Enumerator, error) {
	c, err := s.newClient()
	if err != nil {
		return nil, err
	}
	return &enumerator{settings: s.settings, parallelism: parallelism, client: c, admin: kadm.NewClient(c.Client), seen: map[partitionID]bool{}}, nil
}

// Discover returns the partitions that were not there before. Those of the
// first call begin as the startup mode says, later ones at their beginning.
func (e *enumerator) Discover(ctx context.Context) ([]connector.Split, error) {
	if e.resumed && e.discovery == 0 {
		return nil, nil // no new ones are wanted, and those that ended are not to be read again
	}
	ctx, cancel := e.client.contact(ctx)
	defer cancel()
	found, err := e.partitions(ctx)
	if err != nil {
		if e.started && errors.Is(err, errPassing) {
			return nil, nil // the brokers may be back the next time
		}
		return nil, err
	}
	var fresh []partitionID
	for _, p := range found {
		if !e.seen[p] {
			fresh = append(fresh, p)
		}
	}
	if len(fresh) == 0 {
		e.started = true
		return nil, nil
	}
	start := e.startup
	if e.started {
		start = bound{where: earliest}
	}
	starts, err := e.offsets(ctx, fresh, start, false)
	if err != nil {
		return nil, err
	}
	stops, err := e.offsets(ctx, fresh, e.bounded, true)
	if err != nil {
		return nil, err
	}
	var splits []connector.Split
	for _, p := range fresh {
		e.seen[p] = true
		st := splitState{Version: splitVersion, Topic: p.topic, Partition: p.partition, Offset: starts[p], Stop: stops[p]}
		if st.Offset < st.Stop {
			splits = append(splits, st.split())
		}
	}
	e.started = true
	return splits, nil
}

// errPassing marks a failure that may be gone the next time.
var errPassing = errors.New("")

// partitions lists the partitions of the table's topics.
func (e *enumerator) partitions(ctx context.Context) ([]partitionID, error) {
	var topics []string // nil: all
	if e.pattern == nil {
		topics = e.topics
	}
	meta, err := e.admin.Metadata(ctx, topics...)
	if err != nil {
		err = e.client.failed("cannot list the topics", err)
		return nil, fmt.Errorf("%w%w", err, errPassing)
	}
	var found []partitionID
	for _, t := range meta.Topics.Sorted() {
		if e.pattern != nil && (t.IsInternal || !e.pattern.MatchString(t.Topic)) {
			continue
		}
		if err := e.topicError(t.Topic, t.Err); err != nil {
			return nil, err
		}
		for _, p := range t.Partitions.Numbers() {
			found = append(found, partitionID{t.Topic, p})
		}
	}
	return found, nil
}

// topicError words the error of a topic in a list of topics.
func (s *settings) topicError(topic string, err error) error {
	at := strings.Join(s.client.servers, ",")
	switch {
	case err == nil:
		return nil
	case errors.Is(err, kerr.UnknownTopicOrPartition):
		return fmt.Errorf("table %s: topic '%s' does not exist at Kafka '%s'%w", s.table.Name, topic, at, connector.ErrUser)
	case errors.Is(err, kerr.TopicAuthorizationFailed):
		return fmt.Errorf("table %s: access to topic '%s' at Kafka '%s' is not authorized%w", s.table.Name, topic, at, connector.ErrUser)
	}
	if kerr.IsRetriable(err) {
		err = fmt.Errorf("%w%w", err, errPassing)
	}
	return fmt.Errorf("table %s: topic '%s' at Kafka '%s': %w%w", s.table.Name, topic, at, err, connector.ErrUser)
}

// Interval is how often to look again, 0 for never.
func (e *enumerator) Interval() time.Duration { return e.discovery }

// Owner is the subtask that reads a partition.
func (e *enumerator) Owner(s connector.Split) int {
	st, err := readSplit(s)
	if err != nil {
		return -1 // whoever gets it reports it
	}
	return owner(st.Topic, st.Partition, e.parallelism)
}

// Close disconnects.
func (e *enumerator) Close() error {
	e.client.Close()
	return nil
}
