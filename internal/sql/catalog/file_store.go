package catalog

import (
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/goccy/go-yaml"
)

// A fileStore keeps a catalog of type 'flott' in a directory, one file an object:
//
//	DIR/DATABASE/_database.yaml     comment and options
//	DIR/DATABASE/orders.yaml        a table or view
//	DIR/DATABASE/f.function.yaml    a function
//
// A file is written aside and put in its place whole, so a reader sees the old
// or the new one. A new object is linked into its place, which fails if another
// process was quicker. docs/catalogs.md describes the format.
type fileStore struct {
	dir string
}

// objectFile is the content of a file.
type objectFile struct {
	Version    int               `yaml:"flott"` // of the format
	Kind       string            `yaml:"kind"`  // database, table, view, function
	Name       string            `yaml:"name"`
	Comment    string            `yaml:"comment,omitempty"`  // of a database
	Options    map[string]string `yaml:"options,omitempty"`  // of a database
	Catalog    string            `yaml:"catalog,omitempty"`  // where a view looks for names
	Database   string            `yaml:"database,omitempty"` // likewise
	Class      string            `yaml:"class,omitempty"`    // of a function
	Language   string            `yaml:"language,omitempty"` // likewise
	Statement  string            `yaml:"statement,omitempty"`
	Partitions []storedPartition `yaml:"partitions,omitempty"`
	Statistics *Statistics       `yaml:"statistics,omitempty"`
}

type storedPartition struct {
	Values  []string          `yaml:"values"`
	Options map[string]string `yaml:"options,omitempty"`
}

const (
	formatVersion = 1
	relationFile  = ".yaml"
	functionFile  = ".function.yaml"
	databaseFile  = "_database.yaml"
)

// stored is a relation whose statement has not been looked at yet.
type stored struct {
	path  Path
	file  *objectFile
	stamp stamp
}

// stamp tells a file from its next version.
type stamp struct {
	modified time.Time
	size     int64
}

// Name implements Relation.
func (s *stored) Name() Path { return s.path }

// IsTemporary implements Relation.
func (s *stored) IsTemporary() bool { return false }

// fileName is a name as a file has it: anything but letters, digits, '-' and '_' is
// written %XX, and so is a '_' in front.
func fileName(name string) string {
	s := strings.NewReplacer(".", "%2E", "~", "%7E", "$", "%24", "&", "%26", "+", "%2B", "=", "%3D", ":", "%3A", "@", "%40").Replace(url.PathEscape(name))
	if strings.HasPrefix(s, "_") {
		s = "%5F" + s[1:]
	}
	return s
}

func (s *fileStore) path(database, file string) string {
	return filepath.Join(s.dir, fileName(database), file)
}

// open makes the directory and its first database.
func (s *fileStore) open(database string) error {
	found, err := filepath.Glob(filepath.Join(globEscape(s.dir), "*", databaseFile))
	if err != nil || len(found) > 0 {
		return err
	}
	err = s.saveDatabase(newDatabase(database), true)
	if exists := new(Error); errors.As(err, &exists) { // another process was quicker
		return nil
	}
	return err
}

