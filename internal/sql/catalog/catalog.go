// Package catalog holds what DDL defines: catalogs, databases, tables, views
// and functions, in memory, for one session.
//
// The contract:
//
//   - Names are case-sensitive except those of functions. A name of one or two
//     parts is completed by the current catalog and database.
//   - A temporary object hides the permanent one of the same path until dropped.
//   - Tables and views are immutable: a change replaces the whole object, so what
//     a query was bound against stays as it was.
//   - Errors use Flink's sentences; a name that is not found comes with the
//     nearest one that exists.
//
// It is used by one goroutine, the session's.
package catalog

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// The names every session starts with.
const (
	DefaultCatalog  = "default_catalog"
	DefaultDatabase = "default_database"
)

// Path is the full name of a table, view or function.
type Path struct{ Catalog, Database, Object string }

// String joins the parts with dots: default_catalog.default_database.t.
func (p Path) String() string { return p.Catalog + "." + p.Database + "." + p.Object }

// Quoted is the path in back-ticks.
func (p Path) Quoted() string {
	return Quote(p.Catalog) + "." + Quote(p.Database) + "." + Quote(p.Object)
}

// Quote puts a name into back-ticks.
func Quote(name string) string { return "`" + strings.ReplaceAll(name, "`", "``") + "`" }

// Catalog is a named set of databases.
type Catalog struct {
	Name      string
	Comment   string
	Options   map[string]string
	databases map[string]*Database
	files     *fileStore // of a catalog whose objects are kept in files
	external  External   // of a catalog that lies elsewhere
}

// Database is a named set of tables, views and functions.
type Database struct {
	Name      string
	Comment   string
	Options   map[string]string
	relations map[string]Relation
	functions map[string]*Function // by lower-case name
	stamps    map[string]stamp     // of the files of a catalog in files
}

// Relation is a *Table or a *View.
type Relation interface {
	Name() Path
	// IsTemporary reports an object that lives in the session only.
	IsTemporary() bool
}

// Manager is all there is, and where the session stands.
type Manager struct {
	catalogs        map[string]*Catalog
	temporary       map[Path]Relation
	temporaryFuncs  map[Path]*Function
	systemFuncs     map[string]*Function // temporary system functions, by lower-case name
	models          map[Path]*Model
	temporaryModels map[Path]*Model
	definitions     map[string]*Definition // what CREATE CATALOG said, by name
	store           Definitions            // nil: definitions end with the session
	seen            map[Path]Relation      // tables of external catalogs, for one statement
	broken          map[Path]error         // why an object cannot be made, likewise
	restoring       map[Path]bool
	// Types are the types of catalogs that this package does not know itself.
	Types map[string]Type
	// Restore makes an object anew from the statement that SHOW CREATE shows, and
	// Statement gives that. They are the session's.
	Restore   func(p Path, in Context, ddl string) (Relation, error)
	Statement func(r Relation) string
	// Used is told of every table and view that is found; it may be nil.
	Used            func(Relation)
	lender          func(Path) (Relation, error) // see Lend
	currentCatalog  string
	currentDatabase string
}

// New returns a Manager with the default catalog and database, empty.
func New() *Manager {
	m := &Manager{
		catalogs:        map[string]*Catalog{},
		temporary:       map[Path]Relation{},
		temporaryFuncs:  map[Path]*Function{},
		systemFuncs:     map[string]*Function{},
		models:          map[Path]*Model{},
		temporaryModels: map[Path]*Model{},
		definitions:     map[string]*Definition{},
		seen:            map[Path]Relation{},
		broken:          map[Path]error{},
		restoring:       map[Path]bool{},
	}
	c := &Catalog{Name: DefaultCatalog, databases: map[string]*Database{}}
	c.databases[DefaultDatabase] = newDatabase(DefaultDatabase)
	m.catalogs[DefaultCatalog] = c
	m.currentCatalog, m.currentDatabase = DefaultCatalog, DefaultDatabase
	return m
}

func newDatabase(name string) *Database {
	return &Database{Name: name, relations: map[string]Relation{}, functions: map[string]*Function{}}
}

// Current returns the current catalog and database.
func (m *Manager) Current() (catalog, database string) { return m.currentCatalog, m.currentDatabase }

// Resolve completes a name of one to three parts.
func (m *Manager) Resolve(parts []string) (Path, error) {
	switch len(parts) {
	case 1:
		return Path{m.currentCatalog, m.currentDatabase, parts[0]}, nil
	case 2:
		return Path{m.currentCatalog, parts[0], parts[1]}, nil
	case 3:
		return Path{parts[0], parts[1], parts[2]}, nil
	}
	return Path{}, errorf("", "A name has at most three parts, catalog.database.object, but '%s' has %d.", strings.Join(parts, "."), len(parts))
}

// UseCatalog makes a catalog current, with its first database ('default_database' of the default one).
func (m *Manager) UseCatalog(name string) error {
	c, err := m.catalog(name)
	if err != nil {
		return err
	}
	m.currentCatalog = name
	m.currentDatabase = c.defaultDatabase()
	return nil
}

func (c *Catalog) defaultDatabase() string {
	if d := c.Options["default-database"]; d != "" {
		return d
	}
	if c.Name == DefaultCatalog {
		return DefaultDatabase
	}
	return "default"
}

// UseDatabase makes a database current; catalog "" is the current one.
func (m *Manager) UseDatabase(catalog, name string) error {
	if catalog == "" {
		catalog = m.currentCatalog
	}
	if _, err := m.database(catalog, name); err != nil {
		return err
	}
	m.currentCatalog, m.currentDatabase = catalog, name
	return nil
}

