package expr

import "github.com/flottstream/flott/internal/batch"

// predicateNode is a strict function of type BOOLEAN whose kernel lists the
// rows at which it is TRUE, so that it filters without making a vector.
type predicateNode struct {
	kernelCall
	nodes []node
	match func(c *kernelCall, rows, dst []int32) ([]int32, error)
	rows  []int32
	hits  []int32
}

// predicate builds a node of a strict BOOLEAN function.
func predicate(b *builder, match func(c *kernelCall, rows, dst []int32) ([]int32, error)) node {
	for i := range b.args {
		if v := b.constant(i); v != nil && v.IsNull(0) {
			return nullConst(b.call.T)
		}
	}
	p := &predicateNode{nodes: b.args, match: match}
	p.call, p.env = b.call, b.env
	p.args = make([]values, len(b.args))
	p.out = batch.New(b.call.T, 0)
	return p
}

// begin evaluates the arguments and returns the rows at which all are there;
// valid is nil if that is everywhere.
func (p *predicateNode) begin(f *frame, sel []int32) (rows []int32, valid batch.Bitmap, err error) {
	p.n = f.n
	for i, nd := range p.nodes {
		if p.args[i], err = operand(nd, f, sel); err != nil {
			return nil, nil, err
		}
		v := p.args[i].validity()
		switch {
		case v == nil:
		case valid == nil:
			p.valid = sizedBitmap(p.valid, f.n)
			copy(p.valid, v)
			valid = p.valid
		default:
			andInto(valid, valid, v)
		}
	}
	rows = allRows(f, sel)
	if valid != nil {
		p.rows = appendValid(p.rows[:0], rows, valid)
		rows = p.rows
	}
	return rows, valid, nil
}

func (p *predicateNode) eval(f *frame, sel []int32) (*batch.Vector, error) {
	rows, valid, err := p.begin(f, sel)
	if err != nil {
		return nil, err
	}
	resetOut(p.out, f.n)
	p.out.Valid = valid
	if p.hits, err = p.match(&p.kernelCall, rows, p.hits[:0]); err != nil {
		return nil, err
	}
	bits := p.out.Bits[:batch.BitmapWords(f.n)]
	bits.Fill(false)
	for _, i := range p.hits {
		bits.Set(int(i))
	}
	return p.out, nil
}

func (p *predicateNode) filter(f *frame, sel, dst []int32) ([]int32, error) {
	rows, _, err := p.begin(f, sel)
	if err != nil {
		return dst, err
	}
	return p.match(&p.kernelCall, rows, dst)
}
