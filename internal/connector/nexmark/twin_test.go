package nexmark

import (
	"crypto/sha256"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"
	"testing"
)

var rewrite = flag.Bool("rewrite", false, "write testdata/sequence.txt anew; confirm it with FLOTT_TEST_FLINK=1 before it is committed")

const sequenceFile = "testdata/sequence.txt"

// sequence is one case of sequence.txt: a line of settings, then a line per split with its first id, its number
// of events and the SHA-256 of its first events as text.
type sequence struct {
	splits, events int
	settings       []string // key=value, keys as Config's fields but with a small first letter
	want           string
}

// TestSequence compares the events with those recorded, which real Flink's source made too. With
// FLOTT_TEST_FLINK=1 it builds that source (bench/nexmark/flink) and runs it again.
func TestSequence(t *testing.T) {
	text, err := os.ReadFile(sequenceFile)
	if err != nil {
		t.Fatal(err)
	}
	var jar, lib string
	if os.Getenv("FLOTT_TEST_FLINK") != "" {
		jar, lib = buildTwin(t)
	}
	var out strings.Builder
	for _, part := range strings.Split(strings.TrimSpace(string(text)), "\n\n") {
		if strings.HasPrefix(part, "#") {
			out.WriteString(part + "\n\n")
			continue
		}
		s, err := parseSequence(part)
		if err != nil {
			t.Fatal(err)
		}
		got, err := s.run()
		if err != nil {
			t.Fatalf("%s: %v", part, err)
		}
		head, _, _ := strings.Cut(part, "\n")
		fmt.Fprintf(&out, "%s\n%s\n", head, got)
		if !*rewrite && got != s.want {
			t.Errorf("%s\n got %swant %s", head, got, s.want)
		}
		if jar == "" {
			continue
		}
		if twin := s.runTwin(t, jar, lib); twin != got {
			t.Errorf("%s\nflott %sFlink %s", head, got, twin)
		}
	}
	if *rewrite {
		if err := os.WriteFile(sequenceFile, []byte(strings.TrimRight(out.String(), "\n")+"\n"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

func parseSequence(part string) (s sequence, err error) {
	head, want, _ := strings.Cut(part, "\n")
	if want != "" {
		want = strings.TrimRight(want, "\n") + "\n"
	}
	s.want = want
	words := strings.Fields(head)
	if len(words) < 2 {
		return s, fmt.Errorf("%q: want SPLITS EVENTS [key=value]...", head)
	}
	if s.splits, err = strconv.Atoi(words[0]); err != nil {
		return s, err
	}
	s.events, err = strconv.Atoi(words[1])
	s.settings = words[2:]
	return s, err
}

func (s sequence) config() (Config, error) {
	c := DefaultConfig()
	v := reflect.ValueOf(&c).Elem()
	for _, pair := range s.settings {
		key, value, _ := strings.Cut(pair, "=")
		n, err := strconv.ParseInt(value, 10, 64)
		f := v.FieldByName(strings.ToUpper(key[:1]) + strings.TrimSuffix(key[1:], "Time"))
		if key == "baseTime" {
			f = v.FieldByName("BaseTimeMs")
		}
		if err != nil || !f.IsValid() {
			return c, fmt.Errorf("%q is no setting", pair)
		}
		f.SetInt(n)
	}
	return c, c.Validate()
}

func (s sequence) run() (string, error) {
	c, err := s.config()
	if err != nil {
		return "", err
	}
	var out strings.Builder
	for _, split := range c.Splits(s.splits) {
		digest := sha256.New()
		g := NewGenerator(c, split)
		var d Columns
		for from := int64(0); from < min(int64(s.events), split.Events); {
			n := int(min(4096, int64(s.events)-from, split.Events-from))
			g.Generate(from, n, AllFields, &d)
			for i := range n {
				io.WriteString(digest, d.formatRow(i)+"\n")
			}
			from += int64(n)
		}
		fmt.Fprintf(&out, "%d %d %x\n", split.FirstID, split.Events, digest.Sum(nil))
	}
	return out.String(), nil
}

func buildTwin(t *testing.T) (jar, lib string) {
	t.Helper()
	build, err := filepath.Abs("../../../bench/nexmark/flink/build")
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(build)
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s: %v", build, err)
	}
	jar = strings.TrimSpace(string(out))
	return jar, filepath.Join(filepath.Dir(jar), "lib", "*")
}

func (s sequence) runTwin(t *testing.T, jar, lib string) string {
	t.Helper()
	args := []string{"-cp", jar + ":" + lib, "org.flottstream.nexmark.Dump", strconv.Itoa(s.splits), strconv.Itoa(s.events)}
	out, err := exec.Command("java", append(args, s.settings...)...).CombinedOutput()
	if err != nil {
		t.Fatalf("java: %v\n%s", err, out)
	}
	return string(out)
}
