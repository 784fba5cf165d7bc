// Package ast is the tree of Flink's SQL dialect: plain data, no meaning.
//
// The contract:
//
//   - Every node embeds a Span, the half-open byte range of the source text it
//     was parsed from. A node made by hand may leave it zero.
//   - Names are kept exactly as written, without their back-ticks (identifiers
//     are case-sensitive); keywords, operators, type names and built-in function
//     names with special syntax are upper case. Nothing is resolved: types,
//     columns and functions live beside the tree, in the binder.
//   - Spellings which mean the same have one form: `!=` is `<>`, INTEGER is INT,
//     CHARACTER VARYING is VARCHAR, FETCH FIRST is LIMIT, MINUS is EXCEPT,
//     EXTRACT(DAY FROM x) is a Call with a Symbol argument. Parentheses are not
//     kept; Format puts them back where the tree needs them.
//   - Slices are nil when the clause is absent; pointers and interfaces likewise.
//   - Format(n) prints SQL that parses to the same tree; Dump(n) shows the tree
//     itself; Walk and Inspect visit it in source order.
//
// The tree is read-only by convention after parsing: the same node may be shared
// by a statement and what the binder made of it.
package ast

// Span is the half-open byte range [Pos, End) of a node in the source text.
type Span struct {
	Pos int // byte offset of the first character
	End int // byte offset after the last character
}

// Range returns the span itself; embedding Span makes a type a Node.
func (s Span) Range() Span { return s }

// Node is any part of the tree.
type Node interface {
	Range() Span
}

// Statement is what a `;` ends.
type Statement interface {
	Node
	statement()
}

// Expr is a scalar expression, or one of the things which only stand in the
// argument list of a call or the items of a SELECT: Star, Symbol, NamedArg,
// TableArg, ModelArg, Descriptor, Default.
type Expr interface {
	Node
	expr()
}

// TableRef is an element of a FROM clause.
type TableRef interface {
	Node
	tableRef()
}

// QueryBody is what stands between WITH and ORDER BY.
type QueryBody interface {
	Node
	queryBody()
}

// Pattern is a row pattern of MATCH_RECOGNIZE.
type Pattern interface {
	Node
	pattern()
}

// AlterAction is what an ALTER statement does to its object.
type AlterAction interface {
	Node
	alterAction()
}

// Ident is one name, without back-ticks.
type Ident struct {
	Span
	Name string
}

// Name is a possibly qualified name of a catalog object or function: [[cat.]db.]t.
type Name struct {
	Span
	Parts []Ident // never empty
}

// Last returns the unqualified part.
func (n Name) Last() Ident { return n.Parts[len(n.Parts)-1] }

// Strings returns the parts as strings.
func (n Name) Strings() []string {
	s := make([]string, len(n.Parts))
	for i, p := range n.Parts {
		s[i] = p.Name
	}
	return s
}

// String returns the parts joined by dots, without quotes: for messages.
func (n Name) String() string {
	s := ""
	for i, p := range n.Parts {
		if i > 0 {
			s += "."
		}
		s += p.Name
	}
	return s
}
