package statetest

import (
	"fmt"
	"math/rand/v2"
	"sort"
	"testing"
	"time"

	"github.com/flottstream/flott/internal/state"
)

func readMap(t *testing.T, m state.Map, keys *state.Keys, i int) []string {
	t.Helper()
	var out []string
	ok(t, m.Scan(keys, i, func(r state.Ref) state.Action {
		out = append(out, fmt.Sprintf("%s=%s", trim(m.Sub(r)), m.Var(r)))
		return state.Keep
	}))
	sort.Strings(out)
	return out
}

func trim(b []byte) string {
	for len(b) > 0 && b[len(b)-1] == 0 {
		b = b[:len(b)-1]
	}
	return string(b)
}

func checkMap(t *testing.T, f Factory) {
	for _, w := range [][2]int{{0, 0}, {8, 8}, {8, 0}, {0, 8}, {4, 5}} {
		t.Run(fmt.Sprintf("widths=%d,%d", w[0], w[1]), func(t *testing.T) { checkMapOfWidth(t, f, w[0], w[1]) })
	}
}

func checkMapOfWidth(t *testing.T, f Factory, kw, sw int) {
	b, _ := open(t, f)
	m := must[state.Map](t)(b.Map(state.Spec{Name: "m", FixedWidth: 3}))
	keys, sub := keysOf(kw, "a", "a", "ab", "a"), keysOf(sw, "x", "bx", "x", "x")
	refs := make([]state.Ref, 4)
	n, err := m.Count(keys, 0)
	equal(t, "Count of an absent key", []any{n, err}, []any{0, nil})
	ok(t, m.Get(keys, sub, refs))
	equal(t, "absent entries read as None", refs, []state.Ref{-1, -1, -1, -1})
	created := must[[]int32](t)(m.Upsert(keys, sub, refs, nil))
	equal(t, "keys and sub-keys count pairwise", created, []int32{0, 1, 2})
	equal(t, "equal pairs get equal Refs", refs[3], refs[0])
	equal(t, "a new entry is zero", m.Fixed(refs[1]), []byte{0, 0, 0})
	copy(m.Mutable(refs[0]), "ABC")
	m.SetVar(refs[0], []byte("vx"))
	equal(t, "the fixed part is as wide as asked", string(m.Fixed(refs[3])), "ABC")
	equal(t, "Sub returns the sub-key", m.Sub(refs[1]), sub.At(1))
	equal(t, "Scan visits the entries of a key", readMap(t, m, keys, 0), []string{"bx=", "x=vx"})
	equal(t, "and of that key only", readMap(t, m, keys, 2), []string{"x="})
	n = must[int](t)(m.Count(keys, 1))
	equal(t, "Count is the number of entries of a key", n, 2)
	ok(t, m.Scan(keys, 0, func(r state.Ref) state.Action {
		if trim(m.Sub(r)) == "x" {
			return state.Remove
		}
		m.SetVar(r, []byte("seen"))
		return state.Keep
	}))
	equal(t, "Scan removes and visit may change records", readMap(t, m, keys, 0), []string{"bx=seen"})
	ok(t, m.Get(keys, sub, refs))
	m.Delete(refs[1])
	n = must[int](t)(m.Count(keys, 0))
	equal(t, "Delete removes an entry", []any{n, m.Len()}, []any{0, 1})
	must[[]int32](t)(m.Upsert(keys, sub, refs, nil))
	ok(t, m.Clear(keys, 0))
	ok(t, m.Clear(keys, 0))
	equal(t, "Clear removes the entries of one key", m.Len(), 1)
	equal(t, "others stay", readMap(t, m, keys, 2), []string{"x="})
	two := keysOf(kw, "a", "ab", "never used")
	created = must[[]int32](t)(m.UpsertOf(two, []int32{1, 0, 1}, keysOf(sw, "x", "y", "z"), refs[:3], nil))
	equal(t, "UpsertOf names keys by position", created, []int32{1, 2})
	equal(t, "its entries are those of the keys", []any{readMap(t, m, two, 0), readMap(t, m, two, 1)}, []any{[]string{"y="}, []string{"x=", "z="}})
	copy(m.Records(refs[:2], nil)[1], "abc")
	equal(t, "Records is Mutable for many", string(m.Fixed(refs[1])), "abc")
	if err := m.Get(keys, keysOf(sw, "x"), refs); err == nil {
		t.Fatal("Get takes as many sub-keys as keys")
	}
}

