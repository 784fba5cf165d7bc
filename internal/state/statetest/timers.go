package statetest

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"sort"
	"testing"

	"github.com/flottstream/flott/internal/keygroup"
	"github.com/flottstream/flott/internal/state"
)

func checkTimers(t *testing.T, f Factory) {
	b, _ := open(t, f)
	tm := must[state.Timers](t)(b.Timers("t"))
	set := func(time int64, key string) { ok(t, tm.Set(time, keygroup.Hash([]byte(key)), []byte(key))) }
	var fired []string
	fire := func(time int64, hash uint64, key []byte) error {
		equal(t, "hash is given back", hash, keygroup.Hash([]byte(key)))
		fired = append(fired, fmt.Sprint(time, string(key)))
		return nil
	}
	if _, any := tm.Next(); any {
		t.Fatal("Next has a time though nothing is set")
	}
	set(20, "b")
	set(10, "z")
	set(20, "a")
	set(20, "b")
	set(-5, "n")
	set(30, "late")
	equal(t, "setting twice is setting once", tm.Len(), 5)
	tm.Delete(10, keygroup.Hash([]byte("z")), []byte("z"))
	tm.Delete(10, keygroup.Hash([]byte("absent")), []byte("absent"))
	equal(t, "Delete", tm.Len(), 4)
	next, _ := tm.Next()
	equal(t, "Next is the earliest", next, -5)
	ok(t, tm.PopUntil(20, fire))
	equal(t, "order of time, ties of key", fired, []string{"-5n", "20a", "20b"})
	equal(t, "popped timers are gone", tm.Len(), 1)

	fired = nil
	ok(t, tm.PopUntil(100, func(time int64, hash uint64, key []byte) error {
		if time < 60 {
			set(time+20, string(key))
			set(1000, string(key))
		}
		return fire(time, hash, key)
	}))
	equal(t, "a timer set at or before until fires in the same call", fired, []string{"30late", "50late", "70late"})
	equal(t, "a later one does not", tm.Len(), 1)
	boom := errors.New("boom")
	set(100, "x")
	err := tm.PopUntil(2000, func(int64, uint64, []byte) error { return boom })
	if !errors.Is(err, boom) || tm.Len() != 1 {
		t.Fatalf("firing stops with the error of fire: %v, %d left", err, tm.Len())
	}
}

func checkTimersRandom(t *testing.T, f Factory) {
	for seed := range uint64(10) {
		r := rand.New(rand.NewPCG(seed, 4))
		b, _ := open(t, f)
		tm := must[state.Timers](t)(b.Timers("t"))
		model := map[string]bool{} // time and key, printed so that text order is the order
		name := func(time int64, key string) string { return fmt.Sprintf("%08d %s", time, key) }
		set := func(time int64, key string) {
			ok(t, tm.Set(time, keygroup.Hash([]byte(key)), []byte(key)))
			model[name(time, key)] = true
		}
		unset := func(time int64, key string) {
			tm.Delete(time, keygroup.Hash([]byte(key)), []byte(key))
			delete(model, name(time, key))
		}
		at := int64(0)
		for range 400 {
			for range r.IntN(40) {
				set(at+int64(r.IntN(50)), fmt.Sprint("k", r.IntN(40)))
				if r.IntN(2) == 0 {
					unset(at+int64(r.IntN(50)), fmt.Sprint("k", r.IntN(40)))
				}
			}
			at += int64(r.IntN(6))
			ok(t, tm.PopUntil(at, func(time int64, _ uint64, key []byte) error {
				want := earliest(model)
				if got := name(time, string(key)); got != want {
					t.Fatalf("seed %d: fires %q, want %q", seed, got, want)
				}
				delete(model, want)
				switch r.IntN(6) {
				case 0:
					set(time+int64(r.IntN(4)), fmt.Sprint("k", r.IntN(40)))
				case 1:
					unset(time+int64(r.IntN(4)), fmt.Sprint("k", r.IntN(40)))
				}
				return nil
			}))
			equal(t, fmt.Sprintf("seed %d: Len", seed), tm.Len(), len(model))
			if next, any := tm.Next(); any && (next <= at || fmt.Sprintf("%08d", next) != earliest(model)[:8]) {
				t.Fatalf("seed %d: Next %d, until %d, want %s", seed, next, at, earliest(model))
			}
		}
	}
}

func earliest(model map[string]bool) string {
	names := make([]string, 0, len(model))
	for n := range model {
		names = append(names, n)
	}
	sort.Strings(names)
	if len(names) == 0 {
		return "        "
	}
	return names[0]
}
