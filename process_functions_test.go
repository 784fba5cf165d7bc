package flott_test

import (
	"database/sql"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/flottstream/flott"
)

// The process table functions below exist in Java too; testdata/process holds what Flink
// answered with those.

// processes has all of them.
func processes() *flott.Program {
	p := flott.New()
	registerRows(p)
	registerSets(p)
	registerTimers(p)
	registerSeveral(p)
	registerUpdates(p)
	return p
}

// rowText is a row as Java prints it.
func rowText(r *flott.AnyRow, kind flott.Kind) string {
	var values []string
	for c := range r.Columns() {
		switch v := r.Value(c).(type) {
		case nil:
			values = append(values, "null")
		case time.Time:
			layout := "2006-01-02T15:04:05"
			if v.Nanosecond() != 0 {
				layout += ".000"
			}
			values = append(values, v.Format(layout)+"Z")
		default:
			values = append(values, fmt.Sprint(v))
		}
	}
	return kind.String() + "[" + strings.Join(values, ", ") + "]"
}

func registerRows(p *flott.Program) {
	flott.RegisterProcess(p, "Greeting", func(d *flott.Declaration) flott.Process[string] {
		input := flott.RowTable[flott.AnyRow](d, "input")
		return flott.Process[string]{Eval: func(c *flott.Context, out *flott.Output[string]) error {
			out.Emit("Hello " + input.Row().Text(0) + "!")
			return nil
		}}
	})
	type score struct{ Score int64 }
	type above struct {
		Threshold int32
		Score     int64
	}
	flott.RegisterProcess(p, "TableFilter", func(d *flott.Declaration) flott.Process[above] {
		input := flott.RowTable[score](d, "input")
		threshold := flott.Arg[int32](d, "threshold")
		return flott.Process[above]{Eval: func(c *flott.Context, out *flott.Output[above]) error {
			if s := input.Row().Score; s > int64(threshold.Value) {
				out.Emit(above{threshold.Value, s})
			}
			return nil
		}}
	})
	flott.RegisterProcess(p, "PassRow", func(d *flott.Declaration) flott.Process[string] {
		r := flott.RowTable[flott.AnyRow](d, "r", flott.PassColumnsThrough)
		return flott.Process[string]{Eval: func(c *flott.Context, out *flott.Output[string]) error {
			out.Emit("{" + rowText(r.Row(), r.Kind()) + "}")
			return nil
		}}
	})
	flott.RegisterProcess(p, "TimeOnly", func(d *flott.Declaration) flott.Process[string] {
		flott.RowTable[flott.AnyRow](d, "r")
		return flott.Process[string]{Eval: func(c *flott.Context, out *flott.Output[string]) error {
			out.Emit("t=" + millis(c.Time()))
			return nil
		}}
	})
	flott.RegisterProcess(p, "NoTable", func(d *flott.Declaration) flott.Process[int32] {
		a, b := flott.Arg[int32](d, "a"), flott.Arg[int32](d, "b")
		return flott.Process[int32]{Eval: func(c *flott.Context, out *flott.Output[int32]) error {
			out.Emit(a.Value + b.Value)
			out.Emit(a.Value - b.Value)
			return nil
		}}
	})
	flott.RegisterProcess(p, "Throws", func(d *flott.Declaration) flott.Process[string] {
		flott.RowTable[flott.AnyRow](d, "r")
		return flott.Process[string]{Eval: func(c *flott.Context, out *flott.Output[string]) error { return fmt.Errorf("I am at fault") }}
	})
}

// millis prints a time as Java prints a Long.
func millis(t time.Time, ok bool) string {
	if !ok {
		return "null"
	}
	return fmt.Sprint(t.UnixMilli())
}

