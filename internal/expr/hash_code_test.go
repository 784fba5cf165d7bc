package expr

import "testing"

// The results are kept in state: a change here breaks restoring it.
func TestHashCode(t *testing.T) {
	check(t, `
	HASH_CODE | 1 => INT NOT NULL -1595083705
	HASH_CODE | 2 => INT NOT NULL -128794035
	HASH_CODE | 'a' => INT NOT NULL -1134965520
	HASH_CODE | 'abcdefghijk' => INT NOT NULL -1773074735
	HASH_CODE | true => INT NOT NULL 1231
	`)
}
