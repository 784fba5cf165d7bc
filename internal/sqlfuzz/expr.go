package sqlfuzz

import "strings"

// A template is an expression with holes: {k} is an expression of kind k, {k!} a constant, {N} any number, {#} a small
// constant above zero, {=} and the next {=} two expressions of one sortable kind.
var templates = map[kind][]string{
	boolean: {
		"{=} = {=}", "{=} <> {=}", "{=} < {=}", "{=} >= {=}", "{N} > {N}", "{i} <= {i!}", "{s} = {s!}", "{t} < {t!}",
		"{s} LIKE '%a%'", "{s} NOT LIKE 's_%'", "{s} LIKE {s!}", "{s} LIKE 'a!%%' ESCAPE '!'", "{i} BETWEEN {i!} AND {i}", "{m} NOT BETWEEN {m!} AND {m}",
		"{t} BETWEEN {t!} AND {t!}", "{i} BETWEEN SYMMETRIC {i} AND {i!}",
		"{s} IS NULL", "{i} IS NOT NULL", "{d} IS NULL", "{t} IS NOT NULL", "{b} AND {b}", "{b} OR {b}", "NOT {b}", "NOT ({b} AND {b})", "{b} IS TRUE", "{b} IS NOT FALSE", "{b} IS UNKNOWN",
		"{i} IN ({i!}, {i!}, {i!})", "{s} IN ({s!}, {s!})", "{i} NOT IN ({i!}, {i!}, {i!})", "{m} IN ({m!}, {m!})", "{y} IN ({y!}, {y!})", "{i} IN (1, 2, 3, 5, 7, 10, 12, 24, 36)",
		"{=} IS DISTINCT FROM {=}", "{=} IS NOT DISTINCT FROM {=}", "{s} SIMILAR TO '%(a|e)%'", "REGEXP({s}, '^[a-m]')", "{s} RLIKE '[0-9]+'",
		"STARTSWITH({s}, 'a')", "ENDSWITH({s}, {s})", "ARRAY_CONTAINS({a}, {i})", "ARRAY_CONTAINS({A}, {s})", "CASE WHEN {b} THEN {b} ELSE {b} END", "{s} IS JSON", "{s} IS NOT JSON OBJECT",
		"({i}, {s}) = ({i}, {s})", "({i}, {i}) IN (({i!}, {i!}), ({i!}, {i!}))", "COALESCE({b}, {b})", "JSON_EXISTS({s}, '$.n')", "JSON_EXISTS({s}, '$.tags[1]')", "{s} IS JSON ARRAY", "{s} IS JSON SCALAR", "CAST({i} AS BOOLEAN)", "({t}, {t}) OVERLAPS ({t!}, INTERVAL '1' HOUR)", "IF({b}, {b}, {b})",
		"MOD({i}, 2) = 0", "CHAR_LENGTH({s}) > {#}", "{y} > {y!}", "{z} >= {z!}", "{c} < {c!}", "TRUE", "{i} = 1 OR {i} = 2 OR {i} = 3", "{i} > {i!} AND {i} < 50",
	},
	integer: {
		"{i} + {i}", "{i} - {i}", "{i} * {i!}", "MOD({i}, {#})", "{i} / {#}", "{i} / NULLIF({i}, 0)", "{i} % {#}", "- {i}", "ABS({i})", "SIGN({i})", "CHAR_LENGTH({s})", "POSITION({s!} IN {s})", "LOCATE({s!}, {s})", "INSTR({s}, 'a')", "ASCII({s})",
		"CAST({b} AS INT)", "CASE WHEN {b} THEN {i} ELSE {i} END", "CASE WHEN {b} THEN {i} WHEN {b} THEN {i} END", "CASE {i} WHEN 1 THEN {i} WHEN 2 THEN {i} ELSE {i} END", "COALESCE({i}, {i})", "COALESCE({i}, {i}, 0)", "NULLIF({i}, {i})", "IF({b}, {i}, {i})", "IFNULL({i}, {i!})",
		"GREATEST({i}, {i})", "LEAST({i}, {i}, {i!})", "CARDINALITY({a})", "CARDINALITY({A})", "CARDINALITY({M})", "{a}[1]", "ARRAY_MAX({a})", "ARRAY_MIN({a})", "ARRAY_POSITION({a}, {i!})",
		"TRY_CAST({s} AS INT)", "CAST({m} AS INT)", "CAST({l} AS INT)", "CAST(FLOOR({d}) AS INT)", "CAST(EXTRACT(YEAR FROM {y}) AS INT)", "CAST(EXTRACT(MINUTE FROM {t}) AS INT)", "CAST(TIMESTAMPDIFF(SECOND, {t!}, {t}) AS INT)", "TIMESTAMPDIFF(DAY, {t}, {t!})", "TIMESTAMPDIFF(MONTH, {y}, {y!})",
		"CAST(JSON_VALUE({s}, '$.n') AS INT)", "JSON_VALUE({s}, '$.n' RETURNING INT)", "CAST({d} AS INT)", "CAST(CAST({i} AS SMALLINT) AS INT)", "CAST(CAST({i} AS TINYINT) + 1 AS INT)", "CAST({i} + {m} AS INT)", "CAST({l} - {d} AS INT)", "CHARACTER_LENGTH({s})",
	},
	long: {
		"{l} + {i}", "{l} - {l}", "{i} * {l}", "MOD({l}, {#})", "CAST({i} AS BIGINT)", "CAST({m} AS BIGINT)", "EXTRACT(DAY FROM {t})", "EXTRACT(HOUR FROM {t})", "YEAR({y})", "QUARTER({y})", "MONTH({t})", "WEEK({y})", "DAYOFYEAR({y})", "DAYOFMONTH({t})", "DAYOFWEEK({y})", "HOUR({t})", "MINUTE({t})", "SECOND({t})", "UNIX_TIMESTAMP('2024-02-29 00:00:00')",
		"COALESCE({l}, {l})", "CASE WHEN {b} THEN {l} ELSE {i} END", "ABS({l})", "GREATEST({l}, {l})", "TRY_CAST({s} AS BIGINT)", "IF({b}, {l}, {l!})", "CEIL({l})", "FLOOR({l})", "EXTRACT(EPOCH FROM {t})", "EXTRACT(DOY FROM {y})", "EXTRACT(ISODOW FROM {y})", "EXTRACT(WEEK FROM {t})",
	},
	double: {
		"{d} + {d}", "{m} + {d}", "{l} * {d}", "CAST({m} / 3 AS DOUBLE)", "CAST(CAST({d} AS FLOAT) AS DOUBLE)", "CAST(CAST({i} AS FLOAT) AS DOUBLE) + {d}", "{d} / NULLIF({i}, 0)", "{d} * {d!}", "{d} - {i}", "{d} / 4", "CAST({i} AS DOUBLE)", "CAST({m} AS DOUBLE)", "ABS({d})", "FLOOR({d})", "CEIL({d})", "ROUND({d}, 1)", "SQRT(ABS({d}))", "POWER({d}, 2)", "COALESCE({d}, {d})", "CASE WHEN {b} THEN {d} ELSE {d} END", "TRY_CAST({s} AS DOUBLE)", "SIGN({d})", "TRUNCATE({d}, 1)", "IF({b}, {d}, 0e0)", "- {d}",
	},
	decimal: {
		"{m} + {m}", "{m} + {l}", "{m} * {l}", "{m} / NULLIF({m}, 0)", "{l} - {m}", "CAST({m} AS DECIMAL(20, 6))", "{m} - {m}", "{m} * {m!}", "{m} * {i!}", "{m} + {i}", "{m} / {#}", "ROUND({m}, 1)", "ROUND({m}, 0)", "FLOOR({m})", "CEIL({m})", "ABS({m})", "- {m}", "CAST({i} AS DECIMAL(10, 2))", "CAST({m} AS DECIMAL(10, 1))", "CAST({d} AS DECIMAL(12, 3))", "COALESCE({m}, {m})", "COALESCE({m}, 0)", "CASE WHEN {b} THEN {m} ELSE {m} END", "CASE WHEN {b} THEN {m} ELSE {i} END", "TRY_CAST({s} AS DECIMAL(10, 2))", "GREATEST({m}, {m})", "LEAST({m}, {i})", "TRUNCATE({m}, 1)", "SIGN({m})", "MOD({m}, {#})", "IF({b}, {m}, {m})", "NULLIF({m}, {m!})",
	},
	text: {
		"{s} || {s}", "UPPER({s})", "LOWER({s})", "TRIM({s})", "SUBSTRING({s}, 2, 3)", "SUBSTRING({s} FROM {#})", "SUBSTR({s}, {i!})", "CONCAT({s}, '-', {s})", "CONCAT_WS(',', {s}, {s}, {s})", "LPAD({s}, 5, '*')", "RPAD({s}, {#}, 'ab')", "REPLACE({s}, 'a', 'b')", "REVERSE({s})", "REPEAT({s}, 2)", "INITCAP({s})", "OVERLAY({s} PLACING 'zz' FROM 2)", "LEFT({s}, {#})", "RIGHT({s}, {#})", "SPLIT_INDEX({s}, ' ', 0)", "REGEXP_REPLACE({s}, '[aeiou]', '_')", "REGEXP_EXTRACT({s}, '([a-z]+)', 1)", "TRIM(BOTH 'a' FROM {s})", "BTRIM({s})", "LTRIM({s})", "RTRIM({s})",
		"CAST({i} AS STRING)", "CAST({m} AS STRING)", "CAST({d} AS STRING)", "CAST({t} AS STRING)", "CAST({y} AS STRING)", "CAST({b} AS STRING)", "CAST({z} AS STRING)", "CAST({a} AS STRING)", "CAST({s} AS VARCHAR(3))", "CAST({s} AS CHAR(4))", "DATE_FORMAT({t}, 'yyyy-MM-dd HH:mm')", "DATE_FORMAT({t}, 'HH:mm:ss')", "JSON_VALUE({s}, '$.n')", "JSON_QUERY({s}, '$.t')", "JSON_VALUE({s}, '$.in.ok')", "JSON_VALUE({s}, '$.x' DEFAULT 'no' ON EMPTY)", "JSON_QUERY({s}, '$.tags' WITH WRAPPER)", "JSON_OBJECT(KEY 'k' VALUE {i}, KEY 's' VALUE {s})", "JSON_OBJECT('a': {s} ABSENT ON NULL)", "JSON_ARRAY({i}, {s})", "JSON_STRING({s})", "JSON_QUOTE({s})", "MD5({s})", "CASE WHEN {b} THEN {s} ELSE {s} END", "CASE {s} WHEN 'a' THEN 'x' WHEN {s!} THEN {s} END", "COALESCE({s}, {s})", "COALESCE({s}, 'none')", "NULLIF({s}, {s!})", "IF({b}, {s}, {s})", "IFNULL({s}, 'n/a')", "GREATEST({s}, {s})", "{A}[1]", "{M}['color']", "ARRAY_JOIN({A}, '+')", "TO_BASE64({s})", "FROM_BASE64(TO_BASE64({s}))", "CHR({#})", "HEX({s})", "TYPEOF({N})", "TRANSLATE({s}, 'abc', 'xyz')", "PARSE_URL({s}, 'HOST')", "SHA1({s})", "ELT(MOD({#}, 3), 'p', 'q', 'r')",
	},
	date: {
		"CAST({t} AS DATE)", "{y} + INTERVAL '1' DAY", "{y} - INTERVAL '2' MONTH", "COALESCE({y}, {y!})", "CASE WHEN {b} THEN {y} ELSE {y} END", "TO_DATE(CAST({y} AS STRING))", "FLOOR({y} TO MONTH)", "CEIL({y} TO YEAR)", "GREATEST({y}, {y!})", "TRY_CAST({s} AS DATE)", "{y} + INTERVAL '1' YEAR",
	},
	clock: {
		"CAST({t} AS TIME)", "COALESCE({c}, {c!})", "{c} + INTERVAL '1' HOUR", "CASE WHEN {b} THEN {c} END", "TRY_CAST({s} AS TIME)",
	},
	timestamp: {
		"{t} + INTERVAL '1' HOUR", "{t} - INTERVAL '30' SECOND", "{t} + INTERVAL '1 02:03:04.005' DAY TO SECOND", "FLOOR({t} TO HOUR)", "FLOOR({t} TO MINUTE)", "CEIL({t} TO DAY)", "FLOOR({t} TO DAY)", "CAST({y} AS TIMESTAMP(3))", "TIMESTAMPADD(MINUTE, {i}, {t!})", "TIMESTAMPADD(DAY, {#}, {t})", "TO_TIMESTAMP(CAST({t} AS STRING))", "COALESCE({t}, {t!})", "CASE WHEN {b} THEN {t} ELSE {t} END", "CAST({z} AS TIMESTAMP(3))", "CAST({t} AS TIMESTAMP(0))", "TRY_CAST({s} AS TIMESTAMP(3))", "GREATEST({t}, {t!})", "{t} + INTERVAL '1' MONTH", "IF({b}, {t}, {t!})",
	},
	instant: {
		"CAST({t} AS TIMESTAMP_LTZ(3))", "COALESCE({z}, {z!})", "{z} + INTERVAL '1' MINUTE", "CASE WHEN {b} THEN {z} ELSE {z} END", "FLOOR({z} TO MINUTE)",
	},
	ints: {
		"ARRAY[{i}, {i}]", "ARRAY_DISTINCT({a})", "ARRAY_REVERSE({a})", "ARRAY_APPEND({a}, {i})", "ARRAY_CONCAT({a}, {a})", "ARRAY_REMOVE({a}, {i!})", "ARRAY_SLICE({a}, 1, 2)", "ARRAY_UNION({a}, {a})", "CASE WHEN {b} THEN {a} ELSE {a} END", "COALESCE({a}, {a!})", "ARRAY_SORT({a})", "ARRAY_PREPEND({a}, {i})", "ARRAY_EXCEPT({a}, {a!})", "ARRAY_INTERSECT({a}, {a!})",
	},
	texts: {
		"ARRAY[{s}, {s}]", "ARRAY_DISTINCT({A})", "ARRAY_REVERSE({A})", "MAP_KEYS({M})", "COALESCE({A}, {A!})", "SPLIT({s}, ' ')", "ARRAY_REMOVE({A}, 'a')",
	},
	textMap: {
		"MAP[{s!}, NULLIF({s}, 'zz')]", "COALESCE({M}, {M!})", "CASE WHEN {b} THEN {M} ELSE {M} END",
	},
}

