package bind

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/flottstream/flott/internal/connector"
	"github.com/flottstream/flott/internal/expr"
	"github.com/flottstream/flott/internal/sql/ast"
	"github.com/flottstream/flott/internal/sql/catalog"
	"github.com/flottstream/flott/internal/sql/diag"
	"github.com/flottstream/flott/internal/sql/plan"
	"github.com/flottstream/flott/internal/types"
)

// CreateTable resolves CREATE TABLE (without AS): types, computed columns,
// time attributes, key, LIKE. Options are looked at by the connector when the
// table is used; here they only get their modern names.
func (b *Binder) CreateTable(source string, ct *ast.CreateTable) (*catalog.Table, error) {
	q := b.query(source)
	path, err := b.Catalog.Resolve(ct.Name.Strings())
	if err != nil {
		return nil, errorOf(ct.Name, err)
	}
	t := &catalog.Table{Path: path, Temporary: ct.Temporary, Options: map[string]string{}}
	if ct.Comment != nil {
		t.Comment = ct.Comment.Text
	}
	if ct.Like != nil {
		if err := q.like(t, ct.Like); err != nil {
			return nil, err
		}
	}
	if err := q.declare(t, ct); err != nil {
		return nil, err
	}
	if err := q.resolveTable(t, ct); err != nil {
		return nil, err
	}
	return t, nil
}

// declare adds to t what the statement itself says.
func (q *query) declare(t *catalog.Table, ct *ast.CreateTable) error {
	like := strategies(ct.Like)
	if ct.Schema != nil {
		for i := range ct.Schema.Columns {
			if err := q.declareColumn(t, &ct.Schema.Columns[i], like); err != nil {
				return err
			}
		}
		if w := ct.Schema.Watermark; w != nil {
			if err := declareWatermark(t, w, like["WATERMARKS"]); err != nil {
				return err
			}
		}
		if err := declareKey(t, ct.Schema); err != nil {
			return err
		}
	}
	if ct.PartitionedBy != nil {
		if len(t.Partition) > 0 && like["PARTITIONS"] != "EXCLUDING" {
			return errorAt(ct.Like, "", "The base table already has partitions defined. You might want to specify EXCLUDING PARTITIONS.")
		}
		t.Partition = nil
		for _, p := range ct.PartitionedBy {
			t.Partition = append(t.Partition, p.Name)
		}
	}
	if ct.Distribution != nil {
		if t.Distribution != nil && like["DISTRIBUTION"] != "EXCLUDING" {
			return errorAt(ct.Distribution, "", "The base table already has a distribution defined. You might want to specify EXCLUDING DISTRIBUTION.")
		}
		t.Distribution = ct.Distribution
	}
	for _, o := range ct.Options {
		if old, ok := t.Options[o.Key]; ok && ct.Like != nil && like["OPTIONS"] == "INCLUDING" {
			return errorAt(o, "", "There already exists an option ['%s' : '%s']  in the base table. You might want to specify EXCLUDING OPTIONS or OVERWRITING OPTIONS.", o.Key, old)
		}
		t.Options[o.Key] = o.Value
	}
	return q.legacyOptions(t.Path, ct.Options, t.Options)
}

func (q *query) declareColumn(t *catalog.Table, d *ast.ColumnDef, like map[string]string) error {
	c := catalog.Column{Name: d.Name.Name}
	if d.Comment != nil {
		c.Comment = d.Comment.Text
	}
	switch {
	case d.Computed != nil:
		c.Computed = d.Computed
	default:
		typ, err := dataType(d.Type)
		if err != nil {
			return err
		}
		if typ.IsInterval() || typ.Kind == types.Null {
			return errorAt(d.Type, "", "A column cannot have the type %s", typ)
		}
		c.Type = typ
	}
	if d.Metadata != nil {
		c.IsMetadata, c.Virtual = true, d.Metadata.Virtual
		if d.Metadata.Key != nil {
			c.MetadataKey = d.Metadata.Key.Text
		}
	}
	at := slices.IndexFunc(t.Columns, func(o catalog.Column) bool { return o.Name == c.Name })
	if at < 0 {
		t.Columns = append(t.Columns, c)
		return nil
	}
	old := t.Columns[at]
	if !old.Inherited {
		return errorAt(d.Name, "", "A regular Column named '%s' already exists in the table.", c.Name)
	}
	return overwriteColumn(t, at, c, d, like)
}

func declareWatermark(t *catalog.Table, w *ast.Watermark, like string) error {
	if len(w.Column.Parts) > 1 {
		return notSupported(w.Column, "A watermark on a field of a row", "add a computed column for it: ts AS r.ts")
	}
	if t.Watermark != nil && like != "OVERWRITING" {
		return errorAt(w, "", "There already exists a watermark on column '%s'. You might want to specify EXCLUDING WATERMARKS or OVERWRITING WATERMARKS.", t.Watermark.Column)
	}
	t.Watermark = &catalog.Watermark{Column: w.Column.Parts[0].Name, Expr: w.X, At: w.Column.Range()}
	return nil
}

