package jobmanager

import (
	"bytes"
	"errors"
	"reflect"
	"testing"

	"github.com/flottstream/flott/internal/connector"
	"github.com/flottstream/flott/internal/state"
)

var enumerations = []enumeration{
	{},
	{complete: true, known: []string{"a", "b"}},
	{pending: []connector.Split{{ID: "topic-3", State: []byte{1, 0, 255}, Time: -5}, {ID: "", State: nil, Time: 1 << 40}}, known: []string{"topic-3", "", "x"}},
}

func TestEnumerationRoundTrip(t *testing.T) {
	for _, e := range enumerations {
		got, err := decodeEnumeration(encodeEnumeration(e))
		if err != nil || !reflect.DeepEqual(got, e) {
			t.Errorf("%+v came back as %+v, %v", e, got, err)
		}
	}
}

// The bytes of version 1 are read for ever.
func TestEnumerationGolden(t *testing.T) {
	golden := []byte("\x01\x01\x01\x01x\x02pq\x05\x02\x01x\x01y")
	e := enumeration{complete: true, pending: []connector.Split{{ID: "x", State: []byte("pq"), Time: -3}}, known: []string{"x", "y"}}
	if got := encodeEnumeration(e); !bytes.Equal(got, golden) {
		t.Errorf("encoded %q, want %q", got, golden)
	}
	if got, err := decodeEnumeration(golden); err != nil || !reflect.DeepEqual(got, e) {
		t.Errorf("decoded %+v, %v", got, err)
	}
}

func TestEnumerationOfAnotherVersionIsNamed(t *testing.T) {
	_, err := decodeEnumeration([]byte{9, 0, 0, 0})
	if err == nil || errors.Is(err, state.ErrCorrupt) {
		t.Errorf("got %v, want an error that does not call a newer version corrupt", err)
	}
}

func FuzzEnumeration(f *testing.F) {
	for _, e := range enumerations {
		f.Add(encodeEnumeration(e))
	}
	f.Add([]byte{1, 0, 0xff, 0xff, 0xff, 0xff, 0x0f})
	f.Fuzz(func(t *testing.T, data []byte) {
		e, err := decodeEnumeration(data)
		if err != nil {
			return
		}
		again, err := decodeEnumeration(encodeEnumeration(e))
		if err != nil || !reflect.DeepEqual(again, e) {
			t.Fatalf("%+v came back as %+v, %v", e, again, err)
		}
	})
}