// expr is an expression of a kind over some columns.
func (g *generator) expr(k kind, over []column, depth int) string {
	own := g.ofKind(k, over)
	if len(own) == 0 && len(over) > 0 && depth == 0 && k != boolean && g.chance(60) {
		return "(" + g.fill(pick(g, templates[k]), over, -1) + ")" // what there is may become one
	}
	if depth <= 0 || g.chance(35) {
		if len(own) > 0 && g.chance(93) {
			return own[g.n(len(own))].ref
		}
		if depth <= 0 || g.chance(15) {
			return g.literal(k)
		}
	}
	return "(" + g.fill(pick(g, templates[k]), over, depth-1) + ")"
}

func (g *generator) ofKind(k kind, over []column) (list []column) {
	for _, c := range over {
		if c.kind == k {
			list = append(list, c)
		}
	}
	return list
}

// fill replaces the holes of a template.
func (g *generator) fill(t string, over []column, depth int) string {
	var b strings.Builder
	same := kind(0)
	for {
		i := strings.IndexByte(t, '{')
		if i < 0 {
			b.WriteString(t)
			return b.String()
		}
		j := i + strings.IndexByte(t[i:], '}')
		hole := t[i+1 : j]
		b.WriteString(t[:i])
		t = t[j+1:]
		switch {
		case strings.HasPrefix(hole, `"`): // a constant of JSON
			b.WriteString("{" + hole + "}")
		case hole == "#":
			b.WriteString(pick(g, []string{"1", "2", "3", "5", "10"}))
		case hole == "N":
			b.WriteString(g.expr(pick(g, []kind{integer, long, double, decimal}), over, depth))
		case hole == "=":
			if same == 0 {
				same = g.sortableKind(over)
			}
			b.WriteString(g.expr(same, over, depth))
		case strings.HasSuffix(hole, "!"):
			b.WriteString(g.literal(kind(hole[0])))
		default:
			b.WriteString(g.expr(kind(hole[0]), over, depth))
		}
	}
}

