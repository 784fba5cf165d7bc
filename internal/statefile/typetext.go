package statefile

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/flottstream/flott/internal/types"
)

// typeText prints a type as SQL does, without its time attribute. Backticks in
// names of fields are doubled.
func typeText(t types.Type) string {
	t.Time = types.NoTime
	var s string
	switch t.Kind {
	case types.Array, types.Multiset:
		s = t.Kind.String() + "<" + typeText(*t.Elem) + ">"
	case types.Map:
		s = "MAP<" + typeText(*t.Key) + ", " + typeText(*t.Elem) + ">"
	case types.Row:
		parts := make([]string, len(t.Fields))
		for i, f := range t.Fields {
			parts[i] = "`" + strings.ReplaceAll(f.Name, "`", "``") + "` " + typeText(f.Type)
		}
		s = "ROW<" + strings.Join(parts, ", ") + ">"
		if t.Class != "" {
			s = "STRUCTURED<'" + strings.ReplaceAll(t.Class, "'", "''") + "', " + strings.Join(parts, ", ") + ">"
		}
	default:
		return t.String()
	}
	if !t.Nullable {
		s += " NOT NULL"
	}
	return s
}

// parseType reads what typeText prints.
func parseType(text string) (types.Type, error) {
	p := typeParser{rest: text}
	t := p.typ(0)
	if !p.failed && p.rest != "" {
		p.failed = true
	}
	if p.failed {
		return types.Type{}, fmt.Errorf("%q is not a type", text)
	}
	return t, nil
}

// typeParser consumes rest from the front. Once failed, results mean nothing.
type typeParser struct {
	rest   string
	failed bool
}

// maxTypeDepth bounds how deep types nest.
const maxTypeDepth = 64

// plainKinds are the types without parameters, longer names before their prefixes.
var plainKinds = []types.Kind{
	types.TinyInt, types.SmallInt, types.IntervalYearMonth, types.IntervalDayTime, types.Int, types.BigInt,
	types.Boolean, types.Float, types.Double, types.Date, types.Variant, types.Bitmap,
}

// sizedKinds are the types with a length or precision in parentheses.
var sizedKinds = []types.Kind{
	types.Char, types.Varchar, types.Binary, types.Varbinary, types.TimestampLTZ, types.Timestamp, types.Time,
}

func (p *typeParser) accept(s string) bool {
	if p.failed || !strings.HasPrefix(p.rest, s) {
		return false
	}
	p.rest = p.rest[len(s):]
	return true
}

func (p *typeParser) expect(s string) {
	if !p.accept(s) {
		p.failed = true
	}
}

func (p *typeParser) number() int {
	i := 0
	for i < len(p.rest) && p.rest[i] >= '0' && p.rest[i] <= '9' {
		i++
	}
	n, err := strconv.ParseInt(p.rest[:i], 10, 32)
	if err != nil {
		p.failed = true
		return 0
	}
	p.rest = p.rest[i:]
	return int(n)
}

func (p *typeParser) typ(depth int) types.Type {
	if depth > maxTypeDepth {
		p.failed = true
	}
	if p.failed {
		return types.Type{}
	}
	if p.accept("NULL") {
		return types.Type{Kind: types.Null, Nullable: true}
	}
	t := p.root(depth)
	t.Nullable = !p.accept(" NOT NULL")
	return t
}

func (p *typeParser) root(depth int) types.Type {
	switch {
	case p.accept("STRING"):
		return types.String()
	case p.accept("BYTES"):
		return types.Bytes()
	case p.accept("DECIMAL("):
		precision := p.number()
		p.expect(", ")
		scale := p.number()
		p.expect(")")
		return types.DecimalOf(precision, scale)
	case p.accept("ARRAY<"):
		elem := p.typ(depth + 1)
		p.expect(">")
		return types.ArrayOf(elem)
	case p.accept("MULTISET<"):
		elem := p.typ(depth + 1)
		p.expect(">")
		return types.Type{Kind: types.Multiset, Elem: &elem}
	case p.accept("MAP<"):
		key := p.typ(depth + 1)
		p.expect(", ")
		elem := p.typ(depth + 1)
		p.expect(">")
		return types.MapOf(key, elem)
	case p.accept("ROW<"):
		return types.RowOf(p.fields(depth)...)
	case p.accept("STRUCTURED<'"):
		class := p.name('\'')
		p.expect(", ")
		return types.StructuredOf(class, p.fields(depth)...)
	}
	for _, k := range sizedKinds {
		if p.accept(k.String() + "(") {
			length := p.number()
			p.expect(")")
			return types.Type{Kind: k, Length: length}
		}
	}
	for _, k := range plainKinds {
		if p.accept(k.String()) {
			return types.Of(k)
		}
	}
	p.failed = true
	return types.Type{}
}

func (p *typeParser) fields(depth int) []types.Field {
	var fields []types.Field
	if p.accept(">") {
		return fields
	}
	for {
		p.expect("`")
		name := p.name('`')
		p.expect(" ")
		fields = append(fields, types.Field{Name: name, Type: p.typ(depth + 1)})
		if p.failed || p.accept(">") {
			return fields
		}
		p.expect(", ")
	}
}

// name reads up to the closing quote.
func (p *typeParser) name(quote byte) string {
	var name strings.Builder
	for !p.failed {
		i := strings.IndexByte(p.rest, quote)
		if i < 0 {
			p.failed = true
			break
		}
		name.WriteString(p.rest[:i])
		p.rest = p.rest[i+1:]
		if !p.accept(string(quote)) {
			break
		}
		name.WriteByte(quote)
	}
	return name.String()
}
