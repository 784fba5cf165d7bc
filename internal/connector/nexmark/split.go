package nexmark

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"time"

	"github.com/flottstream/flott/internal/connector"
)

// splitVersion is the version of position's encoding.
const splitVersion = 1

// position is the state of a split: what it is and how far it was read. Options that decide what an event
// looks like are the table's and not kept: a job restored with other ones goes on with those.
type position struct {
	Version    int   `json:"version"`
	FirstID    int64 `json:"firstEventId"`
	Events     int64 `json:"events"`
	Generators int   `json:"generators"`
	BaseTimeMs int64 `json:"baseTime"`
	Emitted    int64 `json:"emitted"`
	// StartedMs is when the split's first event was emitted, by the wall clock, for pacing; 0: not yet.
	StartedMs int64 `json:"started,omitempty"`
}

func (p position) encode() []byte {
	p.Version = splitVersion
	b, err := json.Marshal(p)
	if err != nil {
		panic(err) // numbers always encode
	}
	return b
}

func decodePosition(s connector.Split) (p position, err error) {
	if err = json.Unmarshal(s.State, &p); err == nil && p.Version != splitVersion {
		err = fmt.Errorf("version %d is not known, only %d", p.Version, splitVersion)
	}
	if err == nil && (p.FirstID < 1 || p.Events < 0 || p.FirstID > math.MaxInt64/2 || p.Events > math.MaxInt64/2 ||
		p.Emitted < 0 || p.Emitted > p.Events || p.Generators < 1) {
		err = fmt.Errorf("numbers out of range: %s", s.State)
	}
	if err != nil {
		return position{}, fmt.Errorf("state of nexmark split '%s': %w", s.ID, err)
	}
	return p, nil
}

// enumerator deals one split to each subtask.
type enumerator struct {
	config      Config
	parallelism int
	found       bool
}

func newEnumerator(o *options, parallelism int, now time.Time) *enumerator {
	c := o.config
	c.Generators = parallelism
	if !o.baseTime {
		c.BaseTimeMs = now.UnixMilli()
	}
	return &enumerator{config: c, parallelism: parallelism}
}

// Discover returns all splits, once.
func (e *enumerator) Discover(context.Context) ([]connector.Split, error) {
	if e.found {
		return nil, nil
	}
	e.found = true
	var list []connector.Split
	for i, s := range e.config.Splits(e.parallelism) {
		p := position{FirstID: s.FirstID, Events: s.Events, Generators: e.config.Generators, BaseTimeMs: e.config.BaseTimeMs}
		list = append(list, connector.Split{ID: strconv.Itoa(i), State: p.encode()})
	}
	return list, nil
}

func (e *enumerator) Interval() time.Duration { return 0 }

// Owner deals split i to subtask i; after a rescale the subtasks share the splits in turn.
func (e *enumerator) Owner(s connector.Split) int {
	i, err := strconv.Atoi(s.ID)
	if err != nil {
		return -1
	}
	return i % e.parallelism
}

func (e *enumerator) Close() error { return nil }
