package main

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/cockroachdb/datadriven"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/blob"
	"github.com/flottstream/flott/internal/blob/file"
	"github.com/flottstream/flott/internal/checkpoint"
	"github.com/flottstream/flott/internal/connector"
	"github.com/flottstream/flott/internal/decimal"
	"github.com/flottstream/flott/internal/keygroup"
	"github.com/flottstream/flott/internal/rowcodec"
	"github.com/flottstream/flott/internal/snapshot"
	"github.com/flottstream/flott/internal/state"
	"github.com/flottstream/flott/internal/state/heap"
	"github.com/flottstream/flott/internal/statefile"
	"github.com/flottstream/flott/internal/stream"
	"github.com/flottstream/flott/internal/types"
)

// TestState runs the commands of testdata/state on a folder with a checkpoint, a
// savepoint and a broken checkpoint, see writeCheckpoints.
func TestState(t *testing.T) {
	local := time.Local
	time.Local = time.UTC
	defer func() { time.Local = local }()
	dir := t.TempDir()
	writeCheckpoints(t, dir)
	datadriven.Walk(t, "testdata/state", func(t *testing.T, path string) {
		datadriven.RunTest(t, path, func(t *testing.T, d *datadriven.TestData) string {
			if d.Cmd != "flott" {
				d.Fatalf(t, "unknown command")
			}
			var out bytes.Buffer
			cmd := root()
			var args []string
			for _, word := range strings.Split(strings.TrimSpace(d.Input), "\n") {
				args = append(args, strings.ReplaceAll(word, "DIR", dir))
			}
			cmd.SetArgs(args)
			cmd.SetOut(&out)
			if err := cmd.Execute(); err != nil {
				fmt.Fprintf(&out, "error %d: %v\n", exitCode(err), err)
			}
			return strings.ReplaceAll(out.String(), dir, "DIR")
		})
	})
	if _, err := os.Stat(filepath.Join(dir, "nothing")); err == nil {
		t.Error("looking made a folder")
	}
}

const stateJob = "00112233445566778899aabbccddeeff"

func writeCheckpoints(t *testing.T, dir string) {
	t.Helper()
	ctx := context.Background()
	open := func(url string, _ map[string]string) (blob.Store, error) {
		return file.Open(strings.TrimPrefix(url, "file:"))
	}
	s, err := snapshot.OpenStorage(ctx, snapshot.Settings{Dir: dir + "/ck/" + stateJob, MergeBytes: 1 << 20, WriteBuffer: 4096}, open)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	n := 0
	s.NameFiles(func() string { n++; return fmt.Sprintf("%032x", n) })
	for _, b := range []stream.CheckpointBarrier{
		{ID: 4, Path: dir + "/ck/" + stateJob + "/chk-4"},
		{ID: 5, Path: dir + "/ck/" + stateJob + "/chk-5"},
		{ID: 6, Path: dir + "/ck/" + stateJob + "/chk-6", Kind: checkpoint.Savepoint, Format: checkpoint.Canonical},
	} {
		if b.Kind.IsSavepoint() {
			b.Path = dir + "/ck/savepoint-001122-aabbccddeeff"
		}
		m := &checkpoint.Manifest{Job: stateJob, Name: "orders per user", ID: b.ID, Kind: b.Kind, Format: b.Format, Path: b.Path, Timestamp: 1_700_000_000_000, Size: 12345, Increment: 2345}
		source := checkpoint.VertexState{UID: "v0", Name: "Source", MaxParallelism: 8, Operators: []checkpoint.OperatorName{{UID: "0a11", Name: "Source: orders[1]"}}}
		agg := checkpoint.VertexState{UID: "v1", Name: "Join[3]", MaxParallelism: 8, Operators: []checkpoint.OperatorName{{UID: "77aa", Name: "Join[3]"}}}
		for i := range 2 {
			f, err := s.Files(ctx, b)
			if err != nil {
				t.Fatal(err)
			}
			groups := keygroup.RangeOf(i, 8, 2)
			sub := &snapshot.Subtask{Operators: []snapshot.Operator{{
				UID: "77aa", Name: "Join[3]", In: 1_700_000_000_000 + int64(i), Out: stream.MinTime,
				Keyed: writeKeyed(t, f, groups), Lists: []state.ListContent{{Name: "pending", Records: [][]byte{[]byte("text"), {0, 1, byte(i)}}}},
			}}}
			if err := f.Flush(); err != nil {
				t.Fatal(err)
			}
			agg.Subtasks = append(agg.Subtasks, checkpoint.SubtaskState{State: f.Encode(sub)})
		}
		split := &snapshot.Subtask{Operators: []snapshot.Operator{{UID: "0a11", Name: "Source: orders[1]", In: stream.MinTime, Out: stream.MinTime,
			Splits: []connector.Split{{ID: "orders-0", State: []byte(`{"offset":7}`), Time: 1_700_000_000_001}}}}}
		source.Subtasks = []checkpoint.SubtaskState{{State: snapshot.Encode(split, "")}, {Finished: true}}
		m.Vertices = []checkpoint.VertexState{source, agg}
		if _, err := s.WriteManifest(ctx, m); err != nil {
			t.Fatal(err)
		}
	}
	// The files of chk-4 are gone.
	gone, err := filepath.Glob(dir + "/ck/" + stateJob + "/chk-4/0*")
	if err != nil || len(gone) == 0 {
		t.Fatal("chk-4 has no files", err)
	}
	for _, name := range gone {
		os.Remove(name)
	}
}

