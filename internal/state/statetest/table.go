package statetest

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"sort"
	"testing"
	"time"

	"github.com/flottstream/flott/internal/state"
)

func checkTable(t *testing.T, f Factory) {
	for _, width := range []int{0, 1, 3, 8, 9, 13, 16, 17, 40} {
		t.Run(fmt.Sprintf("width=%d", width), func(t *testing.T) { checkTableOfWidth(t, f, width) })
	}
}

func checkTableOfWidth(t *testing.T, f Factory, width int) {
	b, _ := open(t, f)
	tab := must[state.Table](t)(b.Table(state.Spec{Name: "t", FixedWidth: 12}))
	refs := make([]state.Ref, 4)
	keys := keysOf(width, "a", "b", "a", "c")

	ok(t, tab.Get(0, keys, refs))
	equal(t, "absent keys read as None", refs, []state.Ref{-1, -1, -1, -1})

	created := must[[]int32](t)(tab.Upsert(0, keys, refs, []int32{7}))
	equal(t, "created gets the first i of each new entry appended", created, []int32{7, 0, 1, 3})
	if refs[0] != refs[2] || refs[0] == refs[1] {
		t.Fatalf("equal keys get equal Refs: %v", refs)
	}
	equal(t, "a new entry's fixed part is all zero", tab.Fixed(refs[1]), make([]byte, 12))
	equal(t, "a new entry's variable part is empty", len(tab.Var(refs[1])), 0)
	copy(tab.Mutable(refs[0]), "twelve bytes")
	equal(t, "what is written is read", string(tab.Fixed(refs[2])), "twelve bytes")
	equal(t, "a neighbour is untouched", tab.Fixed(refs[1]), make([]byte, 12))
	for i, r := range refs {
		equal(t, "Key returns the key bytes", tab.Key(r), keys.At(i))
	}

	src := []byte("variable")
	tab.SetVar(refs[0], src)
	src[0] = 'X'
	equal(t, "SetVar copies", string(tab.Var(refs[0])), "variable")
	copy(tab.Records([]state.Ref{refs[1], refs[3]}, nil)[1], "by Records")
	equal(t, "Records is Mutable for many", string(tab.Fixed(refs[3])[:10]), "by Records")

	created = must[[]int32](t)(tab.Upsert(0, keys, refs, nil))
	equal(t, "known keys are not created again", len(created), 0)
	equal(t, "an entry stays across calls", string(tab.Fixed(refs[0])), "twelve bytes")
	equal(t, "Len counts entries", tab.Len(), 3)

	tab.Delete(refs[1])
	equal(t, "other Refs stay valid after Delete", string(tab.Var(refs[0])), "variable")
	ok(t, tab.Get(0, keys, refs))
	equal(t, "a deleted entry is absent", refs[1], state.None)
	must[[]int32](t)(tab.Upsert(0, keys, refs, nil))
	equal(t, "an entry created anew is zero", tab.Fixed(refs[1]), make([]byte, 12))

	checkNamespaces(t, tab, width)
}

func checkNamespaces(t *testing.T, tab state.Table, width int) {
	keys, refs := keysOf(width, "a", "z"), make([]state.Ref, 2)
	ok(t, tab.Get(5, keys, refs))
	equal(t, "namespaces are separate", refs, []state.Ref{-1, -1})
	for _, ns := range []state.Namespace{5, -3} {
		must[[]int32](t)(tab.Upsert(ns, keys, refs, nil))
		tab.Mutable(refs[0])[0] = byte(ns)
		tab.SetVar(refs[1], bytes.Repeat([]byte("v"), 100))
	}
	equal(t, "Namespaces ascend", tab.Namespaces(nil), []state.Namespace{-3, 0, 5})
	equal(t, "Len counts all namespaces", tab.Len(), 7)
	var seen []string
	ok(t, tab.Scan(5, func(r state.Ref) bool {
		seen = append(seen, string(bytes.TrimRight(tab.Key(r), "\x00")))
		tab.Delete(r)
		return true
	}))
	sort.Strings(seen)
	equal(t, "Scan visits a namespace and may delete", seen, []string{"a", "z"})
	n := 0
	ok(t, tab.Scan(0, func(state.Ref) bool { n++; return n < 2 }))
	equal(t, "Scan stops when told", n, 2)
	ok(t, tab.Drop(-3))
	ok(t, tab.Drop(99))
	equal(t, "Drop removes a namespace", tab.Namespaces(nil), []state.Namespace{0})
	equal(t, "Drop removes its entries", tab.Len(), 3)
	must[[]int32](t)(tab.Upsert(6, keys, refs, nil))
	equal(t, "recycled memory is zeroed", tab.Fixed(refs[0]), make([]byte, 12))
	equal(t, "recycled memory has no variable part", len(tab.Var(refs[1])), 0)
}

