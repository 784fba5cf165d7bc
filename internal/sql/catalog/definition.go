package catalog

import (
	"maps"
	"path/filepath"
	"slices"
	"strings"
)

// Definition is what CREATE CATALOG said.
type Definition struct {
	Name    string
	Comment string
	Options map[string]string
}

// Type opens the catalogs of one type that lies outside of this package.
type Type struct {
	Name string // of the option 'type'
	// Open checks the options and reaches the catalog.
	Open func(name string, options map[string]string) (External, error)
	// Required and Optional are its options, 'type' left out.
	Required, Optional []string
}

// Definitions keeps definitions beyond the session: table.catalog-store.kind.
type Definitions interface {
	Load() ([]*Definition, error)
	// Save writes a definition; a fresh one must not be there yet.
	Save(d *Definition, fresh bool) error
	Remove(name string) error
}

// The types of catalogs this package has.
const (
	memoryType = "generic_in_memory"
	fileType   = "flott"
)

// UseDefinitions makes what the store holds known. Its catalogs are opened when
// they are used.
func (m *Manager) UseDefinitions(store Definitions) error {
	list, err := store.Load()
	if err != nil {
		return err
	}
	m.store = store
	for _, d := range list {
		m.definitions[d.Name] = d
	}
	return nil
}

// KeepDefault makes the default catalog keep its objects in files of dir.
func (m *Manager) KeepDefault(dir string) error {
	c := m.catalogs[DefaultCatalog]
	c.files = &fileStore{dir: dir}
	if err := c.files.open(DefaultDatabase); err != nil {
		return err
	}
	return m.refreshFiles(c)
}

// CreateCatalog adds a catalog of the type its options say.
func (m *Manager) CreateCatalog(d *Definition, ifNotExists bool) error {
	if slices.Contains(m.Catalogs(), d.Name) {
		if ifNotExists {
			return nil
		}
		return errorf("DROP it first, or write IF NOT EXISTS", "Catalog %s already exists.", d.Name)
	}
	if _, err := m.open(d); err != nil {
		return err
	}
	if m.store != nil {
		if err := m.store.Save(d, true); err != nil {
			delete(m.catalogs, d.Name)
			return err
		}
	}
	m.definitions[d.Name] = d
	return nil
}

// open makes the catalog of a definition.
func (m *Manager) open(d *Definition) (*Catalog, error) {
	kind := d.Options["type"]
	c := &Catalog{Name: d.Name, Comment: d.Comment, Options: d.Options, databases: map[string]*Database{}}
	switch kind {
	case "":
		return nil, errorf("add WITH ('type' = '…'): "+strings.Join(m.typeNames(), ", "), "Catalog '%s' needs the option 'type'.", d.Name)
	case memoryType:
		if err := checkOptions(d, nil, []string{"default-database"}); err != nil {
			return nil, err
		}
		c.databases[c.defaultDatabase()] = newDatabase(c.defaultDatabase())
	case fileType:
		if err := checkOptions(d, []string{"path"}, []string{"default-database"}); err != nil {
			return nil, err
		}
		dir, err := filepath.Abs(d.Options["path"])
		if err != nil {
			return nil, err
		}
		c.files = &fileStore{dir: dir}
		if err := c.files.open(c.defaultDatabase()); err != nil {
			return nil, err
		}
		if err := m.refreshFiles(c); err != nil {
			return nil, err
		}
	default:
		t, ok := m.Types[kind]
		if !ok {
			return nil, errorf("available catalog types: "+strings.Join(m.typeNames(), ", "),
				"Could not find any factory for identifier '%s' that implements 'CatalogFactory' in the classpath.", kind)
		}
		if err := checkOptions(d, t.Required, t.Optional); err != nil {
			return nil, err
		}
		x, err := t.Open(d.Name, d.Options)
		if err != nil {
			return nil, errorf("", "Unable to create catalog '%s': %v", d.Name, err)
		}
		c.external = x
	}
	m.catalogs[d.Name] = c
	return c, nil
}

func (m *Manager) typeNames() []string {
	names := []string{memoryType, fileType}
	for n := range m.Types {
		names = append(names, n)
	}
	slices.Sort(names)
	return names
}

// checkOptions refuses options that are missing or that the type does not know.
func checkOptions(d *Definition, required, optional []string) error {
	for _, k := range required {
		if d.Options[k] == "" {
			return errorf("add '"+k+"' = '…'", "One or more required options are missing. Missing required options are: %s", k)
		}
	}
	known := append(append([]string{"type"}, required...), optional...)
	for _, k := range slices.Sorted(maps.Keys(d.Options)) {
		if !slices.Contains(known, k) {
			slices.Sort(known)
			return errorf("supported options: "+strings.Join(known, ", "), "Unsupported option '%s' for catalog '%s'.", k, d.Name)
		}
	}
	return nil
}

// AlterCatalog changes the definition of a catalog and opens it anew with it.
// What lies in a generic_in_memory catalog stays.
func (m *Manager) AlterCatalog(d *Definition) error {
	old := m.catalogs[d.Name]
	c, err := m.open(d)
	if err != nil {
		m.catalogs[d.Name] = old
		return err
	}
	if old != nil && old.files == nil && old.external == nil && c.files == nil && c.external == nil {
		if c.databases = old.databases; c.databases[c.defaultDatabase()] == nil {
			c.databases[c.defaultDatabase()] = newDatabase(c.defaultDatabase())
		}
	}
	if old != nil && old.external != nil {
		old.external.Close()
	}
	if m.store != nil {
		if err := m.store.Save(d, false); err != nil {
			return err
		}
	}
	m.definitions[d.Name] = d
	return nil
}

// Definition returns what CREATE CATALOG said. The default catalog has none.
func (m *Manager) Definition(name string) (*Definition, error) {
	if d := m.definitions[name]; d != nil {
		return d, nil
	}
	if m.catalogs[name] != nil {
		return nil, errorf("it is there in every session", "Cannot obtain metadata information from Catalog %s.", name)
	}
	return nil, errorf(DidYouMean(name, m.Catalogs()), "Catalog %s does not exist in the catalog store.", name)
}

// forgetDefinition removes a catalog that is dropped from the store.
func (m *Manager) forgetDefinition(name string) error {
	if c := m.catalogs[name]; c != nil && c.external != nil {
		c.external.Close()
	}
	if m.store != nil && m.definitions[name] != nil {
		if err := m.store.Remove(name); err != nil {
			return err
		}
	}
	delete(m.definitions, name)
	return nil
}
