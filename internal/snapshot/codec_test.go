package snapshot

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"hash/crc32"
	"math/rand/v2"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/flottstream/flott/internal/checkpoint"
	"github.com/flottstream/flott/internal/connector"
	"github.com/flottstream/flott/internal/keygroup"
	"github.com/flottstream/flott/internal/state"
	"github.com/flottstream/flott/internal/stream"
	"github.com/flottstream/flott/internal/types"
)

// Every element of the format, with odd values. The golden files are made of it:
// to test something new, add to moreSubtask.
func sampleSubtask() *Subtask {
	nested := types.RowOf(types.Field{Name: "a", Type: types.ArrayOf(types.Of(types.Int).NotNull())}, types.Field{Name: "m", Type: types.MapOf(types.String(), types.DecimalOf(10, 2))})
	inline := func(text string) state.Segment {
		return state.Segment{Inline: text, Length: int64(len(text)), Sum: crc32.Checksum([]byte(text), castagnoli)}
	}
	return &Subtask{
		Operators: []Operator{
			{UID: "0b7e1f", Name: "Source: bid[1]", In: stream.MinTime, Out: 1_700_000_000_000, Splits: []connector.Split{{ID: "topic-0", State: []byte{1, 0, 255}, Time: -5}, {ID: "topic-1"}}},
			{UID: "77aa", Name: "GroupAggregate[3]", In: stream.MaxTime, Out: stream.MaxTime, Done: true,
				Keyed: &Keyed{
					Groups: keygroup.Range{Start: 64, End: 127},
					States: []state.Description{
						{Shape: state.ShapeTable, Spec: state.Spec{Name: "accumulators", Key: []types.Type{types.Of(types.BigInt), types.String().NotNull()}, FixedWidth: 24, Value: types.Schema{{Name: "n", Type: nested}}, TTL: state.TTL{After: time.Hour}}},
						{Shape: state.ShapeTimers, Spec: state.Spec{Name: "cleanup"}},
					},
					Part: state.Part{Format: "canonical.1", Data: []byte("what lies where"), Bytes: 300, FullBytes: 7000, Segments: []state.Segment{
						{File: "file:/ck/ab/shared/00000000000000000000000000000001", Offset: 100, Length: 200, Sum: 0xdeadbeef},
						{File: "file:/ck/ab/shared/00000000000000000000000000000001", Length: 100, Sum: 1},
						{File: "file:/ck/ab/chk-5/00000000000000000000000000000002", Length: 100, Sum: 2},
						inline("a small piece"),
					}},
				},
				Lists: []state.ListContent{{Name: "pending", Mode: state.Broadcast, Records: [][]byte{{0}, {}, []byte("xyz")}}, {Name: "none", Mode: state.Union}},
				Large: []LargeList{{Name: "big", Mode: state.Split, Count: 12345, Segment: state.Segment{File: "file:/ck/ab/chk-5/00000000000000000000000000000002", Offset: 100, Length: 1 << 40, Sum: 3}}},
			},
			{UID: "stateless", Name: "Calc[2]"},
		},
		Inflight: []Inflight{{From: "0b7e1f", To: "77aa", Port: 1, Producer: 300, Rows: 4096, Segment: inline("rows")}},
	}
}

func sampleManifest() *checkpoint.Manifest {
	s := sampleSubtask()
	return &checkpoint.Manifest{
		Job: "abababababababababababababababab", Name: "insert-into_sink", ID: 5, Timestamp: 1_700_000_000_123, Path: "file:/ck/ab/chk-5",
		Unaligned: true, Size: 7000, Increment: 300,
		Vertices: []checkpoint.VertexState{
			{UID: "v0", Name: "Source: bid[1] -> Calc[2]", MaxParallelism: 128, Operators: []checkpoint.OperatorName{{UID: "0b7e1f", Name: "Source: bid[1]"}, {UID: "stateless", Name: "Calc[2]"}},
				Coordinator: &checkpoint.State{Data: []byte("splits found")}, Subtasks: []checkpoint.SubtaskState{{Finished: true}, {State: Encode(s, "")}}},
			{UID: "v1", Name: "Sink", MaxParallelism: 32768, Subtasks: []checkpoint.SubtaskState{{State: Encode(&Subtask{}, "")}}},
		},
	}
}

