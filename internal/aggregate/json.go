package aggregate

import (
	"errors"
	"slices"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/expr/jsonpath"
	"github.com/flottstream/flott/internal/types"
)

// jsonText is Flink's type of the JSON aggregates, whatever their length. They
// take values that are JSON texts already, as JSON_STRING and the JSON
// constructors make them.
var jsonText = types.Type{Kind: types.Varchar, Length: 2000}

func resolveJSONArray(f *Function, absent bool) error {
	if !f.Args[0].IsCharacter() {
		return nil
	}
	f.Type = jsonText
	f.keepNulls = true
	f.impl = jsonArray{absent}
	return nil
}

func resolveJSONObject(f *Function, absent bool) error {
	if !f.Args[0].IsCharacter() || !f.Args[1].IsCharacter() {
		return cannotApply(f, "'"+f.Name+"(<CHARACTER>, <ANY>)'")
	}
	f.Type = jsonText
	f.keepNulls = true
	f.impl = jsonObject{absent}
	return nil
}

// jsonArray is JSON_ARRAYAGG: the elements as items, an empty one for NULL.
type jsonArray struct{ absent bool }

func (jsonArray) width() int            { return 0 }
func (jsonArray) variable()             {}
func (jsonArray) merge(m *merger) error { return list{}.merge(m) }

func (a jsonArray) accumulate(u *update) error {
	var item []byte
	for k, i := range u.rows {
		if value := textOrNull(u.args[0], i); value != nil || !a.absent {
			item = appendItem(item[:0], value)
			u.vars[u.gid[k]].add(item)
		}
	}
	return nil
}

func (a jsonArray) retract(u *update) error {
	for k, i := range u.rows {
		if value := textOrNull(u.args[0], i); value != nil || !a.absent {
			removeItem(&u.vars[u.gid[k]], value)
		}
	}
	return nil
}

func (jsonArray) result(r *results, out *batch.Vector) error {
	for k := range r.recs {
		out.Bytes = append(out.Bytes, '[')
		comma := false
		for rest := r.vars[k].b; len(rest) > 0; comma = true {
			var value []byte
			value, rest = cutItem(rest)
			if comma {
				out.Bytes = append(out.Bytes, ',')
			}
			out.Bytes = appendOrNull(out.Bytes, value)
		}
		out.Bytes = append(out.Bytes, ']')
		out.EndBytes()
	}
	return nil
}

// textOrNull is the JSON text at row i, nil for NULL. No JSON text is empty.
func textOrNull(v *batch.Vector, i int32) []byte {
	if v.IsNull(int(i)) {
		return nil
	}
	return v.At(int(i))
}

func appendOrNull(dst, value []byte) []byte {
	if len(value) == 0 {
		return append(dst, "null"...)
	}
	return append(dst, value...)
}

// jsonObject is JSON_OBJECTAGG: pairs of key and value as items. The members
// come out in the order of their keys; a key may occur once only.
type jsonObject struct{ absent bool }

func (jsonObject) width() int            { return 0 }
func (jsonObject) variable()             {}
func (jsonObject) merge(m *merger) error { return list{}.merge(m) }

var errNullKey = errors.New("JSON_OBJECTAGG: a key is NULL; leave such rows out with WHERE … IS NOT NULL")

func (o jsonObject) accumulate(u *update) error {
	var item []byte
	for k, i := range u.rows {
		if u.args[0].IsNull(int(i)) {
			return errNullKey
		}
		if value := textOrNull(u.args[1], i); value != nil || !o.absent {
			item = appendItem(item[:0], u.args[0].At(int(i)))
			item = appendItem(item, value)
			u.vars[u.gid[k]].add(item)
		}
	}
	return nil
}

func (o jsonObject) retract(u *update) error {
	for k, i := range u.rows {
		if u.args[0].IsNull(int(i)) {
			return errNullKey
		}
		if value := textOrNull(u.args[1], i); value != nil || !o.absent {
			removePair(&u.vars[u.gid[k]], u.args[0].At(int(i)), value)
		}
	}
	return nil
}

// removePair takes the first pair equal to key and value out of a list.
func removePair(v *variable, key, value []byte) {
	at := 0
	for rest := v.b; len(rest) > 0; {
		a, tail := cutItem(rest)
		b, tail := cutItem(tail)
		size := len(rest) - len(tail)
		if string(a) == string(key) && string(b) == string(value) {
			v.remove(at, size)
			return
		}
		at += size
		rest = tail
	}
}

func (jsonObject) result(r *results, out *batch.Vector) error {
	var members [][2][]byte
	for k := range r.recs {
		members = members[:0]
		for rest := r.vars[k].b; len(rest) > 0; {
			var m [2][]byte
			m[0], rest = cutItem(rest)
			m[1], rest = cutItem(rest)
			members = append(members, m)
		}
		slices.SortStableFunc(members, func(a, b [2][]byte) int { return slices.Compare(a[0], b[0]) })
		out.Bytes = append(out.Bytes, '{')
		for i, m := range members {
			if i > 0 {
				if string(m[0]) == string(members[i-1][0]) {
					return duplicateKey(m[0])
				}
				out.Bytes = append(out.Bytes, ',')
			}
			out.Bytes = append(jsonpath.AppendString(out.Bytes, m[0]), ':')
			out.Bytes = appendOrNull(out.Bytes, m[1])
		}
		out.Bytes = append(out.Bytes, '}')
		out.EndBytes()
	}
	return nil
}

func duplicateKey(key []byte) error {
	return errors.New("Key '" + string(key) + "' is already present. Duplicate keys are not allowed in JSON_OBJECTAGG. " +
		"Please ensure that keys are unique.")
}
