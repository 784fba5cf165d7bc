package catalog

import (
	"maps"
	"slices"

	"github.com/flottstream/flott/internal/sql/ast"
	"github.com/flottstream/flott/internal/sql/plan"
	"github.com/flottstream/flott/internal/types"
)

// Table is a table as declared, with what the binder made of it.
type Table struct {
	Path      Path
	Temporary bool
	Comment   string
	Columns   []Column
	Watermark *Watermark
	// PrimaryKey lists columns; KeyName is the name of the constraint.
	PrimaryKey   []string
	KeyName      string
	Partition    []string
	Distribution *ast.Distribution
	Options      map[string]string // WITH, with 'connector'
	// FromQuery are the columns of CREATE TABLE AS in the order of its query.
	FromQuery []string
	// Partitions are those the catalog was told about.
	Partitions []PartitionSpec
	// Statistics are those of ANALYZE TABLE; nil if there was none.
	Statistics *Statistics
	// Plan is the bound form, its options without hints.
	Plan *plan.Table
}

// Column is a column as declared.
type Column struct {
	Name     string
	Type     types.Type // a computed column's is that of its expression
	Computed ast.Expr   // nil unless computed
	// IsMetadata columns have a key (MetadataKey is "" if it is the column's name).
	IsMetadata  bool
	MetadataKey string
	Virtual     bool
	Comment     string
	// Inherited columns come from a LIKE clause.
	Inherited bool
}

// Watermark is WATERMARK FOR Column AS Expr.
type Watermark struct {
	Column string
	Expr   ast.Expr
	At     ast.Span // of the column in the statement
}

// View is a named query.
type View struct {
	Path      Path
	Temporary bool
	Comment   string
	Text      string // the query as written
	// Query was bound when the view was created, in Catalog and Database; it is
	// bound anew in them at each use. Its spans refer to Source.
	Query             *ast.Query
	Source            string
	Catalog, Database string
	Schema            types.Schema // of the output, with the declared names
}

// Name implements Relation.
func (t *Table) Name() Path { return t.Path }

// Name implements Relation.
func (v *View) Name() Path { return v.Path }

// IsTemporary implements Relation.
func (t *Table) IsTemporary() bool { return t.Temporary }

// IsTemporary implements Relation.
func (v *View) IsTemporary() bool { return v.Temporary }

// Lookup finds a table or view, a temporary one first.
func (m *Manager) Lookup(p Path) (Relation, bool) {
	r, ok := m.lookup(p)
	if !ok && m.lender != nil {
		r, ok = m.borrowed(p)
	}
	if ok && m.Used != nil {
		m.Used(r)
	}
	return r, ok
}

func (m *Manager) lookup(p Path) (Relation, bool) {
	if r, ok := m.temporary[p]; ok {
		return r, true
	}
	c, err := m.catalog(p.Catalog)
	if err != nil {
		if m.definitions[p.Catalog] != nil { // it is known and cannot be opened
			m.broken[p] = err
		}
		return nil, false
	}
	if c.external != nil {
		return m.lookupExternal(c, p)
	}
	d := c.databases[p.Database]
	if d == nil {
		return nil, false
	}
	r, ok := d.relations[p.Object]
	if s, is := r.(*stored); is {
		return m.restored(s)
	}
	return r, ok
}

// NearTo names a table or view that p may be a misspelling of, as a hint.
func (m *Manager) NearTo(p Path) string {
	if why := m.why(p); why != "" {
		return why
	}
	names := m.relationNames(p.Catalog, p.Database, func(Relation) bool { return true })
	if hint := DidYouMean(p.Object, names); hint != "" {
		return hint
	}
	if len(names) == 0 {
		return "there are no tables in " + p.Catalog + "." + p.Database + " yet"
	}
	return "SHOW TABLES lists the tables there are"
}

// Create adds a table or view. With replace an object of the same kind gives way.
func (m *Manager) Create(r Relation, ifNotExists, replace bool) error {
	p := r.Name()
	d, err := m.database(p.Catalog, p.Database)
	if err != nil {
		return err
	}
	if !r.IsTemporary() {
		if err := m.writable(p.Catalog); err != nil {
			return err
		}
	}
	if r.IsTemporary() {
		if old, ok := m.temporary[p]; ok && !(replace && sameKind(old, r)) {
			if ifNotExists {
				return nil
			}
			return errorf("", "Temporary %s '%s' already exists", kindOf(old), p.Quoted())
		}
		m.temporary[p] = r
		return nil
	}
	if old, ok := d.relations[p.Object]; ok && !(replace && sameKind(old, r)) {
		if ifNotExists {
			return nil
		}
		return errorf("DROP it first, or write IF NOT EXISTS", "Table (or view) %s.%s already exists in Catalog %s.", p.Database, p.Object, p.Catalog)
	}
	if err := m.persist(r, !replace); err != nil {
		return err
	}
	d.relations[p.Object] = r
	return nil
}

// Exists reports whether Create would find an object in its way.
func (m *Manager) Exists(p Path, temporary bool) bool {
	if temporary {
		return m.temporary[p] != nil
	}
	d, err := m.database(p.Catalog, p.Database)
	return err == nil && d.relations[p.Object] != nil
}

