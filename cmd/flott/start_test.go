//go:build linux

package main

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"testing"
)

// A small query needs little memory: nothing heavy is made before it is needed. It
// is the binary that users get which is measured, not that of the tests.
func TestStartIsLight(t *testing.T) {
	binary := filepath.Join(t.TempDir(), "flott")
	build := exec.Command("go", "build", "-ldflags=-s -w", "-o", binary, ".")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	cmd := exec.Command(binary, "run", "-q", "-e",
		"CREATE TABLE t (x INT) WITH ('connector' = 'datagen', 'rows-per-second' = '10'); SELECT x FROM t")
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer cmd.Wait()
	defer cmd.Process.Kill()
	if _, err := bufio.NewReader(out).ReadString('\n'); err != nil {
		t.Fatal(err)
	}
	// What the process made itself: pages of the binary come and go with the page
	// cache, as many around each one as the kernel sees fit.
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", cmd.Process.Pid))
	if err != nil {
		t.Fatal(err)
	}
	m := regexp.MustCompile(`RssAnon:\s+(\d+) kB`).FindSubmatch(status)
	if m == nil {
		t.Fatalf("no RssAnon in\n%s", status)
	}
	const limitKB = 12 << 10
	if used, _ := strconv.Atoi(string(m[1])); used == 0 || used > limitKB {
		t.Errorf("a query made %d kB of memory, want at most %d", used, limitKB)
	}
}