func checkTableTTL(t *testing.T, f Factory) {
	b, now := open(t, f)
	tab := must[state.Table](t)(b.Table(state.Spec{Name: "t", FixedWidth: 8, TTL: state.TTL{After: 100 * time.Millisecond}}))
	keys, refs := keysOf(8, "a", "b"), make([]state.Ref, 2)
	must[[]int32](t)(tab.Upsert(0, keys, refs, nil))
	tab.Mutable(refs[0])[0] = 1
	tab.SetVar(refs[0], []byte("x"))
	now.ms += 60
	ok(t, tab.Get(0, keys, refs))
	tab.Mutable(refs[1])[0] = 2
	now.ms += 60
	ok(t, tab.Get(0, keys, refs))
	if refs[0] != state.None || refs[1] == state.None {
		t.Fatalf("the entry not written for the TTL is absent, the written one is not: %v", refs)
	}
	var seen int
	ok(t, tab.Scan(0, func(state.Ref) bool { seen++; return true }))
	equal(t, "Scan never returns expired entries", seen, 1)
	created := must[[]int32](t)(tab.Upsert(0, keys, refs, nil))
	equal(t, "an expired entry is created anew", created, []int32{0})
	equal(t, "it is zero again", tab.Fixed(refs[0]), make([]byte, 8))
	equal(t, "its variable part is empty again", len(tab.Var(refs[0])), 0)

	now.ms += 1000
	many := make([]string, 5000)
	for i := range many {
		many[i] = fmt.Sprint("k", i)
	}
	refs = make([]state.Ref, len(many))
	must[[]int32](t)(tab.Upsert(0, keysOf(8, many...), refs, nil))
	now.ms += 1000
	for i := range 5000 {
		must[[]int32](t)(tab.Upsert(0, keysOf(8, fmt.Sprint("n", i)), refs[:1], nil))
		now.ms += 10
	}
	if tab.Len() > 1000 {
		t.Fatalf("expired entries are removed while the state is used: %d are left, 10 are alive", tab.Len())
	}
}

// tableModel is a Table by Go maps.
type tableModel map[state.Namespace]map[string]*record

type record struct {
	fixed, variable []byte
}

func checkTableRandom(t *testing.T, f Factory) {
	for _, width := range []int{0, 8, 11, 24} {
		for seed := range uint64(6) {
			randomTable(t, f, width, seed)
		}
	}
}

