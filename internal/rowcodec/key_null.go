package rowcodec

// HasNull reports whether a column of an encoded key is NULL.
func (e *KeyEncoder) HasNull(key []byte) bool {
	if e.wide {
		return false
	}
	for _, bits := range key[e.nulls:e.fixed] {
		if bits != 0 {
			return true
		}
	}
	return false
}
