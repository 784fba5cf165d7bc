package drill

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/flottstream/flott/internal/doctor/rules"
)

// Every drill says what it breaks, names a cause that some rule has, and can be
// done somewhere or says why not.
func TestTable(t *testing.T) {
	causes := map[string]bool{unreachable: true}
	for _, r := range rules.Table() {
		causes[r.Cause] = true
	}
	seen := map[string]bool{}
	for _, d := range Table() {
		if d.Title == "" || strings.HasSuffix(d.Title, ".") || seen[d.Name] {
			t.Errorf("%s: title %q", d.Name, d.Title)
		}
		seen[d.Name] = true
		if !causes[d.Cause] {
			t.Errorf("%s: no rule has the cause %s", d.Name, d.Cause)
		}
		if len(d.On) == 0 && d.Abroad == nil {
			t.Errorf("%s can be done nowhere", d.Name)
		}
		if (len(d.On) < 2 || d.Abroad == nil) && d.Why == "" && !(len(d.On) == 2) {
			t.Errorf("%s does not say why it cannot be done everywhere", d.Name)
		}
		if len(d.On) > 0 && d.Break == nil {
			t.Errorf("%s breaks nothing", d.Name)
		}
	}
	if _, err := Find("slow-snik"); err == nil || !strings.Contains(err.Error(), "slow-sink") {
		t.Errorf("a drill that is not there: %v", err)
	}
}

// What is broken is mended, the last first, also when the drill fails, panics or
// is interrupted.
func TestMends(t *testing.T) {
	for _, end := range []string{"error", "panic", "interrupted"} {
		t.Run(end, func(t *testing.T) {
			var mended []string
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			d := &Drill{Name: "test", Cause: "slow-sink", Abroad: func(_ context.Context, l *Lab) error {
				for _, what := range []string{"first", "second"} {
					l.Mend(what, func(ctx context.Context) error {
						mended = append(mended, what)
						return ctx.Err()
					})
				}
				switch end {
				case "panic":
					panic("a bug")
				case "interrupted":
					cancel()
					return ctx.Err()
				}
				return errors.New("broken half-way")
			}}
			l := &Lab{drill: d, say: func(string, ...any) {}}
			func() {
				defer func() { _ = recover() }()
				defer func() {
					if err := l.mendAll(ctx); err != nil {
						t.Errorf("mending after %s: %v", end, err)
					}
				}()
				_ = d.Abroad(ctx, l)
			}()
			if got := strings.Join(mended, " "); got != "second first" {
				t.Errorf("mended %q, want the second and then the first", got)
			}
			if err := l.mendAll(ctx); err != nil || len(mended) != 2 {
				t.Errorf("mended again: %v, %v", mended, err)
			}
		})
	}
}

func TestRefusals(t *testing.T) {
	for name, o := range map[string]Options{
		"hot-key":          {Target: "http://127.0.0.1:1"},
		"kill-taskmanager": {Engine: Flott},
		"slots-exhausted":  {Engine: Flott},
	} {
		d, err := Find(name)
		if err != nil {
			t.Fatal(err)
		}
		var refused *RefusedError
		if _, err := Run(t.Context(), d, o); !errors.As(err, &refused) || !strings.Contains(err.Error(), "because") {
			t.Errorf("%s: %v", name, err)
		}
	}
	l := &Lab{drill: &Drill{Name: "freeze"}, Options: Options{PIDs: []int{1}}}
	if _, err := l.named(); err == nil {
		t.Error("process 1 may be broken")
	}
}

// A broker is reached through its proxy, also by clients that follow what it
// advertises; the drill's own client goes past it.
func TestBrokerBehindProxy(t *testing.T) {
	b, err := newBroker("orders", 2)
	if err != nil {
		t.Fatal(err)
	}
	defer b.close()
	f, err := newFeed(b, "orders", 400, usual(2))
	if err != nil {
		t.Fatal(err)
	}
	defer f.close()
	outside, err := kgo.NewClient(kgo.SeedBrokers(b.Proxy.Address()), kgo.ConsumeTopics("orders"))
	if err != nil {
		t.Fatal(err)
	}
	defer outside.Close()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	if got := outside.PollFetches(ctx); got.NumRecords() == 0 {
		t.Fatalf("nothing came through the proxy: %v", got.Err())
	}
	b.Proxy.Cut()
	before := f.Sent()
	for f.Sent() < before+50 { // the feed does not notice
		if err := pause(ctx, tick); err != nil {
			t.Fatal(err)
		}
	}
	if err := f.end(ctx, 2, true); err != nil {
		t.Fatal(err)
	}
	if err := b.Proxy.Clear(ctx); err != nil {
		t.Fatal(err)
	}
	if got := outside.PollFetches(ctx); got.NumRecords() == 0 {
		t.Fatalf("nothing came through the proxy again: %v", got.Err())
	}
}

func TestAccount(t *testing.T) {
	rows := &Rows{Sent: 4}
	seen := make([]bool, 4)
	for _, v := range []string{`{"id":0,"k":1,"n":1}`, `{"id":1}`, `{"id":1}`, `{"id":-1}`, `no JSON`, `{"k":3,"n":9}`} {
		rows.add([]byte(v), EachRow, seen)
	}
	if rows.Arrived != 2 || rows.Twice != 1 {
		t.Errorf("each row: %+v", rows)
	}
	rows = &Rows{Sent: 4}
	for _, v := range []string{`{"k":3,"n":2}`, `{"k":-1,"n":1}`, `{"k":0,"n":1}`} {
		rows.add([]byte(v), Sums, nil)
	}
	if rows.Arrived != 3 {
		t.Errorf("sums: %+v", rows)
	}
}

func TestReadCase(t *testing.T) {
	paths, err := filepath.Glob("../doctor/testdata/faults/cases/*.sql")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no cases: %v", err)
	}
	for _, p := range paths {
		if _, err := ReadCase(p); err != nil {
			t.Error(err)
		}
	}
	path := filepath.Join(t.TempDir(), "x.sql")
	if err := os.WriteFile(path, []byte("-- expect: late-data, data-skew\n-- on: flott\n-- do: block-storage 3s\n-- after: 1m\n-- tuned: no\nSELECT 1;\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := ReadCase(path)
	if err != nil {
		t.Fatal(err)
	}
	if len(c.Expect) != 2 || c.Plays(Flink) || !c.Plays(Flott) || c.Do != "block-storage" || c.DoAfter != 3*time.Second || c.After != time.Minute || c.Tuned {
		t.Errorf("%+v", c)
	}
	if err := os.WriteFile(path, []byte("SELECT 1;\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := ReadCase(path); err == nil {
		t.Error("a case that expects nothing in particular was taken")
	}
}

func TestRecentLines(t *testing.T) {
	since := time.Date(2026, 1, 2, 10, 0, 0, 0, time.Local)
	log := "2026-01-02 09:59:59,999 INFO a - old\n\tat x\n2026-01-02 10:00:00,000 INFO a - new\nmore\n"
	if got := string(recent([]byte(log), since)); got != "2026-01-02 10:00:00,000 INFO a - new\nmore\n" {
		t.Errorf("%q", got)
	}
	if got := string(recent([]byte(`{"a":1}`), since)); got != `{"a":1}` {
		t.Errorf("%q", got)
	}
}
