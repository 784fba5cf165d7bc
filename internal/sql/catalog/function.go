package catalog

import (
	"slices"
	"strings"
)

// Function is a user-defined function: a name bound to a class name, which the
// program that embeds the engine has bound to Go code.
type Function struct {
	Path     Path
	Class    string
	Language string // "", JAVA, GO, WASM, …
	// Resource is the file of a WASM function, Arguments and Result its SQL types as
	// declared; both empty if they follow from the module.
	Resource, Arguments, Result string
	Temporary                   bool
	System                      bool
}

// CreateFunction adds a function.
func (m *Manager) CreateFunction(f *Function, ifNotExists bool) error {
	key := strings.ToLower(f.Path.Object)
	if f.System {
		if m.systemFuncs[key] != nil {
			if ifNotExists {
				return nil
			}
			return errorf("", "Temporary system function '%s' is already defined", f.Path.Object)
		}
		m.systemFuncs[key] = f
		return nil
	}
	d, err := m.database(f.Path.Catalog, f.Path.Database)
	if err != nil {
		return err
	}
	p := functionPath(f.Path)
	exists := d.functions[key] != nil
	if f.Temporary {
		exists = m.temporaryFuncs[p] != nil
	}
	if exists {
		if ifNotExists {
			return nil
		}
		return errorf("", "Function %s already exists in Catalog %s.", f.Path.Database+"."+f.Path.Object, f.Path.Catalog)
	}
	if f.Temporary {
		m.temporaryFuncs[p] = f
		return nil
	}
	if err := m.writable(p.Catalog); err != nil {
		return err
	}
	if err := m.persistFunction(f); err != nil {
		return err
	}
	d.functions[key] = f
	return nil
}

// functionPath is the key of a function: names of functions ignore case.
func functionPath(p Path) Path {
	p.Object = strings.ToLower(p.Object)
	return p
}

// DropFunction removes a function.
func (m *Manager) DropFunction(p Path, temporary, system, ifExists bool) error {
	key := strings.ToLower(p.Object)
	var found bool
	switch {
	case system:
		found = m.systemFuncs[key] != nil
		delete(m.systemFuncs, key)
	case temporary:
		found = m.temporaryFuncs[functionPath(p)] != nil
		delete(m.temporaryFuncs, functionPath(p))
	default:
		d, err := m.database(p.Catalog, p.Database)
		if err != nil {
			if ifExists {
				return nil
			}
			return err
		}
		if found = d.functions[key] != nil; found {
			if err := m.forget(functionPath(p), functionFile); err != nil {
				return err
			}
		}
		delete(d.functions, key)
	}
	if found || ifExists {
		return nil
	}
	switch {
	case system:
		return errorf(DidYouMean(p.Object, m.Functions()), "Could not drop temporary system function. A function named '%s' doesn't exist.", p.Object)
	case temporary:
		return errorf(DidYouMean(p.Object, m.Functions()), "Temporary catalog function %s doesn't exist", p.Quoted())
	}
	return errorf(DidYouMean(p.Object, m.Functions()), "Function %s does not exist in Catalog %s.", p.Database+"."+p.Object, p.Catalog)
}

// LookupFunction finds a user-defined function by a name of one to three
// parts: temporary system functions first, then temporary, then permanent ones.
func (m *Manager) LookupFunction(parts []string) *Function {
	if len(parts) == 1 {
		if f := m.systemFuncs[strings.ToLower(parts[0])]; f != nil {
			return f
		}
	}
	p, err := m.Resolve(parts)
	if err != nil {
		return nil
	}
	if f := m.temporaryFuncs[functionPath(p)]; f != nil {
		return f
	}
	d, err := m.database(p.Catalog, p.Database)
	if err != nil {
		return nil
	}
	return d.functions[strings.ToLower(p.Object)]
}

// Functions lists the user-defined functions that can be called by their plain
// name here.
func (m *Manager) Functions() []string { return m.FunctionsIn(m.currentCatalog, m.currentDatabase) }

// FunctionsIn lists the user-defined functions of a database, and those of the system.
func (m *Manager) FunctionsIn(catalog, db string) []string {
	set := map[string]bool{}
	for name := range m.systemFuncs {
		set[name] = true
	}
	for p := range m.temporaryFuncs {
		if p.Catalog == catalog && p.Database == db {
			set[p.Object] = true
		}
	}
	if d, err := m.database(catalog, db); err == nil {
		for name := range d.functions {
			set[name] = true
		}
	}
	names := make([]string, 0, len(set))
	for n := range set {
		names = append(names, n)
	}
	slices.Sort(names)
	return names
}
