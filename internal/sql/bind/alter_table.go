package bind

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/flottstream/flott/internal/sql/ast"
	"github.com/flottstream/flott/internal/sql/catalog"
	"github.com/flottstream/flott/internal/sql/diag"
)

// AlterTable returns a table with its columns, watermark or primary key
// changed; ok is false if the action changes none of them. The table itself
// stays as it is.
func (b *Binder) AlterTable(source string, t *catalog.Table, action ast.AlterAction) (n *catalog.Table, ok bool, err error) {
	a := &alteration{query: b.query(source), t: clone(t)}
	switch x := action.(type) {
	case *ast.AlterSchema:
		if x.Modify {
			err = a.modify(x)
		} else {
			err = a.add(x)
		}
	case *ast.DropColumns:
		err = a.drop(x)
	case *ast.RenameColumn:
		err = a.rename(x)
	case *ast.DropPart:
		err = a.dropPart(x)
	case *ast.AlterDistribution:
		err = a.alterDistribution(x)
	default:
		return nil, false, nil
	}
	if err != nil {
		return nil, true, err
	}
	return a.t, true, inside(action, a.resolveTable(a.t, action))
}

// inside gives a mistake in an expression of the statement that made the table
// the place of the alteration which brings it out.
func inside(action ast.AlterAction, err error) error {
	var d *diag.Error
	if !errors.As(err, &d) {
		return err
	}
	if x, ok := action.(*ast.AlterSchema); ok {
		for i := range x.Schema.Columns {
			if c := x.Schema.Columns[i]; within(d, c.Name) || c.Computed != nil && within(d, c.Computed) {
				return err
			}
		}
		if w := x.Schema.Watermark; w != nil && within(d, w) {
			return err
		}
	}
	return errorAt(action, d.Hint, "%s", d.Msg)
}

func within(d *diag.Error, n ast.Node) bool {
	s := n.Range()
	return d.Pos >= s.Pos && d.End <= s.End
}

// clone copies what an alteration changes. Which column is a time attribute is
// found anew.
func clone(t *catalog.Table) *catalog.Table {
	c := *t
	c.Columns = slices.Clone(t.Columns)
	for i := range c.Columns {
		c.Columns[i].Type = c.Columns[i].Type.WithoutTime()
		c.Columns[i].Inherited = false
	}
	c.PrimaryKey, c.Partition = slices.Clone(t.PrimaryKey), slices.Clone(t.Partition)
	return &c
}

// alteration is ALTER TABLE on its way, with the words of Flink's errors.
type alteration struct {
	*query
	t *catalog.Table
}

func refusedAlter(n ast.Node, format string, args ...any) error {
	return errorAt(n, "", "Failed to execute ALTER TABLE statement. "+format, args...)
}

func (a *alteration) index(name string) int {
	return slices.IndexFunc(a.t.Columns, func(c catalog.Column) bool { return c.Name == name })
}

// add is ADD (columns, watermark, key).
func (a *alteration) add(x *ast.AlterSchema) error {
	s := &x.Schema
	added := map[string]bool{}
	for i := range s.Columns {
		d := &s.Columns[i]
		switch {
		case added[d.Name.Name]:
			return refusedAlter(d.Name, "Encounter duplicate column `%s`.", d.Name.Name)
		case len(d.Parents) == 0 && a.index(d.Name.Name) >= 0:
			return refusedAlter(d.Name, "Column `%s` already exists in the table.", d.Name.Name)
		}
		added[d.Name.Name] = true
		if err := a.put(d, len(a.t.Columns)); err != nil {
			return err
		}
	}
	if w := a.t.Watermark; w != nil && s.Watermark != nil {
		return refusedAlter(s.Watermark, "The current table has already defined the watermark strategy `%s` AS %s. You might want to drop it before adding a new one.",
			w.Column, ast.FormatQuoted(w.Expr))
	}
	if hasKey(s) && len(a.t.PrimaryKey) > 0 {
		return refusedAlter(x, "The current table has already defined the primary key constraint [%s]. You might want to drop it before adding a new one.",
			backTicked(a.t.PrimaryKey))
	}
	return a.watermarkAndKey(s)
}

// modify is MODIFY (columns, watermark, key).
func (a *alteration) modify(x *ast.AlterSchema) error {
	s := &x.Schema
	modified := map[string]bool{}
	for i := range s.Columns {
		d := &s.Columns[i]
		at := a.index(d.Name.Name)
		switch {
		case len(d.Parents) > 0:
			return nestedAlter(d)
		case modified[d.Name.Name]:
			return refusedAlter(d.Name, "Encounter duplicate column `%s`.", d.Name.Name)
		case at < 0:
			return refusedAlter(d.Name, "Column `%s` does not exist in the table.", d.Name.Name)
		}
		modified[d.Name.Name] = true
		comment := a.t.Columns[at].Comment
		a.t.Columns = slices.Delete(a.t.Columns, at, at+1)
		if p := d.Place; p != nil && !p.First && pathText(p.After.Parts) == d.Name.Name {
			alone := *d
			alone.Place = nil
			d = &alone
		}
		if err := a.put(d, at); err != nil {
			return err
		}
		if now := a.index(d.Name.Name); d.Comment == nil {
			a.t.Columns[now].Comment = comment
		}
	}
	switch {
	case s.Watermark != nil && a.t.Watermark == nil:
		return refusedAlter(s.Watermark, "The current table does not define any watermark. You might want to add a new one.")
	case hasKey(s) && len(a.t.PrimaryKey) == 0:
		return refusedAlter(x, "The current table does not define any primary key constraint. You might want to add a new one.")
	}
	return a.watermarkAndKey(s)
}

