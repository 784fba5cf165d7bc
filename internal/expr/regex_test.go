package expr

import "testing"

// The answers were given by Flink 2.3.
func TestRegexFunctions(t *testing.T) {
	check(t, `
	STR_TO_MAP | 'k1=v1,k2=v2' => MAP<STRING, STRING> {k1=v1, k2=v2}
	STR_TO_MAP | 'k1:v1;k2:v2;k3', ';', ':' => MAP<STRING, STRING> {k3=NULL, k1=v1, k2=v2}
	SIMILAR TO | 'abc', '(a|b)%' => BOOLEAN NOT NULL TRUE
	SIMILAR TO | 'abc', 'a[b-d]c' => BOOLEAN NOT NULL TRUE
	SIMILAR TO | 'abc', 'a.c' => BOOLEAN NOT NULL TRUE
	REGEXP | 'foothebar', 'foo' => BOOLEAN NOT NULL TRUE
	REGEXP_REPLACE | 'foobar', 'oo|ar', 'X' => STRING NOT NULL fXbX
	REGEXP_REPLACE | 'foobar', '(o+)', '[$1]' => STRING NOT NULL f[$1]bar
	REGEXP_REPLACE | 'foobar', '(?<x>o)', '${x}y' => STRING NOT NULL f${x}y${x}ybar
	REGEXP_EXTRACT | 'foothebar', 'foo(.*?)(bar)', 2 => STRING bar
	REGEXP_EXTRACT | 'foothebar', 'foo(.*?)(bar)' => STRING foothebar
	REGEXP_EXTRACT | 'foothebar', 'foo(.*?)(bar)', 5 => STRING NULL
	REGEXP_EXTRACT | 'foothebar', 'zzz' => STRING NULL
	REGEXP_EXTRACT | 'foothebar', '(', 1 => STRING NULL
	REGEXP_EXTRACT | 'foothebar', 'foo(x)?', 1 => STRING NULL
	REGEXP_EXTRACT_ALL | 'a1b2', '([a-z])([0-9])' => ARRAY<STRING> [a, b]
	REGEXP_EXTRACT_ALL | 'a1b2', '([a-z])([0-9])', 0 => ARRAY<STRING> [a1, b2]
	REGEXP_EXTRACT_ALL | 'a1b2', '([a-z])([0-9])', 5 => ARRAY<STRING> NULL
	REGEXP_COUNT | 'aabab', 'a' => INT 3
	REGEXP_COUNT | 'aabab', '' => INT 6
	REGEXP_COUNT | 'aabab', '(' => INT NULL
	REGEXP_INSTR | 'aabab', 'b' => INT 3
	REGEXP_INSTR | 'aabab', 'z' => INT 0
	REGEXP_INSTR | '🙂b', 'b' => INT 3
	REGEXP_SUBSTR | 'aabab', 'a+b' => STRING aab
	REGEXP_SUBSTR | 'aabab', 'z' => STRING NULL
	REGEXP | 'a', '(' => BOOLEAN NOT NULL FALSE
	STR_TO_MAP | 'a=1=2,b' => MAP<STRING, STRING> {a=1=2, b=NULL}
	STR_TO_MAP | 'a1b2', '[0-9]', '=' => MAP<STRING, STRING> {a=NULL, b=NULL}
	REGEXP_REPLACE | 'abc', 'x*', '-' => STRING NOT NULL -a-b-c-
	REGEXP_EXTRACT | 'abc', '(x)?b', 1 => STRING NULL
	REGEXP_EXTRACT | 'abc', 'b', -1 => STRING NULL
	REGEXP_EXTRACT_ALL | 'abab', '(x)?b' => ARRAY<STRING> [NULL, NULL]
	REGEXP_EXTRACT_ALL | 'abab', 'b' => ARRAY<STRING> NULL
	REGEXP_COUNT | 'abcabc', 'x*' => INT 7
	SIMILAR TO | 'a_b', 'a\_b', '\' => BOOLEAN NOT NULL TRUE
	SIMILAR TO | 'abc', '[[:ALPHA:]]+' => BOOLEAN NOT NULL TRUE
	SIMILAR TO | 'a.c', 'a\.c' => BOOLEAN NOT NULL FALSE
	SIMILAR TO | 'abc', 'ab' => BOOLEAN NOT NULL FALSE
	SIMILAR TO | '5', '[0-9]' => BOOLEAN NOT NULL TRUE
	NOT SIMILAR TO | 'abc', 'ab' => BOOLEAN NOT NULL TRUE
	STR_TO_MAP | 'a=1,,b=2,' => MAP<STRING, STRING> {=NULL, a=1, b=2}
	STR_TO_MAP | '' => MAP<STRING, STRING> {}
	STR_TO_MAP | 'a=', ',', '=' => MAP<STRING, STRING> {a=}
	`)
}
