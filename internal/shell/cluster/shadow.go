package cluster

import (
	"io"
	"log/slog"
	"strings"

	"github.com/flottstream/flott/internal/config"
	"github.com/flottstream/flott/internal/embedded"
	"github.com/flottstream/flott/internal/shell/engine"
	"github.com/flottstream/flott/internal/sql/ast"
	"github.com/flottstream/flott/internal/sql/session"
	"github.com/flottstream/flott/internal/tableau"
)

// shadow plans beside Flink what Flink has carried out, as far as flott can: the gateway does not say whether a query
// ends, nor in which order its rows are wanted.
//
// It reaches out to nothing: catalogs are in memory, and no statement that would open another is followed. What comes
// after such a statement is not known.
type shadow struct {
	planner *embedded.Planner
	session *session.Session
	lost    bool // a statement could not be followed
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
		if follows(k) {
			cfg.Set(k, v) // what flott does not take matters to Flink alone
		}
	}
	p := &embedded.Planner{Engine: embedded.New(io.Discard, io.Discard, slog.New(slog.DiscardHandler)), Config: cfg}
	return &shadow{planner: p, session: p.NewSession()}
}

// follows reports a key that the shadow may be set to: those of catalogs would have it write files.
func follows(key string) bool { return !strings.Contains(key, "catalog") }

// can reports a statement that the shadow may carry out, or does not need to.
func (s *shadow) can(node ast.Statement) bool {
	switch x := node.(type) {
	case *ast.CreateCatalog, *ast.LoadModule, *ast.CallProcedure:
		return false
	case *ast.Set:
		return x.Key == nil || follows(x.Key.Text)
	}
	return true
}

// execute follows a statement that Flink has taken.
func (s *shadow) execute(script string, st engine.Statement) (k known) {
	k.streaming = embedded.Streaming(s.planner.Config)
	k.bounded = !k.streaming
	if s.lost = s.lost || !s.can(st.Node); s.lost || st.Node == nil {
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
