package optimize

import (
	"fmt"
	"sort"
	"strings"
	"time"

	"github.com/flottstream/flott/internal/connector"
	"github.com/flottstream/flott/internal/expr"
	"github.com/flottstream/flott/internal/format"
	"github.com/flottstream/flott/internal/jobgraph"
	"github.com/flottstream/flott/internal/sql/plan"
	"github.com/flottstream/flott/internal/types"
)

// rowtimeMark is the column number that stands for a source's rowtime column
// while expressions are over the columns of the table.
const rowtimeMark = 1 << 20

// source is a table read by the job, with the union of what its readers need.
// Readers with different limits, and all if source reuse is off, get their own.
type source struct {
	table     *plan.Table
	abilities connector.Abilities
	factory   connector.Factory
	paths     map[string]connector.ScanField
	rowtime   bool // the rowtime column is read (or needed for watermarks)
	limit     int64
	settings  watermarkSettings
	filter    sourceFilter
	pruner    connector.Source // asked what it leaves out
	// The physical side, once built.
	node   *plan.Physical
	fields map[string]int // output column by path
	atTime int            // output column of the rowtime
}

// scanKey tells apart the sources of one table.
func (p *planner) scanKey(n *plan.Scan) string {
	key := fmt.Sprintf("%s#%d", tableKey(n.Table), n.Limit)
	if !p.o.ReuseSource {
		key += fmt.Sprintf("#%p", n)
	}
	return key
}

// gatherSources finds the scans of all roots and what is read of them.
func (p *planner) gatherSources(roots []plan.Node) error {
	seen := make(map[plan.Node]bool)
	var visit func(n plan.Node) error
	visit = func(n plan.Node) error {
		if seen[n] {
			return nil
		}
		seen[n] = true
		if j, ok := n.(*plan.Join); ok && p.isLookup(j) {
			return visit(j.Left) // the right side is asked, not read
		}
		base, filter, exprs := peel(n)
		if scan, ok := base.(*plan.Scan); ok {
			return p.gather(scan, filter, exprs)
		}
		if base != n {
			return visit(base)
		}
		for _, in := range n.Inputs() {
			if err := visit(in); err != nil {
				return err
			}
		}
		return nil
	}
	for _, r := range roots {
		if err := visit(r); err != nil {
			return err
		}
	}
	return nil
}

func (p *planner) gather(scan *plan.Scan, filter expr.Expr, exprs []expr.Expr) error {
	s, err := p.source(scan)
	if err != nil {
		return err
	}
	filter, exprs = p.overTable(scan, filter, exprs)
	s.addFilter(p, filter)
	for _, e := range append([]expr.Expr{filter}, exprs...) {
		s.read(e)
	}
	return nil
}

func (p *planner) source(scan *plan.Scan) (*source, error) {
	key := p.scanKey(scan)
	if s, ok := p.sources[key]; ok {
		return s, nil
	}
	s := &source{table: scan.Table, paths: make(map[string]connector.ScanField), limit: scan.Limit, atTime: -1}
	var err error
	if s.settings, err = p.watermarkSettings(scan.Table); err != nil {
		return nil, err
	}
	if s.factory, err = p.factory(scan.Table); err != nil {
		return nil, err
	}
	src, err := s.factory.Source(p.o.Env, s.wholeScan())
	if err != nil {
		return nil, err
	}
	s.abilities, s.pruner = src.Abilities(), src
	if !p.o.Streaming && !s.abilities.Bounded {
		return nil, fmt.Errorf("Querying an unbounded table '%s' in batch mode is not allowed. The table source is unbounded.", scan.Table.Name)
	}
	if s.abilities.Changelog == format.AllKinds && !p.o.Streaming {
		return nil, fmt.Errorf("Querying a table in batch mode is currently only possible for INSERT-only table sources. But the source for table '%s' produces other changelog messages than just INSERT.", scan.Table.Name)
	}
	if s.normalized(p.o) {
		if len(scan.Table.PrimaryKey) == 0 && s.abilities.Changelog == format.AllKinds {
			return nil, fmt.Errorf("Configuration 'table.exec.source.cdc-events-duplicate' is enabled which requires the changelog sources to define a PRIMARY KEY. However, table '%s' doesn't have a primary key.", scan.Table.Name)
		}
		if len(scan.Table.PrimaryKey) == 0 {
			return nil, fmt.Errorf("Table '%s' produces a changelog stream that contains UPDATE_AFTER but no UPDATE_BEFORE. This requires defining a primary key constraint on the table.", scan.Table.Name)
		}
		for _, k := range scan.Table.PrimaryKey {
			s.read(&expr.Column{Index: k, Name: scan.Table.Columns[k].Name, T: scan.Table.Columns[k].Type})
		}
	}
	if w := scan.Table.Watermark; w != nil && p.eventTime {
		s.rowtime = true
		s.readWatermark(p)
	}
	p.sources[key] = s
	return s, nil
}