func checkMapTTL(t *testing.T, f Factory) {
	b, now := open(t, f)
	m := must[state.Map](t)(b.Map(state.Spec{Name: "m", FixedWidth: 8, TTL: state.TTL{After: 100 * time.Millisecond}}))
	keys, sub, refs := keysOf(8, "a", "a"), keysOf(8, "x", "y"), make([]state.Ref, 2)
	must[[]int32](t)(m.Upsert(keys, sub, refs, nil))
	m.Mutable(refs[0])[0] = 1
	now.ms += 60
	ok(t, m.Get(keys, sub, refs))
	m.Mutable(refs[1])[0] = 2
	now.ms += 60
	equal(t, "Scan skips expired entries", readMap(t, m, keys, 0), []string{"y="})
	ok(t, m.Get(keys, sub, refs))
	equal(t, "Get skips expired entries", refs[0], state.None)
	n := must[int](t)(m.Count(keys, 0))
	equal(t, "Count skips expired entries", n, 1)
	created := must[[]int32](t)(m.Upsert(keys, sub, refs, nil))
	equal(t, "an expired entry is created anew", created, []int32{0})
	equal(t, "zeroed", m.Fixed(refs[0]), make([]byte, 8))
	now.ms += 60
	equal(t, "chains survive expiry", len(readMap(t, m, keys, 0)), 1)
}

func checkMapRandom(t *testing.T, f Factory) {
	for _, w := range [][2]int{{0, 0}, {8, 8}, {8, 0}, {8, 1}} {
		for seed := range uint64(4) {
			r := rand.New(rand.NewPCG(seed, 3))
			b, _ := open(t, f)
			m := must[state.Map](t)(b.Map(state.Spec{Name: "m", FixedWidth: 1}))
			model := map[string]map[string]string{}
			for range 150 {
				randomMapStep(t, m, model, r, w)
			}
			n := 0
			for _, sub := range model {
				n += len(sub)
			}
			equal(t, fmt.Sprintf("seed %d: Len", seed), m.Len(), n)
		}
	}
}

func randomMapStep(t *testing.T, m state.Map, model map[string]map[string]string, r *rand.Rand, w [2]int) {
	size := 1 + r.IntN(30)
	names, subs := randomNames(r, w[0], size, 30), randomNames(r, w[1], size, 10)
	keys, sub, refs := keysOf(w[0], names...), keysOf(w[1], subs...), make([]state.Ref, size)
	switch op := r.IntN(10); {
	case op < 5:
		must[[]int32](t)(m.Upsert(keys, sub, refs, nil))
		for i, name := range names {
			if model[name] == nil {
				model[name] = map[string]string{}
			}
			v := fmt.Sprint("v", r.IntN(1<<r.IntN(60)))
			m.SetVar(refs[i], []byte(v))
			model[name][subs[i]] = v
		}
	case op < 8:
		ok(t, m.Get(keys, sub, refs))
		for i, name := range names {
			v, present := model[name][subs[i]]
			if present != (refs[i] != state.None) {
				t.Fatalf("entry %q %q: Ref %d, in the model %v", name, subs[i], refs[i], present)
			}
			if present {
				equal(t, "value", string(m.Var(refs[i])), v)
			}
		}
	case op < 9:
		name := names[0]
		n := must[int](t)(m.Count(keys, 0))
		equal(t, "Count", n, len(model[name]))
		ok(t, m.Scan(keys, 0, func(ref state.Ref) state.Action {
			s := trim(m.Sub(ref))
			equal(t, "scanned value", string(m.Var(ref)), model[name][s])
			if r.IntN(2) == 0 {
				delete(model[name], s)
				return state.Remove
			}
			return state.Keep
		}))
		n = must[int](t)(m.Count(keys, 0))
		equal(t, "Count after removal", n, len(model[name]))
	default:
		ok(t, m.Clear(keys, 0))
		delete(model, names[0])
	}
}
