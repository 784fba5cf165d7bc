package flott

import (
	"reflect"
	"testing"
)

// FuzzStateValue: whatever bytes a state has, reading them fails or gives a value that is
// stored and read again as it is.
func FuzzStateValue(f *testing.F) {
	type part struct {
		N int16
		S []string
		M map[string]uint8
		P *bool
		F float64
	}
	type whole struct {
		A [2]part
		B []byte
	}
	codec := stateValueOf[whole](&Declaration{name: "f"}, "s")
	f.Add([]byte{})
	f.Add(codec.encode(&whole{}, nil))
	yes := true
	f.Add(codec.encode(&whole{A: [2]part{{N: -3, S: []string{"a", ""}, M: map[string]uint8{"x": 9}, P: &yes, F: 1.5}, {}}, B: []byte("bytes")}, nil))
	f.Fuzz(func(t *testing.T, b []byte) {
		var x, y whole
		if codec.decode(b, &x) != nil {
			return
		}
		if err := codec.decode(codec.encode(&x, nil), &y); err != nil {
			t.Fatal(err)
		}
		if x.A[0].F == x.A[0].F && x.A[1].F == x.A[1].F && !reflect.DeepEqual(x, y) { // NaN is not itself
			t.Fatalf("%+v became %+v", x, y)
		}
	})
}

// TestStateGrows: fields may be added at the end of a struct.
func TestStateGrows(t *testing.T) {
	type before struct{ A int64 }
	type after struct {
		A int64
		B string
	}
	d := &Declaration{name: "f"}
	stored := stateValueOf[before](d, "s").encode(&before{7}, nil)
	var x after
	if err := stateValueOf[after](d, "s").decode(stored, &x); err != nil || x != (after{7, ""}) {
		t.Errorf("%+v, %v", x, err)
	}
	var y before
	if err := stateValueOf[before](d, "s").decode(stateValueOf[after](d, "s").encode(&after{7, "b"}, nil), &y); err == nil {
		t.Error("a field was lost")
	}
}
