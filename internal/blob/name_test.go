package blob

import (
	"path"
	"strings"
	"testing"
)

func TestCheckName(t *testing.T) {
	for _, name := range []string{"a", "a/b/c", "..a", "a..", ".a", "chk-1/_metadata", "ä/日本 x", ".flott", "a:b", `a\b`} {
		if err := CheckName(name); err != nil {
			t.Errorf("%q is refused: %v", name, err)
		}
	}
	for name, why := range map[string]string{
		"": "must not be empty", "/a": "empty segment", "a/": "empty segment", "a//b": "empty segment",
		".": `segment "."`, "a/../b": `segment ".."`, "..": `segment ".."`, "a/./b": `segment "."`,
		"a/.flott-1": "reserved", "a\x00b": "control character", "a\nb": "control character", "a\xffb": "not UTF-8",
	} {
		if err := CheckName(name); err == nil || !strings.Contains(err.Error(), why) {
			t.Errorf("%q: got %v, want an error with %q", name, err, why)
		}
	}
}

func TestCheckPrefix(t *testing.T) {
	for _, prefix := range []string{"", "a", "a/", "a/b", ".", "a/.", ".."} {
		if err := CheckPrefix(prefix); err != nil {
			t.Errorf("%q is refused: %v", prefix, err)
		}
	}
	for _, prefix := range []string{"/", "/a", "a//", "../", "a/../b", "\x00", "./a", ".flott-1/x"} {
		if err := CheckPrefix(prefix); err == nil {
			t.Errorf("%q is taken", prefix)
		}
	}
}

// A name that is taken stays below the folder it is joined to, and so do all
// its beginnings as prefixes.
func FuzzCheckName(f *testing.F) {
	for _, seed := range []string{"a/b", "../a", "a/..", "/", ".flott-x", "a/./b"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, name string) {
		if CheckName(name) != nil {
			return
		}
		if joined := path.Join("/root", name); joined != "/root/"+name {
			t.Fatalf("%q leads to %q", name, joined)
		}
		for i, r := range name {
			if r != 0 && CheckPrefix(name[:i]) != nil {
				t.Fatalf("the beginning %q of the name %q is refused", name[:i], name)
			}
		}
	})
}
