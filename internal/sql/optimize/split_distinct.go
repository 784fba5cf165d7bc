package optimize

import "github.com/flottstream/flott/internal/sql/plan"

func splitDistinct(o *Options, n plan.Node) (plan.Node, error) { return n, nil }
