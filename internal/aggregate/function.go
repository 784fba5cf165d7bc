package aggregate

import (
	"encoding/binary"
	"fmt"
	"strconv"
	"strings"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/types"
)

var le = binary.LittleEndian

// Function is an aggregate function resolved for its argument types.
type Function struct {
	Name string
	Type types.Type // of the result. FILTER and a missing GROUP BY make it nullable, see Nullable
	Args []types.Type

	impl function
	// keepNulls: NULL arguments are accumulated too. The others ignore rows whose
	// first argument is NULL.
	keepNulls bool
	// rebuilt: the function cannot retract, but its value is a function of the set
	// of values, so that a view can compute it anew.
	rebuilt bool
	// onlyAppends: it cannot take retractions at all.
	onlyAppends bool
}

// Nullable is the result type when a group may have no row that counts: with
// FILTER, or without GROUP BY.
func (f Function) Nullable() types.Type {
	switch f.Name {
	case "COUNT", "SUM0", "COLLECT", "APPROX_COUNT_DISTINCT",
		"JSON_OBJECTAGG_NULL_ON_NULL", "JSON_OBJECTAGG_ABSENT_ON_NULL", "JSON_ARRAYAGG_NULL_ON_NULL", "JSON_ARRAYAGG_ABSENT_ON_NULL":
		return f.Type
	}
	return f.Type.WithNull(true)
}

// function computes on accumulators. All methods may assume that NULL arguments
// have been left out unless keepNulls is set.
type function interface {
	// width is the size of the accumulator in the record, a multiple of 8.
	width() int
	accumulate(u *update) error
	retract(u *update) error
	merge(m *merger) error
	// result appends the value of every group to out.
	result(r *results, out *batch.Vector) error
}

// update is one function's share of a batch.
type update struct {
	recs [][]byte // per group
	off  int      // of the accumulator in a record
	vars []variable
	rows []int32 // physical rows
	gid  []int32 // group of each row
	args []*batch.Vector
}

// merger adds the accumulators of src[k] to those of recs[gid[k]].
type merger struct {
	recs [][]byte
	off  int
	vars []variable
	gid  []int32
	src  [][]byte
	from []variable
}

type results struct {
	recs [][]byte
	off  int
	vars []variable
}

// variable is a value of varying size of one function and group. It begins as
// memory of the state; the first change copies it.
type variable struct {
	b     []byte
	buf   []byte // own memory, b if owned
	owned bool
}

// load makes v the unchanged value b.
func (v *variable) load(b []byte) { v.b, v.owned = b, false }

// set replaces the value by a copy of b, which may be part of it.
func (v *variable) set(b []byte) {
	v.buf = append(v.buf[:0], b...)
	v.b, v.owned = v.buf, true
}

// add appends b.
func (v *variable) add(b []byte) {
	if !v.owned {
		v.set(v.b)
	}
	v.buf = append(v.buf, b...)
	v.b = v.buf
}

// remove takes size bytes out at at.
func (v *variable) remove(at, size int) {
	if !v.owned {
		v.set(v.b)
	}
	v.buf = append(v.buf[:at], v.buf[at+size:]...)
	v.b = v.buf
}

// Resolve finds the function a call means. It fails with a sentence for the
// user when there is none for these types.
func Resolve(name string, args []types.Type, distinct bool) (Function, error) {
	f := Function{Name: name, Args: args}
	if alias, ok := aliases[name]; ok {
		f.Name = alias
	}
	if err := checkArgs(f.Name, args); err != nil {
		return Function{}, err
	}
	resolve, ok := resolvers[f.Name]
	if !ok {
		return Function{}, fmt.Errorf("%s is not an aggregate function", name)
	}
	if err := resolve(&f); err != nil {
		return Function{}, err
	}
	if f.impl == nil {
		return Function{}, cannotApply(&f, supported[f.Name])
	}
	f.Type = f.Type.WithoutTime()
	_ = distinct // every function may be DISTINCT, and its type stays
	return f, nil
}

var aliases = map[string]string{
	"STDDEV": "STDDEV_SAMP", "VARIANCE": "VAR_SAMP", "$SUM0": "SUM0", "STRING_AGG": "LISTAGG",
}

// arity is the number of arguments, least and most.
var arity = map[string][2]int{"COUNT": {0, 1}, "LISTAGG": {1, 2}, "PERCENTILE": {2, 3},
	"JSON_OBJECTAGG_NULL_ON_NULL": {2, 2}, "JSON_OBJECTAGG_ABSENT_ON_NULL": {2, 2}}

