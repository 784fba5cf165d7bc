// Package operators holds the operators of SQL plans, one file each, and Build,
// which makes them from their specs.
package operators

import (
	"fmt"

	"github.com/flottstream/flott/internal/connector"
	"github.com/flottstream/flott/internal/jobgraph"
	"github.com/flottstream/flott/internal/operator"
	"github.com/flottstream/flott/internal/types"
)

// Builder makes operators from specs. It is read-only and shared by all tasks.
type Builder struct {
	Connectors map[string]connector.Factory
	Env        *connector.Env
	Collector  Collector // for Collect specs; nil if the job has none
}

// Source returns the source operator of a spec, nil if it is not a source.
func (b *Builder) Source(op *jobgraph.Operator) (operator.Source, error) {
	switch spec := op.Spec.(type) {
	case *jobgraph.Values:
		return &values{rows: spec.Rows}, nil
	case *jobgraph.Scan:
		source, err := b.OpenSource(spec)
		if err != nil {
			return nil, err
		}
		return newScan(spec, source), nil
	}
	return nil, nil
}

// OpenSource configures the connector of a scan. The JobManager uses it too,
// for the enumerator.
func (b *Builder) OpenSource(spec *jobgraph.Scan) (connector.Source, error) {
	f, ok := b.Connectors[spec.Connector]
	if !ok {
		return nil, fmt.Errorf("connector '%s' is not part of this binary", spec.Connector)
	}
	return f.Source(b.Env, &spec.Scan)
}

// Operator returns the operator of a spec that is not a source; inputs are the
// schemas of its input ports.
func (b *Builder) Operator(op *jobgraph.Operator, inputs []types.Schema) (operator.Operator, error) {
	switch spec := op.Spec.(type) {
	case *jobgraph.Calc:
		return NewCalc(spec), nil
	case *jobgraph.Sink:
		f, ok := b.Connectors[spec.Connector]
		if !ok {
			return nil, fmt.Errorf("connector '%s' is not part of this binary", spec.Connector)
		}
		s, err := f.Sink(b.Env, &spec.Target)
		if err != nil {
			return nil, err
		}
		return newSink(spec, s), nil
	case *jobgraph.LookupJoin:
		return b.newLookupJoin(spec)
	case *jobgraph.Collect:
		if b.Collector == nil {
			return nil, fmt.Errorf("this job collects rows, but nobody asked for them")
		}
		return &collect{b.Collector}, nil
	case *jobgraph.DropUpdateBefore:
		return &dropUpdateBefore{asDelete: spec.AsDelete}, nil
	}
	return newStateful(op, inputs)
}

// newStateful returns the operators that keep rows or state.
func newStateful(op *jobgraph.Operator, inputs []types.Schema) (operator.Operator, error) {
	switch spec := op.Spec.(type) {
	case *jobgraph.GroupAgg:
		if spec.Phase == jobgraph.LocalPhase {
			return NewLocalAgg(spec), nil
		}
		return NewGroupAgg(spec), nil
	case *jobgraph.WindowAgg:
		if spec.Phase == jobgraph.LocalPhase {
			return NewLocalWindowAgg(spec), nil
		}
		return NewWindowAgg(spec), nil
	case *jobgraph.WindowTVF:
		return NewWindowTVF(spec, inputs[0]), nil
	case *jobgraph.Join:
		if spec.NullAware {
			return NewNotIn(spec)
		}
		return NewJoin(spec), nil
	case *jobgraph.MultiJoin:
		return NewMultiJoin(spec), nil
	case *jobgraph.Deduplicate:
		return NewDeduplicate(spec), nil
	case *jobgraph.Rank:
		return NewRank(spec)
	case *jobgraph.IntervalJoin:
		return NewIntervalJoin(spec), nil
	case *jobgraph.Over:
		return NewOver(spec), nil
	case *jobgraph.ToChangelog:
		return NewToChangelog(spec), nil
	case *jobgraph.FromChangelog:
		return NewFromChangelog(spec), nil
	case *jobgraph.Match:
		return NewMatch(spec), nil
	case *jobgraph.Process:
		return NewProcess(spec), nil
	case *jobgraph.WindowRank:
		return NewWindowRank(spec)
	case *jobgraph.WindowJoin:
		return NewWindowJoin(spec), nil
	case *jobgraph.TemporalJoin:
		return NewTemporalJoin(spec), nil
	case *jobgraph.Expand:
		return NewExpand(spec), nil
	case *jobgraph.Replicate:
		return NewReplicate(spec), nil
	case *jobgraph.Unnest:
		return NewUnnest(spec, inputs[0]), nil
	case *jobgraph.ChangelogNormalize:
		return NewChangelogNormalize(spec), nil
	case *jobgraph.SinkMaterialize:
		return NewSinkMaterialize(spec), nil
	case *jobgraph.TableFunction:
		if spec.User == nil {
			return nil, fmt.Errorf("there is no table function %s", spec.Fn)
		}
		return NewTableFunction(spec, inputs[0]), nil
	case *jobgraph.Sort:
		return NewSort(spec), nil
	case *jobgraph.Limit:
		return NewLimit(spec)
	default:
		return nil, fmt.Errorf("operator %s (%T) cannot be run yet", op.Name, spec)
	}
}
