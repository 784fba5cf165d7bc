package statetest

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/flottstream/flott/internal/state"
)

func readList(l state.List, r state.Ref) []string {
	var out []string
	l.Scan(r, func(rec []byte) state.Action {
		out = append(out, string(rec))
		return state.Keep
	})
	return out
}

func checkList(t *testing.T, f Factory) {
	b, _ := open(t, f)
	l := must[state.List](t)(b.List(state.Spec{Name: "l", FixedWidth: 2}))
	keys, refs := keysOf(0, "a", "b", "a"), make([]state.Ref, 3)
	ok(t, l.Upsert(keys, refs))
	if refs[0] != refs[2] || refs[0] == refs[1] {
		t.Fatalf("equal keys get equal Refs: %v", refs)
	}
	for i := range 300 {
		l.Append(refs[0], fmt.Appendf(nil, "%02d payload %d", i%10, i))
	}
	equal(t, "Count is the number of records", l.Count(refs[0]), 300)
	if got := readList(l, refs[2]); got[0] != "00 payload 0" || got[299] != "09 payload 299" {
		t.Fatalf("records come in the order of appending: %v", got)
	}
	ok(t, l.Get(keys, refs))
	equal(t, "a list without records reads as None", refs[1], state.None)
	equal(t, "Len is the number of lists", l.Len(), 1)

	n := 0
	l.ScanMutable(refs[0], func(rec []byte) state.Action {
		n++
		copy(rec, "zz")
		switch {
		case n == 250:
			return state.RemoveStop
		case n%2 == 0:
			return state.Remove
		}
		return state.Keep
	})
	got := readList(l, refs[0])
	equal(t, "Remove and RemoveStop", []any{len(got), got[0], got[1], got[124], got[125]},
		[]any{175, "zz payload 0", "zz payload 2", "zz payload 248", "00 payload 250"})
	l.Append(refs[0], []byte("ZZ the end"))
	got = readList(l, refs[0])
	equal(t, "Append after removal goes to the end", got[len(got)-1], "ZZ the end")
	n = 0
	l.Scan(refs[0], func([]byte) state.Action { n++; return state.Stop })
	equal(t, "Stop stops", n, 1)

	big := bytes.Repeat([]byte("big"), 30000)
	l.Append(refs[0], big)
	got = readList(l, refs[0])
	equal(t, "records may be large", len(got[len(got)-1]), len(big))

	l.Scan(refs[0], func([]byte) state.Action { return state.Remove })
	equal(t, "all removed", l.Count(refs[0]), 0)
	ok(t, l.Get(keys, refs))
	equal(t, "an emptied list is gone", refs, []state.Ref{-1, -1, -1})
	ok(t, l.Upsert(keys, refs))
	l.Append(refs[0], []byte("00"))
	l.Append(refs[1], []byte("11"))
	equal(t, "Key", string(l.Key(refs[1])), "b")
	ok(t, l.Each(func(r state.Ref) bool {
		l.Clear(r)
		return true
	}))
	equal(t, "Clear removes a list", l.Len(), 0)
}

func checkListTTL(t *testing.T, f Factory) {
	b, now := open(t, f)
	l := must[state.List](t)(b.List(state.Spec{Name: "l", TTL: state.TTL{After: 100 * time.Millisecond}}))
	keys, refs := keysOf(8, "a"), make([]state.Ref, 1)
	ok(t, l.Upsert(keys, refs))
	l.Append(refs[0], []byte("one"))
	now.ms += 60
	ok(t, l.Upsert(keys, refs))
	l.Append(refs[0], []byte("two"))
	now.ms += 60
	ok(t, l.Get(keys, refs))
	equal(t, "expired records are never returned", readList(l, refs[0]), []string{"two"})
}

func checkListRandom(t *testing.T, f Factory) {
	for seed := range uint64(8) {
		r := rand.New(rand.NewPCG(seed, 2))
		width := []int{0, 8}[seed%2]
		b, _ := open(t, f)
		l := must[state.List](t)(b.List(state.Spec{Name: "l", FixedWidth: 1}))
		model := map[string][]string{}
		for range 200 {
			randomListStep(t, l, model, r, width)
			if l.Len() != len(model) {
				t.Fatalf("seed %d: Len %d, want %d", seed, l.Len(), len(model))
			}
		}
	}
}

func randomListStep(t *testing.T, l state.List, model map[string][]string, r *rand.Rand, width int) {
	names := randomNames(r, width, 1+r.IntN(20), 60)
	keys, refs := keysOf(width, names...), make([]state.Ref, len(names))
	if r.IntN(3) > 0 {
		ok(t, l.Upsert(keys, refs))
		for i, name := range names {
			for range r.IntN(5) {
				rec := string(bytes.Repeat([]byte{byte('a' + r.IntN(26))}, 1+r.IntN(40)))
				l.Append(refs[i], []byte(rec))
				model[name] = append(model[name], rec)
			}
		}
		return
	}
	ok(t, l.Get(keys, refs))
	cleared := map[string]bool{}
	for i, name := range names {
		if cleared[name] {
			continue
		}
		if (refs[i] == state.None) != (len(model[name]) == 0) {
			t.Fatalf("list %q: Ref %d, %d records in the model", name, refs[i], len(model[name]))
		}
		if refs[i] == state.None {
			continue
		}
		equal(t, "list "+name, readList(l, refs[i]), model[name])
		equal(t, "count of "+name, l.Count(refs[i]), len(model[name]))
		if r.IntN(10) == 0 {
			l.Clear(refs[i])
			delete(model, name)
			cleared[name] = true
			continue
		}
		removeSome(l, model, name, refs[i], r)
		cleared[name] = len(model[name]) == 0
	}
}

// removeSome removes records at random and overwrites the fixed part of others.
func removeSome(l state.List, model map[string][]string, name string, ref state.Ref, r *rand.Rand) {
	var keep []string
	i, all := 0, model[name]
	l.ScanMutable(ref, func(rec []byte) state.Action {
		i++
		if r.IntN(3) == 0 {
			if r.IntN(10) == 0 {
				keep = append(keep, all[i:]...)
				return state.RemoveStop
			}
			return state.Remove
		}
		rec[0] = byte('A' + r.IntN(26))
		keep = append(keep, string(rec))
		return state.Keep
	})
	model[name] = keep
	if len(keep) == 0 {
		delete(model, name)
	}
}
