package expr

import "testing"

func init() {
	for fn, mask := range map[string]string{"JSON_EXISTS": "..c", "JSON_VALUE": "..cc.c", "JSON_QUERY": "..cccc", "JSON_OBJECT": "cc.c.c", "JSON_ARRAY": "c"} {
		constantArgs[fn] = mask
	}
}

// The answers were given by Flink 2.3.
func TestJSONFunctions(t *testing.T) {
	check(t, `
	JSON_VALUE | '{"a": 1}', '$.a', null:STRING, 'NULL', null:STRING, 'NULL', null:STRING => STRING 1
	JSON_VALUE | '{"a": "x"}', '$.a', null:STRING, 'NULL', null:STRING, 'NULL', null:STRING => STRING x
	JSON_VALUE | '{"a": true}', '$.a', null:STRING, 'NULL', null:STRING, 'NULL', null:STRING => STRING true
	JSON_VALUE | '{"a": null}', '$.a', null:STRING, 'NULL', null:STRING, 'NULL', null:STRING => STRING NULL
	JSON_VALUE | '{"a": 1.50}', '$.a', null:STRING, 'NULL', null:STRING, 'NULL', null:STRING => STRING 1.50
	JSON_VALUE | '{"a": 1e3}', '$.a', null:STRING, 'NULL', null:STRING, 'NULL', null:STRING => STRING 1E+3
	JSON_VALUE | '{"a": 100000000000000000000}', '$.a', null:STRING, 'NULL', null:STRING, 'NULL', null:STRING => STRING 100000000000000000000
	JSON_VALUE | '{"a": 1.0}', '$.a', null:STRING, 'NULL', null:STRING, 'NULL', null:STRING => STRING 1.0
	JSON_VALUE | '{"a": {"b": 1}}', '$.a', null:STRING, 'NULL', null:STRING, 'NULL', null:STRING => STRING NULL
	JSON_VALUE | '{"a": [1]}', '$.a', null:STRING, 'NULL', null:STRING, 'NULL', null:STRING => STRING NULL
	JSON_VALUE | '{"a": [1,2]}', '$.a[1]', null:STRING, 'NULL', null:STRING, 'NULL', null:STRING => STRING 2
	JSON_VALUE | '{"a": [1,2]}', '$.a[last]', null:STRING, 'NULL', null:STRING, 'NULL', null:STRING => STRING NULL
	JSON_VALUE | '{"a": [1,2]}', '$.a[*]', null:STRING, 'NULL', null:STRING, 'NULL', null:STRING => STRING NULL
	JSON_VALUE | '{"a": 1}', '$.b', null:STRING, 'NULL', null:STRING, 'NULL', null:STRING => STRING NULL
	JSON_VALUE | '{"a": 1}', 'strict $.b', null:STRING, 'NULL', null:STRING, 'NULL', null:STRING => STRING NULL
	JSON_VALUE | '{"a": 1}', 'lax $.b', null:STRING, 'NULL', null:STRING, 'NULL', null:STRING => STRING NULL
	JSON_VALUE | '{"a": 1}', '$.b', null:STRING, 'ERROR', null:STRING, 'NULL', null:STRING => STRING NULL
	JSON_VALUE | '{"a": 1}', '$.b', null:STRING, 'DEFAULT', 'x', 'NULL', null:STRING => STRING NULL
	JSON_VALUE | '{"a": 1}', 'strict $.b', null:STRING, 'DEFAULT', 'x', 'DEFAULT', 'y' => STRING y
	JSON_VALUE | '{"a": {}}', '$.a', null:STRING, 'NULL', null:STRING, 'DEFAULT', 'y' => STRING y
	JSON_VALUE | 'bad', '$.a', null:STRING, 'NULL', null:STRING, 'DEFAULT', 'y' => STRING y
	JSON_VALUE | 'bad', '$.a', null:STRING, 'NULL', null:STRING, 'NULL', null:STRING => STRING NULL
	JSON_VALUE | '{"a": 5}', '$.a', null:INT, 'NULL', null:INT, 'NULL', null:INT => INT 5
	JSON_VALUE | '{"a": true}', '$.a', null:BOOLEAN, 'NULL', null:BOOLEAN, 'NULL', null:BOOLEAN => BOOLEAN TRUE
	JSON_VALUE | '{"a": 5}', '$.a', null:STRING, 'NULL', null:STRING, 'NULL', null:STRING => STRING 5
	JSON_VALUE | '5', '$', null:STRING, 'NULL', null:STRING, 'NULL', null:STRING => STRING 5
	JSON_VALUE | '"x"', '$', null:STRING, 'NULL', null:STRING, 'NULL', null:STRING => STRING x
	JSON_VALUE | '{"a b": 1}', '$["a b"]', null:STRING, 'NULL', null:STRING, 'NULL', null:STRING => STRING 1
	JSON_VALUE | '{"a b": 1}', '$.''a b''', null:STRING, 'NULL', null:STRING, 'NULL', null:STRING => STRING NULL
	JSON_VALUE | '{"a": {"b": [{"c": 3}]}}', '$.a.b[0].c', null:STRING, 'NULL', null:STRING, 'NULL', null:STRING => STRING 3
	JSON_VALUE | '{"a": {"b": [{"c": 3}]}}', '$..c', null:STRING, 'NULL', null:STRING, 'NULL', null:STRING => STRING NULL
	JSON_VALUE | '[{"a":1},{"a":2}]', '$[?(@.a > 1)].a', null:STRING, 'NULL', null:STRING, 'NULL', null:STRING => STRING NULL
	JSON_VALUE | '[1,2,3]', '$[-1]', null:STRING, 'NULL', null:STRING, 'NULL', null:STRING => STRING 3
	JSON_VALUE | '[1,2,3]', '$[0,1]', null:STRING, 'NULL', null:STRING, 'NULL', null:STRING => STRING NULL
	JSON_VALUE | '[1,2,3]', '$[0:2]', null:STRING, 'NULL', null:STRING, 'NULL', null:STRING => STRING NULL
	JSON_VALUE | '{"a": 1, "a": 2}', '$.a', null:STRING, 'NULL', null:STRING, 'NULL', null:STRING => STRING 2
	JSON_VALUE | '{"a": 1}', 'bad', null:STRING, 'NULL', null:STRING, 'NULL', null:STRING => STRING NULL
	JSON_VALUE | '{"a": 1}', '$.', null:STRING, 'NULL', null:STRING, 'NULL', null:STRING => STRING NULL
	JSON_VALUE | '{a: 1}', '$.a', null:STRING, 'NULL', null:STRING, 'NULL', null:STRING => STRING NULL
	JSON_VALUE | '{"a": 1} x', '$.a', null:STRING, 'NULL', null:STRING, 'NULL', null:STRING => STRING 1
	JSON_VALUE | '{"a": [{"b":1},{"b":2}]}', 'lax $.a.b', null:STRING, 'NULL', null:STRING, 'NULL', null:STRING => STRING NULL
	JSON_VALUE | '{"a": {"b":1}}', 'lax $.a[0].b', null:STRING, 'NULL', null:STRING, 'NULL', null:STRING => STRING NULL
	JSON_EXISTS | '{"a": 1}', '$.a', 'FALSE' => BOOLEAN TRUE
	JSON_EXISTS | '{"a": 1}', '$.b', 'FALSE' => BOOLEAN FALSE
	JSON_EXISTS | '{"a": null}', '$.a', 'FALSE' => BOOLEAN FALSE
	JSON_EXISTS | '{"a": 1}', 'strict $.b', 'FALSE' => BOOLEAN FALSE
	JSON_EXISTS | '{"a": 1}', 'strict $.b', 'TRUE' => BOOLEAN TRUE
	JSON_EXISTS | '{"a": 1}', 'strict $.b', 'UNKNOWN' => BOOLEAN NULL
	JSON_EXISTS | 'bad', '$.a', 'FALSE' => BOOLEAN FALSE
	JSON_EXISTS | 'bad', '$.a', 'TRUE' => BOOLEAN TRUE
	JSON_EXISTS | '[1]', '$[*]', 'FALSE' => BOOLEAN TRUE
	JSON_EXISTS | '[]', '$[*]', 'FALSE' => BOOLEAN TRUE
	JSON_QUERY | '{"a": {"b": 1}}', '$.a', null:STRING, 'WITHOUT', 'NULL', 'NULL' => STRING {"b":1}
	JSON_QUERY | '{"a": [1, 2]}', '$.a', null:STRING, 'WITHOUT', 'NULL', 'NULL' => STRING [1,2]
	JSON_QUERY | '{"a": 1}', '$.a', null:STRING, 'WITHOUT', 'NULL', 'NULL' => STRING NULL
	JSON_QUERY | '{"a": 1}', '$.a', null:STRING, 'UNCONDITIONAL', 'NULL', 'NULL' => STRING [1]
	JSON_QUERY | '{"a": 1}', '$.a', null:STRING, 'CONDITIONAL', 'NULL', 'NULL' => STRING [1]
	JSON_QUERY | '{"a": [1]}', '$.a', null:STRING, 'CONDITIONAL', 'NULL', 'NULL' => STRING [1]
	JSON_QUERY | '{"a": [1]}', '$.a', null:STRING, 'UNCONDITIONAL', 'NULL', 'NULL' => STRING [[1]]
	JSON_QUERY | '{"a": {"b": 1}}', '$.a', null:STRING, 'CONDITIONAL', 'NULL', 'NULL' => STRING [{"b":1}]
	JSON_QUERY | '{"a": [1, 2]}', '$.a[*]', null:STRING, 'UNCONDITIONAL', 'NULL', 'NULL' => STRING [[1,2]]
	JSON_QUERY | '{"a": [1, 2]}', '$.a[*]', null:STRING, 'WITHOUT', 'NULL', 'NULL' => STRING [1,2]
	JSON_QUERY | '{"a": 1}', '$.b', null:STRING, 'WITHOUT', 'EMPTY ARRAY', 'NULL' => STRING NULL
	JSON_QUERY | '{"a": 1}', '$.b', null:STRING, 'WITHOUT', 'EMPTY OBJECT', 'NULL' => STRING NULL
	JSON_QUERY | '{"a": 1}', '$.b', null:STRING, 'WITHOUT', 'NULL', 'NULL' => STRING NULL
	JSON_QUERY | '{"a": 1}', '$.b', null:STRING, 'UNCONDITIONAL', 'NULL', 'NULL' => STRING NULL
	JSON_QUERY | '{"a": 1}', 'strict $.b', null:STRING, 'WITHOUT', 'NULL', 'EMPTY OBJECT' => STRING {}
	JSON_QUERY | 'bad', '$.b', null:STRING, 'WITHOUT', 'NULL', 'EMPTY ARRAY' => STRING []
	JSON_QUERY | 'bad', '$.b', null:STRING, 'WITHOUT', 'NULL', 'NULL' => STRING NULL
	JSON_QUERY | '{"a": "x"}', '$.a', null:STRING, 'UNCONDITIONAL', 'NULL', 'NULL' => STRING ["x"]
	JSON_QUERY | '{"a": [1, "b", 2.50, null]}', '$.a', null:ARRAY<STRING>, 'WITHOUT', 'NULL', 'NULL' => ARRAY<STRING> [1, b, 2.50, NULL]
	JSON_QUERY | '{"a": [1, "b", 2.50, null]}', '$.a', null:STRING, 'WITHOUT', 'NULL', 'NULL' => STRING [1,"b",2.50,null]
	JSON_QUERY | '{"b": {"z": 1, "a": [1,  2]}}', '$.b', null:STRING, 'WITHOUT', 'NULL', 'NULL' => STRING {"a":[1,2],"z":1}
	JSON_QUERY | '{"a": {"c": "é/\"\n"}}', '$.a', null:STRING, 'WITHOUT', 'NULL', 'NULL' => STRING {"c":"é/\"\n"}
	JSON_QUERY | '{"a": null}', '$.a', null:STRING, 'WITHOUT', 'NULL', 'NULL' => STRING NULL
	JSON_QUERY | '{"a": null}', '$.a', null:STRING, 'UNCONDITIONAL', 'NULL', 'NULL' => STRING NULL
	IS JSON VALUE | '1' => BOOLEAN NOT NULL TRUE
	IS JSON OBJECT | '{"a":1}' => BOOLEAN NOT NULL TRUE
	IS JSON ARRAY | '[1]' => BOOLEAN NOT NULL TRUE
	IS JSON SCALAR | '1' => BOOLEAN NOT NULL TRUE
	IS JSON SCALAR | 'null' => BOOLEAN NOT NULL TRUE
	IS JSON VALUE | 'bad' => BOOLEAN NOT NULL FALSE
	IS JSON VALUE | '' => BOOLEAN NOT NULL FALSE
	IS JSON VALUE | '{"a":1} x' => BOOLEAN NOT NULL TRUE
	IS JSON VALUE | '{a:1}' => BOOLEAN NOT NULL FALSE
	IS JSON VALUE | '[1,]' => BOOLEAN NOT NULL FALSE
	IS JSON SCALAR | '"x"' => BOOLEAN NOT NULL TRUE
	IS JSON VALUE | null:STRING => BOOLEAN NOT NULL FALSE
	IS JSON VALUE | ' 1 ' => BOOLEAN NOT NULL TRUE
	IS JSON VALUE | '01' => BOOLEAN NOT NULL FALSE
	IS JSON VALUE | 'NaN' => BOOLEAN NOT NULL FALSE
	JSON_STRING | 'a"b' => STRING NOT NULL "a\"b"
	JSON_STRING | 1 => STRING NOT NULL 1
	JSON_STRING | 1.50 => STRING NOT NULL 1.50
	JSON_STRING | 1e10 => STRING NOT NULL 1.0E+10
	JSON_STRING | true => STRING NOT NULL true
	JSON_STRING | null:INT => STRING NULL
	JSON_STRING | ts'2024-01-01 10:00:00.5' => STRING NOT NULL "2024-01-01T10:00:00.5"
	JSON_STRING | [1, 2] => STRING NOT NULL [1,2]
	JSON_STRING | {'a':1} => STRING NOT NULL {"a":1}
	JSON_STRING | x'41' => STRING NOT NULL "QQ=="
	JSON_STRING | 'é/<>&' => STRING NOT NULL "é/<>&"
	JSON_OBJECT | 'NULL', 'a', 1, 'b', 'x' => STRING NOT NULL {"a":1,"b":"x"}
	JSON_OBJECT | 'NULL', 'a', null:INT => STRING NOT NULL {"a":null}
	JSON_OBJECT | 'ABSENT', 'a', null:INT => STRING NOT NULL {}
	JSON_OBJECT | 'NULL' => STRING NOT NULL {}
	JSON_OBJECT | 'NULL', 'a', ts'2024-01-01 10:00:00' => STRING NOT NULL {"a":"2024-01-01T10:00:00"}
	JSON_OBJECT | 'NULL', 'a', 1.5, 'c', 2e0, 'd', 1f => STRING NOT NULL {"a":1.5,"c":2.0,"d":1.0}
	JSON_OBJECT | 'NULL', 'b', 1, 'a', 2 => STRING NOT NULL {"a":2,"b":1}
	JSON_OBJECT | 'NULL', 'a', 1, 'a', 2 => STRING NOT NULL {"a":2}
	JSON_ARRAY | 'ABSENT' => STRING NOT NULL []
	JSON_ARRAY | 'ABSENT', 1, 'x', null:INT => STRING NOT NULL [1,"x"]
	JSON_ARRAY | 'NULL', 1, 'x', null:INT => STRING NOT NULL [1,"x",null]
	JSON_QUOTE | 'a"b/c\d' => STRING NOT NULL "a\"b\/c\\d"
	JSON_QUOTE | 'é' => STRING NOT NULL "\u00e9"
	JSON_UNQUOTE | '"abc"' => STRING NOT NULL abc
	JSON_UNQUOTE | 'abc' => STRING NOT NULL abc
	JSON_UNQUOTE | '"abc' => STRING NOT NULL "abc
	JSON_UNQUOTE | '{"a": 1}' => STRING NOT NULL {"a": 1}
	JSON_UNQUOTE | '["a"]' => STRING NOT NULL ["a"]
	JSON_QUOTE | null:STRING => STRING NULL
	`)
}
