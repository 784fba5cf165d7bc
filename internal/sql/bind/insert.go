package bind

import (
	"fmt"
	"slices"
	"strings"

	"github.com/flottstream/flott/internal/connector"
	"github.com/flottstream/flott/internal/expr"
	"github.com/flottstream/flott/internal/sql/ast"
	"github.com/flottstream/flott/internal/sql/catalog"
	"github.com/flottstream/flott/internal/sql/plan"
	"github.com/flottstream/flott/internal/types"
)

// Insert binds INSERT INTO or OVERWRITE.
func (b *Binder) Insert(source string, ins *ast.Insert) (*plan.Sink, error) {
	path, err := b.Catalog.Resolve(ins.Table.Strings())
	if err != nil {
		return nil, errorOf(ins.Table, err)
	}
	r, ok := b.Catalog.Lookup(path)
	if !ok {
		return nil, errorAt(ins.Table, b.Catalog.NearTo(path), "Cannot find table '%s' in any of the catalogs [%s], nor as a temporary table.", path.Quoted(), strings.Join(b.Catalog.Catalogs(), ", "))
	}
	t, ok := r.(*catalog.Table)
	if !ok {
		return nil, errorAt(ins.Table, "", "'%s' is a view: only tables can be written", path)
	}
	return b.InsertInto(source, t, ins)
}

// InsertInto binds an INSERT into a table that need not be in the catalog.
func (b *Binder) InsertInto(source string, t *catalog.Table, ins *ast.Insert) (*plan.Sink, error) {
	q := b.query(source)
	table, f, err := q.used(t, ins.Table, ins.Hints, "sink for writing")
	if err != nil {
		return nil, err
	}
	target := targetColumns(table)
	sink := &plan.Sink{Table: table, Overwrite: ins.Overwrite, OnConflict: ins.OnConflict}
	if ins.Overwrite && b.Streaming {
		return nil, errorAt(ins, "SET 'execution.runtime-mode' = 'batch'", "Streaming mode does not support overwrite")
	}
	if ins.OnConflict != "" && len(table.PrimaryKey) == 0 {
		return nil, errorAt(ins, "", "ON CONFLICT needs a table with a PRIMARY KEY, which '%s' does not have", t.Path)
	}
	static, err := q.staticPartition(sink, ins, t)
	if err != nil {
		return nil, err
	}
	rows, err := q.insertRows(ins)
	if err != nil {
		return nil, err
	}
	if sink.Input, err = q.toTarget(rows, ins, t, target, static); err != nil {
		return nil, err
	}
	if err := q.writeMetadata(sink, f, ins); err != nil {
		return nil, err
	}
	return sink, q.checkSink(sink, f, t, ins)
}

// writeMetadata checks the persisted metadata columns and casts them to the
// types the connector takes.
func (q *query) writeMetadata(s *plan.Sink, f connector.Factory, ins *ast.Insert) error {
	offered, err := q.offered(s.Table, f, ins.Table, true)
	if err != nil || offered == nil {
		return err
	}
	s.Table.Columns = slices.Clone(s.Table.Columns)
	p := newProjector(s.Input)
	at := 0
	for i, c := range s.Table.Columns {
		if c.Metadata != "" && c.Virtual {
			continue
		}
		x := expr.Expr(columnOf(s.Input.Schema(), at))
		if m, ok := offered[c.Metadata]; ok && c.Metadata != "" && !m.Type.EqualIgnoringNull(c.Type) {
			if x, err = expr.Cast(x, m.Type.WithNull(true)); err != nil {
				return errorAt(ins.Table, "", "Invalid data type for metadata column '%s' of table '%s'. The column cannot be declared as '%s' because the type must be castable to metadata type '%s'.", c.Name, s.Table.Name, c.Type, m.Type)
			}
			s.Table.Columns[i].Type = m.Type
		}
		p.append(x, s.Input.Schema()[at].Name)
		at++
	}
	s.Input = p.node()
	return nil
}

// targetColumns is the schema of a sink: physical and persisted metadata columns, in declared order.
func targetColumns(t *plan.Table) types.Schema {
	var s types.Schema
	for _, c := range t.Columns {
		if c.Metadata == "" || !c.Virtual {
			s = append(s, types.Field{Name: c.Name, Type: c.Type})
		}
	}
	return s
}

// checkSink lets the connector check the options of the table.
func (q *query) checkSink(s *plan.Sink, f connector.Factory, t *catalog.Table, ins *ast.Insert) error {
	if t.Distribution != nil {
		return errorAt(ins.Table, "", "Table '%s' is distributed into buckets, but the connector '%s' doesn't support bucketing", t.Path, s.Table.Connector)
	}
	ct := &connector.Target{Table: s.Table.Table, Schema: targetColumns(s.Table), Overwrite: s.Overwrite, StaticPartition: s.Static}
	if _, err := f.Sink(q.Connector, ct); err != nil {
		return tableError(ins.Table, t, "sink for writing", err)
	}
	return nil
}

// staticPartition binds PARTITION (k = v, …): constants for columns that the
// query leaves out.
func (q *query) staticPartition(s *plan.Sink, ins *ast.Insert, t *catalog.Table) (map[string]expr.Expr, error) {
	if ins.Partition == nil {
		return nil, nil
	}
	out := map[string]expr.Expr{}
	s.Static = map[string]string{}
	for _, k := range ins.Partition {
		name := k.Column.Name
		if !slices.Contains(t.Partition, name) {
			hint := "the table is not partitioned"
			if len(t.Partition) > 0 {
				hint = "its partition columns are " + strings.Join(t.Partition, ", ")
			}
			return nil, errorAt(k.Column, hint, "'%s' is not a partition column of table '%s'", name, t.Path)
		}
		if k.Value == nil {
			continue
		}
		x, err := (&exprBinder{query: q}).bind(k.Value)
		if err != nil {
			return nil, err
		}
		lit, ok := expr.Fold(x, nil).(*expr.Literal)
		if !ok {
			return nil, errorAt(k.Value, "", "The value of a static partition must be a constant")
		}
		out[name] = lit
		text, ok := expr.ConstantString(lit)
		if !ok {
			text = expr.LiteralText(lit)
		}
		s.Static[name] = text
	}
	return out, nil
}