func kindOf(r Relation) string {
	if s, ok := r.(*stored); ok {
		return s.file.Kind
	}
	if _, ok := r.(*View); ok {
		return "view"
	}
	return "table"
}

func sameKind(a, b Relation) bool { return kindOf(a) == kindOf(b) }

// Drop removes a table, or a view. A permanent object cannot be dropped while a
// temporary one hides it.
func (m *Manager) Drop(p Path, view, temporary, ifExists bool) error {
	kind := "Table"
	if view {
		kind = "View"
	}
	matches := func(r Relation, ok bool) bool { return ok && (kindOf(r) == "view") == view }
	hidden, isHidden := m.temporary[p]
	if temporary {
		if !matches(hidden, isHidden) {
			if ifExists {
				return nil
			}
			return errorf(m.NearTo(p), "Temporary %s with identifier '%s' does not exist.", lowerFirst(kind), p)
		}
		delete(m.temporary, p)
		return nil
	}
	if matches(hidden, isHidden) {
		return errorf("write DROP TEMPORARY "+ast2kind(view),
			"Temporary %s with identifier '%s' exists. Drop it first before removing the permanent %s.", lowerFirst(kind), p.Quoted(), lowerFirst(kind))
	}
	d, err := m.database(p.Catalog, p.Database)
	if err != nil {
		if ifExists {
			return nil
		}
		return err
	}
	r, ok := d.relations[p.Object]
	if !matches(r, ok) {
		if ifExists {
			return nil
		}
		return errorf(m.dropHint(p, r, ok), "%s with identifier '%s' does not exist.", kind, p)
	}
	if err := m.forget(p, relationFile); err != nil {
		return err
	}
	delete(d.relations, p.Object)
	return nil
}

func (m *Manager) dropHint(p Path, r Relation, ok bool) string {
	if ok {
		return "'" + p.Object + "' is a " + kindOf(r)
	}
	return m.NearTo(p)
}

func lowerFirst(kind string) string {
	if kind == "View" {
		return "view"
	}
	return "table"
}

func ast2kind(view bool) string {
	if view {
		return "VIEW"
	}
	return "TABLE"
}

// Replace puts a changed object in the place of the one of the same path.
func (m *Manager) Replace(r Relation) error {
	p := r.Name()
	if r.IsTemporary() {
		m.temporary[p] = r
		return nil
	}
	if err := m.writable(p.Catalog); err != nil {
		return err
	}
	if err := m.persist(r, false); err != nil {
		return err
	}
	m.catalogs[p.Catalog].databases[p.Database].relations[p.Object] = r
	return nil
}

// Rename gives a table or view another name in its database.
func (m *Manager) Rename(r Relation, to Path) error {
	from := r.Name()
	if to.Catalog != from.Catalog || to.Database != from.Database {
		return errorf("", "Cannot rename '%s' to '%s': the catalog and the database must stay the same.", from, to)
	}
	if m.Exists(to, r.IsTemporary()) {
		return errorf("", "Table (or view) %s.%s already exists in Catalog %s.", to.Database, to.Object, to.Catalog)
	}
	switch r := r.(type) {
	case *Table:
		c := *r
		c.Path = to
		p := *c.Plan
		p.Name = to.String()
		c.Plan = &p
		if err := m.Replace(&c); err != nil {
			return err
		}
	case *View:
		c := *r
		c.Path = to
		if err := m.Replace(&c); err != nil {
			return err
		}
	}
	if r.IsTemporary() {
		delete(m.temporary, from)
		return nil
	}
	delete(m.catalogs[from.Catalog].databases[from.Database].relations, from.Object)
	return m.forget(from, relationFile)
}

// Tables lists tables and views of a database ("" parts are the current ones).
func (m *Manager) Tables(catalog, database string) ([]string, error) {
	return m.list(catalog, database, func(Relation) bool { return true })
}

// Views lists the views of a database ("" parts are the current ones).
func (m *Manager) Views(catalog, database string) ([]string, error) {
	return m.list(catalog, database, func(r Relation) bool { return kindOf(r) == "view" })
}

func (m *Manager) list(catalog, database string, keep func(Relation) bool) ([]string, error) {
	catalog = m.orCurrent(catalog)
	if database == "" {
		database = m.currentDatabase
	}
	if _, err := m.database(catalog, database); err != nil {
		return nil, err
	}
	return m.relationNames(catalog, database, keep), nil
}

func (m *Manager) relationNames(catalog, database string, keep func(Relation) bool) []string {
	names := map[string]bool{}
	for _, n := range m.externalTables(catalog, database) {
		names[n] = true
	}
	if d, err := m.database(catalog, database); err == nil {
		for n, r := range d.relations {
			if keep(r) {
				names[n] = true
			}
		}
	}
	for p, r := range m.temporary {
		if p.Catalog == catalog && p.Database == database {
			delete(names, p.Object)
			if keep(r) {
				names[p.Object] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(names))
}