// DropCatalog removes a catalog and everything in it.
func (m *Manager) DropCatalog(name string, ifExists bool) error {
	if m.catalogs[name] == nil && m.definitions[name] == nil {
		if ifExists {
			return nil
		}
		return errorf(DidYouMean(name, m.Catalogs()), "Catalog %s does not exist.", name)
	}
	if name == m.currentCatalog {
		return errorf("USE CATALOG another one first", "Cannot drop a catalog which is currently in use.")
	}
	if err := m.forgetDefinition(name); err != nil {
		return err
	}
	delete(m.catalogs, name)
	return nil
}

// CreateDatabase adds a database; catalog "" is the current one.
func (m *Manager) CreateDatabase(catalog string, d *Database, ifNotExists bool) error {
	c, err := m.catalog(m.orCurrent(catalog))
	if err != nil {
		return err
	}
	if c.databases[d.Name] != nil {
		if ifNotExists {
			return nil
		}
		return errorf("", "Database %s already exists in Catalog %s.", d.Name, c.Name)
	}
	if err := m.writable(c.Name); err != nil {
		return err
	}
	fresh := newDatabase(d.Name)
	fresh.Comment, fresh.Options = d.Comment, d.Options
	if c.files != nil {
		if err := c.files.saveDatabase(fresh, true); err != nil {
			return err
		}
	}
	c.databases[d.Name] = fresh
	return nil
}

// DropDatabase removes a database, with its content only if cascade.
func (m *Manager) DropDatabase(catalog, name string, ifExists, cascade bool) error {
	catalog = m.orCurrent(catalog)
	c, err := m.catalog(catalog)
	if err != nil {
		return err
	}
	d := c.databases[name]
	switch {
	case d == nil && ifExists:
		return nil
	case d == nil:
		return errorf(DidYouMean(name, slices.Collect(maps.Keys(c.databases))), "Database %s does not exist in Catalog %s.", name, catalog)
	case name == m.currentDatabase && catalog == m.currentCatalog:
		return errorf("USE another database first", "Cannot drop a database which is currently in use.")
	case !cascade && len(d.relations)+len(d.functions) > 0:
		return errorf("add CASCADE to drop what is in it too", "Database %s in catalog %s is not empty.", name, catalog)
	}
	if err := m.writable(catalog); err != nil {
		return err
	}
	if c.files != nil {
		if err := c.files.dropDatabase(name, cascade); err != nil {
			return err
		}
	}
	delete(c.databases, name)
	return nil
}

// AlterDatabase replaces the options of a database.
func (m *Manager) AlterDatabase(catalog, name string, options map[string]string) error {
	d, err := m.database(m.orCurrent(catalog), name)
	if err != nil {
		return err
	}
	if err := m.writable(m.orCurrent(catalog)); err != nil {
		return err
	}
	changed := *d
	changed.Options = options
	if f := m.catalogs[m.orCurrent(catalog)].files; f != nil {
		if err := f.saveDatabase(&changed, false); err != nil {
			return err
		}
	}
	d.Options = options
	return nil
}

func (m *Manager) orCurrent(catalog string) string {
	if catalog == "" {
		return m.currentCatalog
	}
	return catalog
}

func (m *Manager) catalog(name string) (*Catalog, error) {
	if c := m.catalogs[name]; c != nil {
		return c, nil
	}
	if d := m.definitions[name]; d != nil { // of the store, not opened yet
		return m.open(d)
	}
	return nil, errorf(DidYouMean(name, m.Catalogs()), "A catalog with name [%s] does not exist.", name)
}

func (m *Manager) database(catalog, name string) (*Database, error) {
	c, err := m.catalog(catalog)
	if err != nil {
		return nil, err
	}
	names := slices.Collect(maps.Keys(c.databases))
	if c.external != nil {
		if names, err = c.external.Databases(); err != nil {
			return nil, err
		}
		if slices.Contains(names, name) {
			return newDatabase(name), nil
		}
	}
	if d := c.databases[name]; d != nil {
		return d, nil
	}
	return nil, errorf(DidYouMean(name, names),
		"A database with name [%s] does not exist in the catalog: [%s].", name, catalog)
}

// Catalog returns a catalog by name.
func (m *Manager) Catalog(name string) (*Catalog, error) { return m.catalog(name) }

// Database returns a database; catalog "" is the current one.
func (m *Manager) Database(catalog, name string) (*Database, error) {
	return m.database(m.orCurrent(catalog), name)
}

// Catalogs lists the catalogs by name.
func (m *Manager) Catalogs() []string {
	names := map[string]bool{}
	for n := range m.catalogs {
		names[n] = true
	}
	for n := range m.definitions {
		names[n] = true
	}
	return slices.Sorted(maps.Keys(names))
}

// Databases lists the databases of a catalog ("" is the current one).
func (m *Manager) Databases(catalog string) ([]string, error) {
	c, err := m.catalog(m.orCurrent(catalog))
	if err != nil {
		return nil, err
	}
	if c.external != nil {
		return c.external.Databases()
	}
	return slices.Sorted(maps.Keys(c.databases)), nil
}

// Error is a mistake in a name or a DDL statement; the caller knows the
// position in the text.
type Error struct {
	Message string
	Hint    string // how to mend it; may be empty
}

func (e *Error) Error() string {
	if e.Hint == "" {
		return e.Message
	}
	return e.Message + " (" + e.Hint + ")"
}

func errorf(hint, format string, args ...any) *Error {
	return &Error{Message: fmt.Sprintf(format, args...), Hint: hint}
}
