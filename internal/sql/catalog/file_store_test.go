package catalog

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/flottstream/flott/internal/types"
)

// manager is a session's, with views of one column as its only objects.
func manager(t *testing.T, dir string) *Manager {
	t.Helper()
	m := New()
	m.Statement = func(r Relation) string { return "view " + r.(*View).Text }
	m.Restore = func(p Path, in Context, ddl string) (Relation, error) {
		text, ok := strings.CutPrefix(ddl, "view ")
		if !ok {
			return nil, fmt.Errorf("no view: %s", ddl)
		}
		return &View{Path: p, Text: text, Catalog: in.Catalog, Database: in.Database, Schema: types.Schema{{Name: "a", Type: types.Of(types.Int)}}}, nil
	}
	if err := m.CreateCatalog(&Definition{Name: "c", Options: map[string]string{"type": "flott", "path": dir}}, false); err != nil {
		t.Fatal(err)
	}
	return m
}

func view(name, text string) *View {
	return &View{Path: Path{"c", "default", name}, Text: text, Catalog: "c", Database: "default"}
}

func TestFilesAreSeenByOthers(t *testing.T) {
	dir := t.TempDir()
	a, b := manager(t, dir), manager(t, dir)
	const odd = `_we/ird.name: "x"`
	if err := a.Create(view(odd, "1"), false, false); err != nil {
		t.Fatal(err)
	}
	if _, ok := b.Lookup(Path{"c", "default", odd}); ok {
		t.Error("it is there before Refresh")
	}
	text := func() string {
		t.Helper()
		if err := b.Refresh(); err != nil {
			t.Fatal(err)
		}
		r, ok := b.Lookup(Path{"c", "default", odd})
		if !ok {
			return ""
		}
		return r.(*View).Text
	}
	if got := text(); got != "1" {
		t.Errorf("after CREATE: %q", got)
	}
	if err := a.Replace(view(odd, "22")); err != nil {
		t.Fatal(err)
	}
	if got := text(); got != "22" {
		t.Errorf("after ALTER: %q", got)
	}
	if err := a.Drop(Path{"c", "default", odd}, true, false, false); err != nil {
		t.Fatal(err)
	}
	if got := text(); got != "" {
		t.Errorf("after DROP: %q", got)
	}
}

func TestOneOfManyCreates(t *testing.T) {
	dir := t.TempDir()
	const sessions = 8
	var managers []*Manager
	for range sessions {
		managers = append(managers, manager(t, dir))
	}
	var done sync.WaitGroup
	errs := make([]error, sessions)
	for i, m := range managers {
		done.Go(func() { errs[i] = m.Create(view("v", "1"), false, false) })
	}
	done.Wait()
	made := 0
	for _, err := range errs {
		if err == nil {
			made++
		} else if !strings.Contains(err.Error(), "already exists") {
			t.Error(err)
		}
	}
	if made != 1 {
		t.Errorf("%d of %d sessions made the view", made, sessions)
	}
	left, err := filepath.Glob(filepath.Join(dir, "default", ".new-*"))
	if err != nil || len(left) > 0 {
		t.Errorf("left behind: %v %v", left, err)
	}
}

func TestBrokenFileIsNamed(t *testing.T) {
	dir := t.TempDir()
	m := manager(t, dir)
	path := filepath.Join(dir, "default", "v.yaml")
	for text, want := range map[string]string{
		"kind: [":                    "v.yaml cannot be read",
		"flott: 9\nkind: view":       "format 9",
		"flott: 1\nkind: view\nx: 1": "cannot be read",
	} {
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		if err := m.Refresh(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", text, err, want)
		}
	}
	if err := os.WriteFile(path, []byte("flott: 1\nkind: view\nname: v\nstatement: nonsense\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := m.Refresh(); err != nil {
		t.Fatal(err)
	}
	p := Path{"c", "default", "v"}
	if _, ok := m.Lookup(p); ok || !strings.Contains(m.NearTo(p), "no view: nonsense") {
		t.Errorf("a statement that cannot be read: %s", m.NearTo(p))
	}
}

func TestDefinitionsOutliveTheSession(t *testing.T) {
	store := DefinitionFiles{Dir: filepath.Join(t.TempDir(), "store")}
	a := New()
	if err := a.UseDefinitions(store); err != nil {
		t.Fatal(err)
	}
	d := &Definition{Name: "m", Comment: "mine", Options: map[string]string{"type": "generic_in_memory", "default-database": "d"}}
	if err := a.CreateCatalog(d, false); err != nil {
		t.Fatal(err)
	}
	b := New()
	if err := b.UseDefinitions(store); err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprint(b.Catalogs()); got != "[default_catalog m]" {
		t.Errorf("catalogs: %s", got)
	}
	if err := b.UseCatalog("m"); err != nil || b.currentDatabase != "d" {
		t.Errorf("%v, in %s", err, b.currentDatabase)
	}
	if got, err := b.Definition("m"); err != nil || got.Comment != "mine" {
		t.Errorf("%+v %v", got, err)
	}
	if err := a.DropCatalog("m", false); err != nil {
		t.Fatal(err)
	}
	if list, err := store.Load(); err != nil || len(list) != 0 {
		t.Errorf("after DROP: %v %v", list, err)
	}
}