func (p *planner) factory(t *plan.Table) (connector.Factory, error) {
	f, ok := p.o.Connectors[t.Connector]
	if !ok {
		names := make([]string, 0, len(p.o.Connectors))
		for n := range p.o.Connectors {
			names = append(names, n)
		}
		sort.Strings(names)
		return nil, fmt.Errorf("Could not find any factory for identifier '%s' that implements 'DynamicTableFactory' in the classpath.\n\nAvailable factory identifiers are:\n\n%s",
			t.Connector, strings.Join(names, "\n"))
	}
	return f, nil
}

// normalized reports that the source's changes become a full changelog by key.
func (s *source) normalized(o *Options) bool {
	if !o.Streaming {
		return s.abilities.Changelog != format.InsertOnly
	}
	return s.abilities.Changelog == format.Upsert || s.abilities.Changelog == format.AllKinds && o.CDCDuplicates
}

// connectorTable is the table as the connector sees it: without the options
// that the planner acts on.
func (s *source) connectorTable() connector.Table {
	t := s.table.Table
	opts := make(map[string]string, len(t.Options))
	for k, v := range t.Options {
		if !strings.HasPrefix(k, "scan.watermark.") {
			opts[k] = v
		}
	}
	t.Options = opts
	return t
}

func (s *source) wholeScan() *connector.Scan {
	scan := &connector.Scan{Table: s.connectorTable(), Limit: -1}
	for i, c := range s.table.Columns {
		scan.Fields = append(scan.Fields, connector.ScanField{Name: c.Name, Type: c.Type, Column: i})
	}
	return scan
}

// overTable rewrites expressions over a scan's columns to the physical and
// metadata columns of its table. Computed columns are put in place, but for the
// rowtime column of a source with watermarks, which becomes rowtimeMark.
func (p *planner) overTable(scan *plan.Scan, filter expr.Expr, exprs []expr.Expr) (expr.Expr, []expr.Expr) {
	with := make([]expr.Expr, len(scan.Out))
	for i, f := range scan.Out {
		l := i
		if scan.Columns != nil {
			l = scan.Columns[i]
		}
		with[i] = p.tableColumn(scan.Table, l, f)
	}
	return p.propagate(substitute(filter, with), substituteAll(exprs, with))
}

func (p *planner) tableColumn(t *plan.Table, l int, f types.Field) expr.Expr {
	col := t.Layout[l]
	if t.Watermark != nil && t.Watermark.Rowtime == l && p.eventTime {
		return &expr.Column{Index: rowtimeMark, Name: f.Name, T: f.Type}
	}
	if col.Source >= 0 {
		return &expr.Column{Index: col.Source, Name: f.Name, T: f.Type.WithoutTime()}
	}
	return col.Computed
}

// pathOf takes a field chain apart: the column and the indexes below it.
func pathOf(e expr.Expr) (column int, path []int, name string, ok bool) {
	switch e := e.(type) {
	case *expr.Column:
		return e.Index, nil, e.Name, true
	case *expr.Field:
		column, path, name, ok = pathOf(e.X)
		if !ok {
			return 0, nil, "", false
		}
		t := e.X.Type()
		fieldName := fmt.Sprint(e.Index)
		if e.Index < len(t.Fields) {
			fieldName = t.Fields[e.Index].Name
		}
		return column, append(path[:len(path):len(path)], e.Index), name + "." + fieldName, true
	}
	return 0, nil, "", false
}