// insertRows binds the query of an INSERT; in its VALUES DEFAULT is NULL.
func (q *query) insertRows(ins *ast.Insert) (plan.Node, error) {
	x := *ins.Query
	if v, ok := x.Body.(*ast.Values); ok {
		c := *v
		c.Rows = slices.Clone(v.Rows)
		for i, r := range c.Rows {
			c.Rows[i].Elems = slices.Clone(r.Elems)
			for k, e := range r.Elems {
				if d, ok := e.(*ast.Default); ok {
					c.Rows[i].Elems[k] = &ast.Literal{Span: d.Span, Kind: ast.NullLit}
				}
			}
		}
		x.Body = &c
	}
	return q.bindQuery(&x, nil)
}

// toTarget puts the columns of the query in the places of the sink's, fills the
// missing ones and casts what may be cast without being asked.
func (q *query) toTarget(rows plan.Node, ins *ast.Insert, t *catalog.Table, target types.Schema, static map[string]expr.Expr) (plan.Node, error) {
	from, err := assignment(rows, ins, t, target, static)
	if err != nil {
		return nil, err
	}
	in := rows.Schema()
	p := &plan.Project{Input: rows}
	query := make(types.Schema, len(target))
	for i, f := range target {
		var x expr.Expr
		switch k := from[i]; {
		case k >= 0:
			x = columnOf(in, k)
			query[i] = in[k]
		case static[f.Name] != nil:
			x = static[f.Name]
			query[i] = types.Field{Name: f.Name, Type: x.Type()}
		default:
			if !f.Type.Nullable {
				return nil, errorAt(ins, "name it in the column list and give it a value", "Column '%s' has no default value and does not allow NULLs", f.Name)
			}
			x = expr.NullLit(f.Type)
			query[i] = types.Field{Name: f.Name, Type: f.Type}
		}
		p.Exprs = append(p.Exprs, x)
	}
	same := len(in) == len(target)
	for i, f := range target {
		x, err := expr.ImplicitCast(p.Exprs[i], f.Type.WithoutTime().WithNull(true))
		if err != nil {
			return nil, mismatch(ins.Query, t, "Incompatible types for sink column '"+f.Name+"' at position "+itoa(i+1)+".", query, target,
				"write CAST(… AS "+f.Type.WithNull(true).WithoutTime().String()+") in the query")
		}
		c, ok := x.(*expr.Column)
		same = same && ok && c.Index == i
		p.Exprs[i] = x
		p.Out = append(p.Out, types.Field{Name: query[i].Name, Type: outType(x)})
	}
	if same {
		return rows, nil
	}
	return p, nil
}

// assignment says for each column of the sink which column of the query it
// gets, -1 for none.
func assignment(rows plan.Node, ins *ast.Insert, t *catalog.Table, target types.Schema, static map[string]expr.Expr) ([]int, error) {
	in := rows.Schema()
	from := make([]int, len(target))
	for i := range from {
		from[i] = -1
	}
	if ins.Columns == nil {
		next := 0
		for i, f := range target {
			if static[f.Name] == nil {
				from[i] = next
				next++
			}
		}
		if next != len(in) {
			hint := "name the columns the query is for: INSERT INTO " + t.Path.Object + " (…) SELECT …"
			if next < len(in) {
				hint = fmt.Sprintf("the table takes %d columns, the query has %d", next, len(in))
			}
			return nil, mismatch(ins.Query, t, "Different number of columns.", in, target, hint)
		}
		return from, nil
	}
	for k, c := range ins.Columns {
		name := pathText(c.Parts)
		at := target.Index(name)
		switch {
		case at < 0:
			return nil, errorAt(c, targetHint(name, t, target), "Unknown target column '%s'", name)
		case from[at] >= 0:
			return nil, errorAt(c, "", "Target column '%s' is assigned more than once", name)
		case static[name] != nil:
			return nil, errorAt(c, "", "Target column '%s' has its value from PARTITION", name)
		}
		from[at] = k
	}
	if len(ins.Columns) != len(in) {
		return nil, errorAt(ins.Query, itoa(len(ins.Columns))+" columns are named, the query has "+itoa(len(in)), "Number of columns must match number of query columns")
	}
	return from, nil
}

func targetHint(name string, t *catalog.Table, target types.Schema) string {
	for _, c := range t.Columns {
		if c.Name == name && c.Computed != nil {
			return "it is a computed column"
		}
		if c.Name == name && c.Virtual {
			return "it is a VIRTUAL metadata column, which is only read"
		}
	}
	return didYouMean(name, target.Names())
}

// mismatch is Flink's error for a query that does not fit its sink.
func mismatch(n ast.Node, t *catalog.Table, cause string, query, sink types.Schema, hint string) error {
	return errorAt(n, hint, "Column types of query result and sink for '%s' do not match.\nCause: %s\n\nQuery schema: %s\nSink schema:  %s",
		t.Path, cause, schemaText(query), schemaText(sink))
}

func schemaText(s types.Schema) string {
	parts := make([]string, len(s))
	for i, f := range s {
		parts[i] = f.Name + ": " + f.Type.WithoutTime().String()
	}
	return "[" + strings.Join(parts, ", ") + "]"
}
