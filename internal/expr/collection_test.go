package expr

import (
	"strings"
	"testing"
)

// The answers were given by Flink 2.3.
func TestCollectionFunctions(t *testing.T) {
	check(t, strings.ReplaceAll(`
	CARDINALITY | [1,2,3] => INT NOT NULL 3
	CARDINALITY | {'a':1} => INT NOT NULL 1
	ELEMENT | [1] => INT NOT NULL 1
	MAP_KEYS | {'a':1,'b':2} => ARRAY<CHAR(1) NOT NULL> NOT NULL [a, b]
	MAP_VALUES | {'a':1,'b':2} => ARRAY<INT NOT NULL> NOT NULL [1, 2]
	MAP_ENTRIES | {'a':1} => ARRAY<ROW<^key^ CHAR(1) NOT NULL, ^value^ INT NOT NULL>> NOT NULL [(a, 1)]
	MAP_UNION | {'a':1,'b':2}, {'b':3,'c':4} => MAP<CHAR(1) NOT NULL, INT NOT NULL> NOT NULL {b=3, c=4, a=1}
	ARRAY_APPEND | [1,2], 3 => ARRAY<INT NOT NULL> NOT NULL [1, 2, 3]
	ARRAY_APPEND | [1,2], null:INT => ARRAY<INT> [1, 2, NULL]
	ARRAY_PREPEND | [1,2], 3 => ARRAY<INT NOT NULL> NOT NULL [3, 1, 2]
	ARRAY_CONCAT | [1], [2,3] => ARRAY<INT NOT NULL> NOT NULL [1, 2, 3]
	ARRAY_CONCAT | [1], [2.5] => ARRAY<DECIMAL(11, 1) NOT NULL> NOT NULL [1.0, 2.5]
	ARRAY_CONTAINS | [1,2], 2 => BOOLEAN NOT NULL TRUE
	ARRAY_CONTAINS | [1,null], null:INT => BOOLEAN NOT NULL TRUE
	ARRAY_CONTAINS | [1,2], 5 => BOOLEAN NOT NULL FALSE
	ARRAY_DISTINCT | [1,2,1,null,null] => ARRAY<INT> NOT NULL [1, 2, NULL]
	ARRAY_EXCEPT | [1,2,2,3], [2] => ARRAY<INT NOT NULL> NOT NULL [1, 3]
	ARRAY_EXCEPT | [1,1,2,2,3], [2] => ARRAY<INT NOT NULL> NOT NULL [1, 3]
	ARRAY_INTERSECT | [1,2,2,3], [2,3,2] => ARRAY<INT NOT NULL> NOT NULL [2, 3]
	ARRAY_UNION | [1,2,2], [3,2,null] => ARRAY<INT> NOT NULL [1, 2, 3, NULL]
	ARRAY_JOIN | ['a',null,'b'], ',' => STRING NOT NULL a,b
	ARRAY_JOIN | ['a',null,'b'], ',', '*' => STRING NOT NULL a,*,b
	ARRAY_MAX | [1,3,null] => INT 3
	ARRAY_MIN | [1,3,null] => INT 1
	ARRAY_POSITION | [1,3,3], 3 => INT NOT NULL 2
	ARRAY_POSITION | [1,3,3], 5 => INT NOT NULL 0
	ARRAY_POSITION | [1,null], null:INT => INT NULL
	ARRAY_REMOVE | [1,3,3,null], 3 => ARRAY<INT> NOT NULL [1, NULL]
	ARRAY_REMOVE | [1,null], null:INT => ARRAY<INT> NOT NULL [1]
	ARRAY_REVERSE | [1,2,null] => ARRAY<INT> NOT NULL [NULL, 2, 1]
	ARRAY_SLICE | [1,2,3,4], 2, 3 => ARRAY<INT NOT NULL> NOT NULL [2, 3]
	ARRAY_SLICE | [1,2,3,4], -2 => ARRAY<INT NOT NULL> NOT NULL [3, 4]
	ARRAY_SLICE | [1,2,3,4], 0, 2 => ARRAY<INT NOT NULL> NOT NULL [1, 2]
	ARRAY_SLICE | [1,2,3,4], 3, 1 => ARRAY<INT NOT NULL> NOT NULL []
	ARRAY_SLICE | [1,2,3,4], -10, 2 => ARRAY<INT NOT NULL> NOT NULL [1, 2]
	ARRAY_SLICE | [1,2,3,4], 5, 6 => ARRAY<INT NOT NULL> NOT NULL []
	ARRAY_SLICE | [1,2,3,4], 2, 10 => ARRAY<INT NOT NULL> NOT NULL [2, 3, 4]
	ARRAY_SORT | [3,null,1] => ARRAY<INT> NOT NULL [NULL, 1, 3]
	ARRAY_SORT | [3,null,1], false => ARRAY<INT> NOT NULL [3, 1, NULL]
	ARRAY_SORT | [3,null,1], false, true => ARRAY<INT> NOT NULL [NULL, 3, 1]
	ARRAY_SORT | [3,null,1], true, false => ARRAY<INT> NOT NULL [1, 3, NULL]
	ARRAY | 1, 2.5 => ARRAY<DECIMAL(11, 1) NOT NULL> NOT NULL [1.0, 2.5]
	ARRAY | 1, null => ARRAY<INT> NOT NULL [1, NULL]
	ARRAY | 'a', 'bcd' => ARRAY<VARCHAR(3) NOT NULL> NOT NULL [a, bcd]
	MAP | 'a', 1, 'bcd', 2.5 => MAP<VARCHAR(3) NOT NULL, DECIMAL(11, 1) NOT NULL> NOT NULL {a=1.0, bcd=2.5}
	MAP | 'a', 1, 'a', 2 => MAP<CHAR(1) NOT NULL, INT NOT NULL> NOT NULL {a=2}
	MAP | 'a' => error: MAP requires an even number of arguments, at least 2
	ROW | 1, 'a' => ROW<^EXPR$0^ INT NOT NULL, ^EXPR$1^ CHAR(1) NOT NULL> NOT NULL (1, a)
	ROW | 1, null => error: Illegal use of 'NULL'. Use CAST(NULL AS …) to give it a type
	ITEM | [1, 2], 1 => INT 1
	ITEM | [1, 2], 3 => INT -1
	ITEM | [1, null], 3 => INT NULL
	ITEM | [1, 2], 0 => error: Array element access needs an index starting at 1 but was 0
	ITEM | {'a': 1}, 'a' => INT 1
	ITEM | {'a': 1}, 'b' => INT -1
	= | [1, 2], [1, 2] => BOOLEAN NOT NULL TRUE
	= | {'a': 1}, {'a': 1} => BOOLEAN NOT NULL TRUE
	= | (1, 'a'), (1, 'a') => BOOLEAN NOT NULL TRUE
	<> | (1, 'a'), (1, 'b') => BOOLEAN NOT NULL TRUE
	ELEMENT | [1, 2] => error: Array has more than one element
	MAP_FROM_ARRAYS | ['a', 'b'], [1] => error: Invalid function MAP_FROM_ARRAYS call: the arrays have 2 keys and 1 values
	CAST | [1, 2], ARRAY<STRING> => ARRAY<STRING> NOT NULL [1, 2]
	CAST | [1, 2], STRING => STRING NOT NULL [1, 2]
	CAST | {'a': 1}, STRING => STRING NOT NULL {a=1}
	CAST | (1, 'a b', true), STRING => STRING NOT NULL (1, a b, TRUE)
	CASE | true, [1], [2, 3] => ARRAY<INT NOT NULL> NOT NULL [1]
	COALESCE | null, [2, 3] => ARRAY<INT NOT NULL> NOT NULL [2, 3]
	`, "^", "`"))
}