func pathKey(column int, path []int) string { return fmt.Sprint(column, path) }

// read notes the columns and fields that e reads.
func (s *source) read(e expr.Expr) {
	if e == nil {
		return
	}
	expr.Walk(e, func(n expr.Expr) bool {
		column, path, name, ok := pathOf(n)
		if !ok {
			return true
		}
		if column == rowtimeMark {
			s.rowtime = true
			return false
		}
		if !s.abilities.NestedProjection {
			path = nil
		}
		if len(path) == 0 {
			c := s.table.Columns[column]
			s.paths[pathKey(column, nil)] = connector.ScanField{Name: c.Name, Type: c.Type, Column: column}
			return false
		}
		s.paths[pathKey(column, path)] = connector.ScanField{Name: name, Type: n.Type().WithoutTime(), Column: column, Path: path}
		return false
	})
}

// readWatermark notes what computing the rowtime and its watermark reads.
func (s *source) readWatermark(p *planner) {
	s.read(s.rowtimeExpr())
	s.read(s.watermarkOverTable(p))
}

// rowtimeExpr is the rowtime column over the table's columns.
func (s *source) rowtimeExpr() expr.Expr {
	l := s.table.Layout[s.table.Watermark.Rowtime]
	if l.Source >= 0 {
		return &expr.Column{Index: l.Source, Name: l.Name, T: l.Type.WithoutTime()}
	}
	return l.Computed
}

// watermarkOverTable is the watermark's expression over the table's columns,
// the rowtime column as rowtimeMark.
func (s *source) watermarkOverTable(p *planner) expr.Expr {
	with := make([]expr.Expr, len(s.table.Layout))
	for l, c := range s.table.Layout {
		with[l] = p.tableColumn(s.table, l, types.Field{Name: c.Name, Type: c.Type})
	}
	return substitute(s.table.Watermark.Expr, with)
}

// over rewrites an expression over the table's columns to the columns that the
// source emits.
func (s *source) over(e expr.Expr) expr.Expr {
	if e == nil {
		return nil
	}
	if column, path, name, ok := pathOf(e); ok {
		if column == rowtimeMark {
			t := s.node.Out[s.atTime].Type
			return &expr.Column{Index: s.atTime, Name: name, T: t}
		}
		for n := len(path); n >= 0; n-- { // the longest path that is read as such
			at, ok := s.fields[pathKey(column, path[:n])]
			if !ok {
				continue
			}
			if n == len(path) {
				return &expr.Column{Index: at, Name: name, T: e.Type()}
			}
			f := e.(*expr.Field)
			return &expr.Field{X: s.over(f.X), Index: f.Index, T: f.T}
		}
	}
	switch e := e.(type) {
	case *expr.Field:
		return &expr.Field{X: s.over(e.X), Index: e.Index, T: e.T}
	case *expr.Call:
		c := *e
		c.Args = make([]expr.Expr, len(e.Args))
		for i, a := range e.Args {
			c.Args[i] = s.over(a)
		}
		return &c
	}
	return e
}

// scanCalc plans a scan with the filter and projection above it.
func (p *planner) scanCalc(scan *plan.Scan, filter expr.Expr, exprs []expr.Expr, out types.Schema) (*plan.Physical, error) {
	s, err := p.source(scan)
	if err != nil {
		return nil, err
	}
	filter, exprs = p.overTable(scan, filter, exprs)
	if s.node == nil {
		if err := p.buildSource(s); err != nil {
			return nil, err
		}
	}
	next := make([]expr.Expr, len(exprs))
	for i, e := range exprs {
		next[i] = s.over(e)
	}
	n := p.calc(s.node, s.over(filter), next, out)
	if n != s.node {
		for i := range n.Out { // attributes of columns computed here
			if out[i].Type.Time == types.Proctime {
				n.Out[i].Type.Time = types.Proctime
			}
			if out[i].Type.Time == types.Rowtime && !p.eventTime {
				n.Out[i].Type.Time = types.Rowtime
			}
		}
	}
	return n, nil
}

