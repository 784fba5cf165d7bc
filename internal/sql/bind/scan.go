package bind

import (
	"maps"
	"slices"
	"strings"

	"github.com/flottstream/flott/internal/connector"
	"github.com/flottstream/flott/internal/expr"
	"github.com/flottstream/flott/internal/sql/ast"
	"github.com/flottstream/flott/internal/sql/catalog"
	"github.com/flottstream/flott/internal/sql/plan"
)

// scan reads a table. The connector checks the options now, so that a mistake
// in them is shown where the table is used.
func (q *query) scan(r *catalog.Table, t *ast.Table) (plan.Node, error) {
	table, f, err := q.used(r, t, t.Hints, "source for reading")
	if err != nil {
		return nil, err
	}
	if err := q.readMetadata(table, f, t); err != nil {
		return nil, err
	}
	scan := &connector.Scan{Table: table.Table, Limit: -1}
	for i, c := range table.Columns {
		scan.Fields = append(scan.Fields, connector.ScanField{Name: c.Name, Type: c.Type, Column: i})
	}
	src, err := f.Source(q.Connector, scan)
	if err != nil {
		return nil, tableError(t, r, "source for reading", err)
	}
	if !q.Streaming && !src.Abilities().Bounded {
		return nil, errorAt(t, "SET 'execution.runtime-mode' = 'streaming', or make the source end", "Querying an unbounded table '%s' in batch mode is not allowed. The table source is unbounded.", r.Path)
	}
	alias := r.Path.Object
	if t.Alias != nil {
		alias = t.Alias.Name.Name
	}
	return &plan.Scan{Table: table, Alias: alias, Out: layoutSchema(table)}, nil
}

// Bounded reports whether all sources of a relation end by themselves. A source
// that cannot be made does not count as bounded.
func (b *Binder) Bounded(n plan.Node) bool {
	if s, ok := n.(*plan.Scan); ok {
		scan := &connector.Scan{Table: s.Table.Table, Limit: -1}
		for i, c := range s.Table.Columns {
			scan.Fields = append(scan.Fields, connector.ScanField{Name: c.Name, Type: c.Type, Column: i})
		}
		f := b.Connectors[s.Table.Connector]
		if f == nil {
			return false
		}
		src, err := f.Source(b.Connector, scan)
		return err == nil && src.Abilities().Bounded
	}
	return !slices.ContainsFunc(n.Inputs(), func(in plan.Node) bool { return !b.Bounded(in) })
}

// used is a table as a statement uses it: options with hints, the session's settings.
func (q *query) used(r *catalog.Table, n ast.Node, hs []ast.Hint, as string) (*plan.Table, connector.Factory, error) {
	options, err := tableOptions(r.Options, hs)
	if err != nil {
		return nil, nil, err
	}
	name, ok := options["connector"]
	if !ok {
		return nil, nil, tableErrorf(n, r, as, "add 'connector' = '…' to WITH", "Table options do not contain an option key 'connector' for discovering a connector.")
	}
	delete(options, "connector")
	f := q.Connectors[name]
	if f == nil {
		have := slices.Sorted(maps.Keys(q.Connectors))
		hint := didYouMean(name, slices.Clone(have))
		if hint == "" {
			hint = "connectors are built in, and '" + name + "' is not among them; a Flink cluster that has it is reached with --target flink://HOST:PORT"
		}
		return nil, nil, tableErrorf(n, r, as, hint,
			"Could not find any factory for identifier '%s' that implements 'org.apache.flink.table.factories.DynamicTableFactory' in the classpath.\n\nAvailable factory identifiers are:\n\n%s", name, strings.Join(have, "\n"))
	}
	table := *r.Plan
	table.Connector = name
	table.Options = options
	table.TimeZone, table.Streaming = q.TimeZone, q.Streaming
	return &table, f, nil
}

func tableErrorf(n ast.Node, r *catalog.Table, as, hint, format string, args ...any) error {
	return errorAt(n, hint, "Unable to create a "+as+" table '%s'. "+format, append([]any{r.Path}, args...)...)
}

func tableError(n ast.Node, r *catalog.Table, as string, err error) error {
	return errorAt(n, connector.HintOf(err), "Unable to create a %s table '%s'. %s", as, r.Path, err)
}

// readMetadata checks the metadata columns against what the connector offers.
// A column declared with another type than the connector's is cast.
func (q *query) readMetadata(t *plan.Table, f connector.Factory, n ast.Node) error {
	offered, err := q.offered(t, f, n, false)
	if err != nil || offered == nil {
		return err
	}
	t.Columns = slices.Clone(t.Columns)
	t.Layout = slices.Clone(t.Layout)
	for i, c := range t.Columns {
		if c.Metadata == "" {
			continue
		}
		m := offered[c.Metadata]
		if m.Type.EqualIgnoringNull(c.Type) {
			continue
		}
		x, err := expr.Cast(&expr.Column{Index: i, Name: c.Name, T: m.Type}, c.Type)
		if err != nil {
			return errorAt(n, "", "Invalid data type for metadata column '%s' of table '%s'. The column cannot be declared as '%s' because the type must be castable from metadata type '%s'.", c.Name, t.Name, c.Type, m.Type)
		}
		t.Columns[i].Type = m.Type
		for l := range t.Layout {
			if t.Layout[l].Source == i {
				t.Layout[l].Source, t.Layout[l].Computed = -1, x
			}
		}
	}
	return nil
}

// offered lists the metadata of a connector by key; nil if the table has no
// metadata columns.
func (q *query) offered(t *plan.Table, f connector.Factory, n ast.Node, writing bool) (map[string]connector.MetadataColumn, error) {
	if !slices.ContainsFunc(t.Columns, func(c connector.Column) bool { return c.Metadata != "" && !(writing && c.Virtual) }) {
		return nil, nil
	}
	m, ok := f.(connector.Metadater)
	if !ok {
		return nil, errorAt(n, "", "Table '%s' declares metadata columns, but connector '%s' does not support metadata", t.Name, t.Connector)
	}
	list, err := m.MetadataColumns(q.Connector, t.Options)
	if err != nil {
		return nil, errorAt(n, "", "%s", err)
	}
	out := map[string]connector.MetadataColumn{}
	var keys []string
	for _, c := range list {
		if !writing || c.Writable {
			out[c.Key] = c
			keys = append(keys, c.Key)
		}
	}
	verb := "reading"
	if writing {
		verb = "writing"
	}
	for _, c := range t.Columns {
		if c.Metadata == "" || writing && c.Virtual {
			continue
		}
		if _, ok := out[c.Metadata]; !ok {
			return nil, errorAt(n, metadataHint(writing), "Invalid metadata key '%s' in column '%s' of table '%s'. The connector '%s' supports the following metadata keys for %s:\n%s",
				c.Metadata, c.Name, t.Name, t.Connector, verb, strings.Join(keys, "\n"))
		}
	}
	return out, nil
}

func metadataHint(writing bool) string {
	if writing {
		return "declare the column VIRTUAL to leave it out when writing"
	}
	return ""
}
