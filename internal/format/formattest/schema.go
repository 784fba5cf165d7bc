// Package formattest lets tests of formats and connectors be written as text:
// schemas from SQL types, rows as lines.
package formattest

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/types"
)

// Schema reads "name TYPE, name TYPE, …" with types as SQL writes them. It
// panics on anything else, since it is for tests.
func Schema(text string) types.Schema {
	p := &parser{text: text}
	s := types.Schema(p.fields(0))
	if p.rest() != "" {
		panic(fmt.Sprintf("schema %q: cannot read from %q on", text, p.rest()))
	}
	return s
}

type parser struct {
	text string
	pos  int
}

func (p *parser) rest() string { return strings.TrimSpace(p.text[p.pos:]) }

func (p *parser) skipTo(c byte) bool {
	for p.pos < len(p.text) && p.text[p.pos] == ' ' {
		p.pos++
	}
	if p.pos < len(p.text) && p.text[p.pos] == c {
		p.pos++
		return true
	}
	return false
}

func (p *parser) must(c byte) {
	if !p.skipTo(c) {
		panic(fmt.Sprintf("schema %q: expected %q before %q", p.text, c, p.rest()))
	}
}

func (p *parser) word() string {
	p.skipTo(0)
	start := p.pos
	for p.pos < len(p.text) && !strings.ContainsRune(" ,<>()", rune(p.text[p.pos])) {
		p.pos++
	}
	return p.text[start:p.pos]
}

func (p *parser) fields(end byte) (fields []types.Field) {
	for p.rest() != "" && !(end != 0 && p.skipTo(end)) {
		name := p.word()
		fields = append(fields, types.Field{Name: name, Type: p.typ()})
		p.skipTo(',')
	}
	return fields
}

func (p *parser) typ() types.Type {
	name := strings.ToUpper(p.word())
	switch name {
	case "STRING":
		return types.String()
	case "BYTES":
		return types.Bytes()
	case "ARRAY":
		p.must('<')
		elem := p.typ()
		p.must('>')
		return types.ArrayOf(elem)
	case "MULTISET":
		p.must('<')
		elem := p.typ()
		p.must('>')
		return types.Type{Kind: types.Multiset, Elem: &elem, Nullable: true}
	case "MAP":
		p.must('<')
		key := p.typ()
		p.must(',')
		value := p.typ()
		p.must('>')
		return types.MapOf(key, value)
	case "ROW":
		p.must('<')
		return types.RowOf(p.fields('>')...)
	}
	for k := types.Char; k <= types.TimestampLTZ; k++ {
		if k.String() == name {
			t := types.Of(k)
			if p.skipTo('(') {
				t.Length = p.number()
				if p.skipTo(',') {
					t.Scale = p.number()
				}
				p.must(')')
			}
			return t
		}
	}
	panic(fmt.Sprintf("schema %q: unknown type %q", p.text, name))
}

func (p *parser) number() int {
	n, err := strconv.Atoi(p.word())
	if err != nil {
		panic(err)
	}
	return n
}

// SchemaOf is the schema of a batch whose columns have no names of note.
func SchemaOf(b *batch.Batch) types.Schema {
	s := make(types.Schema, len(b.Cols))
	for i, v := range b.Cols {
		s[i] = types.Field{Name: "f" + strconv.Itoa(i), Type: v.Type}
	}
	return s
}