// writeKeyed writes the state of one subtask: of the users 0 to 19 those of its key
// groups, user u with u orders in a list, a count, and a timer.
func writeKeyed(t *testing.T, files state.Files, groups keygroup.Range) *snapshot.Keyed {
	t.Helper()
	key := []types.Type{types.Of(types.BigInt).NotNull()}
	row := types.Schema{{Name: "item", Type: types.String()}, {Name: "price", Type: types.DecimalOf(10, 2)}, {Name: "ok", Type: types.Of(types.Boolean)}}
	b := heap.New(heap.Options{KeyGroups: groups, MaxParallelism: 8, Now: func() time.Time { return time.UnixMilli(1_700_000_000_000) }})
	defer b.Close()
	list, err := b.List(state.Spec{Name: "orders", Key: key, FixedWidth: 2, Value: row})
	if err != nil {
		t.Fatal(err)
	}
	table, err := b.Table(state.Spec{Name: "counts", Key: key, FixedWidth: 8, TTL: state.TTL{After: time.Hour}})
	if err != nil {
		t.Fatal(err)
	}
	timers, err := b.Timers("cleanup")
	if err != nil {
		t.Fatal(err)
	}
	rows := rowcodec.NewRowEncoder(row.Types())
	for u := range int64(20) {
		var bytes [8]byte
		binary.LittleEndian.PutUint64(bytes[:], uint64(u))
		hash := keygroup.Hash(bytes[:])
		if !groups.Contains(keygroup.Of(hash, 8)) {
			continue
		}
		keys := &state.Keys{Hash: []uint64{hash}, Width: 8, Bytes: bytes[:]}
		refs := make([]state.Ref, 1)
		if err := list.Upsert(keys, refs); err != nil {
			t.Fatal(err)
		}
		for i := range u {
			one := batch.NewBatch(row, 1)
			one.Cols[0].AppendString(fmt.Sprintf("item %d", i))
			if i%2 == 0 {
				one.Cols[1].AppendNull()
			} else {
				batch.AppendFixed(one.Cols[1], decimal.FromInt64(100*i+5))
			}
			one.Cols[2].AppendBool(i > 2)
			one.N = 1
			list.Append(refs[0], rows.Append([]byte{7, byte(i)}, one, 0))
		}
		if _, err := table.Upsert(3600_000, keys, refs, nil); err != nil {
			t.Fatal(err)
		}
		binary.LittleEndian.PutUint64(table.Mutable(refs[0]), uint64(u))
		if err := timers.Set(1000*u, hash, bytes[:]); err != nil {
			t.Fatal(err)
		}
	}
	frozen, err := b.Snapshot(1)
	if err != nil {
		t.Fatal(err)
	}
	defer frozen.Release()
	part, err := statefile.Write(context.Background(), frozen, files, statefile.Options{Groups: groups, MaxParallelism: 8})
	if err != nil {
		t.Fatal(err)
	}
	return &snapshot.Keyed{Groups: groups, States: frozen.States(), Part: part}
}
