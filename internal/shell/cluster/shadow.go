package cluster

import (
	"io"
	"log/slog"

	"github.com/flottstream/flott/internal/config"
	"github.com/flottstream/flott/internal/embedded"
	"github.com/flottstream/flott/internal/shell/engine"
	"github.com/flottstream/flott/internal/sql/session"
	"github.com/flottstream/flott/internal/tableau"
)

// shadow plans beside Flink what Flink has carried out, as far as flott can: the gateway does not say whether a query
// ends, nor in which order its rows are wanted.
type shadow struct {
	planner *embedded.Planner
	session *session.Session
}

// known is what the shadow found out about a statement.
type known struct {
	bounded, insertOnly, streaming bool
	planned                        bool // the statement could be planned
	order                          []tableau.SortColumn
}

func newShadow(properties map[string]string) *shadow {
	cfg := config.New()
	for k, v := range properties {
		cfg.Set(k, v) // what flott does not take matters to Flink alone
	}
	p := &embedded.Planner{Engine: embedded.New(io.Discard, io.Discard, slog.New(slog.DiscardHandler)), Config: cfg}
	return &shadow{p, p.NewSession()}
}

// execute follows a statement that Flink has taken.
func (s *shadow) execute(script string, st engine.Statement) (k known) {
	k.streaming = embedded.Streaming(s.planner.Config)
	k.bounded = !k.streaming
	if st.Node == nil {
		return k
	}
	// A bug of flott's planner must not keep a query from a cluster that can run it.
	defer func() {
		if recover() != nil {
			k = known{streaming: k.streaming, bounded: !k.streaming}
		}
	}()
	r, err := s.session.Execute(script, st.Node)
	if err != nil || r.Job == nil {
		return k
	}
	k.planned, k.bounded = true, r.Job.Bounded || !k.streaming
	if shape, ok, err := s.planner.Shape(r); err == nil && ok {
		k.insertOnly = shape.InsertOnly
		for _, o := range shape.Order {
			k.order = append(k.order, tableau.SortColumn{Column: o.Column, Descending: o.Descending, NullsFirst: o.NullsFirst})
		}
	}
	return k
}