// buildSource makes the scan's operator, and the normalization above it.
func (p *planner) buildSource(s *source) error {
	spec := &jobgraph.Scan{Connector: s.table.Connector, Scan: connector.Scan{Table: s.connectorTable(), Limit: -1}}
	if s.limit > 0 {
		spec.Scan.Limit = s.limit
	}
	spec.Scan.Fields = s.scanFields()
	spec.Scan.Filter = s.scanFilter()
	src, err := s.factory.Source(p.o.Env, &spec.Scan)
	if err != nil {
		return err
	}
	s.abilities = src.Abilities()
	node := &plan.Physical{Spec: spec, Op: "TableSourceScan", Out: spec.Scan.Schema(), Parallelism: s.abilities.Parallelism}
	if m := s.abilities.MaxParallelism; m > 0 && (node.Parallelism == 0 || node.Parallelism > m) {
		node.Parallelism = m
	}
	s.node = node
	s.fields = make(map[string]int)
	for i, f := range spec.Scan.Fields {
		s.fields[pathKey(f.Column, f.Path)] = i
	}
	if s.rowtime {
		s.addRowtime(p, spec)
	} else if w := s.table.Watermark; w != nil { // it stays an attribute, if only for the sink
		if at, ok := s.fields[pathKey(s.table.Layout[w.Rowtime].Source, nil)]; ok {
			node.Out[at].Type.Time = types.Rowtime
		}
	}
	node.Traits.Bounded = s.abilities.Bounded
	if s.abilities.Changelog != format.InsertOnly {
		node.Traits.Changes = jobgraph.UpdateAfters | jobgraph.Deletes
		if s.abilities.Changelog == format.AllKinds {
			node.Traits.Changes |= jobgraph.UpdateBefores
		}
	}
	spec.Changes = node.Traits.Changes
	if pk, ok := s.outputKey(); ok {
		node.Traits.UpsertKeys = [][]int{pk}
	}
	p.add(node, facts{attrs: s.attrs(p, spec), table: s.table.Name, single: false})
	if s.normalized(p.o) {
		s.node = p.normalize(node)
	}
	return nil
}

// scanFields are the paths to read, in the table's order, without those that
// lie below another one.
func (s *source) scanFields() []connector.ScanField {
	var out []connector.ScanField
	for _, f := range s.paths {
		covered := false
		for n := range f.Path {
			if _, ok := s.paths[pathKey(f.Column, f.Path[:n])]; ok {
				covered = true
			}
		}
		if !covered {
			out = append(out, f)
		}
	}
	if len(out) == 0 {
		var all types.Schema
		for _, c := range s.table.Columns {
			all = append(all, types.Field{Name: c.Name, Type: c.Type})
		}
		if len(all) > 0 {
			i := cheapest(all)
			out = append(out, connector.ScanField{Name: all[i].Name, Type: all[i].Type, Column: i})
		}
	}
	sort.Slice(out, func(i, j int) bool {
		if out[i].Column != out[j].Column {
			return out[i].Column < out[j].Column
		}
		return fmt.Sprint(out[i].Path) < fmt.Sprint(out[j].Path)
	})
	return out
}

// addRowtime adds the rowtime column (unless it is read anyway) and the
// watermark to the scan.
func (s *source) addRowtime(p *planner, spec *jobgraph.Scan) {
	e := s.over(s.rowtimeExpr())
	f := s.table.Layout[s.table.Watermark.Rowtime]
	t := f.Type
	t.Time = types.Rowtime
	if c, ok := e.(*expr.Column); ok {
		s.atTime = c.Index
		s.node.Out[c.Index].Type.Time = types.Rowtime
	} else {
		spec.Project = append(columnsOf(s.node.Out), e)
		s.atTime = len(s.node.Out)
		s.node.Out = append(s.node.Out, types.Field{Name: f.Name, Type: t})
	}
	spec.Watermark = &jobgraph.WatermarkStrategy{
		Rowtime: s.atTime, Expr: s.over(s.watermarkOverTable(p)),
		Interval: p.o.WatermarkInterval, OnEvent: s.settings.onEvent, IdleTimeout: s.settings.idle,
	}
}

