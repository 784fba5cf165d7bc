package plan

import "github.com/flottstream/flott/internal/types"

// Schema returns the table's columns.
func (n *Scan) Schema() types.Schema { return n.Out }

// Schema returns the row type.
func (n *Values) Schema() types.Schema { return n.Out }

// Schema returns the computed columns.
func (n *Project) Schema() types.Schema { return n.Out }

// Schema returns the input's columns.
func (n *Filter) Schema() types.Schema { return n.Input.Schema() }

// Schema returns left then right columns (semi and anti joins: left).
func (n *Join) Schema() types.Schema { return n.Out }

// Schema returns keys, grouping id, calls and window properties.
func (n *Aggregate) Schema() types.Schema { return n.Out }

// Schema returns the input's columns and the window's.
func (n *WindowTVF) Schema() types.Schema { return n.Out }

// Schema returns the input's columns and the calls.
func (n *Over) Schema() types.Schema { return n.Out }

// Schema returns the input's columns.
func (n *Sort) Schema() types.Schema { return n.Input.Schema() }

// Schema returns the common row type.
func (n *SetOp) Schema() types.Schema { return n.Out }

// Schema returns the input's columns and the elements.
func (n *Unnest) Schema() types.Schema { return n.Out }

// Schema returns the input's columns and the function's.
func (n *TableFunction) Schema() types.Schema { return n.Out }

// Schema is empty: a sink has no output.
func (n *Sink) Schema() types.Schema { return nil }

// Schema returns the rows the client gets.
func (n *Collect) Schema() types.Schema { return n.Input.Schema() }

// Inputs of leaves are none.
func (n *Scan) Inputs() []Node { return nil }

// Inputs of leaves are none.
func (n *Values) Inputs() []Node { return nil }

// Inputs returns the one input.
func (n *Project) Inputs() []Node { return []Node{n.Input} }

// Inputs returns the one input.
func (n *Filter) Inputs() []Node { return []Node{n.Input} }

// Inputs returns left and right.
func (n *Join) Inputs() []Node { return []Node{n.Left, n.Right} }

// Inputs returns the one input.
func (n *Aggregate) Inputs() []Node { return []Node{n.Input} }

// Inputs returns the one input.
func (n *WindowTVF) Inputs() []Node { return []Node{n.Input} }

// Inputs returns the one input.
func (n *Over) Inputs() []Node { return []Node{n.Input} }

// Inputs returns the one input.
func (n *Sort) Inputs() []Node { return []Node{n.Input} }

// Inputs returns the operands.
func (n *SetOp) Inputs() []Node { return n.In }

// Inputs returns the one input.
func (n *Unnest) Inputs() []Node { return []Node{n.Input} }

// Inputs returns the one input.
func (n *TableFunction) Inputs() []Node { return []Node{n.Input} }

// Inputs returns the one input.
func (n *Sink) Inputs() []Node { return []Node{n.Input} }

// Inputs returns the one input.
func (n *Collect) Inputs() []Node { return []Node{n.Input} }

// WithInputs of a leaf returns the leaf.
func (n *Scan) WithInputs([]Node) Node { return n }

// WithInputs of a leaf returns the leaf.
func (n *Values) WithInputs([]Node) Node { return n }

// WithInputs replaces the input.
func (n *Project) WithInputs(in []Node) Node { c := *n; c.Input = in[0]; return &c }

// WithInputs replaces the input.
func (n *Filter) WithInputs(in []Node) Node { c := *n; c.Input = in[0]; return &c }

// WithInputs replaces left and right.
func (n *Join) WithInputs(in []Node) Node { c := *n; c.Left, c.Right = in[0], in[1]; return &c }

// WithInputs replaces the input.
func (n *Aggregate) WithInputs(in []Node) Node { c := *n; c.Input = in[0]; return &c }

// WithInputs replaces the input.
func (n *WindowTVF) WithInputs(in []Node) Node { c := *n; c.Input = in[0]; return &c }

// WithInputs replaces the input.
func (n *Over) WithInputs(in []Node) Node { c := *n; c.Input = in[0]; return &c }

// WithInputs replaces the input.
func (n *Sort) WithInputs(in []Node) Node { c := *n; c.Input = in[0]; return &c }

// WithInputs replaces the operands.
func (n *SetOp) WithInputs(in []Node) Node { c := *n; c.In = in; return &c }

// WithInputs replaces the input.
func (n *Unnest) WithInputs(in []Node) Node { c := *n; c.Input = in[0]; return &c }

// WithInputs replaces the input.
func (n *TableFunction) WithInputs(in []Node) Node { c := *n; c.Input = in[0]; return &c }

// WithInputs replaces the input.
func (n *Sink) WithInputs(in []Node) Node { c := *n; c.Input = in[0]; return &c }

// WithInputs replaces the input.
func (n *Collect) WithInputs(in []Node) Node { c := *n; c.Input = in[0]; return &c }
