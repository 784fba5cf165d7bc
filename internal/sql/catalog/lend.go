package catalog

// Lend makes Lookup take what is not there from find until the function it
// returns is called.
func (m *Manager) Lend(find func(Path) (Relation, error)) (end func()) {
	m.lender = find
	return func() { m.lender = nil }
}

// borrowed asks the lender. Why an object cannot be made is kept for NearTo.
func (m *Manager) borrowed(p Path) (Relation, bool) {
	if r := m.seen[p]; r != nil {
		return r, true
	}
	r, err := m.lender(p)
	if err != nil {
		m.broken[p] = err
	}
	if err != nil || r == nil {
		return nil, false
	}
	m.seen[p] = r
	return r, true
}
