package operators

import (
	"fmt"
	"math/rand"
	"slices"
	"testing"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/jobgraph"
	"github.com/flottstream/flott/internal/stream"
)

// version is a row of a versioned table; gone says that it was deleted then.
type version struct {
	time, key, value int64
	gone             bool
}

// Every left row is joined with the version of its time, whatever the order in
// which rows come, and old versions are forgotten.
func TestTemporalJoinEqualsRecomputation(t *testing.T) {
	schema := timedSchema("ts", "k", "v")
	for _, kind := range []jobgraph.JoinKind{jobgraph.Inner, jobgraph.Left} {
		for _, withCond := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s/cond=%v", kind, withCond), func(t *testing.T) {
				spec := &jobgraph.TemporalJoin{Kind: kind, LeftKeys: []int{1}, RightKeys: []int{1}, LeftSchema: schema, RightSchema: schema, RightChanges: jobgraph.Deletes}
				if withCond {
					spec.Cond = columnLess(t, 2, 5)
				}
				op := NewTemporalJoin(spec).(*temporalJoin)
				openOperator(t, op, true)
				r, now, got := rand.New(rand.NewSource(13)), int64(100), newFold(t)
				var left [][]int64
				var versions []version
				for range 200 {
					var rows [][]int64
					for range r.Intn(5) {
						rows = append(rows, []int64{now + 1 + int64(r.Intn(10)), int64(r.Intn(4)) - 1, int64(r.Intn(5)) - 1})
					}
					left = append(left, rows...)
					process(t, op, 0, schema, got, rows...)
					b := batch.NewBatch(schema, 4)
					for range r.Intn(4) {
						v := version{now + 1 + int64(r.Intn(10)), int64(r.Intn(4)) - 1, int64(r.Intn(5)), r.Intn(4) == 0}
						versions = append(versions, v)
						row := []int64{v.time, v.key, v.value}
						if v.gone {
							appendInts(b, batch.Delete, row)
						} else {
							appendInts(b, batch.UpdateBefore, []int64{v.time - 1, v.key, 99}) // says nothing
							appendInts(b, batch.UpdateAfter, row)
						}
					}
					if err := op.ProcessBatch(1, b, got); err != nil {
						t.Fatal(err)
					}
					now += int64(r.Intn(5))
					advance(t, op, now, got)
					expect(t, fmt.Sprint("at ", now), got.table(), tableText(naiveTemporal(kind, left, versions, now, withCond)))
				}
				advance(t, op, stream.MaxTime, got)
				kept := 0
				for _, ref := range []int64{0, 1, 2} {
					kept += versionsKept(t, op, ref)
				}
				if kept > 3 {
					t.Errorf("%d versions of 3 keys are kept", kept)
				}
			})
		}
	}
}

func naiveTemporal(kind jobgraph.JoinKind, left [][]int64, versions []version, now int64, cond bool) map[string]int {
	out := map[string]int{}
	for _, l := range left {
		if l[0] > now && l[1] >= 0 {
			continue
		}
		var valid *version
		for i, v := range versions {
			if v.key >= 0 && v.key == l[1] && v.time <= l[0] && (valid == nil || v.time >= valid.time) {
				valid = &versions[i]
			}
		}
		switch {
		case valid != nil && !valid.gone && (!cond || l[2] >= 0 && l[2] < valid.value):
			out[intsText(slices.Concat(l, []int64{valid.time, valid.key, valid.value})...)]++
		case kind == jobgraph.Left:
			out[intsText(slices.Concat(l, []int64{-1, -1, -1})...)]++
		}
	}
	return out
}

func versionsKept(t *testing.T, op *temporalJoin, key int64) int {
	t.Helper()
	n := 0
	s := op.sides[1]
	b := batch.NewBatch(op.spec.RightSchema, 1)
	appendInts(b, batch.Insert, []int64{0, key, 0})
	s.keys.Encode(b, s.keyCols, nil, &s.keyBuf)
	s.refs = resize(s.refs, 1)
	if err := s.list.Get(&s.keyBuf, s.refs); err != nil {
		t.Fatal(err)
	}
	if s.refs[0] >= 0 {
		n = s.list.Count(s.refs[0])
	}
	return n
}

// By processing time the newest row answers, and left rows keep their kind.
func TestNewestJoin(t *testing.T) {
	schema := bigints("k", "v")
	op := NewTemporalJoin(&jobgraph.TemporalJoin{Kind: jobgraph.Left, LeftKeys: []int{0}, RightKeys: []int{0}, RightTime: -1, LeftSchema: schema, RightSchema: schema})
	openOperator(t, op, true)
	got := &lines{}
	process(t, op, 0, schema, got, []int64{1, 10})
	expect(t, "no row", got.take(), "1,10,NULL,NULL")
	process(t, op, 1, schema, got, []int64{1, 5}, []int64{1, 6}, []int64{2, 7})
	b := batch.NewBatch(schema, 3)
	appendInts(b, batch.UpdateBefore, []int64{1, 10})
	appendInts(b, batch.UpdateAfter, []int64{2, 11})
	appendInts(b, batch.Insert, []int64{-1, 12})
	if err := op.ProcessBatch(0, b, got); err != nil {
		t.Fatal(err)
	}
	expect(t, "the newest rows", got.take(), "-U 1,10,1,6\n+U 2,11,2,7\nNULL,12,NULL,NULL")
	gone := batch.NewBatch(schema, 1)
	appendInts(gone, batch.Delete, []int64{1, 6})
	if err := op.ProcessBatch(1, gone, got); err != nil {
		t.Fatal(err)
	}
	process(t, op, 0, schema, got, []int64{1, 13})
	expect(t, "deleted", got.take(), "1,13,NULL,NULL")
}
