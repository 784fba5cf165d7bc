package checkpoint

import (
	"slices"
	"strings"
	"testing"
	"time"
)

// Every key leads to a field of its own whose default is the one written down.
func TestKeys(t *testing.T) {
	if !slices.IsSortedFunc(Keys, func(a, b Key) int { return strings.Compare(a.Name, b.Name) }) {
		t.Error("Keys are not sorted by name")
	}
	o := Default()
	fields := map[any]string{}
	for _, k := range Keys {
		f := k.Field(&o)
		if other, taken := fields[f]; taken {
			t.Errorf("%s and %s share a field", k.Name, other)
		}
		fields[f] = k.Name
		if k.Default == "" {
			continue
		}
		probe := Options{}
		if err := setKey(&probe, k.Name, strings.NewReplacer(" ", "", "min", "m").Replace(k.Default)); err != nil {
			t.Errorf("%s: %v", k.Name, err)
			continue
		}
		if got, want := value(k.Field(&probe)), value(f); got != want {
			t.Errorf("%s: written down is %v, but Default has %v", k.Name, got, want)
		}
	}
	if err := o.Validate(); err != nil {
		t.Errorf("the defaults are refused: %v", err)
	}
}

func value(field any) any {
	switch f := field.(type) {
	case *time.Duration:
		return *f
	case *int64:
		return *f
	case *bool:
		return *f
	case *string:
		return *f
	case *Retention:
		return *f
	}
	return nil
}

// Every reason has a name, a sentence and an outcome that is a failure.
func TestReasons(t *testing.T) {
	names := map[string]bool{}
	for r := NoReason + 1; r < lastReason; r++ {
		if r.String() == "" || r.Text() == "" || names[r.String()] {
			t.Errorf("reason %d: name %q, text %q", r, r, r.Text())
		}
		names[r.String()] = true
		if r.Outcome() == InProgress || r.Outcome() == OutcomeCompleted {
			t.Errorf("%s leads to %s", r, r.Outcome())
		}
	}
}

// Percentiles interpolate as Flink's do, over the newest values only.
func TestSummary(t *testing.T) {
	var s Summary
	s.Add(-1)
	for i := int64(1); i <= 4; i++ {
		s.Add(i * 10)
	}
	d := s.distribution()
	if d.Min != 10 || d.Max != 40 || d.Avg != 25 || d.P50 != 25 || d.P90 != 40 {
		t.Errorf("of 10 20 30 40: %+v", d)
	}
	for range window {
		s.Add(7)
	}
	if d = s.distribution(); d.Min != 7 || d.Max != 40 || d.P999 != 7 {
		t.Errorf("after a window of sevens: %+v", d)
	}
	for want, v := range map[string]double{"0.5": 0.5, "12.0": 12, "1e+07": 1e7} {
		if got, _ := v.MarshalJSON(); string(got) != want {
			t.Errorf("%v is %s, want %s", float64(v), got, want)
		}
	}
}

// BenchmarkCheckpoint is one checkpoint of 1,000 subtasks with 100 files each,
// the same every time.
func BenchmarkCheckpoint(b *testing.B) {
	o := Default()
	o.JobID, o.GraphID = "job", "graph"
	c := New(o, line(0, false, "src:1000"))
	drain := func() (rd Ready) {
		rd, _ = c.Ready()
		c.Advance(rd)
		return rd
	}
	for i := range 1000 {
		c.Step(TaskStateChanged{Task{0, i, 0}, TaskRunning})
	}
	c.Step(JobStatusChanged{JobRunning})
	states := make([]State, 1000)
	for i := range states {
		for f := range 100 {
			states[i].Handles = append(states[i].Handles, Handle{Name: string(rune('a'+f)) + string(rune('a'+i))})
		}
	}
	for b.Loop() {
		c.Step(CheckpointRequested{Request: "q"})
		id := drain().Trigger[0].ID
		for i := range states {
			c.Step(Ack{ID: id, Task: Task{0, i, 0}, State: states[i]})
		}
		c.Step(Persisted{ID: id})
		drain()
	}
}
