package statefile

// Entries is how many entries a state has, without reading them.
func (s *source) Entries(name string) (n int64) {
	for i := range s.sections {
		if s.sections[i].Name == name {
			for _, k := range s.sections[i].blocks {
				n += int64(k.entries)
			}
		}
	}
	return n
}