// outputKey is the primary key among the emitted columns, false if not all of
// it is read.
func (s *source) outputKey() ([]int, bool) {
	if len(s.table.PrimaryKey) == 0 {
		return nil, false
	}
	out := make([]int, len(s.table.PrimaryKey))
	for i, k := range s.table.PrimaryKey {
		at, ok := s.fields[pathKey(k, nil)]
		if !ok {
			return nil, false
		}
		out[i] = at
	}
	return out, true
}

// normalize turns an upsert stream into a full changelog.
func (p *planner) normalize(in *plan.Physical) *plan.Physical {
	key := in.Traits.UpsertKeys[0]
	n := &plan.Physical{
		Op: "ChangelogNormalize", Inputs: []plan.PhysicalInput{p.hashed(in, key)}, Out: in.Out,
		Spec:   &jobgraph.ChangelogNormalize{Keys: key, TTL: p.o.StateTTL, Schema: in.Out},
		Traits: plan.Traits{Changes: allChanges, UpsertKeys: [][]int{key}},
	}
	return p.add(n, facts{hash: key, attrs: func() []plan.Attr {
		return []plan.Attr{{Name: "key", Value: list(names(in.Out, key))}}
	}})
}

const allChanges = jobgraph.UpdateAfters | jobgraph.UpdateBefores | jobgraph.Deletes

// watermarkSettings are the scan.watermark.* options of a table.
type watermarkSettings struct {
	onEvent bool
	idle    time.Duration
}

func (p *planner) watermarkSettings(t *plan.Table) (watermarkSettings, error) {
	out := watermarkSettings{idle: p.o.IdleTimeout}
	for k, v := range t.Options {
		if !strings.HasPrefix(k, "scan.watermark.") {
			continue
		}
		switch k {
		case "scan.watermark.emit.strategy":
			switch strings.ToLower(v) {
			case "on-event":
				out.onEvent = true
			case "on-periodic":
			default:
				return out, fmt.Errorf("Invalid value %q for option '%s' of table '%s': expected on-periodic or on-event.", v, k, t.Name)
			}
		case "scan.watermark.idle-timeout":
			d, err := parseDuration(v)
			if err != nil {
				return out, fmt.Errorf("Invalid value %q for option '%s' of table '%s': %w.", v, k, t.Name, err)
			}
			out.idle = d
		default:
			return out, fmt.Errorf("Option '%s' of table '%s' is not supported yet.", k, t.Name)
		}
	}
	return out, nil
}

// attrs describes the scan as Flink's plans do.
func (s *source) attrs(p *planner, spec *jobgraph.Scan) func() []plan.Attr {
	return func() []plan.Attr {
		parts := strings.Split(s.table.Name, ".")
		if spec.Scan.Filter != nil {
			parts = append(parts, "filter=["+s.filterText()+"]")
		}
		if len(spec.Scan.Fields) < len(s.table.Columns) || s.nested() {
			var fields []string
			for _, f := range spec.Scan.Fields {
				fields = append(fields, strings.ReplaceAll(f.Name, ".", "_"))
			}
			parts = append(parts, "project=["+strings.Join(fields, ", ")+"]")
		}
		if spec.Watermark != nil {
			parts = append(parts, "watermark=["+plan.Prefix(spec.Watermark.Expr)+"]")
		}
		if spec.Scan.Limit >= 0 {
			parts = append(parts, fmt.Sprintf("limit=[%d]", spec.Scan.Limit))
		}
		var out []string
		for _, f := range s.scanNode(spec) {
			out = append(out, f)
		}
		return []plan.Attr{{Name: "table", Value: "[[" + strings.Join(parts, ", ") + "]]"}, {Name: "fields", Value: list(out)}}
	}
}

func (s *source) nested() bool {
	for _, f := range s.paths {
		if len(f.Path) > 0 {
			return true
		}
	}
	return false
}

func (s *source) scanNode(spec *jobgraph.Scan) []string {
	var out []string
	for _, f := range spec.Scan.Fields {
		out = append(out, strings.ReplaceAll(f.Name, ".", "_"))
	}
	if s.rowtime && spec.Project != nil {
		out = append(out, s.table.Layout[s.table.Watermark.Rowtime].Name)
	}
	return out
}
