package embedded

import (
	"errors"

	"github.com/flottstream/flott/internal/config"
	"github.com/flottstream/flott/internal/sql/catalog"
	"github.com/flottstream/flott/internal/sql/catalog/postgres"
)

// catalogs tells a session which types of catalogs there are and opens those that
// the configuration keeps beyond it.
func catalogs(cfg *config.Config) func(*catalog.Manager) error {
	return func(m *catalog.Manager) error {
		m.Types = map[string]catalog.Type{postgres.Type.Name: postgres.Type}
		if dir := cfg.Text("flott.table.catalog.path"); dir != "" {
			if err := m.KeepDefault(dir); err != nil {
				return err
			}
		}
		if cfg.Enum("table.catalog-store.kind") != "file" {
			return nil
		}
		dir := cfg.Text("table.catalog-store.file.path")
		if dir == "" {
			return errors.New("'table.catalog-store.kind' is 'file', so 'table.catalog-store.file.path' must name a directory")
		}
		return m.UseDefinitions(catalog.DefinitionFiles{Dir: dir})
	}
}
