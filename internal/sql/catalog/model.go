package catalog

import (
	"maps"
	"slices"

	"github.com/flottstream/flott/internal/types"
)

// Model is CREATE MODEL: known by name, with what goes in and what comes out.
// Nothing runs it.
type Model struct {
	Path          Path
	Temporary     bool
	Comment       string
	Input, Output types.Schema
	Options       map[string]string
}

// Model returns a model, a temporary one first; nil if there is none.
func (m *Manager) Model(p Path) *Model {
	if x := m.temporaryModels[p]; x != nil {
		return x
	}
	return m.models[p]
}

// CreateModel adds a model.
func (m *Manager) CreateModel(x *Model, ifNotExists bool) error {
	if _, err := m.database(x.Path.Catalog, x.Path.Database); err != nil {
		return err
	}
	into := m.models
	if x.Temporary {
		into = m.temporaryModels
	}
	switch {
	case into[x.Path] == nil:
		into[x.Path] = x
		return nil
	case ifNotExists:
		return nil
	case x.Temporary:
		return errorf("", "Temporary model '%s' already exists", x.Path.Quoted())
	}
	return errorf("DROP it first, or write IF NOT EXISTS", "Model %s.%s already exists in Catalog %s.", x.Path.Database, x.Path.Object, x.Path.Catalog)
}

// DropModel removes a model.
func (m *Manager) DropModel(p Path, temporary, ifExists bool) error {
	from, word := m.models, "Model"
	if temporary {
		from, word = m.temporaryModels, "Temporary model"
	} else if m.temporaryModels[p] != nil {
		return errorf("write DROP TEMPORARY MODEL", "Temporary model with identifier '%s' exists. Drop it first before removing the permanent model.", p.Quoted())
	}
	if from[p] == nil && !ifExists {
		return errorf(DidYouMean(p.Object, m.Models(p.Catalog, p.Database)), "%s with identifier '%s' does not exist.", word, p)
	}
	delete(from, p)
	return nil
}

// ReplaceModel puts a changed permanent model in the place of the one at from.
func (m *Manager) ReplaceModel(from Path, x *Model) error {
	if from != x.Path && m.models[x.Path] != nil {
		return errorf("", "Model %s.%s already exists in Catalog %s.", x.Path.Database, x.Path.Object, x.Path.Catalog)
	}
	delete(m.models, from)
	m.models[x.Path] = x
	return nil
}

// Models lists the models of a database.
func (m *Manager) Models(catalog, database string) []string {
	names := map[string]bool{}
	for _, set := range []map[Path]*Model{m.models, m.temporaryModels} {
		for p := range set {
			if p.Catalog == catalog && p.Database == database {
				names[p.Object] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(names))
}