func checkArgs(name string, args []types.Type) error {
	a, ok := arity[name]
	if !ok {
		a = [2]int{1, 1}
	}
	if len(args) >= a[0] && len(args) <= a[1] {
		return nil
	}
	expected := strconv.Itoa(a[1])
	if a[0] != a[1] {
		expected = fmt.Sprintf("%d or %d", a[0], a[1])
	}
	return fmt.Errorf("Invalid number of arguments to function '%s'. Was expecting %s arguments", name, expected)
}

// supported are the arguments that functions take, in the words of Flink's
// validator; the others take numbers.
var supported = map[string]string{
	"LISTAGG": "'LISTAGG(<CHARACTER>)' 'LISTAGG(<CHARACTER>, <CHARACTER_LITERAL>)'",
}

// cannotApply says that there is no such function for these types.
func cannotApply(f *Function, forms string) error {
	if f.Name == "MIN" || f.Name == "MAX" {
		return fmt.Errorf("%s aggregate function does not support type: '%s'", f.Name, f.Args[0].WithNull(true))
	}
	if forms == "" {
		forms = "'" + f.Name + "(<NUMERIC>)'"
	}
	parts := make([]string, len(f.Args))
	for i, t := range f.Args {
		parts[i] = "<" + t.WithNull(true).String() + ">"
	}
	return fmt.Errorf("Cannot apply '%s' to arguments of type '%s(%s)'. Supported form(s): %s", f.Name, f.Name, strings.Join(parts, ", "), forms)
}

var resolvers = map[string]func(*Function) error{
	"COUNT":                         resolveCount,
	"SUM":                           resolveSum,
	"SUM0":                          resolveSum0,
	"AVG":                           resolveAvg,
	"MIN":                           func(f *Function) error { return resolveExtreme(f, false) },
	"MAX":                           func(f *Function) error { return resolveExtreme(f, true) },
	"STDDEV_POP":                    func(f *Function) error { return resolveVariance(f, true, false) },
	"STDDEV_SAMP":                   func(f *Function) error { return resolveVariance(f, true, true) },
	"VAR_POP":                       func(f *Function) error { return resolveVariance(f, false, false) },
	"VAR_SAMP":                      func(f *Function) error { return resolveVariance(f, false, true) },
	"FIRST_VALUE":                   func(f *Function) error { return resolveEdge(f, false) },
	"LAST_VALUE":                    func(f *Function) error { return resolveEdge(f, true) },
	"SINGLE_VALUE":                  resolveSingle,
	"LISTAGG":                       resolveListAgg,
	"ARRAY_AGG":                     resolveArrayAgg,
	"COLLECT":                       resolveCollect,
	"APPROX_COUNT_DISTINCT":         resolveApproxCount,
	"PERCENTILE":                    resolvePercentile,
	"JSON_ARRAYAGG_NULL_ON_NULL":    func(f *Function) error { return resolveJSONArray(f, false) },
	"JSON_ARRAYAGG_ABSENT_ON_NULL":  func(f *Function) error { return resolveJSONArray(f, true) },
	"JSON_OBJECTAGG_NULL_ON_NULL":   func(f *Function) error { return resolveJSONObject(f, false) },
	"JSON_OBJECTAGG_ABSENT_ON_NULL": func(f *Function) error { return resolveJSONObject(f, true) },
	"BITMAP_BUILD_AGG":              resolveBitmap,
	"BITMAP_BUILD_CARDINALITY_AGG":  resolveBitmap,
	"BITMAP_AND_AGG":                resolveBitmap,
	"BITMAP_AND_CARDINALITY_AGG":    resolveBitmap,
	"BITMAP_OR_AGG":                 resolveBitmap,
	"BITMAP_OR_CARDINALITY_AGG":     resolveBitmap,
	"BITMAP_XOR_AGG":                resolveBitmap,
	"BITMAP_XOR_CARDINALITY_AGG":    resolveBitmap,
}

func getInt(rec []byte, off int) int64    { return int64(le.Uint64(rec[off:])) }
func putInt(rec []byte, off int, x int64) { le.PutUint64(rec[off:], uint64(x)) }
func addInt(rec []byte, off int, x int64) {
	p := rec[off : off+8]
	le.PutUint64(p, le.Uint64(p)+uint64(x))
}
