package compat

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestFlott compares flott with the recorded answers of Flink.
func TestFlott(t *testing.T) { checkEngine(t, Flott{}) }

// checkEngine runs every case on an engine, in each mode and at each parallelism, and compares with the recorded
// answers, or with those of a real Flink when FLOTT_COMPAT_LIVE is 1. `go test -run /group/name` picks cases.
func checkEngine(t *testing.T, engine Engine) {
	cases, err := LoadCases(".")
	if err != nil {
		t.Fatal(err)
	}
	answer := recorded
	if os.Getenv("FLOTT_COMPAT_LIVE") == "1" {
		cluster, flink, err := StartCluster(t.Context(), "..")
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(cluster.Stop)
		answer = func(ctx context.Context, c *Case, mode Mode) (Answer, error) {
			if !slices.Contains(c.Asked, mode) {
				mode = c.Asked[0]
			}
			return Ask(ctx, flink, c, "data", mode, c.Parallelism[0])
		}
	}
	for _, c := range cases {
		t.Run(c.Name, func(t *testing.T) {
			for _, mode := range c.Modes {
				want, err := answer(t.Context(), &c, mode)
				if err != nil {
					t.Fatal(err)
				}
				for _, parallelism := range c.Parallelism {
					checkCase(t, engine, &c, mode, parallelism, want)
				}
			}
		})
	}
}

func recorded(_ context.Context, c *Case, mode Mode) (Answer, error) {
	return ReadGolden(".", c.Name, mode)
}

func checkCase(t *testing.T, engine Engine, c *Case, mode Mode, parallelism int, want Answer) {
	t.Helper()
	got, err := Ask(t.Context(), engine, c, "data", mode, parallelism)
	if c.Limit != "" {
		if err != nil || !strings.Contains(got.Error, c.Limit) {
			t.Errorf("%s, parallelism %d: expected a refusal with %q, got %q %v; if the limit is gone, take the header line out", mode, parallelism, c.Limit, got.Error, err)
		}
		return
	}
	if err != nil {
		t.Errorf("%s, parallelism %d: %v", mode, parallelism, err)
		return
	}
	if diff := Diff(want, got); diff != "" {
		t.Errorf("%s, parallelism %d: differs from Flink (- Flink, + here)\n%s", mode, parallelism, diff)
	}
}

