package report

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/flottstream/flott/internal/doctor/rules"
)

var rewrite = flag.Bool("rewrite", false, "write the pages of docs/doctor anew")

const pages = "../../../docs/doctor"

// Every rule has its page in docs/doctor, made from the table, and no page is left
// over from a rule that is gone.
func TestPages(t *testing.T) {
	want := map[string]string{"findings.md": index()}
	for _, r := range rules.Table() {
		want[r.ID+".md"] = Explain(r)
	}
	for name, text := range want {
		path := filepath.Join(pages, name)
		if *rewrite {
			if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		if got, err := os.ReadFile(path); err != nil || string(got) != text {
			t.Errorf("%s is not what the table says (%v); go test ./internal/doctor/report -run TestPages -rewrite", name, err)
		}
	}
	there, _ := filepath.Glob(pages + "/FLT*.md")
	for _, path := range there {
		if _, ok := want[filepath.Base(path)]; !ok {
			t.Errorf("%s has no rule", path)
		}
	}
}

// Every rule has its page in Chinese, with the same keys and options as the English one.
func TestChinesePages(t *testing.T) {
	named := regexp.MustCompile(`[a-z][\w-]*(?:\.[a-z][\w-]*){2,}|'[a-z][^' ]*'|` + "`[^`]+`" + `|FLT\d+`)
	for _, r := range rules.Table() {
		zh, ok := chinesePages[r.ID]
		if !ok || zh.symptom == "" || zh.cause == "" || zh.remedy == "" {
			t.Errorf("%s has no page in Chinese", r.ID)
			continue
		}
		for english, chinese := range map[string]string{r.Doc.Symptom: zh.symptom, r.Doc.Cause: zh.cause, r.Doc.Remedy: zh.remedy} {
			for _, name := range named.FindAllString(english, -1) {
				if !strings.Contains(chinese, name) {
					t.Errorf("%s: %s is missing in %q", r.ID, name, chinese)
				}
			}
		}
		if page := Chinese.Explain(r); !strings.Contains(page, zh.remedy) || strings.Contains(page, "Remedy") {
			t.Errorf("%s: %s", r.ID, page)
		}
	}
	for id := range chinesePages {
		if !slices.ContainsFunc(rules.Table(), func(r *rules.Rule) bool { return r.ID == id }) {
			t.Errorf("there is no rule %s", id)
		}
	}
}

// index is the list of all findings.
func index() string {
	var b strings.Builder
	b.WriteString("# Findings\n\nWritten by a test from the table of rules. An *effect* is usually explained by another finding, which is then the root cause.\n\n")
	b.WriteString("| id | cause | what | at worst | |\n|---|---|---|---|---|\n")
	for _, r := range rules.Table() {
		effect := ""
		if r.Symptom {
			effect = "effect"
		}
		fmt.Fprintf(&b, "| [%s](%s.md) | `%s` | %s | %s | %s |\n", r.ID, r.ID, r.Cause, r.Title, r.Level, effect)
	}
	return b.String()
}

// docs/doctor/json.md lists the cause words, all of them and no other.
func TestCauseWords(t *testing.T) {
	text, err := os.ReadFile(pages + "/json.md")
	if err != nil {
		t.Fatal(err)
	}
	_, list, _ := strings.Cut(string(text), "Causes: ")
	listed := map[string]bool{}
	for _, w := range strings.Fields(list) {
		listed[strings.Trim(w, "`")] = true
	}
	for _, r := range rules.Table() {
		if !listed[r.Cause] {
			t.Errorf("json.md does not list %s of %s", r.Cause, r.ID)
		}
		delete(listed, "")
	}
	used := map[string]bool{}
	for _, r := range rules.Table() {
		used[r.Cause] = true
	}
	for w := range listed {
		if !used[w] {
			t.Errorf("json.md lists %s, which no rule has", w)
		}
	}
}