func declareKey(t *catalog.Table, s *ast.TableSchema) error {
	var keys []ast.Constraint
	for _, d := range s.Columns {
		if d.PrimaryKey != nil {
			k := *d.PrimaryKey
			k.Columns = []ast.Ident{d.Name}
			keys = append(keys, k)
		}
	}
	keys = append(keys, s.Constraints...)
	for i, k := range keys {
		switch {
		case k.Unique:
			return errorAt(k, "", "UNIQUE constraint is not supported yet")
		case k.Enforced:
			return errorAt(k, "write PRIMARY KEY (…) NOT ENFORCED", "Flink doesn't support ENFORCED mode for PRIMARY KEY constraint. ENFORCED/NOT ENFORCED controls if the constraint checks are performed on the incoming/outgoing data. Flink does not own the data therefore the only supported mode is the NOT ENFORCED mode")
		case i > 0:
			return errorAt(k, "", "Duplicate primary key definition")
		case len(t.PrimaryKey) > 0:
			return errorAt(k, "", "The base table already has a primary key. You might want to specify EXCLUDING CONSTRAINTS.")
		}
		names := make([]string, len(k.Columns))
		for c, id := range k.Columns {
			names[c] = id.Name
		}
		t.PrimaryKey = names
		t.KeyName = "PK_" + strings.Join(names, "_")
		if k.Name != nil {
			t.KeyName = k.Name.Name
		}
	}
	return nil
}

// resolveTable types the computed columns, checks the rest and makes the bound form.
func (q *query) resolveTable(t *catalog.Table, ct ast.Node) error {
	p := &plan.Table{}
	p.Name = t.Path.String()
	p.Partition = t.Partition
	if err := resolveKey(t, ct); err != nil {
		return err
	}
	for i := range t.Columns {
		c := &t.Columns[i]
		if c.Computed != nil {
			continue
		}
		col := connector.Column{Name: c.Name, Type: c.Type, Virtual: c.Virtual}
		if c.IsMetadata {
			if col.Metadata = c.MetadataKey; col.Metadata == "" {
				col.Metadata = c.Name
			}
			if i := slices.IndexFunc(p.Columns, func(o connector.Column) bool { return o.Metadata == col.Metadata }); i >= 0 {
				return errorAt(named(ct, c.Name), "make one of them a computed column of the other", "The column `%s` and `%s` in the table are both from the same metadata key '%s'", p.Columns[i].Name, c.Name, col.Metadata)
			}
		}
		p.Columns = append(p.Columns, col)
	}
	if len(p.Columns) == 0 && !slices.ContainsFunc(t.Columns, func(c catalog.Column) bool { return c.Computed != nil }) {
		return errorAt(ct, "", "A table needs at least one column")
	}
	for _, k := range t.PrimaryKey {
		p.PrimaryKey = append(p.PrimaryKey, slices.IndexFunc(p.Columns, func(c connector.Column) bool { return c.Name == k }))
	}
	for _, name := range t.Partition {
		if !slices.ContainsFunc(p.Columns, func(c connector.Column) bool { return c.Name == name }) {
			return errorAt(named(ct, name), "", "Partition column '%s' not defined in the table schema. Available columns: [%s]", name, quotedList(columnNames(p.Columns)))
		}
	}
	if err := checkDistribution(t, ct); err != nil {
		return err
	}
	if err := q.layout(t, p); err != nil {
		return err
	}
	if err := q.resolveWatermark(t, p, ct); err != nil {
		return err
	}
	if t.Statistics != nil {
		p.Rows = t.Statistics.Rows
	}
	t.Plan = p
	return nil
}

// named finds the last place of a statement where a name stands; the statement
// itself if there is none.
func named(stmt ast.Node, name string) ast.Node {
	at := stmt
	ast.Inspect(stmt, func(n ast.Node) bool {
		if id, ok := n.(*ast.Ident); ok && id.Name == name {
			at = id
		}
		return true
	})
	return at
}

func columnNames(cs []connector.Column) []string {
	names := make([]string, len(cs))
	for i, c := range cs {
		names[i] = c.Name
	}
	return names
}

// resolveKey checks the primary key; its columns become NOT NULL.
func resolveKey(t *catalog.Table, ct ast.Node) error {
	seen := map[string]bool{}
	for _, k := range t.PrimaryKey {
		at := slices.IndexFunc(t.Columns, func(c catalog.Column) bool { return c.Name == k })
		switch {
		case at < 0:
			return errorAt(named(ct, k), "", "Primary key column '%s' is not defined in the schema", k)
		case t.Columns[at].Computed != nil || t.Columns[at].IsMetadata:
			return errorAt(named(ct, k), "", "Invalid primary key '%s'. Column '%s' is not a physical column.", t.KeyName, k)
		case t.Columns[at].Inherited && t.Columns[at].Type.Nullable:
			return errorAt(named(ct, k), "", "Invalid primary key '%s'. Column '%s' is nullable.", t.KeyName, k)
		case seen[k]:
			return errorAt(named(ct, k), "", "Invalid primary key '%s'. A primary key must not contain duplicate columns. Found: [%s]", t.KeyName, k)
		}
		seen[k] = true
		t.Columns[at].Type = t.Columns[at].Type.NotNull()
	}
	return nil
}