func registerSets(p *flott.Program) {
	type named struct{ Name string }
	flott.RegisterProcess(p, "GreetingMem", func(d *flott.Declaration) flott.Process[string] {
		counter := flott.ValueState[int64](d, "s")
		input := flott.SetTable[named](d, "input")
		return flott.Process[string]{Eval: func(c *flott.Context, out *flott.Output[string]) error {
			*counter.Edit()++
			out.Emit(fmt.Sprintf("Hello %s %d", input.Row().Name, counter.Get()))
			return nil
		}}
	})
	flott.RegisterProcess(p, "Opt", func(d *flott.Declaration) flott.Process[string] {
		counter := flott.ValueState[int64](d, "s")
		r := flott.SetTable[flott.AnyRow](d, "r", flott.OptionalPartitionBy)
		i, t := flott.Arg[sql.Null[int32]](d, "i"), flott.Arg[sql.Null[string]](d, "t")
		return flott.Process[string]{Eval: func(c *flott.Context, out *flott.Output[string]) error {
			*counter.Edit()++
			is, ts := "null", "null"
			if i.Value.Valid {
				is = fmt.Sprint(i.Value.V)
			}
			if t.Value.Valid {
				ts = t.Value.V
			}
			out.Emit(fmt.Sprint(counter.Get(), " ", rowText(r.Row(), r.Kind()), " ", is, " ", ts))
			return nil
		}}
	})
	flott.RegisterProcess(p, "Pass", func(d *flott.Declaration) flott.Process[string] {
		r := flott.SetTable[flott.AnyRow](d, "r", flott.PassColumnsThrough)
		i := flott.Arg[int32](d, "i")
		return flott.Process[string]{Eval: func(c *flott.Context, out *flott.Output[string]) error {
			out.Emit(fmt.Sprintf("{%s, %d}", rowText(r.Row(), r.Kind()), i.Value))
			out.Emit("second")
			return nil
		}}
	})
	type couple struct{ Name, Rowtime string }
	flott.RegisterProcess(p, "Names", func(d *flott.Declaration) flott.Process[couple] {
		flott.SetTable[flott.AnyRow](d, "r")
		return flott.Process[couple]{Eval: func(c *flott.Context, out *flott.Output[couple]) error {
			out.Emit(couple{"n", "r"})
			return nil
		}}
	})
	type typed struct {
		Name  string
		Score int32
	}
	flott.RegisterProcess(p, "Typed", func(d *flott.Declaration) flott.Process[string] {
		u := flott.SetTable[typed](d, "u")
		return flott.Process[string]{Eval: func(c *flott.Context, out *flott.Output[string]) error {
			out.Emit(fmt.Sprint(u.Row().Name, u.Row().Score))
			return nil
		}}
	})
	flott.RegisterProcess(p, "Viewing", func(d *flott.Declaration) flott.Process[string] {
		list := flott.ListState[string](d, "list")
		counts := flott.MapState[string, int32](d, "map")
		r := flott.SetTable[flott.AnyRow](d, "r")
		return flott.Process[string]{Eval: func(c *flott.Context, out *flott.Output[string]) error {
			v := r.Row().Text(1)
			list.Add(v)
			n, _ := counts.Get(v)
			counts.Put(v, n+1)
			all := maps.Collect(counts.All())
			var entries []string
			for _, k := range slices.Sorted(maps.Keys(all)) {
				entries = append(entries, fmt.Sprintf("%s=%d", k, all[k]))
			}
			out.Emit(strings.Join(slices.Collect(list.All()), ",") + ", {" + strings.Join(entries, ", ") + "}")
			if list.Len() == 3 {
				list.Clear()
			}
			return nil
		}}
	})
	flott.RegisterProcess(p, "Ordered", func(d *flott.Declaration) flott.Process[string] {
		counter := flott.ValueState[int64](d, "s")
		r := flott.SetTable[flott.AnyRow](d, "r")
		return flott.Process[string]{Eval: func(c *flott.Context, out *flott.Output[string]) error {
			*counter.Edit()++
			out.Emit(fmt.Sprint(counter.Get(), " ", rowText(r.Row(), r.Kind()), " time=", millis(c.Time())))
			return nil
		}}
	})
}