func TestSubtaskRoundTrip(t *testing.T) {
	s := sampleSubtask()
	st := Encode(s, "")
	back, err := Decode(st, "file:/elsewhere")
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(back, s) {
		t.Errorf("got  %+v\nwant %+v", back, s)
	}
	equal(t, "handles", st.Handles, []checkpoint.Handle{
		{Name: "file:/ck/ab/chk-5/00000000000000000000000000000002", Size: 1<<40 + 100},
		{Name: "file:/ck/ab/shared/00000000000000000000000000000001", Size: 300},
	})
	// A savepoint's own files move with it, others stay.
	moved, err := Decode(Encode(s, "file:/ck/ab/chk-5"), "s3://there")
	if err != nil {
		t.Fatal(err)
	}
	gs := moved.Operators[1].Keyed.Part.Segments
	equal(t, "files", []string{gs[0].File, gs[2].File}, []string{"file:/ck/ab/shared/00000000000000000000000000000001", "s3://there/00000000000000000000000000000002"})
}

func TestManifestRoundTrip(t *testing.T) {
	m := sampleManifest()
	back, err := DecodeManifest(EncodeManifest(m), "")
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(back, m) {
		t.Errorf("got  %+v\nwant %+v", back, m)
	}
}

// A change of any one byte is found, and so is an end anywhere.
func TestDamage(t *testing.T) {
	for name, format := range map[string]struct {
		data   []byte
		decode func([]byte) error
	}{
		"subtask":  {Encode(sampleSubtask(), "").Data, func(b []byte) error { _, err := Decode(checkpoint.State{Data: b}, ""); return err }},
		"manifest": {EncodeManifest(sampleManifest()), func(b []byte) error { _, err := DecodeManifest(b, ""); return err }},
	} {
		for i := range format.data {
			b := bytes.Clone(format.data)
			b[i] ^= 0x40
			err := format.decode(b)
			if i == 4 { // the version
				if err == nil || !strings.Contains(err.Error(), "has format version 65, but this flott reads version 1 only") {
					t.Errorf("%s: another version: %v", name, err)
				}
			} else if !errors.Is(err, state.ErrCorrupt) {
				t.Errorf("%s: byte %d changed: %v", name, i, err)
			}
			if err := format.decode(format.data[:i]); !errors.Is(err, state.ErrCorrupt) {
				t.Errorf("%s: cut at byte %d: %v", name, i, err)
			}
		}
	}
}

// The head of a manifest can be read without the rest.
func TestHead(t *testing.T) {
	m := sampleManifest()
	data := EncodeManifest(m)
	head, err := decodeHeader(data[:200])
	if err != nil || head.Name != m.Name || head.ID != m.ID || len(head.Vertices) > 0 {
		t.Errorf("%+v, %v", head, err)
	}
	if _, err := decodeHeader(data[:50]); !errors.Is(err, errShort) {
		t.Errorf("cut: %v", err)
	}
}

// Random subtasks survive, and are encoded the same way twice.
func TestRandomSubtasks(t *testing.T) {
	for seed := range uint64(300) {
		r := rand.New(rand.NewPCG(seed, 1))
		s := randomSubtask(r)
		st := Encode(s, "file:/base")
		if again := Encode(s, "file:/base"); !bytes.Equal(st.Data, again.Data) {
			t.Fatalf("seed %d: two encodings", seed)
		}
		back, err := Decode(st, "file:/base")
		if err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		if !reflect.DeepEqual(back, s) {
			t.Fatalf("seed %d:\n got %+v\nwant %+v", seed, back, s)
		}
	}
}

func randomSubtask(r *rand.Rand) *Subtask {
	text := func() string { return strings.Repeat(fmt.Sprint(r.IntN(1000)), 1+r.IntN(3)) }
	segment := func() state.Segment {
		if r.IntN(3) == 0 {
			data := text()
			return state.Segment{Inline: data, Length: int64(len(data)), Sum: crc32.Checksum([]byte(data), castagnoli)}
		}
		return state.Segment{File: []string{"file:/base/", "file:/other/", "s3://x/"}[r.IntN(3)] + text(), Offset: r.Int64N(1 << 50), Length: r.Int64N(1 << 50), Sum: r.Uint32()}
	}
	s := &Subtask{}
	for range r.IntN(4) {
		op := Operator{UID: text(), Name: text(), In: int64(r.Uint64()), Out: int64(r.Uint64()), Done: r.IntN(2) == 0}
		if r.IntN(2) == 0 {
			op.Keyed = &Keyed{Groups: keygroup.Range{Start: r.IntN(100), End: r.IntN(100)}, Part: state.Part{Format: text(), Data: []byte(text()), Bytes: r.Int64(), FullBytes: r.Int64()}}
			for range r.IntN(5) {
				op.Keyed.Part.Segments = append(op.Keyed.Part.Segments, segment())
			}
			for range r.IntN(3) {
				op.Keyed.States = append(op.Keyed.States, state.Description{Shape: state.Shape(1 + r.IntN(4)), Spec: state.Spec{Name: text(), Key: randomTypes(r, 3), FixedWidth: r.IntN(99)}})
			}
		}
		for range r.IntN(3) {
			op.Lists = append(op.Lists, state.ListContent{Name: text(), Mode: state.Redistribution(r.IntN(3)), Records: [][]byte{[]byte(text()), {}}})
			op.Large = append(op.Large, LargeList{Name: text(), Mode: state.Redistribution(r.IntN(3)), Count: r.IntN(99), Segment: segment()})
			op.Splits = append(op.Splits, connector.Split{ID: text(), State: []byte(text()), Time: r.Int64()})
		}
		s.Operators = append(s.Operators, op)
	}
	for range r.IntN(4) {
		s.Inflight = append(s.Inflight, Inflight{From: text(), To: text(), Port: r.IntN(2), Producer: r.IntN(999), Rows: r.Int64N(1 << 40), Segment: segment()})
	}
	return s
}