// layout binds the computed columns and lists all columns in declared order.
func (q *query) layout(t *catalog.Table, p *plan.Table) error {
	schema := physicalSchema(p.Columns)
	eb := &exprBinder{query: q, scope: scopeOf(t.Path.Object, nil, schema.Names(), schema, nil), noAggregate: "a computed column"}
	at := 0
	for i := range t.Columns {
		c := &t.Columns[i]
		l := plan.TableColumn{Name: c.Name, Comment: c.Comment, Source: -1}
		if c.Computed == nil {
			l.Source, l.Type = at, c.Type
			at++
		} else {
			x, err := eb.bind(c.Computed)
			if err != nil {
				return computedHint(t, err)
			}
			if x.Type().Kind == types.Null {
				return errorAt(c.Computed, "cast it to the type you want", "The type of computed column '%s' is not known", c.Name)
			}
			l.Computed, l.Type = x, outType(x)
			c.Type = l.Type
		}
		p.Layout = append(p.Layout, l)
	}
	return nil
}

// computedHint adds to an unknown column that it is a computed one.
func computedHint(t *catalog.Table, err error) error {
	var d *diag.Error
	for _, c := range t.Columns {
		if c.Computed != nil && errors.As(err, &d) && d.Msg == "Column '"+c.Name+"' not found in any table" {
			d.Hint = "a computed column cannot use another computed column: repeat its expression"
		}
	}
	return err
}

func physicalSchema(cs []connector.Column) types.Schema {
	s := make(types.Schema, len(cs))
	for i, c := range cs {
		s[i] = types.Field{Name: c.Name, Type: c.Type}
	}
	return s
}

// rowtimeRule is what a rowtime column and its watermark must be.
const rowtimeRule = "The field must be of type TIMESTAMP(p) or TIMESTAMP_LTZ(p), the supported precision 'p' is from 0 to 3"

func canBeRowtime(t types.Type) bool { return t.IsTimestamp() && t.Length <= 3 }

// resolveWatermark binds the watermark, over all columns of the table.
func (q *query) resolveWatermark(t *catalog.Table, p *plan.Table, ct ast.Node) error {
	w := t.Watermark
	if w == nil {
		return nil
	}
	schema := layoutSchema(p)
	at := schema.Index(w.Column)
	if at < 0 {
		return errorAt(w.At, didYouMean(w.Column, schema.Names()), "The rowtime attribute field '%s' is not defined in the table schema", w.Column)
	}
	if typ := schema[at].Type; !canBeRowtime(typ) || typ.Time == types.Proctime {
		return errorAt(w.At, rowtimeHint(typ), "Invalid data type of time field for watermark definition. %s, but the time field type is %s", rowtimeRule, typ)
	}
	eb := &exprBinder{query: q, scope: scopeOf(t.Path.Object, nil, schema.Names(), schema, nil), noAggregate: "a watermark"}
	x, err := eb.watermark(w.Expr)
	if err != nil {
		return err
	}
	if typ := x.Type().WithoutTime(); expr.IsSourceWatermark(x) {
		// the source's watermarks fit either type of a rowtime
	} else if !canBeRowtime(typ) {
		return errorAt(w.Expr, rowtimeHint(typ), "Invalid data type of expression for watermark definition. %s, but the watermark expression type is %s", rowtimeRule, typ)
	} else if typ.Kind != schema[at].Type.Kind {
		return errorAt(w.Expr, "", "The watermark declaration's output data type '%s' is different from the time field's data type '%s'.", typ, schema[at].Type)
	}
	p.Layout[at].Type.Time = types.Rowtime
	p.Watermark = &plan.Watermark{Rowtime: at, Expr: x}
	for i := range t.Columns {
		if t.Columns[i].Name == w.Column {
			t.Columns[i].Type.Time = types.Rowtime
		}
	}
	return nil
}

func rowtimeHint(t types.Type) string {
	switch {
	case t.IsTimestamp() && t.Length > 3:
		return fmt.Sprintf("declare it as %s(3)", t.Kind)
	case t.IsCharacter():
		return "add a computed column: ts AS TO_TIMESTAMP(text)"
	case t.IsInteger():
		return "add a computed column: ts AS TO_TIMESTAMP_LTZ(n, 3)"
	}
	return ""
}

func layoutSchema(p *plan.Table) types.Schema {
	s := make(types.Schema, len(p.Layout))
	for i, l := range p.Layout {
		s[i] = types.Field{Name: l.Name, Type: l.Type}
	}
	return s
}
