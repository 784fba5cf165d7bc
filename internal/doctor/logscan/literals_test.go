package logscan

import (
	"math/rand/v2"
	"strings"
	"testing"
)

// The automaton says what strings.Contains says, word by word.
func TestLiterals(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	text := func(n int) string {
		b := make([]byte, n)
		for i := range b {
			b[i] = "abc"[random.IntN(3)]
		}
		return string(b)
	}
	for range 2000 {
		words := make([]string, 1+random.IntN(5))
		for i := range words {
			words[i] = text(1 + random.IntN(5))
		}
		s := text(random.IntN(20))
		want := false
		for _, w := range words {
			want = want || strings.Contains(s, w)
		}
		if got := newLiterals(words).in(s); got != want {
			t.Fatalf("%q in %q: %t, want %t", words, s, got, want)
		}
	}
}
