package flott_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/flottstream/flott"
)

// TestProcessDeclarations are mistakes of a program: each panics with what is wrong.
func TestProcessDeclarations(t *testing.T) {
	eval := flott.Process[string]{Eval: func(*flott.Context, *flott.Output[string]) error { return nil }}
	timed := eval
	timed.OnTimer = eval.Eval
	type row = flott.AnyRow
	type looped struct{ Next *looped }
	type hidden struct{ count int64 }
	_ = hidden{}.count
	for want, declare := range map[string]func(d *flott.Declaration) flott.Process[string]{
		"needs Eval": func(d *flott.Declaration) flott.Process[string] { return flott.Process[string]{} },
		"state needs a table with set semantics": func(d *flott.Declaration) flott.Process[string] {
			flott.RowTable[row](d, "r")
			flott.ValueState[int64](d, "s")
			return eval
		},
		"timers need a table with set semantics": func(d *flott.Declaration) flott.Process[string] {
			flott.RowTable[row](d, "r")
			return timed
		},
		"timers need a table with set semantics, and neither pass-through columns nor updates": func(d *flott.Declaration) flott.Process[string] {
			flott.SetTable[row](d, "r", flott.PassColumnsThrough)
			return timed
		},
		"All table arguments must use set semantics if multiple table arguments are declared.": func(d *flott.Declaration) flott.Process[string] {
			flott.SetTable[row](d, "a")
			flott.RowTable[row](d, "b")
			return eval
		},
		"Signatures with updating inputs must not pass columns through.": func(d *flott.Declaration) flott.Process[string] {
			flott.SetTable[row](d, "a", flott.PassColumnsThrough, flott.SupportUpdates)
			return eval
		},
		"Pass-through columns are not supported if multiple table arguments are declared.": func(d *flott.Declaration) flott.Process[string] {
			flott.SetTable[row](d, "a", flott.PassColumnsThrough)
			flott.SetTable[row](d, "b")
			return eval
		},
		"Pass-through columns are not supported for PTFs that produce updates.": func(d *flott.Declaration) flott.Process[string] {
			flott.SetTable[row](d, "a", flott.PassColumnsThrough)
			d.Emits(flott.Retracts)
			return eval
		},
		"needs set semantics and PARTITION BY": func(d *flott.Declaration) flott.Process[string] {
			flott.SetTable[row](d, "a", flott.OptionalPartitionBy)
			d.Emits(flott.Upserts)
			return eval
		},
		"OptionalPartitionBy needs set semantics": func(d *flott.Declaration) flott.Process[string] {
			flott.RowTable[row](d, "a", flott.OptionalPartitionBy)
			return eval
		},
		"RequireUpdateBefore needs SupportUpdates": func(d *flott.Declaration) flott.Process[string] {
			flott.SetTable[row](d, "a", flott.RequireUpdateBefore)
			return eval
		},
		`the name "uid" of an argument is empty, taken or reserved`: func(d *flott.Declaration) flott.Process[string] {
			flott.Arg[string](d, "uid")
			return eval
		},
		`the name "s" of a state is empty or taken`: func(d *flott.Declaration) flott.Process[string] {
			flott.SetTable[row](d, "a")
			flott.ValueState[int64](d, "s")
			flott.ListState[int64](d, "s")
			return eval
		},
		"contains itself": func(d *flott.Declaration) flott.Process[string] {
			flott.SetTable[row](d, "a")
			flott.ValueState[looped](d, "s")
			return eval
		},
		"field count of type flott_test.hidden is not exported": func(d *flott.Declaration) flott.Process[string] {
			flott.SetTable[row](d, "a")
			flott.ValueState[hidden](d, "s")
			return eval
		},
		"values of type chan int cannot be stored": func(d *flott.Declaration) flott.Process[string] {
			flott.SetTable[row](d, "a")
			flott.ValueState[chan int](d, "s")
			return eval
		},
		"the rows of a table are a struct or flott.AnyRow": func(d *flott.Declaration) flott.Process[string] {
			flott.SetTable[int64](d, "a")
			return eval
		},
	} {
		func() {
			defer func() {
				if r := fmt.Sprint(recover()); !strings.Contains(r, want) {
					t.Errorf("got %s\nwant %s", r, want)
				}
			}()
			flott.RegisterProcess(flott.New(), "f", declare)
		}()
	}
}