func globEscape(s string) string {
	return strings.NewReplacer(`\`, `\\`, "*", `\*`, "?", `\?`, "[", `\[`).Replace(s)
}

func (s *fileStore) saveDatabase(d *Database, fresh bool) error {
	err := s.write(s.path(d.Name, databaseFile), &objectFile{Kind: "database", Name: d.Name, Comment: d.Comment, Options: d.Options}, fresh)
	if errors.Is(err, fs.ErrExist) {
		return errorf("another session has just made it", "Database %s already exists.", d.Name)
	}
	return err
}

// dropDatabase removes the directory of a database. Without cascade it must have been emptied.
func (s *fileStore) dropDatabase(name string, cascade bool) error {
	dir := filepath.Dir(s.path(name, databaseFile))
	if cascade {
		return os.RemoveAll(dir)
	}
	if err := os.Remove(filepath.Join(dir, databaseFile)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := os.Remove(dir); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return errorf("add CASCADE to drop what is in it too", "Database %s is not empty: another session has made something in it.", name)
	}
	return nil
}

// write puts a file in its place; a fresh one must not be there.
func (s *fileStore) write(path string, f *objectFile, fresh bool) error {
	f.Version = formatVersion
	text, err := yaml.MarshalWithOptions(f, yaml.UseLiteralStyleIfMultiline(true))
	if err != nil {
		return fmt.Errorf("the catalog file %s cannot be written: %w", path, err)
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return fmt.Errorf("the catalog's directory cannot be made: %w", err)
	}
	return putFile(path, text, fresh)
}

// putFile writes a file aside and moves it into its place.
func putFile(path string, text []byte, fresh bool) error {
	t, err := os.CreateTemp(filepath.Dir(path), ".new-*")
	if err != nil {
		return fmt.Errorf("the catalog file cannot be written: %w", err)
	}
	defer os.Remove(t.Name())
	_, err = t.Write(text)
	err = errors.Join(err, t.Chmod(0o644), t.Sync(), t.Close())
	if err != nil {
		return fmt.Errorf("the catalog file %s cannot be written: %w", path, err)
	}
	if fresh {
		return os.Link(t.Name(), path)
	}
	return os.Rename(t.Name(), path)
}

// persist writes a relation of a catalog in files; others are left alone.
func (m *Manager) persist(r Relation, fresh bool) error {
	p := r.Name()
	s := m.catalogs[p.Catalog].files
	if s == nil {
		return nil
	}
	f := &objectFile{Name: p.Object, Statement: m.Statement(r)}
	switch r := r.(type) {
	case *View:
		f.Kind, f.Catalog, f.Database = "view", r.Catalog, r.Database
	case *Table:
		f.Kind, f.Statistics = "table", r.Statistics
		for _, x := range r.Partitions {
			f.Partitions = append(f.Partitions, storedPartition(x))
		}
	}
	err := s.write(s.path(p.Database, fileName(p.Object)+relationFile), f, fresh)
	if errors.Is(err, fs.ErrExist) {
		return errorf("another session has just made it", "Table (or view) %s.%s already exists in Catalog %s.", p.Database, p.Object, p.Catalog)
	}
	return err
}

func (m *Manager) persistFunction(f *Function) error {
	s := m.catalogs[f.Path.Catalog].files
	if s == nil {
		return nil
	}
	file := &objectFile{Kind: "function", Name: f.Path.Object, Class: f.Class, Language: f.Language}
	return s.write(s.path(f.Path.Database, fileName(strings.ToLower(f.Path.Object))+functionFile), file, false)
}

// forget removes the file of an object.
func (m *Manager) forget(p Path, suffix string) error {
	s := m.catalogs[p.Catalog].files
	if s == nil {
		return nil
	}
	if err := os.Remove(s.path(p.Database, fileName(p.Object)+suffix)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("the catalog file cannot be removed: %w", err)
	}
	return nil
}

// refreshFiles reads what has changed in the directory of a catalog.
func (m *Manager) refreshFiles(c *Catalog) error {
	dirs, err := os.ReadDir(c.files.dir)
	if err != nil {
		return errorf("", "The directory of catalog '%s' cannot be read: %v", c.Name, err)
	}
	there := map[string]bool{}
	for _, dir := range dirs {
		if !dir.IsDir() {
			continue
		}
		f, err := readObject(filepath.Join(c.files.dir, dir.Name(), databaseFile))
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return err
		}
		d := c.databases[f.Name]
		if d == nil {
			d = newDatabase(f.Name)
			c.databases[f.Name] = d
		}
		d.Comment, d.Options = f.Comment, f.Options
		there[f.Name] = true
		if err := m.refreshDatabase(c, d, filepath.Join(c.files.dir, dir.Name())); err != nil {
			return err
		}
	}
	for name := range c.databases {
		if !there[name] {
			delete(c.databases, name)
		}
	}
	return nil
}

// refreshDatabase reads the files of a database that are not as they were.
func (m *Manager) refreshDatabase(c *Catalog, d *Database, dir string) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	if d.stamps == nil {
		d.stamps = map[string]stamp{}
	}
	there := map[string]bool{}
	for _, e := range entries {
		name := e.Name()
		if name == databaseFile || !strings.HasSuffix(name, relationFile) || strings.HasPrefix(name, ".") {
			continue
		}
		there[name] = true
		info, err := e.Info()
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return err
		}
		now := stamp{info.ModTime(), info.Size()}
		if d.stamps[name] == now {
			continue
		}
		f, err := readObject(filepath.Join(dir, name))
		if err != nil {
			return err
		}
		d.stamps[name] = now
		m.take(c, d, f, now)
	}
	for name := range d.stamps {
		if !there[name] {
			delete(d.stamps, name)
			object, function := strings.CutSuffix(name, functionFile)
			object, err := url.PathUnescape(strings.TrimSuffix(object, relationFile))
			switch {
			case err != nil:
			case function:
				delete(d.functions, object)
			default:
				delete(d.relations, object)
			}
		}
	}
	return nil
}

// take puts the object of a file into its database.
func (m *Manager) take(c *Catalog, d *Database, f *objectFile, at stamp) {
	p := Path{c.Name, d.Name, f.Name}
	if f.Kind == "function" {
		d.functions[strings.ToLower(f.Name)] = &Function{Path: p, Class: f.Class, Language: f.Language}
		return
	}
	d.relations[f.Name] = &stored{path: p, file: f, stamp: at}
}

func readObject(path string) (*objectFile, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	f := &objectFile{}
	if err := yaml.UnmarshalWithOptions(text, f, yaml.Strict()); err != nil {
		return nil, errorf("mend or remove the file", "The catalog file %s cannot be read: %v", path, err)
	}
	if f.Version != formatVersion {
		return nil, errorf("it was written by another version of flott", "The catalog file %s is of format %d, this flott reads format %d.", path, f.Version, formatVersion)
	}
	return f, nil
}

// restored makes the relation of a file. What cannot be made, a view of a table
// that is gone for example, counts as not there; NearTo tells why.
func (m *Manager) restored(s *stored) (Relation, bool) {
	if m.restoring[s.path] {
		return nil, false // a view of itself
	}
	m.restoring[s.path] = true
	defer delete(m.restoring, s.path)
	in := Context{s.file.Catalog, s.file.Database}
	if in.Catalog == "" {
		in = Context{s.path.Catalog, s.path.Database}
	}
	r, err := m.Restore(s.path, in, s.file.Statement)
	if err != nil {
		m.broken[s.path] = err
		return nil, false
	}
	if t, ok := r.(*Table); ok {
		t.Count(s.file.Statistics)
		for _, x := range s.file.Partitions {
			t.Partitions = append(t.Partitions, PartitionSpec(x))
		}
	}
	m.catalogs[s.path.Catalog].databases[s.path.Database].relations[s.path.Object] = r
	return r, true
}

// InContext calls f with another current catalog and database.
func (m *Manager) InContext(in Context, f func() error) error {
	c, d := m.currentCatalog, m.currentDatabase
	defer func() { m.currentCatalog, m.currentDatabase = c, d }()
	m.currentCatalog, m.currentDatabase = in.Catalog, in.Database
	return f()
}
