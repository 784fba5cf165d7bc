//go:build unix

package shell_test

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/creack/pty"
	"github.com/hinshun/vt10x"
)

// TestMain makes this test binary the shell that the tests drive, when they say so.
func TestMain(m *testing.M) {
	if os.Getenv("FLOTT_SHELL_UNDER_TEST") != "" {
		os.Exit(shellUnderTest())
	}
	os.Exit(m.Run())
}

// terminal is a shell in a terminal that is emulated.
type terminal struct {
	t    *testing.T
	tty  *os.File
	vt   vt10x.Terminal
	cmd  *exec.Cmd
	done chan error

	mu      sync.Mutex
	changed chan struct{} // closed when something was drawn
	sent    bytes.Buffer  // all that was drawn, for messages
}

func open(t *testing.T, width, height int) *terminal {
	t.Helper()
	x := &terminal{t: t, vt: vt10x.New(vt10x.WithSize(width, height)), done: make(chan error, 1), changed: make(chan struct{})}
	x.cmd = exec.Command(os.Args[0])
	x.cmd.Env = append(os.Environ(), "FLOTT_SHELL_UNDER_TEST=1", "TERM=xterm-256color", "INPUTRC="+os.DevNull, "FLOTT_TEST_HISTORY="+filepath.Join(t.TempDir(), "history"), "TZ=UTC")
	var err error
	if x.tty, err = pty.StartWithSize(x.cmd, &pty.Winsize{Rows: uint16(height), Cols: uint16(width)}); err != nil {
		t.Fatal(err)
	}
	go func() {
		buffer := make([]byte, 4096)
		for {
			n, err := x.tty.Read(buffer)
			x.mu.Lock()
			x.vt.Write(buffer[:n])
			x.sent.Write(buffer[:n])
			close(x.changed)
			x.changed = make(chan struct{})
			x.mu.Unlock()
			if err != nil {
				x.done <- x.cmd.Wait()
				return
			}
		}
	}()
	t.Cleanup(func() { x.cmd.Process.Kill(); x.tty.Close() })
	return x
}

// text is what the terminal shows.
func (x *terminal) text() string {
	var lines []string
	for line := range strings.Lines(x.vt.String()) {
		lines = append(lines, strings.TrimRight(line, " \n"))
	}
	return strings.TrimRight(strings.Join(lines, "\n"), "\n")
}

// press sends keys.
func (x *terminal) press(keys string) {
	x.t.Helper()
	if _, err := io.WriteString(x.tty, keys); err != nil {
		x.t.Fatal(err)
	}
}

// patience is how long a test waits for what must come.
const patience = 30 * time.Second

// until waits for a screen on which all the texts are.
func (x *terminal) until(texts ...string) {
	x.t.Helper()
	x.wait(fmt.Sprintf("%q", texts), func(screen string) bool {
		for _, text := range texts {
			if !strings.Contains(screen, text) {
				return false
			}
		}
		return true
	})
}

func (x *terminal) wait(what string, ok func(screen string) bool) {
	x.t.Helper()
	timeout := time.After(patience)
	for {
		x.mu.Lock()
		screen, changed := x.text(), x.changed
		x.mu.Unlock()
		if ok(screen) {
			return
		}
		select {
		case <-changed:
		case <-timeout:
			x.t.Fatalf("never on the screen: %s. It shows\n%s", what, screen)
		}
	}
}

// prompted waits for the prompt with nothing behind it in the last line.
func (x *terminal) prompted() {
	x.t.Helper()
	x.wait("an empty prompt at the end", func(screen string) bool { return strings.HasSuffix("\n"+screen, "\nflott>") })
}

// run types a statement and waits for the next prompt.
func (x *terminal) run(statement string) {
	x.t.Helper()
	x.press(statement)
	x.wait(statement, func(screen string) bool { return strings.Contains(unwrapped(screen), unwrapped(statement)) })
	x.press("\r")
}

// unwrapped is a text without what the end of the lines of a terminal does to it.
func unwrapped(s string) string { return strings.NewReplacer("\n", "", " ", "").Replace(s) }

func TestTypeAndSee(t *testing.T) {
	x := open(t, 70, 20)
	x.prompted()
	x.run("SET 'sql-client.execution.result-mode' = 'tableau';")
	x.prompted()
	x.run("SELECT 6 * 7 AS answer, '日本' AS place;")
	x.until("| answer | place |\n+--------+-------+\n|     42 | 日本", "1 row in set")
	x.prompted()
}

func TestManyLines(t *testing.T) {
	x := open(t, 70, 20)
	x.prompted()
	x.press("SELECT 1 AS a,\r")
	x.until("flott> SELECT 1 AS a,")
	x.press("2 AS b;\r")
	x.until("finished", " a  b\n 1  2") // on the whole screen
	x.press("q")
	x.until("1 row; finished")
	x.prompted()
	x.press("\x1b[A") // the statement comes back whole
	x.until("flott> SELECT 1 AS a,\n       2 AS b;")
}