func randomTable(t *testing.T, f Factory, width int, seed uint64) {
	r := rand.New(rand.NewPCG(seed, 1))
	b, _ := open(t, f)
	tab := must[state.Table](t)(b.Table(state.Spec{Name: "t", FixedWidth: 8}))
	model := tableModel{}
	space := 20 + r.IntN(3000)
	for step := range 150 {
		ns := state.Namespace(r.IntN(3))
		names := randomNames(r, width, 1+r.IntN(60), space)
		keys, refs := keysOf(width, names...), make([]state.Ref, len(names))
		switch op := r.IntN(10); {
		case op < 6:
			created := must[[]int32](t)(tab.Upsert(ns, keys, refs, nil))
			model.upsert(t, tab, ns, names, refs, created, r)
		case op < 8:
			ok(t, tab.Get(ns, keys, refs))
			model.compare(t, tab, ns, names, refs)
			model.deleteSome(tab, ns, names, refs, r)
		case op < 9:
			model.scan(t, tab, ns, r)
		default:
			if r.IntN(4) == 0 {
				ok(t, tab.Drop(ns))
				delete(model, ns)
			}
		}
		n := 0
		for _, m := range model {
			n += len(m)
		}
		if tab.Len() != n {
			t.Fatalf("seed %d step %d: Len %d, want %d", seed, step, tab.Len(), n)
		}
	}
	if b.MemoryBytes() <= 0 {
		t.Fatal("MemoryBytes is not positive")
	}
}

// randomNames draws keys; of those of varying size some are long.
func randomNames(r *rand.Rand, width, n, space int) []string {
	names := make([]string, n)
	for i := range names {
		names[i] = fmt.Sprintf("%d", r.IntN(space))
		if width == 0 && len(names[i])%2 == 0 {
			names[i] += " and a tail that makes it long"
		}
	}
	return names
}

func (m tableModel) upsert(t *testing.T, tab state.Table, ns state.Namespace, names []string, refs []state.Ref, created []int32, r *rand.Rand) {
	if m[ns] == nil {
		m[ns] = map[string]*record{}
	}
	var want []int32
	for i, name := range names {
		if m[ns][name] == nil {
			m[ns][name] = &record{fixed: make([]byte, 8)}
			want = append(want, int32(i))
		}
	}
	sort.Slice(created, func(i, j int) bool { return created[i] < created[j] })
	equal(t, "created", created, want)
	m.compare(t, tab, ns, names, refs)
	for i, name := range names {
		rec := m[ns][name]
		if r.IntN(2) == 0 {
			x := byte(r.IntN(256))
			tab.Mutable(refs[i])[x%8] = x
			rec.fixed[x%8] = x
		}
		if r.IntN(3) == 0 {
			size := r.IntN(70)
			if r.IntN(50) == 0 {
				size = r.IntN(70000)
			}
			rec.variable = bytes.Repeat([]byte{byte(size)}, size)
			tab.SetVar(refs[i], rec.variable)
		}
	}
}

func (m tableModel) compare(t *testing.T, tab state.Table, ns state.Namespace, names []string, refs []state.Ref) {
	t.Helper()
	for i, name := range names {
		rec := m[ns][name]
		if (rec == nil) != (refs[i] == state.None) {
			t.Fatalf("key %q: Ref %d, in the model %v", name, refs[i], rec != nil)
		}
		if rec != nil && (!bytes.Equal(tab.Fixed(refs[i]), rec.fixed) || !bytes.Equal(tab.Var(refs[i]), rec.variable)) {
			t.Fatalf("key %q: record differs from the model", name)
		}
	}
}

func (m tableModel) deleteSome(tab state.Table, ns state.Namespace, names []string, refs []state.Ref, r *rand.Rand) {
	for i, name := range names {
		if m[ns][name] != nil && r.IntN(3) == 0 {
			tab.Delete(refs[i])
			delete(m[ns], name)
		}
	}
}

func (m tableModel) scan(t *testing.T, tab state.Table, ns state.Namespace, r *rand.Rand) {
	seen := map[string]bool{}
	ok(t, tab.Scan(ns, func(ref state.Ref) bool {
		name := string(bytes.TrimRight(tab.Key(ref), "\x00"))
		if seen[name] {
			t.Fatalf("Scan visits %q twice", name)
		}
		seen[name] = true
		m.compare(t, tab, ns, []string{name}, []state.Ref{ref})
		if r.IntN(4) == 0 {
			tab.Delete(ref)
			delete(m[ns], name)
		}
		return true
	}))
	for name := range m[ns] {
		if !seen[name] {
			t.Fatalf("Scan misses %q", name)
		}
	}
}