func registerTimers(p *flott.Program) {
	tell := func(c *flott.Context, out *flott.Output[string], n int64) string {
		name, named := c.Timer()
		if !named {
			name = "null"
		}
		out.Emit(fmt.Sprintf("timer %s n=%d time=%s", name, n, millis(c.Time())))
		return name
	}
	flott.RegisterProcess(p, "Timers", func(d *flott.Declaration) flott.Process[string] {
		counter := flott.ValueState[int64](d, "s")
		r := flott.SetTable[flott.AnyRow](d, "r", flott.RequireOnTime)
		return flott.Process[string]{
			Eval: func(c *flott.Context, out *flott.Output[string]) error {
				*counter.Edit()++
				t, _ := c.Time()
				out.Emit("row " + rowText(r.Row(), r.Kind()) + " time=" + millis(t, true) + " wm=" + millis(c.Watermark()))
				c.RegisterOnTime("last", t.Add(time.Second))
				c.RegisterUnnamed(t.Add(time.Second / 2))
				c.RegisterUnnamed(t.Add(time.Second / 2))
				return nil
			},
			OnTimer: func(c *flott.Context, out *flott.Output[string]) error {
				if tell(c, out, counter.Get()) != "null" {
					c.ClearAllState()
				}
				return nil
			},
		}
	})
	flott.RegisterProcess(p, "Named", func(d *flott.Declaration) flott.Process[string] {
		counter := flott.ValueState[int64](d, "s")
		flott.SetTable[flott.AnyRow](d, "r", flott.RequireOnTime)
		return flott.Process[string]{
			Eval: func(c *flott.Context, out *flott.Output[string]) error {
				t, _ := c.Time()
				out.Emit("row " + millis(t, true))
				c.RegisterOnTime("b", t.Add(150*time.Millisecond))
				c.RegisterOnTime("a", t.Add(100*time.Millisecond))
				c.RegisterOnTime("past", time.UnixMilli(0))
				return nil
			},
			OnTimer: func(c *flott.Context, out *flott.Output[string]) error {
				*counter.Edit()++
				n := counter.Get()
				name := tell(c, out, n)
				if t, _ := c.Time(); n < 6 && name != "past" {
					c.RegisterOnTime("again", t.Add(time.Millisecond))
				}
				if n == 7 {
					c.ClearTimer("b")
				}
				return nil
			},
		}
	})
	flott.RegisterProcess(p, "Unnamed", func(d *flott.Declaration) flott.Process[string] {
		counter := flott.ValueState[int64](d, "s")
		flott.SetTable[flott.AnyRow](d, "r", flott.RequireOnTime)
		return flott.Process[string]{
			Eval: func(c *flott.Context, out *flott.Output[string]) error {
				t, _ := c.Time()
				for n := range time.Duration(3) {
					c.RegisterUnnamed(t.Add((n + 1) * 100 * time.Millisecond))
				}
				c.ClearUnnamed(t.Add(200 * time.Millisecond))
				c.RegisterUnnamed(time.UnixMilli(7))
				return nil
			},
			OnTimer: func(c *flott.Context, out *flott.Output[string]) error {
				*counter.Edit()++
				tell(c, out, counter.Get())
				return nil
			},
		}
	})
	flott.RegisterProcess(p, "Clearing", func(d *flott.Declaration) flott.Process[string] {
		counter := flott.ValueState[int64](d, "s")
		flott.SetTable[flott.AnyRow](d, "r", flott.RequireOnTime)
		return flott.Process[string]{
			Eval: func(c *flott.Context, out *flott.Output[string]) error {
				*counter.Edit()++
				out.Emit(fmt.Sprint("row ", counter.Get()))
				t, _ := c.Time()
				c.RegisterOnTime("n", t.Add(5*time.Second))
				c.RegisterUnnamed(t.Add(5 * time.Second))
				if counter.Get() == 3 {
					c.ClearAll()
				}
				return nil
			},
			OnTimer: func(c *flott.Context, out *flott.Output[string]) error {
				tell(c, out, counter.Get())
				return nil
			},
		}
	})
	flott.RegisterProcess(p, "BadTimer", func(d *flott.Declaration) flott.Process[string] {
		flott.SetTable[flott.AnyRow](d, "r")
		return flott.Process[string]{
			Eval: func(c *flott.Context, out *flott.Output[string]) error {
				c.RegisterOnTime("x", time.UnixMilli(5))
				out.Emit("set")
				return nil
			},
			OnTimer: func(c *flott.Context, out *flott.Output[string]) error {
				out.Emit("fired")
				return nil
			},
		}
	})
	flott.RegisterProcess(p, "NoOnTimer", func(d *flott.Declaration) flott.Process[string] {
		flott.SetTable[flott.AnyRow](d, "r")
		return flott.Process[string]{Eval: func(c *flott.Context, out *flott.Output[string]) error {
			c.RegisterOnTime("x", time.UnixMilli(5))
			return nil
		}}
	})
}

