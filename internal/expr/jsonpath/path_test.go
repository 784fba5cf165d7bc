package jsonpath

import "testing"

func find(doc, path string) string {
	p, err := Compile(path)
	if err != nil {
		return "path: " + err.Error()
	}
	v, err := Parse([]byte(doc))
	if err != nil {
		return "json: " + err.Error()
	}
	r, found, err := p.Find(&v)
	switch {
	case err != nil:
		return "error: " + err.Error()
	case !found:
		return "empty"
	}
	return string(r.Append(nil))
}

func TestFind(t *testing.T) {
	for _, c := range []struct{ doc, path, want string }{
		{`{"a": 1}`, "$.a", "1"}, {`{"a": 1}`, "a", "1"}, {`{"a": 1}`, "$.b", "error: no results for the path"},
		{`{"a": 1}`, "lax $.b", "empty"}, {`{"a": {"b": [{"c": 3}]}}`, "$.a.b[0].c", "3"},
		{`{"a": {"b": [{"c": 3}]}}`, "$..c", "[3]"}, {`[1,2,3]`, "$[-1]", "3"}, {`[1,2,3]`, "$[0,1]", "[1,2]"},
		{`[1,2,3]`, "$[0:2]", "[1,2]"}, {`[1,2,3]`, "$[-2:]", "[2,3]"}, {`[]`, "$[*]", "[]"},
		{`"text"`, "$.tags[*]", "error: no results for the path"}, {`{"a":1}`, "lax $.tags[*]", "empty"}, {`{"a":1}`, "$.a[*]", "[]"},
		{`[{"a":1},{"a":2}]`, "$[?(@.a > 1)].a", "[2]"}, {`[{"a":"x"},{"b":2}]`, "$[?(@.a == 'x' || @.b)]", `[{"a":"x"},{"b":2}]`},
		{`[{"a":1},{"a":2}]`, "$[?(!(@.a == 1) && @.a <= 2.0)]", `[{"a":2}]`},
		{`{"a b": 1}`, `$["a b"]`, "1"}, {`{"a": 1, "b": 2}`, `$['a','b']`, "[1,2]"}, {`{"b":1,"a":[1,  2]}`, "$", `{"a":[1,2],"b":1}`},
		{`{"a": 1, "a": 2}`, "$.a", "2"}, {`{"a": 1} x`, "$.a", "1"}, {`{"a": 1e3}`, "$.a", "1E+3"}, {`{"a": 2.50}`, "$.a", "2.50"},
		{`{"a": 0.0000001}`, "$.a", "1E-7"}, {`{"a": -12.5e-3}`, "$.a", "-0.0125"},
		{`"\u00e9\ud83d\ude42\n"`, "$", `"é🙂\n"`},
		{`{a: 1}`, "$.a", "json: unexpected character 'a' at offset 1 of the JSON text, where a key in quotes is expected"},
		{`[1,]`, "$", "json: unexpected character ']' at offset 3 of the JSON text"},
		{`01`, "$", "json: bad number at offset 0 of the JSON text"}, {``, "$", "json: the JSON text ends too early"},
		{`{"a": 1}`, "$.", "path: the path '$.' is not valid: a name is missing"},
		{`{"a": 1}`, "$[last]", "path: the path '$[last]' is not valid: an index or a name is missing"},
	} {
		if got := find(c.doc, c.path); got != c.want {
			t.Errorf("%s in %s: %s, want %s", c.path, c.doc, got, c.want)
		}
	}
}

func FuzzFind(f *testing.F) {
	f.Add(`{"a":[1,{"b":null}]}`, "lax $.a[*].b")
	f.Add(`[1e5,"x"]`, "$[?(@ > 1)]")
	f.Fuzz(func(t *testing.T, doc, path string) {
		v, err := Parse([]byte(doc))
		if err != nil {
			return
		}
		text := v.Append(nil)
		if _, err := Parse(text); err != nil {
			t.Fatalf("%q writes %q: %v", doc, text, err)
		}
		if p, err := Compile(path); err == nil {
			p.Find(&v)
		}
	})
}