// TestProcessFailures are mistakes that a job meets.
func TestProcessFailures(t *testing.T) {
	p := processes()
	for sql, want := range map[string]string{
		"SELECT * FROM Throws(TABLE t)":                                                                                "function Throws: I am at fault",
		"SELECT * FROM NoOnTimer(TABLE t PARTITION BY name)":                                                           "Timers are not supported in the current PTF declaration.",
		"SELECT * FROM WrongKind(TABLE t PARTITION BY name)":                                                           "Invalid row kind received: DELETE. Expected produced changelog mode: [INSERT]",
		"SELECT * FROM GreetingMem((SELECT CAST(NULL AS STRING) AS name FROM t) PARTITION BY name)":                    "column 'name' is NULL; the field for it must be an sql.Null",
		"SELECT * FROM GreetingMem((SELECT score AS name FROM t) PARTITION BY name)":                                   "Table argument 'input' of GreetingMem: column 'name': INT cannot be read as string",
		"SELECT * FROM GreetingMem((SELECT score FROM t) PARTITION BY score)":                                          "it needs a column 'name', but the table has score",
		"SELECT * FROM Updates(r => (SELECT name, MAX(ts) AS ts FROM ev GROUP BY name) PARTITION BY name ORDER BY ts)": "The first ORDER BY column 'ts' is not a valid time attribute.",
		"SELECT * FROM Upserts(r => TABLE ev PARTITION BY name, on_time => DESCRIPTOR(ts))":                            "Time operations using the `on_time` argument are currently not supported for PTFs that consume or produce updates.",
		"SET 'execution.runtime-mode' = 'batch'; SELECT * FROM Greeting(TABLE t)":                                      "Process table function Greeting is only possible in streaming mode",
		"SELECT * FROM Greeting(TABLE t, DEFAULT, DEFAULT, 4)":                                                         "Too many arguments for Greeting",
		"SELECT * FROM Opt(r => TABLE t, r => TABLE t)":                                                                "Duplicate argument name 'r'",
		"SELECT * FROM Opt(r => TABLE t, i => TABLE t)":                                                                "Argument 'i' of Opt is a value, but a table is passed",
		"SELECT * FROM Opt(TABLE t PARTITION BY name || 'x')":                                                          "PARTITION BY of a table argument takes names of columns",
		"SELECT name, COUNT(*) OVER (ORDER BY Greeting(name)) FROM t":                                                  "Greeting is a process table function and can only be called in FROM",
	} {
		if _, _, err := p.Query(t.Context(), processTables(t)+sql); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s\n got %v\nwant %s", sql, err, want)
		}
	}
}

