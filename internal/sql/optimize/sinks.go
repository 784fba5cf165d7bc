package optimize

import (
	"fmt"
	"strings"

	"github.com/flottstream/flott/internal/connector"
	"github.com/flottstream/flott/internal/format"
	"github.com/flottstream/flott/internal/jobgraph"
	"github.com/flottstream/flott/internal/sql/plan"
	"github.com/flottstream/flott/internal/types"
)

// ChangelogFollower is a Sink whose abilities follow what it is given: fed with
// inserts only, an upsert sink of this kind is an append sink (blackhole).
type ChangelogFollower interface{ FollowsInput() bool }

// sink plans writing a table. What must stand between the query and the sink
// is decided once the changelog is known (see finishSink).
func (p *planner) sink(n *plan.Sink) (*plan.Physical, error) {
	in, err := p.convert(n.Input)
	if err != nil {
		return nil, err
	}
	schema := targetSchema(n.Table)
	if len(schema) != len(in.Out) {
		return nil, fmt.Errorf("planner: table '%s' takes %d columns, the query has %d", n.Table.Name, len(schema), len(in.Out))
	}
	factory, err := p.factory(n.Table)
	if err != nil {
		return nil, err
	}
	spec := &jobgraph.Sink{Connector: n.Table.Connector, Rowtime: -1, Drop: p.o.NotNullEnforcer == "DROP", Lengths: p.o.TypeLengthEnforcer == "TRIM_PAD", StrictLengths: p.o.TypeLengthEnforcer == "ERROR"}
	spec.Nested, spec.NestedCollections = p.o.NestedEnforcer != "IGNORE", p.o.NestedEnforcer == "ROWS_AND_COLLECTIONS"
	if spec.NestedCollections && spec.Lengths {
		return nil, fmt.Errorf("Trimming and/or padding is not supported if constraint checking is enabled on types nested in collections.")
	}
	spec.Target = connector.Target{Table: n.Table.Table, Schema: schema, Overwrite: n.Overwrite, StaticPartition: n.Static}
	sink, err := factory.Sink(p.o.Env, &spec.Target)
	if err != nil {
		return nil, err
	}
	if n.Overwrite && p.o.Streaming {
		return nil, fmt.Errorf("Streaming mode not support overwrite.")
	}
	for i, f := range schema {
		if !f.Type.Nullable && in.Out[i].Type.Nullable {
			spec.NotNull = append(spec.NotNull, i)
		}
		if in.Out[i].Type.Time == types.Rowtime && p.o.RowtimeInserter != "DISABLED" {
			if spec.Rowtime >= 0 {
				return nil, fmt.Errorf("The query contains more than one rowtime attribute column [%s, %s] for writing into table '%s'.\n"+
					"Please select the column that should be used as the event-time timestamp for the table sink by casting all other columns to regular TIMESTAMP or TIMESTAMP_LTZ.",
					in.Out[spec.Rowtime].Name, in.Out[i].Name, n.Table.Name)
			}
			spec.Rowtime = i
		}
	}
	out := &plan.Physical{Spec: spec, Op: "Sink", Parallelism: sink.Parallelism(), Inputs: []plan.PhysicalInput{{Node: in}}}
	f := facts{table: n.Table.Name}
	s := &sinkPlan{node: n, out: out, spec: spec, sink: sink, changelog: sink.Changelog()}
	f.attrs = s.attrs
	p.add(out, f)
	p.sinks = append(p.sinks, s)
	return out, nil
}

// targetSchema are the columns a sink receives.
func targetSchema(t *plan.Table) types.Schema {
	var out types.Schema
	for _, c := range t.Columns {
		if !c.Virtual {
			out = append(out, types.Field{Name: c.Name, Type: c.Type})
		}
	}
	return out
}

// sinkPlan is a sink whose input is not settled yet.
type sinkPlan struct {
	node         *plan.Sink
	out          *plan.Physical
	spec         *jobgraph.Sink
	sink         connector.Sink
	changelog    format.Changelog
	materialized bool
}

