package inspect

import (
	"cmp"
	"context"
	"slices"

	"github.com/flottstream/flott/internal/keygroup"
	"github.com/flottstream/flott/internal/state"
)

// Group is what lies in a key group, or under a key.
type Group struct {
	Group   int
	Key     string // encoded; of Hottest only
	Entries int64
	Bytes   int64 // of keys and records, before compression
}

// weight is the size of an entry before compression.
func weight(e *state.Entry) int64 {
	return int64(len(e.Key) + len(e.Sub) + len(e.Fixed) + len(e.Var))
}

// KeyGroups reads all keyed states of an operator and weighs its key groups, the
// heaviest first; those without entries are left out.
func (c *Checkpoint) KeyGroups(ctx context.Context, op *Operator) ([]Group, error) {
	groups := make([]Group, op.Vertex.MaxParallelism)
	for _, d := range op.States() {
		err := c.Scan(ctx, op, d.Name, all, func(e *state.Entry) error {
			g := &groups[keygroup.Of(keygroup.Hash(e.Key), len(groups))]
			g.Entries++
			g.Bytes += weight(e)
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	for i := range groups {
		groups[i].Group = i
	}
	groups = slices.DeleteFunc(groups, func(g Group) bool { return g.Entries == 0 })
	slices.SortStableFunc(groups, heaviest)
	return groups, nil
}

func heaviest(a, b Group) int {
	return cmp.Or(cmp.Compare(b.Bytes, a.Bytes), cmp.Compare(a.Group, b.Group), cmp.Compare(a.Key, b.Key))
}

// Hottest returns the n keys of a key group under which most lies. It holds all
// keys of that group in memory.
func (c *Checkpoint) Hottest(ctx context.Context, op *Operator, group, n int) ([]Group, error) {
	byKey := map[string]*Group{}
	for _, d := range op.States() {
		err := c.Scan(ctx, op, d.Name, keygroup.Range{Start: group, End: group}, func(e *state.Entry) error {
			g := byKey[string(e.Key)]
			if g == nil {
				g = &Group{Group: group, Key: string(e.Key)}
				byKey[g.Key] = g
			}
			g.Entries++
			g.Bytes += weight(e)
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	var keys []Group
	for _, g := range byKey {
		keys = append(keys, *g)
	}
	slices.SortFunc(keys, heaviest)
	return keys[:min(n, len(keys))], nil
}