// sortableKind prefers kinds that there are columns of.
func (g *generator) sortableKind(over []column) kind {
	for range 3 {
		if len(over) == 0 {
			break
		}
		if k := pick(g, over).kind; k.sortable() {
			return k
		}
	}
	return pick(g, scalars)
}

// predicate is a condition for WHERE, HAVING or FILTER: mostly plain, sometimes deep.
func (g *generator) predicate(over []column) string {
	depth := 1
	if g.chance(12) {
		depth = 2
	}
	return g.fill(pick(g, templates[boolean]), over, depth)
}

// value is an item for a SELECT list: a column as often as not.
func (g *generator) value(over []column) column {
	if len(over) > 0 && g.chance(50) {
		return pick(g, over)
	}
	k := pick(g, scalars)
	if g.chance(6) {
		k = pick(g, []kind{ints, texts, textMap})
	}
	depth := 1
	if g.chance(25) {
		depth = 2
	}
	return column{g.expr(k, over, depth), k}
}

// key is an expression to group or join by.
func (g *generator) key(over []column) column {
	for range 8 {
		if c := pick(g, over); c.kind.sortable() {
			if g.chance(75) {
				return c
			}
			return column{g.expr(c.kind, over, 1), c.kind}
		}
	}
	return column{g.expr(integer, over, 1), integer}
}
