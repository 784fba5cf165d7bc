package nexmark

import (
	"fmt"
	"strings"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/connector"
	"github.com/flottstream/flott/internal/types"
)

// leaf is a column of the generator under the name that DDL gives it.
type leaf struct {
	name  string
	field Fields
	kind  types.Kind
}

// rows are the ROW columns of a nexmark table and their fields.
var rows = [...]struct {
	name   string
	kind   int32
	leaves []leaf
}{
	{"person", TypePerson, []leaf{
		{"id", PersonID, types.BigInt},
		{"name", PersonName, types.Varchar},
		{"emailAddress", PersonEmail, types.Varchar},
		{"creditCard", PersonCard, types.Varchar},
		{"city", PersonCity, types.Varchar},
		{"state", PersonState, types.Varchar},
		{"dateTime", DateTime, types.Timestamp},
		{"extra", PersonExtra, types.Varchar},
	}},
	{"auction", TypeAuction, []leaf{
		{"id", AuctionID, types.BigInt},
		{"itemName", AuctionItem, types.Varchar},
		{"description", AuctionDescription, types.Varchar},
		{"initialBid", AuctionInitialBid, types.BigInt},
		{"reserve", AuctionReserve, types.BigInt},
		{"dateTime", DateTime, types.Timestamp},
		{"expires", AuctionExpires, types.Timestamp},
		{"seller", AuctionSeller, types.BigInt},
		{"category", AuctionCategory, types.BigInt},
		{"extra", AuctionExtra, types.Varchar},
	}},
	{"bid", TypeBid, []leaf{
		{"auction", BidAuction, types.BigInt},
		{"bidder", BidBidder, types.BigInt},
		{"price", BidPrice, types.BigInt},
		{"channel", BidChannel, types.Varchar},
		{"url", BidURL, types.Varchar},
		{"dateTime", DateTime, types.Timestamp},
		{"extra", BidExtra, types.Varchar},
	}},
}

// projection says which vector of a batch each wanted column goes to.
type projection struct {
	fields Fields
	places []place
}

// place is one field of the scan: a whole ROW, a field of one, or the event type.
type place struct {
	column int   // of the batch
	kind   int32 // rows in which it is not NULL; -1: all
	row    bool  // the leaves are children
	leaves []Fields
}

// newProjection checks the table's columns and lays out the scan's fields.
func newProjection(scan *connector.Scan) (*projection, error) {
	columns := make([]int, len(scan.Table.Columns)) // index into rows, or -1 for event_type
	for i, c := range scan.Table.Columns {
		r, err := checkColumn(c)
		if err != nil {
			return nil, err
		}
		columns[i] = r
	}
	p := &projection{}
	for i, f := range scan.Fields {
		at := place{column: i, kind: -1}
		if r := columns[f.Column]; r < 0 {
			at.leaves = []Fields{EventType}
		} else {
			at.kind = rows[r].kind
			declared := scan.Table.Columns[f.Column].Type.Fields
			if len(f.Path) > 0 {
				declared = declared[f.Path[0] : f.Path[0]+1]
			} else {
				at.row = true
			}
			for _, d := range declared {
				l, _ := findLeaf(r, d.Name)
				at.leaves = append(at.leaves, l.field)
			}
		}
		for _, l := range at.leaves {
			p.fields |= l
		}
		p.places = append(p.places, at)
	}
	return p, nil
}

// checkColumn says which of rows a column is, -1 for event_type.
func checkColumn(c connector.Column) (int, error) {
	if c.Metadata != "" {
		return 0, fmt.Errorf("column '%s': connector 'nexmark' has no metadata columns", c.Name)
	}
	if c.Name == "event_type" {
		return -1, checkType(c.Name, c.Type, types.Int)
	}
	for i, r := range rows {
		if r.name != c.Name {
			continue
		}
		if err := checkType(c.Name, c.Type, types.Row); err != nil {
			return 0, err
		}
		for _, f := range c.Type.Fields {
			l, ok := findLeaf(i, f.Name)
			if !ok {
				return 0, fmt.Errorf("field '%s' of column '%s' is not made by connector 'nexmark'; its fields are %s", f.Name, c.Name, leafNames(i))
			}
			if err := checkType(c.Name+"."+f.Name, f.Type, l.kind); err != nil {
				return 0, err
			}
		}
		return i, nil
	}
	return 0, fmt.Errorf("column '%s' is not made by connector 'nexmark'; its columns are event_type INT and the rows person, auction and bid", c.Name)
}

func checkType(name string, t types.Type, want types.Kind) error {
	switch {
	case want != types.Timestamp && t.Kind == want:
		return nil
	case want == types.Timestamp && t.IsTimestamp():
		if t.UnitsPerSecond() == 1000 {
			return nil
		}
		return fmt.Errorf("column '%s' is %s, but connector 'nexmark' makes milliseconds: declare it TIMESTAMP(3)", name, t)
	}
	return fmt.Errorf("column '%s' is %s, but connector 'nexmark' makes %s", name, t, want)
}

func findLeaf(row int, name string) (leaf, bool) {
	for _, l := range rows[row].leaves {
		if l.name == name {
			return l, true
		}
	}
	return leaf{}, false
}

func leafNames(row int) string {
	var names []string
	for _, l := range rows[row].leaves {
		names = append(names, l.name)
	}
	return strings.Join(names, ", ")
}

// vectors calls f with the vector of every leaf.
func (p *projection) vectors(b *batch.Batch, f func(Fields, *batch.Vector)) {
	for _, at := range p.places {
		v := b.Cols[at.column]
		if !at.row {
			f(at.leaves[0], v)
			continue
		}
		for i, l := range at.leaves {
			f(l, v.Kids[i])
		}
	}
}
