package flott_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// Every `path.go` and `path.go:Name` that the life stories mention exists.
func TestDocsNameWhatExists(t *testing.T) {
	stories, err := filepath.Glob("docs/life_of_*.md")
	if err != nil || len(stories) < 2 {
		t.Fatalf("found %d life stories in docs/ (%v), want at least 2", len(stories), err)
	}
	mention := regexp.MustCompile("`([a-z0-9_/]+\\.go)(?::([A-Za-z0-9_.]+))?`")
	for _, story := range stories {
		text, err := os.ReadFile(story)
		if err != nil {
			t.Fatal(err)
		}
		found := mention.FindAllStringSubmatch(string(text), -1)
		if len(found) < 5 {
			t.Errorf("%s mentions only %d places in the code", story, len(found))
		}
		for _, m := range found {
			checkMention(t, story, m[1], m[2])
		}
	}
}

func checkMention(t *testing.T, story, file, name string) {
	t.Helper()
	path := file
	if _, err := os.Stat(path); err != nil {
		path = filepath.Join("internal", file)
	}
	source, err := os.ReadFile(path)
	if err != nil {
		t.Errorf("%s names the file %s, which does not exist", story, file)
		return
	}
	if name == "" {
		return
	}
	plain := name[strings.LastIndexByte(name, '.')+1:]
	defined := regexp.MustCompile(`(?m)^(func (\([^)]*\) )?|type |var |const |\t)` + regexp.QuoteMeta(plain) + `\b`)
	if !defined.Match(source) {
		t.Errorf("%s names %s in %s, which is not defined there", story, name, file)
	}
}
