package main

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"
)

// The same seed gives the same input, and no event is later in its partition than
// the watermarks tolerate.
func TestGenerate(t *testing.T) {
	events := generate(5, 3000)
	if !reflect.DeepEqual(events, generate(5, 3000)) {
		t.Error("the same seed gives other events")
	}
	if reflect.DeepEqual(events, generate(6, 3000)) {
		t.Error("another seed gives the same events")
	}
	newest := map[int32]int64{}
	late, disordered := 0, 0
	for _, e := range events {
		r := e.record()
		at := slot(r.Topic, r.Partition)
		millis := begin
		if e.order != nil {
			millis = int(e.order.Millis)
		} else {
			millis = int(e.payment.Millis)
		}
		if behind := newest[at] - int64(millis); behind > 0 {
			disordered++
			if behind >= tolerance {
				late++
			}
		}
		newest[at] = max(newest[at], int64(millis))
	}
	if late > 0 || disordered < len(events)/10 {
		t.Errorf("%d events are late, %d of %d out of order", late, disordered, len(events))
	}
	orders, payments := counts(events)
	sum := int64(0)
	for _, n := range append(orders[:], payments[:]...) {
		if sum += n; n == 0 {
			t.Error("a partition gets nothing")
		}
	}
	if sum != int64(len(events)) {
		t.Errorf("the partitions get %d of %d events", sum, len(events))
	}
}

// Everything that can happen does, and depends on nothing but the seed.
func TestDraw(t *testing.T) {
	c := &chances{backends: []string{"hashmap", "rocksdb"}, broker: 0.1, freeze: 0.1, torn: 0.1, timeout: time.Second}
	plan := func(seed uint64) (rounds []round) {
		r := rand.New(rand.NewPCG(seed, 2))
		for i := range 400 {
			rounds = append(rounds, draw(r, c, i > 380))
		}
		return rounds
	}
	rounds := plan(1)
	if !reflect.DeepEqual(rounds, plan(1)) {
		t.Error("the same seed gives another plan")
	}
	seen := map[string]int{}
	for _, x := range rounds {
		seen[string(x.Moment)]++
		seen[x.Backend]++
		seen[strings.Repeat("p", x.Parallelism)]++
		if x.Broker > 0 {
			seen["broker"]++
		}
		if x.Freeze > 0 {
			seen["freeze"]++
		}
		if x.Torn {
			seen["torn"]++
		}
		if x.Outage > c.timeout {
			seen["expired"]++
		}
		if x.Damage {
			t.Error("damage that was not asked for")
		}
	}
	for _, what := range []string{string(anytime), string(starting), string(restoring), string(restored), string(triggered), string(completed),
		string(finishing), string(brokerGone), "hashmap", "rocksdb", "p", "pp", "ppp", "broker", "freeze", "torn", "expired"} {
		if seen[what] < 3 {
			t.Errorf("%s: %d of %d rounds", what, seen[what], len(rounds))
		}
	}
}

// The phases that a log tells.
func TestMilestones(t *testing.T) {
	m := newMilestones()
	for _, c := range []struct {
		line string
		want phase
	}{
		{`level=INFO msg="Using restart back off time strategy"`, startUp},
		{`level=INFO msg="Restoring job ab from Checkpoint 7 @ 1 for ab located at file:/x/ab/chk-7."`, recovery},
		{`level=INFO msg="Starting checkpoint scheduler"`, running},
		{`level=INFO msg="Triggering checkpoint 8 (type=CheckpointType{name='Checkpoint'}) @ 1 for job ab."`, checkpointing},
		{`level=INFO msg="Completed checkpoint 8 for job ab (1 bytes, checkpointDuration=2 ms, finalizationTime=1 ms)."`, committing},
		{`level=INFO msg="Source: orders[1] -> Calc[2] (1/1) (x_0_0) switched from RUNNING to FINISHED."`, ending},
		{`level=INFO msg="Triggering checkpoint 9 (type=CheckpointType{name='Checkpoint'}) @ 1 for job ab."`, ending},
	} {
		if m.read(c.line); m.at() != c.want {
			t.Errorf("%s\nis %s, want %s", c.line, m.at(), c.want)
		}
	}
	if m.count != 1 || !strings.HasPrefix(m.from, "chk-7") || m.ready == 0 {
		t.Errorf("%d checkpoints, from %s, ready after %v", m.count, m.from, m.ready)
	}
	m.completed = m.completed.Add(-time.Second)
	if m.phase = committing; m.at() != running {
		t.Errorf("long after a checkpoint: %s", m.at())
	}
}

// The newest checkpoint is the one that is spoiled, and only with one to go back to.
func TestSpoiledCheckpoints(t *testing.T) {
	dir := t.TempDir()
	r := rand.New(rand.NewPCG(1, 1))
	write := func(name string) {
		path := filepath.Join(dir, "job", name, "_metadata")
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(strings.Repeat("x", 100)), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	for _, f := range []func(*rand.Rand, string) (string, error){plantTorn, damage} {
		if what, err := f(r, dir); what != "" || err != nil {
			t.Errorf("nothing to spoil: %s, %v", what, err)
		}
	}
	write("chk-9")
	write("chk-10")
	if what, err := plantTorn(r, dir); err != nil || !strings.HasPrefix(what, "chk-11 ") {
		t.Errorf("%s, %v", what, err)
	}
	text, err := os.ReadFile(filepath.Join(dir, "job", "chk-11", "_metadata"))
	if err != nil || string(text) == strings.Repeat("x", 100) {
		t.Errorf("chk-11 is whole: %v", err)
	}
	if what, err := damage(r, dir); err != nil || !strings.HasPrefix(what, "chk-11") {
		t.Errorf("%s, %v", what, err)
	}
}

// A transaction that hangs is ended as its coordinator decided.
func TestDecided(t *testing.T) {
	log := []change{{0, 3}, {1, 3}, {2, 4}, {4, 4}, {1, 4}, {3, 5}, {5, 5}, {0, 6}, {1, 6}, {2, 7}}
	for _, c := range []struct {
		epoch  int16
		commit bool
		at     int16
		over   bool
	}{{3, true, 4, true}, {4, false, 5, true}, {6, false, 0, false}, {9, false, 0, false}} {
		if commit, at, over := decided(log, c.epoch); commit != c.commit || at != c.at || over != c.over {
			t.Errorf("epoch %d: commit %v, at %d, over %v", c.epoch, commit, at, over)
		}
	}
}