func hasKey(s *ast.TableSchema) bool {
	return len(s.Constraints) > 0 || slices.ContainsFunc(s.Columns, func(d ast.ColumnDef) bool { return d.PrimaryKey != nil })
}

func nestedAlter(d *ast.ColumnDef) error {
	return refusedAlter(d, "Altering the nested row type `%s`.`%s` is not supported yet.", d.Parents[0].Name, d.Name.Name)
}

// put declares a column where it says, else at at.
func (a *alteration) put(d *ast.ColumnDef, at int) error {
	if len(d.Parents) > 0 {
		return nestedAlter(d)
	}
	if p := d.Place; p != nil {
		at = 0
		if !p.First {
			after := pathText(p.After.Parts)
			if at = a.index(after) + 1; at == 0 {
				return refusedAlter(p, "Referenced column `%s` by 'AFTER' does not exist in the table.", after)
			}
		}
	}
	if err := a.declareColumn(a.t, d, nil); err != nil {
		return err
	}
	last := len(a.t.Columns) - 1
	c := a.t.Columns[last]
	a.t.Columns = slices.Insert(a.t.Columns[:last], at, c)
	return nil
}

func (a *alteration) watermarkAndKey(s *ast.TableSchema) error {
	if s.Watermark != nil {
		if err := declareWatermark(a.t, s.Watermark, "OVERWRITING"); err != nil {
			return err
		}
	}
	if hasKey(s) {
		a.t.PrimaryKey, a.t.KeyName = nil, ""
		return declareKey(a.t, s)
	}
	return nil
}

// drop is DROP (columns).
func (a *alteration) drop(x *ast.DropColumns) error {
	dropped := map[string]bool{}
	for _, c := range x.Columns {
		name := c.Parts[0].Name
		switch {
		case len(c.Parts) > 1:
			return refusedAlter(c, "Altering the nested row type is not supported yet.")
		case dropped[name]:
			return refusedAlter(c, "Duplicate column `%s`.", name)
		}
		dropped[name] = true
	}
	for _, c := range x.Columns {
		if err := a.free(c, dropped); err != nil {
			return err
		}
	}
	if len(dropped) == len(a.t.Columns) {
		return refusedAlter(x, "A table needs at least one column.")
	}
	a.t.Columns = slices.DeleteFunc(a.t.Columns, func(c catalog.Column) bool { return dropped[c.Name] })
	return nil
}

// free fails if anything that stays refers to a column.
func (a *alteration) free(c ast.Path, dropped map[string]bool) error {
	name := c.Parts[0].Name
	if a.index(name) < 0 {
		return refusedAlter(c, "The column `%s` does not exist in the base table.", name)
	}
	for _, o := range a.t.Columns {
		if o.Computed != nil && !dropped[o.Name] && refersTo(o.Computed, name) {
			return refusedAlter(c, "The column `%s` is referenced by computed column `%s`.", name, o.Name)
		}
	}
	w := a.t.Watermark
	switch {
	case slices.Contains(a.t.PrimaryKey, name):
		return refusedAlter(c, "The column `%s` is used as the primary key.", name)
	case slices.Contains(a.t.Partition, name):
		return refusedAlter(c, "The column `%s` is used as the partition keys.", name)
	case w != nil && (w.Column == name || refersTo(w.Expr, name)):
		return refusedAlter(c, "The column `%s` is referenced by watermark expression.", name)
	}
	return nil
}

// refersTo reports whether an expression names a column.
func refersTo(x ast.Expr, column string) bool {
	found := false
	ast.Inspect(x, func(n ast.Node) bool {
		if p, ok := n.(*ast.Path); ok && p.Parts[0].Name == column {
			found = true
		}
		return !found
	})
	return found
}

// rename is RENAME column TO column; a key follows.
func (a *alteration) rename(x *ast.RenameColumn) error {
	from, to := x.From.Parts[0].Name, x.To.Name
	if len(x.From.Parts) > 1 {
		return refusedAlter(x.From, "Altering the nested row type is not supported yet.")
	}
	if a.index(to) >= 0 {
		return refusedAlter(x.To, "The column `%s` already existed in table schema.", to)
	}
	key := a.t.PrimaryKey
	a.t.PrimaryKey = nil
	err := a.free(x.From, nil)
	a.t.PrimaryKey = key
	if err != nil {
		return err
	}
	a.t.Columns[a.index(from)].Name = to
	if i := slices.Index(key, from); i >= 0 {
		key[i] = to
	}
	return nil
}

// dropPart is DROP PRIMARY KEY, CONSTRAINT and WATERMARK.
func (a *alteration) dropPart(x *ast.DropPart) error {
	switch {
	case x.What == "DISTRIBUTION" && a.t.Distribution == nil:
		return refusedAlter(x, "Table %s does not have a distribution to drop.", a.t.Path)
	case x.What == "DISTRIBUTION":
		a.t.Distribution = nil
		return nil
	case x.What == "WATERMARK" && a.t.Watermark == nil:
		return refusedAlter(x, "The current table does not define any watermark strategy.")
	case x.What == "WATERMARK":
		a.t.Watermark = nil
		return nil
	case len(a.t.PrimaryKey) == 0:
		return refusedAlter(x, "The current table does not define any primary key.")
	case x.Name != nil && x.Name.Name != a.t.KeyName:
		return refusedAlter(x.Name, "The current table does not define a primary key constraint named '%s'. Available constraint name: ['%s'].", x.Name.Name, a.t.KeyName)
	}
	a.t.PrimaryKey, a.t.KeyName = nil, ""
	return nil
}

func backTicked(names []string) string {
	parts := make([]string, len(names))
	for i, n := range names {
		parts[i] = fmt.Sprintf("`%s`", n)
	}
	return strings.Join(parts, ", ")
}
