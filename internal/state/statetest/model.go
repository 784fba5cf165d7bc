package statetest

import (
	"fmt"
	"sort"

	"github.com/flottstream/flott/internal/keygroup"
	"github.com/flottstream/flott/internal/state"
)

// content is what a snapshot holds, as text: a line per entry, per key of a list,
// per timer, in order of text; by state.
type content map[string][]string

// twin is an entry of the model.
type twin struct {
	fixed, value string
	stamp        int64 // 0: the state has no TTL
}

func (r twin) String() string { return fmt.Sprintf("%q %q @%d", r.fixed, r.value, r.stamp) }

// model is the naive twin of a backend.
type model struct {
	tables map[string]map[tableKey]twin
	maps   map[string]map[mapKey]twin
	lists  map[string]map[string][]twin
	timers map[timerKey]bool
}

type (
	tableKey struct {
		ns  int64
		key string
	}
	mapKey   struct{ key, sub string }
	timerKey struct {
		time int64
		key  string
	}
)

func newModel() *model {
	return &model{tables: map[string]map[tableKey]twin{}, maps: map[string]map[mapKey]twin{},
		lists: map[string]map[string][]twin{}, timers: map[timerKey]bool{}}
}

// expire removes what is older than its TTL.
func (m *model) expire(now int64) {
	for _, s := range worldSpecs {
		ttl := s.TTL.After.Milliseconds()
		if ttl == 0 {
			continue
		}
		old := func(r twin) bool { return now-r.stamp >= ttl }
		for k, r := range m.tables[s.Name] {
			if old(r) {
				delete(m.tables[s.Name], k)
			}
		}
		for k, r := range m.maps[s.Name] {
			if old(r) {
				delete(m.maps[s.Name], k)
			}
		}
		for k, rs := range m.lists[s.Name] {
			var keep []twin
			for _, r := range rs {
				if !old(r) {
					keep = append(keep, r)
				}
			}
			if m.lists[s.Name][k] = keep; len(keep) == 0 {
				delete(m.lists[s.Name], k)
			}
		}
	}
}

func owns(groups keygroup.Range, key string) bool {
	return groups.Contains(keygroup.Of(keygroup.Hash([]byte(key)), worldGroups))
}

// content is what a snapshot of a backend with these key groups must hold.
func (m *model) content(groups keygroup.Range) content {
	c := content{}
	for name, t := range m.tables {
		for k, r := range t {
			if owns(groups, k.key) {
				c[name] = append(c[name], fmt.Sprintf("%d %q: %s", k.ns, k.key, r))
			}
		}
	}
	for name, t := range m.maps {
		for k, r := range t {
			if owns(groups, k.key) {
				c[name] = append(c[name], fmt.Sprintf("%q %q: %s", k.key, k.sub, r))
			}
		}
	}
	for name, l := range m.lists {
		for k, rs := range l {
			if owns(groups, k) && len(rs) > 0 {
				c[name] = append(c[name], fmt.Sprintf("%q: %v", k, rs))
			}
		}
	}
	for k := range m.timers {
		if owns(groups, k.key) {
			c["timers"] = append(c["timers"], fmt.Sprintf("%d %q", k.time, k.key))
		}
	}
	for _, lines := range c {
		sort.Strings(lines)
	}
	return c
}

// scanner is what Snapshot and Source have in common.
type scanner func(name string, visit func(*state.Entry) error) error

// contentOf reads a snapshot or source, leaving out what had expired by now.
func contentOf(states []state.Description, scan scanner, now int64) (content, error) {
	c := content{}
	for _, d := range states {
		lines, err := linesOf(d, scan, now)
		if err != nil {
			return nil, err
		}
		if len(lines) > 0 {
			sort.Strings(lines)
			c[d.Name] = lines
		}
	}
	return c, nil
}

func linesOf(d state.Description, scan scanner, now int64) (lines []string, err error) {
	ttl := d.TTL.After.Milliseconds()
	lists := map[string][]twin{}
	ended := map[string]bool{}
	last := ""
	err = scan(d.Name, func(e *state.Entry) error {
		if ttl > 0 && now-e.Stamp >= ttl {
			return nil
		}
		r := twin{string(e.Fixed), string(e.Var), e.Stamp}
		switch d.Shape {
		case state.ShapeTable:
			lines = append(lines, fmt.Sprintf("%d %q: %s", e.Namespace, e.Key, r))
		case state.ShapeMap:
			lines = append(lines, fmt.Sprintf("%q %q: %s", e.Key, e.Sub, r))
		case state.ShapeTimers:
			lines = append(lines, fmt.Sprintf("%d %q", e.Time, e.Key))
		case state.ShapeList:
			key := string(e.Key)
			if ended[key] && key != last {
				return fmt.Errorf("the records of list %q do not come one after the other", key)
			}
			ended[key], last = true, key
			lists[key] = append(lists[key], r)
		}
		return nil
	})
	for k, rs := range lists {
		lines = append(lines, fmt.Sprintf("%q: %v", k, rs))
	}
	return lines, err
}

// differ describes the first difference of two contents, "" if there is none.
func differ(got, want content) string {
	names := map[string]bool{}
	for n := range got {
		names[n] = true
	}
	for n := range want {
		names[n] = true
	}
	for n := range names {
		g, w := got[n], want[n]
		for i := range max(len(g), len(w)) {
			switch {
			case i >= len(g):
				return fmt.Sprintf("state %s lacks %.300s", n, w[i])
			case i >= len(w):
				return fmt.Sprintf("state %s has %.300s too much", n, g[i])
			case g[i] != w[i]:
				return fmt.Sprintf("state %s has\n%.300s\nwant\n%.300s", n, g[i], w[i])
			}
		}
	}
	return ""
}
