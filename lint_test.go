// Package flott_test holds the house rules: what a package may import, and what
// no code may do.
package flott_test

import (
	"bufio"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

const module = "github.com/flottstream/flott/"

// goFiles returns the Go files of the repository, tests included or not.
func goFiles(t *testing.T, tests bool) (files []string) {
	t.Helper()
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (strings.HasPrefix(d.Name(), ".") && path != "." || d.Name() == "testdata" || d.Name() == "node_modules") {
			return filepath.SkipDir
		}
		if strings.HasSuffix(path, ".go") && (tests || !strings.HasSuffix(path, "_test.go")) {
			files = append(files, path)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// layers reads deps.txt: the rank of each package; a later line is higher.
func layers(t *testing.T) map[string]int {
	t.Helper()
	f, err := os.Open("deps.txt")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rank, line := map[string]int{}, 0
	for s := bufio.NewScanner(f); s.Scan(); line++ {
		text, _, _ := strings.Cut(s.Text(), "#")
		for _, pkg := range strings.Fields(text) {
			rank[pkg] = line
		}
	}
	return rank
}

// A package imports only packages that stand on lines above its own in deps.txt.
func TestImportLattice(t *testing.T) {
	rank := layers(t)
	seen := map[string]bool{}
	for _, path := range goFiles(t, false) {
		pkg := strings.TrimPrefix(filepath.ToSlash(filepath.Dir(path)), "internal/")
		seen[pkg] = true
		own, ok := rank[pkg]
		if !ok {
			t.Errorf("%s: package %s has no line in deps.txt", path, pkg)
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly)
		if err != nil {
			t.Error(err)
			continue
		}
		for _, imp := range file.Imports {
			name, _ := strconv.Unquote(imp.Path.Value)
			if !strings.HasPrefix(name, module) {
				continue
			}
			dep := strings.TrimPrefix(strings.TrimPrefix(name, module), "internal/")
			if r, ok := rank[dep]; ok && r >= own {
				t.Errorf("%s imports %s, which does not stand above %s in deps.txt", path, dep, pkg)
			}
		}
	}
	for pkg := range rank {
		if !seen[pkg] {
			t.Errorf("deps.txt names %s, which does not exist", pkg)
		}
	}
}

// bans are texts that must not occur in code, with what to do instead.
var bans = []struct {
	pattern *regexp.Regexp
	instead string
	except  *regexp.Regexp // paths where it is allowed
}{
	{regexp.MustCompile(`\bfmt\.Print(f|ln)?\(`), "write to the writer you were given", regexp.MustCompile(`^(cmd|bench|compat/cmd)/|_test\.go$`)},
	{regexp.MustCompile(`\blog\.(Print|Fatal|Panic)`), "use log/slog", regexp.MustCompile(`^(cmd|bench|compat/cmd)/`)},
	{regexp.MustCompile(`\btime\.Sleep\(`), "wait for an event or a timer that can be cancelled", regexp.MustCompile(`^(bench|compat|chaos)/|bench_test\.go$`)},
	{regexp.MustCompile(`\bos\.Exit\(`), "return an error to main", regexp.MustCompile(`^(cmd|bench|chaos|compat/cmd|examples)/|_test\.go$`)},
	{regexp.MustCompile(`"(unsafe)"`), "only batch and the layouts below it reinterpret memory", regexp.MustCompile(`^internal/(batch|rowbatch|rowcodec|state/heap|format/|expr|valuetext|connector/nexmark|aggregate)`)},
	{regexp.MustCompile(`func init\(\)`), "make it a package-level value or pass it in", nil},
	{regexp.MustCompile(`github\.com/stretchr/testify`), "use testing and datadriven", nil},
}

func TestBans(t *testing.T) {
	for _, path := range goFiles(t, true) {
		if path == "lint_test.go" {
			continue
		}
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, ban := range bans {
			if ban.except != nil && ban.except.MatchString(filepath.ToSlash(path)) {
				continue
			}
			if strings.HasPrefix(ban.pattern.String(), `\btime\.Sleep`) && strings.Contains(string(text), `"testing/synctest"`) {
				continue // it takes no time there
			}
			if loc := ban.pattern.FindIndex(text); loc != nil {
				line := 1 + strings.Count(string(text[:loc[0]]), "\n")
				t.Errorf("%s:%d: %s is banned: %s", path, line, text[loc[0]:loc[1]], ban.instead)
			}
		}
	}
}

// Names that say nothing about what a file holds.
func TestFileNames(t *testing.T) {
	vague := regexp.MustCompile(`^(util|utils|common|helper|helpers|manager|misc|impl)\.go$`)
	for _, path := range goFiles(t, true) {
		if vague.MatchString(filepath.Base(path)) {
			t.Errorf("%s: name the file by the noun it is about", path)
		}
	}
}