func (s *sinkPlan) attrs() []plan.Attr {
	attrs := []plan.Attr{{Name: "table", Value: "[" + s.node.Table.Name + "]"}, {Name: "fields", Value: list(s.node.Input.Schema().Names())}}
	if s.materialized {
		attrs = append(attrs, plan.Attr{Name: "upsertMaterialize", Value: "[true]"})
	}
	if s.node.OnConflict != "" {
		attrs = append(attrs, plan.Attr{Name: "conflictStrategy", Value: "[" + s.node.OnConflict + "]"})
	}
	return attrs
}

// key is the sink's primary key in its schema.
func (s *sinkPlan) key() []int {
	to := make([]int, len(s.node.Table.Columns))
	at := 0
	for i, c := range s.node.Table.Columns {
		to[i] = -1
		if !c.Virtual {
			to[i] = at
			at++
		}
	}
	out, _ := remapInts(s.node.Table.PrimaryKey, to)
	return out
}

// appends reports that the sink gets inserts only and needs to know no key.
func (s *sinkPlan) appends(in jobgraph.Changes) bool {
	if s.changelog == format.InsertOnly {
		return true
	}
	f, ok := s.sink.(ChangelogFollower)
	return in.InsertOnly() && (s.changelog == format.AllKinds || ok && f.FollowsInput())
}

// wantsBefore reports whether the sink needs the row before an update, given
// the changes that could come.
func (s *sinkPlan) wantsBefore(p *planner) bool {
	in := s.out.Inputs[0].Node
	if in.Traits.Changes&jobgraph.UpdateAfters == 0 {
		return false
	}
	if s.changelog == format.AllKinds {
		return true
	}
	key := s.key()
	if len(key) > 0 && !hasKey(in.Traits.UpsertKeys, key) {
		return true
	}
	return !p.canOmitBefore(in)
}

func hasKey(keys [][]int, key []int) bool {
	for _, k := range keys {
		if len(k) == len(key) && subset(k, key) {
			return true
		}
	}
	return false
}

// materialize decides whether the changes must be brought into order by the
// sink's key, or refuses a query that does not say how to resolve conflicts.
func (s *sinkPlan) materialize(p *planner, in *plan.Physical) (bool, error) {
	appends, retracts := s.appends(in.Traits.Changes), s.changelog == format.AllKinds
	key := s.key()
	if err := s.checkConflict(appends, retracts); err != nil {
		return false, err
	}
	switch p.o.UpsertMaterialize {
	case "FORCE":
		return len(key) > 0 && !retracts, nil
	case "NONE":
		return false, nil
	}
	if len(key) == 0 || appends || retracts {
		return false, nil
	}
	if in.Traits.Changes.InsertOnly() && s.node.OnConflict == "DEDUPLICATE" {
		return false, nil
	}
	differs := true
	for _, k := range in.Traits.UpsertKeys {
		differs = differs && !subset(k, key)
	}
	if differs && p.o.RequireOnConflict && s.node.OnConflict == "" {
		upsert := "none"
		if keys := in.Traits.UpsertKeys; len(keys) > 0 {
			upsert = strings.Join(names(s.spec.Target.Schema, keys[0]), ", ")
		}
		return false, fmt.Errorf("The query has an upsert key that differs from the primary key of the sink table '%s'. "+
			"Primary key: %s, upsert key: [%s]. This can lead to non-deterministic results when multiple records with different "+
			"upsert keys map to the same primary key. Please specify an ON CONFLICT clause to define how conflicts should be handled: "+
			"ON CONFLICT DO DEDUPLICATE (update to the latest record, state intensive, since we need to keep the entire history), or "+
			"ON CONFLICT DO ERROR (fail on conflict), or ON CONFLICT DO NOTHING (keep first record).",
			s.node.Table.Name, list(names(s.spec.Target.Schema, key)), upsert)
	}
	return differs, nil
}

func (s *sinkPlan) checkConflict(appends, retracts bool) error {
	if s.node.OnConflict == "" {
		return nil
	}
	reason := ""
	switch {
	case appends:
		reason = "it only accepts INSERT (append-only) changes"
	case retracts:
		reason = "it requires UPDATE_BEFORE (retract mode)"
	}
	if reason != "" {
		return fmt.Errorf("ON CONFLICT clause is only allowed for upsert sinks. The sink '%s' is not an upsert sink because %s.", s.node.Table.Name, reason)
	}
	if s.node.OnConflict != "DEDUPLICATE" {
		return fmt.Errorf("ON CONFLICT DO %s is not supported yet; use ON CONFLICT DO DEDUPLICATE.", s.node.OnConflict)
	}
	return nil
}

