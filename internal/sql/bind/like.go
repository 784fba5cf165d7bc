package bind

import (
	"github.com/flottstream/flott/internal/sql/ast"
	"github.com/flottstream/flott/internal/sql/catalog"
)

// strategies says for each feature of a LIKE clause what is done with the
// source's: INCLUDING adds and refuses duplicates, EXCLUDING leaves it out,
// OVERWRITING lets the new one win.
func strategies(l *ast.LikeClause) map[string]string {
	s := map[string]string{"OPTIONS": "OVERWRITING"}
	features := []string{"CONSTRAINTS", "DISTRIBUTION", "PARTITIONS", "METADATA", "GENERATED", "WATERMARKS"}
	for _, f := range features {
		s[f] = "INCLUDING"
	}
	if l == nil {
		return s
	}
	for _, o := range l.Options {
		if o.Feature == "ALL" {
			for _, f := range append(features, "OPTIONS") {
				s[f] = o.Strategy
			}
		}
	}
	for _, o := range l.Options {
		if o.Feature != "ALL" {
			s[o.Feature] = o.Strategy
		}
	}
	return s
}

// like gives t what LIKE takes over from its source.
func (q *query) like(t *catalog.Table, l *ast.LikeClause) error {
	path, err := q.Catalog.Resolve(l.Source.Strings())
	if err != nil {
		return errorOf(l.Source, err)
	}
	r, ok := q.Catalog.Lookup(path)
	if !ok {
		return errorAt(l.Source, q.Catalog.NearTo(path), "Source table '%s' of the LIKE clause not found in the catalog", path.Quoted())
	}
	src, ok := r.(*catalog.Table)
	if !ok {
		return errorAt(l.Source, "", "Source table '%s' of the LIKE clause can not be a VIEW", path.Quoted())
	}
	if err := onceEach(l); err != nil {
		return err
	}
	s := strategies(l)
	for _, c := range src.Columns {
		if c.Computed != nil && s["GENERATED"] == "EXCLUDING" || c.IsMetadata && s["METADATA"] == "EXCLUDING" {
			continue
		}
		c.Type = c.Type.WithoutTime()
		c.Inherited = true
		t.Columns = append(t.Columns, c)
	}
	if s["CONSTRAINTS"] != "EXCLUDING" {
		t.PrimaryKey, t.KeyName = src.PrimaryKey, src.KeyName
	}
	// EXCLUDING only makes room for others: without these the source's stay.
	t.Partition, t.Distribution = src.Partition, src.Distribution
	if s["WATERMARKS"] != "EXCLUDING" {
		t.Watermark = src.Watermark
	}
	if s["OPTIONS"] != "EXCLUDING" {
		for k, v := range src.Options {
			t.Options[k] = v
		}
	}
	return nil
}

// overwriteColumn declares anew a column that LIKE has taken over.
func overwriteColumn(t *catalog.Table, at int, c catalog.Column, d *ast.ColumnDef, like map[string]string) error {
	old := t.Columns[at]
	feature, kind := "", "A column"
	switch {
	case old.Computed != nil:
		feature, kind = "GENERATED", "A generated column"
	case old.IsMetadata:
		feature, kind = "METADATA", "A metadata column"
	}
	if feature == "" {
		return errorAt(d.Name, "", "A column named '%s' already exists in the base table.", c.Name)
	}
	if (old.Computed != nil) != (c.Computed != nil) || old.IsMetadata != c.IsMetadata {
		return errorAt(d.Name, "", "%s named '%s' already exists in the base table. It can only be overwritten by a column of the same kind.", kind, c.Name)
	}
	if like[feature] != "OVERWRITING" {
		return errorAt(d.Name, "", "%s named '%s' already exists in the base table. You might want to specify EXCLUDING %s or OVERWRITING %s.", kind, c.Name, feature, feature)
	}
	t.Columns[at] = c
	return nil
}

// onceEach refuses a feature that is spoken of twice.
func onceEach(l *ast.LikeClause) error {
	seen := map[string]bool{}
	for _, o := range l.Options {
		if seen[o.Feature] {
			return errorAt(o, "", "Each like option feature can be declared only once.")
		}
		seen[o.Feature] = true
	}
	return nil
}
