package catalog

import "slices"

// External is a catalog that lies elsewhere, in a database for example, and is
// only read. What it cannot tell comes back as an error.
type External interface {
	Databases() ([]string, error)
	Tables(database string) ([]string, error)
	// Table returns the CREATE TABLE statement of a table; ok is false if there is none.
	Table(database, name string) (ddl string, ok bool, err error)
	Close()
}

// Context is where unqualified names of a stored view are looked for.
type Context struct{ Catalog, Database string }

// lookupExternal makes a table of an external catalog. Why it cannot be made is
// kept for NearTo.
func (m *Manager) lookupExternal(c *Catalog, p Path) (Relation, bool) {
	if r := m.seen[p]; r != nil {
		return r, true
	}
	ddl, ok, err := c.external.Table(p.Database, p.Object)
	if err == nil && ok {
		var r Relation
		if r, err = m.Restore(p, Context{p.Catalog, p.Database}, ddl); err == nil {
			m.seen[p] = r
			return r, true
		}
	}
	if err != nil {
		m.broken[p] = err
	}
	return nil, false
}

// externalTables lists the tables of a database of an external catalog.
func (m *Manager) externalTables(catalog, database string) []string {
	c := m.catalogs[catalog]
	if c == nil || c.external == nil {
		return nil
	}
	names, err := c.external.Tables(database)
	if err != nil {
		m.broken[Path{Catalog: catalog, Database: database}] = err
	}
	return slices.Clone(names)
}

// writable refuses changes of a catalog that is only read.
func (m *Manager) writable(catalog string) error {
	if c := m.catalogs[catalog]; c != nil && c.external != nil {
		return errorf("make the change in the database itself, or CREATE TEMPORARY TABLE", "The catalog '%s' of type '%s' is only read.", catalog, c.Options["type"])
	}
	return nil
}

// Refresh makes the session see what others have changed since the last
// statement.
func (m *Manager) Refresh() error {
	clear(m.seen)
	clear(m.broken)
	for _, c := range m.catalogs {
		if c.files != nil {
			if err := m.refreshFiles(c); err != nil {
				return err
			}
		}
	}
	return nil
}

// why says why an object that the catalog lists cannot be used.
func (m *Manager) why(p Path) string {
	err := m.broken[p]
	if err == nil {
		err = m.broken[Path{Catalog: p.Catalog, Database: p.Database}]
	}
	if err == nil {
		return ""
	}
	return "the catalog " + p.Catalog + " cannot give it: " + err.Error()
}