func randomTypes(r *rand.Rand, depth int) (out []types.Type) {
	for range 1 + r.IntN(3) {
		t := types.Type{Kind: types.Kind(r.IntN(int(types.Row) + 1)), Nullable: r.IntN(2) == 0, Length: r.IntN(40), Scale: r.IntN(9)}
		if depth == 0 && t.Kind >= types.Array {
			t.Kind = types.Int
		}
		if t.Kind >= types.Array {
			inner := randomTypes(r, depth-1)
			switch t.Kind {
			case types.Array, types.Multiset:
				t.Elem = &inner[0]
			case types.Map:
				t.Key, t.Elem = &inner[0], &inner[len(inner)-1]
			case types.Row:
				for i, in := range inner {
					t.Fields = append(t.Fields, types.Field{Name: fmt.Sprint("f", i), Type: in})
				}
			}
		}
		out = append(out, t)
	}
	return out
}

// Files of released versions, see testdata/golden/README. They are read for ever;
// -rewrite makes those of this version, which must not change once it is released.
func TestGolden(t *testing.T) {
	write := flag.Lookup("rewrite").Value.String() == "true"
	for name, data := range map[string][]byte{
		"subtask.1": Encode(sampleSubtask(), "").Data, "_metadata.1": EncodeManifest(sampleManifest()),
	} {
		path := "testdata/golden/" + name
		if write {
			if err := os.WriteFile(path, data, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		golden, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(golden, data) {
			t.Errorf("%s: this version writes other bytes than the file holds: give the format a new version", path)
		}
		var got, want any
		if name == "subtask.1" {
			got, err = Decode(checkpoint.State{Data: golden}, "")
			want = sampleSubtask()
		} else {
			got, err = DecodeManifest(golden, "")
			want = sampleManifest()
		}
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %v\n got %+v\nwant %+v", path, err, got, want)
		}
	}
}

// resum gives damaged bytes a right sum, so that fuzzing gets behind it.
func resum(b []byte) []byte {
	if len(b) < 4 {
		return b
	}
	w := writer{buf: bytes.Clone(b[:len(b)-4])}
	return w.end()
}

func FuzzDecode(f *testing.F) {
	f.Add(Encode(sampleSubtask(), "").Data)
	f.Add(Encode(&Subtask{}, "").Data)
	f.Fuzz(func(t *testing.T, b []byte) {
		b = resum(b)
		s, err := Decode(checkpoint.State{Data: b}, "base")
		if err != nil {
			return
		}
		// What can be read can be written again, and is then the same.
		back, err := Decode(Encode(s, "base"), "base")
		if err != nil || !reflect.DeepEqual(back, s) {
			t.Errorf("%v\n got %+v\nwant %+v", err, back, s)
		}
	})
}

func FuzzDecodeManifest(f *testing.F) {
	f.Add(EncodeManifest(sampleManifest()))
	f.Add(EncodeManifest(&checkpoint.Manifest{Kind: checkpoint.Savepoint, Path: "p"}))
	f.Fuzz(func(t *testing.T, b []byte) {
		b = resum(b)
		m, err := DecodeManifest(b, "")
		if err != nil {
			return
		}
		back, err := DecodeManifest(EncodeManifest(m), "")
		if err != nil || !reflect.DeepEqual(back, m) {
			t.Errorf("%v\n got %+v\nwant %+v", err, back, m)
		}
	})
}