func registerSeveral(p *flott.Program) {
	flott.RegisterProcess(p, "TwoTables", func(d *flott.Declaration) flott.Process[string] {
		a, b := flott.SetTable[flott.AnyRow](d, "a"), flott.SetTable[flott.AnyRow](d, "b")
		return flott.Process[string]{Eval: func(c *flott.Context, out *flott.Output[string]) error {
			if a.Present() {
				out.Emit("a" + a.Row().Text(1))
			}
			if r := b.Row(); r != nil {
				out.Emit("b" + r.Text(1))
			}
			return nil
		}}
	})
	type sides struct{ A, B int64 }
	flott.RegisterProcess(p, "TwoTablesTime", func(d *flott.Declaration) flott.Process[string] {
		s := flott.ValueState[sides](d, "s")
		a := flott.SetTable[flott.AnyRow](d, "a", flott.RequireOnTime)
		flott.SetTable[flott.AnyRow](d, "b", flott.RequireOnTime)
		return flott.Process[string]{
			Eval: func(c *flott.Context, out *flott.Output[string]) error {
				if a.Present() {
					s.Edit().A++
				} else {
					s.Edit().B++
				}
				c.RegisterUnnamed(time.UnixMilli(5000000))
				return nil
			},
			OnTimer: func(c *flott.Context, out *flott.Output[string]) error {
				out.Emit(fmt.Sprintf("a=%d b=%d", s.Get().A, s.Get().B))
				return nil
			},
		}
	})
	flott.RegisterProcess(p, "TwoOpt", func(d *flott.Declaration) flott.Process[string] {
		flott.SetTable[flott.AnyRow](d, "a", flott.OptionalPartitionBy)
		flott.SetTable[flott.AnyRow](d, "b", flott.OptionalPartitionBy)
		return flott.Process[string]{Eval: func(c *flott.Context, out *flott.Output[string]) error {
			out.Emit("x")
			return nil
		}}
	})
}

func registerUpdates(p *flott.Program) {
	type change struct{ Kind, R string }
	tell := func(t *flott.Table[flott.AnyRow]) flott.Process[change] {
		return flott.Process[change]{Eval: func(c *flott.Context, out *flott.Output[change]) error {
			out.Emit(change{t.Kind().String(), rowText(t.Row(), t.Kind())})
			return nil
		}}
	}
	flott.RegisterProcess(p, "Updates", func(d *flott.Declaration) flott.Process[change] {
		return tell(flott.SetTable[flott.AnyRow](d, "r", flott.SupportUpdates))
	})
	flott.RegisterProcess(p, "UpdatesRow", func(d *flott.Declaration) flott.Process[change] {
		return tell(flott.RowTable[flott.AnyRow](d, "r", flott.SupportUpdates))
	})
	flott.RegisterProcess(p, "UpdatesBefore", func(d *flott.Declaration) flott.Process[change] {
		return tell(flott.SetTable[flott.AnyRow](d, "r", flott.SupportUpdates, flott.RequireUpdateBefore))
	})
	type count struct{ N int64 }
	counting := func(changes flott.Changes) func(d *flott.Declaration) flott.Process[count] {
		return func(d *flott.Declaration) flott.Process[count] {
			d.Emits(changes)
			s := flott.ValueState[int64](d, "s")
			flott.SetTable[flott.AnyRow](d, "r")
			return flott.Process[count]{Eval: func(c *flott.Context, out *flott.Output[count]) error {
				n := s.Get()
				s.Set(n + 1)
				switch {
				case n == 0:
					out.Emit(count{1})
					return nil
				case changes == flott.Retracts:
					out.EmitAs(flott.UpdateBefore, count{n})
				}
				out.EmitAs(flott.UpdateAfter, count{n + 1})
				return nil
			}}
		}
	}
	flott.RegisterProcess(p, "Upserts", counting(flott.Upserts))
	flott.RegisterProcess(p, "Retracts", counting(flott.Retracts))
	flott.RegisterProcess(p, "WrongKind", func(d *flott.Declaration) flott.Process[count] {
		flott.SetTable[flott.AnyRow](d, "r")
		return flott.Process[count]{Eval: func(c *flott.Context, out *flott.Output[count]) error {
			out.EmitAs(flott.Delete, count{1})
			return nil
		}}
	})
}
