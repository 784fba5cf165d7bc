package catalog

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"
)

// DefinitionFiles keeps definitions as Flink's file catalog store does: one file
// CATALOG.yaml an entry, its options as keys and values.
type DefinitionFiles struct{ Dir string }

const commentKey = "comment" // of the file; Flink's does not keep comments

func (s DefinitionFiles) path(name string) string { return filepath.Join(s.Dir, name+".yaml") }

// Load implements Definitions.
func (s DefinitionFiles) Load() ([]*Definition, error) {
	entries, err := os.ReadDir(s.Dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("the catalog store cannot be read: %w", err)
	}
	var list []*Definition
	for _, e := range entries {
		name, ok := strings.CutSuffix(e.Name(), ".yaml")
		if !ok || e.IsDir() || strings.HasPrefix(name, ".") {
			continue
		}
		text, err := os.ReadFile(s.path(name))
		if err != nil {
			return nil, fmt.Errorf("the catalog store cannot be read: %w", err)
		}
		options := map[string]string{}
		if err := yaml.Unmarshal(text, &options); err != nil {
			return nil, fmt.Errorf("the file %s of the catalog store cannot be read: %w", s.path(name), err)
		}
		d := &Definition{Name: name, Comment: options[commentKey], Options: options}
		delete(options, commentKey)
		list = append(list, d)
	}
	return list, nil
}

// Save implements Definitions.
func (s DefinitionFiles) Save(d *Definition, fresh bool) error {
	if strings.ContainsAny(d.Name, `/\`) || strings.HasPrefix(d.Name, ".") {
		return errorf("", "The catalog name '%s' cannot be the name of a file, which the catalog store needs.", d.Name)
	}
	var text yaml.MapSlice
	for _, k := range slices.Sorted(maps.Keys(d.Options)) {
		text = append(text, yaml.MapItem{Key: k, Value: d.Options[k]})
	}
	if d.Comment != "" {
		text = append(text, yaml.MapItem{Key: commentKey, Value: d.Comment})
	}
	out, err := yaml.Marshal(text)
	if err == nil {
		err = os.MkdirAll(s.Dir, 0o755)
	}
	if err == nil {
		err = putFile(s.path(d.Name), out, fresh)
	}
	if errors.Is(err, fs.ErrExist) {
		return errorf("another session has just made it", "Catalog %s already exists in the catalog store.", d.Name)
	}
	return err
}

// Remove implements Definitions.
func (s DefinitionFiles) Remove(name string) error {
	err := os.Remove(s.path(name))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}