// finishSink puts between query and sink what the changelog asks for.
func (p *planner) finishSink(s *sinkPlan) error {
	in := s.out.Inputs[0].Node
	requester := fmt.Sprintf("Table sink '%s'", s.node.Table.Name)
	if p.o.Streaming && s.changelog == format.InsertOnly {
		if err := requireInsertOnly(in, requester); err != nil {
			return err
		}
	}
	materialize, err := s.materialize(p, in)
	if err != nil {
		return err
	}
	key := s.key()
	switch {
	case materialize && p.o.Streaming:
		in = p.materialized(s, in, key)
	case s.changelog == format.Upsert && in.Traits.Changes&jobgraph.UpdateBefores != 0:
		in = p.withoutBefores(in, key, s.wantsBefore(p) && len(key) > 0)
	}
	input := plan.PhysicalInput{Node: in}
	if len(key) > 0 && p.keyedShuffle(s, in) {
		input = p.hashed(in, key)
	}
	s.out.Inputs = []plan.PhysicalInput{input}
	s.out.Traits.Bounded = in.Traits.Bounded
	return nil
}

// keyedShuffle decides whether rows go to the sink by primary key.
func (p *planner) keyedShuffle(s *sinkPlan, in *plan.Physical) bool {
	switch p.o.KeyedShuffle {
	case "NONE":
		return false
	case "FORCE":
		return true
	}
	return p.o.Streaming && s.changelog != format.InsertOnly && s.out.Parallelism > 1 && !in.Traits.Changes.InsertOnly()
}

func (p *planner) materialized(s *sinkPlan, in *plan.Physical, key []int) *plan.Physical {
	s.materialized = true
	spec := &jobgraph.SinkMaterialize{Keys: key, TTL: p.o.StateTTL, Schema: in.Out}
	if keys := in.Traits.UpsertKeys; len(keys) > 0 {
		spec.UpsertKey = keys[0]
	}
	out := &plan.Physical{
		Spec: spec, Op: "SinkMaterializer", Inputs: []plan.PhysicalInput{p.hashed(in, key)}, Out: in.Out, Parallelism: s.out.Parallelism,
		Traits: plan.Traits{Changes: jobgraph.UpdateAfters | jobgraph.Deletes, UpsertKeys: [][]int{key}},
	}
	return p.add(out, facts{hash: key, attrs: func() []plan.Attr {
		return []plan.Attr{{Name: "key", Value: list(names(in.Out, key))}}
	}})
}

// withoutBefores leaves out the rows before updates, or, where the update may
// have moved to another key or been filtered out, makes them deletes.
func (p *planner) withoutBefores(in *plan.Physical, key []int, asDelete bool) *plan.Physical {
	out := &plan.Physical{
		Spec: &jobgraph.DropUpdateBefore{AsDelete: asDelete}, Op: "DropUpdateBefore", Inputs: []plan.PhysicalInput{{Node: in}}, Out: in.Out,
		Traits: plan.Traits{Changes: in.Traits.Changes &^ jobgraph.UpdateBefores, UpsertKeys: in.Traits.UpsertKeys},
	}
	if asDelete {
		out.Traits.Changes |= jobgraph.Deletes
	}
	f := p.facts[in]
	return p.add(out, facts{hash: f.hash, single: f.single, attrs: func() []plan.Attr { return nil }})
}

// collect returns rows to the client.
func (p *planner) collect(n *plan.Collect) (*plan.Physical, error) {
	in, err := p.convert(n.Input)
	if err != nil {
		return nil, err
	}
	schema := append(types.Schema(nil), in.Out...)
	for i, f := range n.Schema() {
		schema[i].Name = f.Name
	}
	out := &plan.Physical{Spec: &jobgraph.Collect{Schema: schema}, Op: "Sink", Out: schema, Inputs: []plan.PhysicalInput{{Node: in}}, Parallelism: 1}
	return p.add(out, facts{attrs: func() []plan.Attr {
		return []plan.Attr{{Name: "table", Value: "[*anonymous_collect$1*]"}, {Name: "fields", Value: list(schema.Names())}}
	}}), nil
}