func TestMistakesAreUnderlined(t *testing.T) {
	x := open(t, 70, 20)
	x.prompted()
	x.run("SELECT nope;")
	x.until("Column 'nope' not found in any table\n  1 | SELECT nope;\n    |        ^^^^")
	x.prompted()
	x.run("SET 'sql-client.prompt' = 'x';")
	x.until("is a key that flott sql does not act on")
	x.prompted()
}

func TestTabCompletes(t *testing.T) {
	x := open(t, 70, 20)
	x.prompted()
	x.run("CREATE TABLE orders (order_id INT, customer STRING) WITH ('connector' = 'datagen');")
	x.until("OK")
	x.prompted()
	x.press("SELECT cust")
	x.until("SELECT cust")
	x.press("\x01") // to the beginning, so that FROM can be typed behind
	x.press("\x05 FROM ord\t")
	x.until("SELECT cust FROM orders")
	x.press("\x01\x1bf\x1bf\t")
	x.until("SELECT customer FROM orders")
}

func TestUpdatingResult(t *testing.T) {
	x := open(t, 70, 12)
	x.prompted()
	x.run("CREATE TABLE o (id INT, k AS id / 1000000000) WITH ('connector' = 'datagen', 'rows-per-second' = '500');")
	x.until("OK")
	x.prompted()
	x.run("SELECT k, COUNT(*) AS n FROM o GROUP BY k;")
	x.until("running", "SELECT k, COUNT(*) AS n", "q leave", " k ")
	pty.Setsize(x.tty, &pty.Winsize{Rows: 12, Cols: 40})
	x.vt.Resize(40, 12)
	x.wait("a narrower screen", func(s string) bool { return strings.Contains(s, "running") && !strings.Contains(s, "Enter row") })
	x.press("\r")
	x.until("Esc back")
	x.press("\x1b")
	x.until("q leave")
	x.press("\x03")
	x.until("changes; the query was c")
}

func TestCtrlCCancelsTheQueryNotTheShell(t *testing.T) {
	x := open(t, 70, 20)
	x.prompted()
	x.press("SELECT 'what is typed'")
	x.until("SELECT 'what is typed'")
	x.press("\x03")
	x.wait("a fresh prompt", func(s string) bool { return strings.Count(s, "flott>") == 2 })
	x.prompted()
	x.run("SET 'sql-client.execution.result-mode' = 'tableau';")
	x.until("OK")
	x.prompted()
	x.run("CREATE TABLE o (id INT) WITH ('connector' = 'datagen', 'rows-per-second' = '5');")
	x.wait("two statements that were done", func(s string) bool { return strings.Count(s, "OK") == 2 })
	x.prompted()
	x.run("SELECT 'row' AS c FROM o;")
	x.until("| +I | row |")
	x.press("\x03")
	x.until("canceled")
	x.prompted()
	x.press("\x04")
	if err := <-x.done; err != nil {
		t.Errorf("the shell ended with %v", err)
	}
}

func TestJobsInTheBackground(t *testing.T) {
	x := open(t, 100, 30)
	x.prompted()
	x.run("CREATE TABLE o (id INT) WITH ('connector' = 'datagen', 'rows-per-second' = '5');")
	x.prompted()
	x.run("CREATE TABLE s (id INT) WITH ('connector' = 'blackhole');")
	x.prompted()
	x.run("INSERT INTO s SELECT id FROM o;")
	x.until("runs in the background: job ")
	x.prompted()
	x.run("SHOW JOBS;")
	x.until("RUNNING")
	x.prompted()
	x.press("\x04")
	x.until("1 job runs in this process and ends with it; once more to leave")
	x.press("\x04")
	if err := <-x.done; err != nil {
		t.Errorf("the shell ended with %v", err)
	}
}

// Lines at the end of the screen are not drawn over.
func TestEndOfTheScreen(t *testing.T) {
	x := open(t, 60, 8)
	x.prompted()
	for i := range 6 {
		x.run(fmt.Sprintf("CREATE DATABASE d%d;", i))
		x.until(fmt.Sprintf("flott> CREATE DATABASE d%d;\nOK\nflott>", i))
	}
	x.press("SELECT 1,\r2,\r3\r")
	x.until("OK\nflott> SELECT 1,\n       2,\n       3")
}

func TestHistoryIsSearched(t *testing.T) {
	x := open(t, 70, 20)
	x.prompted()
	x.run("CREATE DATABASE lake;")
	x.until("OK")
	x.prompted()
	x.run("SHOW DATABASES;")
	x.until("| lake")
	x.prompted()
	x.press("\x12lak")
	x.until("flott> CREATE DATABASE lake;")
}