// TestEveryCaseHasAnAnswer also finds answers whose case has gone.
func TestEveryCaseHasAnAnswer(t *testing.T) {
	cases, err := LoadCases(".")
	if err != nil {
		t.Fatal(err)
	}
	known := make(map[string]bool)
	for _, c := range cases {
		known[c.Name] = true
		for _, mode := range c.Modes {
			answer, err := ReadGolden(".", c.Name, mode)
			if err != nil {
				t.Error(err)
				continue
			}
			if refused := slices.Contains(c.Refused, mode); refused != (answer.Error != "") {
				t.Errorf("%s, %s: refused is %t in the case, the recorded answer says %q", c.Name, mode, refused, answer.Error)
			}
		}
	}
	files, err := filepath.Glob(filepath.Join("golden", "*", "*.txt"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		name := filepath.ToSlash(strings.TrimSuffix(strings.TrimPrefix(file, "golden"+string(filepath.Separator)), ".txt"))
		name = strings.TrimSuffix(strings.TrimSuffix(name, ".streaming"), ".batch")
		if !known[name] {
			t.Errorf("%s has no case", file)
		}
	}
	if len(cases) < 130 {
		t.Errorf("%d cases, the corpus has at least 130", len(cases))
	}
}

// byHand are folders of files that Flink wrote, or that are wrong on purpose.
var byHand = []string{"avro", "cdc", "formats", "parquet"}

// TestDataIsWhatTheProgramWrites keeps the tables and their program together.
func TestDataIsWhatTheProgramWrites(t *testing.T) {
	folder := t.TempDir()
	if out, err := exec.CommandContext(t.Context(), "go", "run", "./cmd/data", "-to", folder).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	err := filepath.WalkDir("data", func(file string, entry fs.DirEntry, err error) error {
		if err == nil && entry.IsDir() && slices.Contains(byHand, entry.Name()) {
			return filepath.SkipDir
		}
		if err != nil || entry.IsDir() {
			return err
		}
		committed, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		name, _ := filepath.Rel("data", file)
		written, err := os.ReadFile(filepath.Join(folder, name))
		if err != nil || !bytes.Equal(committed, written) {
			t.Errorf("%s is not what cmd/data writes; run: go run ./compat/cmd/data (%v)", file, err)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// scripted is an engine that answers with what it was given.
type scripted struct {
	columns []string
	rows    []ChangeRow
	files   map[string]string // written under ${out} before it answers
	out     string
	err     error
}

func (s *scripted) Run(_ context.Context, script string, _ map[string]string) ([]string, []ChangeRow, error) {
	_, rest, _ := strings.Cut(script, "out=")
	s.out, _, _ = strings.Cut(rest, "=")
	for name, text := range s.files {
		path := filepath.Join(s.out, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return nil, nil, err
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			return nil, nil, err
		}
	}
	return s.columns, s.rows, s.err
}

func askOnce(t *testing.T, c *Case, engine Engine) (Answer, error) {
	t.Helper()
	return Ask(t.Context(), engine, c, "data", Streaming, 1)
}

func TestFoldArrivesAtTheTable(t *testing.T) {
	engine := &scripted{columns: []string{"a INT", "s STRING"}, rows: []ChangeRow{
		{Insert, []string{"1", "x"}}, {Insert, []string{"2", Null}}, {Insert, []string{"2", Null}},
		{UpdateBefore, []string{"1", "x"}}, {UpdateAfter, []string{"1", "two\nlines"}}, {Delete, []string{"2", Null}},
	}}
	got, err := askOnce(t, &Case{Script: "SELECT 1"}, engine)
	if err != nil {
		t.Fatal(err)
	}
	if want := []string{`[1, two\nlines]`, "[2, <NULL>]"}; !slices.Equal(got.Rows, want) {
		t.Errorf("rows %q, want %q", got.Rows, want)
	}
}

func TestFoldFindsABrokenChangelog(t *testing.T) {
	for want, rows := range map[string][]ChangeRow{
		"taken back 1 times more":   {{Delete, []string{"1"}}},
		"has 2 fields":              {{Insert, []string{"1", "2"}}},
		"of unknown kind '?'":       {{"?", []string{"1"}}},
		"[7] was taken back 1 time": {{Insert, []string{"7"}}, {UpdateBefore, []string{"7"}}, {UpdateBefore, []string{"7"}}},
	} {
		_, err := askOnce(t, &Case{Script: "SELECT 1"}, &scripted{columns: []string{"a INT"}, rows: rows})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v: got %v, want %s", rows, err, want)
		}
	}
}

func TestAnEngineThatCannotAnswerIsNoRefusal(t *testing.T) {
	busy := fmt.Errorf("%w: no slots", ErrNoAnswer)
	if answer, err := askOnce(t, &Case{Script: "SELECT 1"}, &scripted{err: busy}); !errors.Is(err, ErrNoAnswer) {
		t.Errorf("got %v %v, want an error", answer, err)
	}
}

func TestOrderedRowsKeepTheirOrder(t *testing.T) {
	rows := []ChangeRow{{Insert, []string{"2"}}, {Insert, []string{"1"}}}
	got, err := askOnce(t, &Case{Script: "SELECT 1", Ordered: true}, &scripted{columns: []string{"a INT"}, rows: rows})
	if err != nil || !slices.Equal(got.Rows, []string{"[2]", "[1]"}) {
		t.Fatal(got, err)
	}
	diff := Diff(Answer{Columns: got.Columns, Rows: []string{"[1]", "[2]"}}, got)
	if !strings.Contains(diff, "row 1 is out of order") {
		t.Errorf("diff %q", diff)
	}
}

func TestFloatsAreRounded(t *testing.T) {
	c := &Case{Script: "SELECT 1", Digits: 4}
	rows := []ChangeRow{{Insert, []string{"0.30000000000000004", "0.30000000000000004", Null}}}
	got, err := askOnce(t, c, &scripted{columns: []string{"d DOUBLE NOT NULL", "s STRING", "f FLOAT"}, rows: rows})
	if want := "[0.3, 0.30000000000000004, <NULL>]"; err != nil || got.Rows[0] != want {
		t.Errorf("got %v %v, want %s", got.Rows, err, want)
	}
}

func TestFilesAreTheAnswerOfAnInsert(t *testing.T) {
	engine := &scripted{files: map[string]string{
		"a/part-1": "2\n1\n", "a/.part-2.inprogress": "9\n", "b/k=1/part-0": "3", "b/_SUCCESS": "", ".hidden/part": "8\n"}}
	got, err := askOnce(t, &Case{Script: "INSERT INTO t SELECT 'out=${out}='"}, engine)
	if want := []string{"a: 1", "a: 2", "b/k=1: 3"}; err != nil || !slices.Equal(got.Rows, want) {
		t.Errorf("rows %q %v, want %q", got.Rows, err, want)
	}
	if _, err := os.Stat(engine.out); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the folder of the sinks is left behind: %v", err)
	}
}

// printer is an engine that printed these lines.
type printer []string

func (printer) Run(context.Context, string, map[string]string) ([]string, []ChangeRow, error) {
	return nil, nil, errors.New("Run was called for a printed case.")
}

func (p printer) RunPrinting(context.Context, string, map[string]string) ([]string, error) {
	return p, nil
}

func TestPrintedLinesLoseTheSubtask(t *testing.T) {
	c := &Case{Script: "INSERT INTO p SELECT 1", Printed: true}
	got, err := askOnce(t, c, printer{"+I[2]", "2> +I[1]", "id:1> +I[3> ]", "id> -D[4]"})
	if want := []string{"+I[1]", "+I[2]", "id> +I[3> ]", "id> -D[4]"}; err != nil || !slices.Equal(got.Rows, want) {
		t.Errorf("rows %q %v, want %q", got.Rows, err, want)
	}
	if _, err := askOnce(t, c, &scripted{}); err == nil {
		t.Error("an engine that cannot print was asked")
	}
}

func TestDiffShowsTheFirstRows(t *testing.T) {
	want := Answer{Columns: []string{"a INT NOT NULL"}, Rows: []string{"[1]", "[1]", "[3]"}}
	if diff := Diff(want, Answer{Columns: []string{"a INT"}, Rows: []string{"[1]", "[1]", "[3]"}}); diff != "" {
		t.Errorf("equal but for nullability: %s", diff)
	}
	var many []string
	for i := range 20 {
		many = append(many, fmt.Sprintf("[%d]", i+10))
	}
	diff := Diff(want, Answer{Columns: []string{"a BIGINT"}, Rows: append(many, "[1]")})
	for _, part := range []string{"want a INT\n", "got  a BIGINT", "3 rows wanted, 21 came; 2 are missing, 20 too many", "- [1]\n  - [3]", "+ [17]\n  + … and 12 more"} {
		if !strings.Contains(diff, part) {
			t.Errorf("%q is not in\n%s", part, diff)
		}
	}
	refusal := Refused(errors.New("Table 't' is unknown. Known are:\na, b"))
	if refusal.Error != "Table 't' is unknown." {
		t.Errorf("first sentence %q", refusal.Error)
	}
	if Diff(want, refusal) == "" || Diff(refusal, want) == "" || Diff(refusal, Refused(errors.New("other words"))) != "" {
		t.Error("a refusal equals only a refusal")
	}
}

func TestGoldenFilesReadBack(t *testing.T) {
	root := t.TempDir()
	table := Answer{Columns: []string{"a INT", "r ROW<`x` INT, `y` STRING>"}, Rows: []string{"[1, (1, a)]", `[2, back\\slash]`}}
	refusal := Answer{Error: "No."}
	same := map[Mode]Answer{Streaming: table, Batch: table}
	differing := map[Mode]Answer{Streaming: refusal, Batch: table}
	for _, answers := range []map[Mode]Answer{same, differing, same, {Batch: table}} {
		if err := WriteGolden(root, "g/n", answers); err != nil {
			t.Fatal(err)
		}
		for mode, want := range answers {
			got, err := ReadGolden(root, "g/n", mode)
			if err != nil || got.String() != want.String() {
				t.Errorf("%s: read %q %v, want %q", mode, got, err, want)
			}
		}
	}
	files, _ := filepath.Glob(filepath.Join(root, "golden", "g", "*"))
	if len(files) != 1 {
		t.Errorf("old files stay behind: %v", files)
	}
	for _, text := range []string{"", "columns: a\n", "columns: a\nrows: 2\n[1]\n", "columns: a\nrows: x\n"} {
		if _, err := parseGolden(text); err == nil {
			t.Errorf("%q was read", text)
		}
	}
}

func TestHeaderDirectives(t *testing.T) {
	c, err := parseCase("g/n", "-- Prose: with a colon.\n-- modes: streaming, batch\n-- refused: batch\n-- flink: streaming\n-- parallelism: 1, 3\n-- ordered\n-- digits: 9\n\n-- modes: nonsense\nSELECT 1;")
	if err != nil || len(c.Modes) != 2 || !slices.Equal(c.Parallelism, []int{1, 3}) || !c.Ordered || c.Digits != 9 || c.Refused[0] != Batch || !slices.Equal(c.Asked, []Mode{Streaming}) {
		t.Errorf("case %+v %v", c, err)
	}
	for _, header := range []string{"-- nothing", "-- modes: fast", "-- modes: batch\n-- parallelism: 0", "-- modes: batch\n-- digits: 99"} {
		if _, err := parseCase("g/n", header); err == nil {
			t.Errorf("%q was taken", header)
		}
	}
}

func TestSplit(t *testing.T) {
	for script, want := range map[string][]string{
		"a; b ;;\n-- c;\n;":                       {"a", "b"},
		"SELECT ';' AS `;`, 'it''s;' -- ;\n; b":   {"SELECT ';' AS `;`, 'it''s;' -- ;", "b"},
		"/* ; */ SELECT /*+ h(';') */ 1":          {"/* ; */ SELECT /*+ h(';') */ 1"},
		"SELECT CASE WHEN a THEN b END; SELECT 2": {"SELECT CASE WHEN a THEN b END", "SELECT 2"},
		"EXECUTE STATEMENT SET BEGIN INSERT INTO a SELECT CASE WHEN x THEN 1 END AS y FROM z; INSERT INTO b SELECT 1; END; SELECT 3": {
			"EXECUTE STATEMENT SET BEGIN INSERT INTO a SELECT CASE WHEN x THEN 1 END AS y FROM z; INSERT INTO b SELECT 1; END", "SELECT 3"},
		"'open": {"'open"},
		"/*":    nil,
	} {
		if got := Split(script); !slices.Equal(got, want) {
			t.Errorf("%q\ngot  %q\nwant %q", script, got, want)
		}
	}
}

func FuzzSplit(f *testing.F) {
	f.Add("a;b")
	f.Add("STATEMENT SET BEGIN a; END; 'x")
	f.Fuzz(func(t *testing.T, script string) {
		for _, s := range Split(script) {
			if !strings.Contains(script, s) {
				t.Errorf("%q is no part of the script", s)
			}
		}
	})
}