// TestProcessPlan: EXPLAIN shows the call as Flink does, and equal calls once.
func TestProcessPlan(t *testing.T) {
	p := processes()
	for sql, want := range map[string][]string{
		"SELECT * FROM GreetingMem(TABLE t PARTITION BY name)": {
			"LogicalTableFunctionScan(invocation=[GreetingMem(TABLE(#0) PARTITION BY($0), DEFAULT(), DEFAULT())], rowType=[RecordType(VARCHAR(5) name, VARCHAR(2147483647) EXPR$0)])",
			"ProcessTableFunction(invocation=[GreetingMem(TABLE(#0) PARTITION BY($0), DEFAULT(), DEFAULT())], uid=[GreetingMem], select=[name,EXPR$0], rowType=[RecordType(VARCHAR(5) name, VARCHAR(2147483647) EXPR$0)])\n+- Exchange(",
		},
		"SELECT * FROM Timers(r => TABLE ev PARTITION BY name, on_time => DESCRIPTOR(ts))": {
			"ProcessTableFunction(invocation=[Timers(TABLE(#0) PARTITION BY($0), DESCRIPTOR(_UTF-16LE'ts'), DEFAULT())], uid=[Timers], select=[name,EXPR$0,rowtime], rowType=[RecordType(VARCHAR(2147483647) name, VARCHAR(2147483647) EXPR$0, TIMESTAMP_LTZ(3) *ROWTIME* rowtime)])",
		},
		"SELECT * FROM NoTable(3, 4)":      {"ProcessTableFunction(invocation=[NoTable(3, 4, DEFAULT(), DEFAULT())], uid=[null], select=[EXPR$0], rowType=[RecordType(INTEGER EXPR$0)])"},
		"SELECT * FROM Opt(r => TABLE ev)": {"uid=[Opt]", "Exchange(distribution=[single])"},
		"SELECT * FROM Greeting(TABLE t)":  {"uid=[null]"},
		"SELECT * FROM Ordered(r => TABLE ev PARTITION BY name ORDER BY (ts, score DESC))": {"Ordered(TABLE(#0) PARTITION BY($0) ORDER BY($3 ASC_NULLS_LAST, $1 DESC_NULLS_FIRST), DEFAULT(), DEFAULT())"},
	} {
		var out strings.Builder
		if err := p.Run(t.Context(), processTables(t)+"EXPLAIN "+sql, &out); err != nil {
			t.Errorf("%s: %v", sql, err)
			continue
		}
		for _, w := range want {
			if !strings.Contains(out.String(), w) {
				t.Errorf("%s: %q is missing in\n%s", sql, w, &out)
			}
		}
	}
}

// TestProcessStateTypes: a value comes back as it was stored, whatever it is made of.
func TestProcessStateTypes(t *testing.T) {
	type inner struct {
		At    time.Time
		Share float64
		Tags  []string
	}
	type outer struct {
		Name  string
		Raw   []byte
		By    map[string]int32
		In    inner
		Next  *inner
		Three [3]uint16
		Yes   bool
	}
	p := flott.New()
	flott.RegisterProcess(p, "remember", func(d *flott.Declaration) flott.Process[string] {
		flott.SetTable[flott.AnyRow](d, "r")
		s := flott.ValueState[outer](d, "s")
		return flott.Process[string]{Eval: func(c *flott.Context, out *flott.Output[string]) error {
			x := s.Edit()
			x.Name, x.Raw, x.Yes = x.Name+"n", append(x.Raw, 7), !x.Yes
			if x.By == nil {
				x.By = map[string]int32{}
			}
			x.By["k"]++
			x.In.At, x.In.Share = time.Unix(1, 5).UTC(), x.In.Share+0.5
			x.In.Tags = append(x.In.Tags, "t")
			x.Next = &inner{Share: x.In.Share}
			x.Three[1]++
			out.Emit(fmt.Sprint(x.Name, x.Raw, x.By, x.In, x.Next.Share, x.Three, x.Yes))
			return nil
		}}
	})
	if err := p.Set("flott.batch.rows", "1"); err != nil { // each row reads what was stored
		t.Fatal(err)
	}
	_, rows, err := p.Query(t.Context(), "SELECT `EXPR$0` FROM remember((SELECT * FROM (VALUES (1, 1), (1, 2), (1, 3)) AS v(a, b)) PARTITION BY a)")
	if err != nil {
		t.Fatal(err)
	}
	want := "+I nnn[7 7 7] map[k:3] {1970-01-01 00:00:01.000000005 +0000 UTC 1.5 [t t t]} 1.5 [0 3 0] true"
	if got := shown(rows); got[len(got)-1] != want {
		t.Errorf("got %s\nwant %s", got[len(got)-1], want)
	}
}
