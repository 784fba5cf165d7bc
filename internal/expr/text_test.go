package expr

import "testing"

// The answers were given by Flink 2.3.
func TestTextFunctions(t *testing.T) {
	check(t, `
	LPAD | '🙂🙃', 3, '*' => STRING NOT NULL 🙂?
	RPAD | '🙂🙃', 5, '*' => STRING NOT NULL 🙂🙃*
	LPAD | 'é', 3, '🙂' => STRING NOT NULL 🙂é
	CHAR_LENGTH | 'héllo' => INT NOT NULL 5
	CHAR_LENGTH | '🙂a' => INT NOT NULL 2
	INITCAP | 'hello wORLD a1b-c_d éa' => CHAR(22) NOT NULL Hello World A1b-C_D éA
	POSITION | 'l', 'hello' => INT NOT NULL 3
	POSITION | '', 'hello' => INT NOT NULL 1
	POSITION | 'l', 'hello', 4 => INT NOT NULL 4
	TRIM | 'BOTH', 'ab', 'abxba' => VARCHAR(5) NOT NULL x
	TRIM | '  x ' => VARCHAR(4) NOT NULL x
	TRIM | 'LEADING', '0', '0010' => VARCHAR(4) NOT NULL 10
	LTRIM | '  x ' => VARCHAR(4) NOT NULL x 
	LTRIM | 'xxyx', 'x' => VARCHAR(4) NOT NULL yx
	LTRIM | 'xyzab', 'yx' => VARCHAR(5) NOT NULL zab
	RTRIM | 'abxy', 'yx' => VARCHAR(4) NOT NULL ab
	BTRIM | '  x ' => STRING NOT NULL x
	BTRIM | 'xyaxy', 'xy' => STRING NOT NULL a
	REPEAT | 'ab', 3 => STRING NOT NULL ababab
	REPEAT | 'ab', -1 => STRING NOT NULL 
	REPLACE | 'abcabc', 'b', 'XX' => STRING NOT NULL aXXcaXXc
	REPLACE | 'abc', '', 'X' => STRING NOT NULL XaXbXcX
	TRANSLATE | 'abcdef', 'abf', 'XY' => STRING NOT NULL XYcde
	TRANSLATE3 | 'abc', 'a', 'b' => STRING NOT NULL bbc
	OVERLAY | 'hello', 'XX', 2 => VARCHAR(7) NOT NULL hXXlo
	OVERLAY | 'hello', 'XX', 2, 0 => VARCHAR(7) NOT NULL hXX
	OVERLAY | 'hello', 'XX', 10 => VARCHAR(7) NOT NULL hello
	OVERLAY | 'hello', 'XX', 0, 2 => VARCHAR(7) NOT NULL hello
	OVERLAY | 'hello', 'XX', 2, -1 => VARCHAR(7) NOT NULL hXX
	SUBSTRING | 'hello', 2, 3 => VARCHAR(5) ell
	SUBSTRING | 'hello', 0, 3 => VARCHAR(5) hel
	SUBSTRING | 'hello', -2, 3 => VARCHAR(5) lo
	SUBSTRING | 'hello', -10, 7 => VARCHAR(5) 
	SUBSTRING | 'hello', 2, -1 => VARCHAR(5) NULL
	SUBSTRING | 'hello', 10 => VARCHAR(5) 
	SUBSTR | 'hello', -3, 2 => VARCHAR(5) ll
	SUBSTR | 'hello', 2 => VARCHAR(5) ello
	LEFT | 'hello', 2 => VARCHAR(5) he
	LEFT | 'hello', -2 => VARCHAR(5) 
	RIGHT | 'hello', 3 => VARCHAR(5) llo
	RIGHT | 'hello', 0 => VARCHAR(5) 
	LPAD | 'hi', 5, 'xy' => STRING NOT NULL xyxhi
	LPAD | 'hello', 2, 'xy' => STRING NOT NULL he
	RPAD | 'hi', 5, 'xy' => STRING NOT NULL hixyx
	RPAD | 'hello', 2, 'xy' => STRING NOT NULL he
	CONCAT | 'a', 'b', 'c' => STRING NOT NULL abc
	CONCAT | 'a', null:STRING => STRING NULL
	CONCAT_WS | '-', 'a', null:STRING, 'b' => STRING a-b
	CONCAT_WS | null:STRING, 'a', 'b' => STRING NULL
	REVERSE | 'héllo🙂' => STRING 🙂olléh
	SPLIT_INDEX | 'a,b,c', ',', 1 => STRING b
	SPLIT_INDEX | 'a,b,c', ',', 5 => STRING NULL
	SPLIT_INDEX | 'a,b,c', ',', -1 => STRING NULL
	SPLIT_INDEX | 'a||b', '||', 1 => STRING b
	SPLIT_INDEX | '', ',', 0 => STRING NULL
	SPLIT_INDEX | ',a', ',', 0 => STRING 
	SPLIT_INDEX | 'a b', 32, 1 => STRING b
	LOCATE | 'l', 'hello' => INT NOT NULL 3
	LOCATE | 'l', 'hello', 4 => INT NOT NULL 4
	LOCATE | 'l', 'hello', 0 => INT NOT NULL 3
	LOCATE | '', 'hello' => INT NOT NULL 1
	INSTR | 'hello', 'l' => INT NOT NULL 3
	INSTR | 'hello', 'z' => INT NOT NULL 0
	INSTR | 'banana', 'a', 3 => INT NOT NULL 4
	INSTR | 'banana', 'a', -1, 2 => INT NOT NULL 4
	STARTSWITH | 'hello', 'he' => BOOLEAN NOT NULL TRUE
	STARTSWITH | 'hello', '' => BOOLEAN NOT NULL TRUE
	ENDSWITH | 'hello', 'lo' => BOOLEAN NOT NULL TRUE
	LIKE | 'a', 'a%' => BOOLEAN NOT NULL TRUE
	LIKE | 'abc', '_b_' => BOOLEAN NOT NULL TRUE
	LIKE | 'a%c', 'a\%c' => BOOLEAN NOT NULL FALSE
	LIKE | 'a%c', 'a!%c', '!' => BOOLEAN NOT NULL TRUE
	LIKE | 'abc', 'A%' => BOOLEAN NOT NULL FALSE
	|| | 'a', 'b' => CHAR(2) NOT NULL ab
	|| | 'a', null:STRING => STRING NULL
	|| | "a", 'b' => STRING NOT NULL ab
	LOCATE | 'b', '🙂b' => INT NOT NULL 2
	POSITION | 'b', '🙂b' => INT NOT NULL 2
	SUBSTRING | '🙂bc', 2 => VARCHAR(4) bc
	`)
}
