package optimize

import (
	"fmt"

	"github.com/flottstream/flott/internal/sql/plan"
)

// changelog plans TO_CHANGELOG and FROM_CHANGELOG.
func (p *planner) changelog(n *plan.Changelog) (*plan.Physical, error) {
	name := "FROM_CHANGELOG"
	if n.To != nil {
		name = "TO_CHANGELOG"
	}
	if !p.o.Streaming {
		return nil, fmt.Errorf("%s is only possible in streaming mode", name)
	}
	in, err := p.convert(n.Input)
	if err != nil {
		return nil, err
	}
	out := &plan.Physical{Op: "ProcessTableFunction", Inputs: []plan.PhysicalInput{{Node: in}}, Out: withoutTime(n.Out)}
	f := facts{single: p.facts[in].single}
	if n.To != nil {
		out.Spec = n.To
	} else {
		out.Spec = n.From
		out.Traits.Changes = allChanges
	}
	f.attrs = func() []plan.Attr {
		return []plan.Attr{{Name: "invocation", Value: "[" + name + "(TABLE(#0), DEFAULT(), DEFAULT(), DEFAULT(), DEFAULT())]"},
			{Name: "uid", Value: "[null]"}, {Name: "select", Value: list(out.Out.Names())}}
	}
	return p.add(out, f), nil
}
