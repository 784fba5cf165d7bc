package nexmark

var (
	boundFirstName = newBound(len(firstNames))
	boundLastName  = newBound(len(lastNames))
	boundMailbox   = newBound(7 - stringSizeMin)
	boundHost      = newBound(5 - stringSizeMin)
	boundCard      = newBound(10_000)
	boundCity      = newBound(len(cities))
	boundState     = newBound(len(states))
)

// makePersons makes a run of persons row by row; of fifty events one is a person.
func (g *Generator) makePersons(r run, fields Fields, dst *Columns) {
	for i := range r.count {
		row := r.row + i
		if fields&PersonID != 0 {
			dst.Person.ID[row] = g.lastPerson(r.epoch, r.offset+int64(i)) + firstPersonID
		}
		if fields&(personFields&^PersonID) != 0 {
			g.personText(random(r.id+int64(i)), row, fields, dst)
		}
	}
}

func (g *Generator) personText(rnd random, row int, fields Fields, dst *Columns) {
	p := &dst.Person
	s := append(g.scratch[:0], firstNames[rnd.below(boundFirstName)]...)
	s = append(s, ' ')
	s = append(s, lastNames[rnd.below(boundLastName)]...)
	size := len(s)
	if fields&PersonName != 0 {
		p.Name.put(row, s)
	}
	s = rnd.appendString(s[:0], boundMailbox, ' ')
	s = append(s, '@')
	s = rnd.appendString(s, boundHost, ' ')
	s = append(s, ".com"...)
	size += len(s)
	if fields&PersonEmail != 0 {
		p.Email.put(row, s)
	}
	s = rnd.appendCard(s[:0])
	size += len(s)
	if fields&PersonCard != 0 {
		p.Card.put(row, s)
	}
	city := cities[rnd.below(boundCity)]
	if fields&PersonCity != 0 {
		p.City.skipTo(row)
		p.City.Bytes = append(p.City.Bytes, city...)
		p.City.end(row)
	}
	state := states[rnd.below(boundState)]
	if fields&PersonState != 0 {
		p.State.skipTo(row)
		p.State.Bytes = append(p.State.Bytes, state...)
		p.State.end(row)
	}
	g.scratch = s
	if fields&PersonExtra != 0 {
		extra := newExtraSize(8+size+len(city)+len(state), g.config.PersonSize)
		p.Extra.skipTo(row)
		p.Extra.Bytes = rnd.appendExtra(p.Extra.Bytes, extra, g.extra)
		p.Extra.end(row)
	}
}

// appendCard appends four groups of four digits.
func (r *random) appendCard(dst []byte) []byte {
	for i := range 4 {
		if i > 0 {
			dst = append(dst, ' ')
		}
		n := r.below(boundCard)
		dst = append(dst, byte('0'+n/1000), byte('0'+n/100%10), byte('0'+n/10%10), byte('0'+n%10))
	}
	return dst
}
