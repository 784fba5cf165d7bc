package sqlfuzz

import "fmt"

// kind is a family of types; the letter is its name in templates.
type kind byte

const (
	boolean   kind = 'b'
	integer   kind = 'i'
	long      kind = 'l'
	double    kind = 'd'
	decimal   kind = 'm'
	text      kind = 's'
	date      kind = 'y'
	clock     kind = 'c'
	timestamp kind = 't'
	instant   kind = 'z'
	ints      kind = 'a'
	texts     kind = 'A'
	textMap   kind = 'M'
)

var scalars = []kind{boolean, integer, integer, integer, long, double, decimal, decimal, text, text, text, date, clock, timestamp, timestamp, instant}

// sortable are the kinds that ORDER BY, GROUP BY and MIN take and whose equality is sure.
func (k kind) sortable() bool { return k != ints && k != texts && k != textMap }

func (k kind) numeric() bool { return k == integer || k == long || k == double || k == decimal }

// name is the SQL type that a CAST to the kind writes.
func (k kind) name() string {
	switch k {
	case boolean:
		return "BOOLEAN"
	case integer:
		return "INT"
	case long:
		return "BIGINT"
	case double:
		return "DOUBLE"
	case decimal:
		return "DECIMAL(14, 3)"
	case text:
		return "STRING"
	case date:
		return "DATE"
	case clock:
		return "TIME"
	case timestamp:
		return "TIMESTAMP(3)"
	case instant:
		return "TIMESTAMP_LTZ(3)"
	case ints:
		return "ARRAY<INT>"
	case texts:
		return "ARRAY<STRING>"
	}
	return "MAP<STRING, STRING>"
}

var someTexts = []string{"''", "'a'", "'s1'", "'EUR'", "'hello World'", "'2024-02-29'", "'12'", "'-3.5'", "'x,y;z'", "'äöü'", "' pad '", "'{\"n\":2,\"t\":[1,\"x\"]}'", "'true'", "'O''Hara'", "'a%b_c'"}

// literal is a constant.
func (g *generator) literal(k kind) string {
	if g.chance(4) {
		return "CAST(NULL AS " + k.name() + ")"
	}
	switch k {
	case boolean:
		return pick(g, []string{"TRUE", "FALSE"})
	case integer:
		return pick(g, []string{"0", "1", "2", "3", "5", "7", "10", "12", "25", "100", "-1", "-4", "1000"})
	case long:
		return pick(g, []string{"CAST(0 AS BIGINT)", "CAST(7 AS BIGINT)", "1010", "3000000000", "-9000000000", "CAST(12 AS BIGINT)"})
	case double:
		return pick(g, []string{"0e0", "1.5e0", "-2.25e1", "1e2", "CAST(3 AS DOUBLE)", "CAST(0.25 AS DOUBLE)"})
	case decimal:
		return pick(g, []string{"0.5", "1.25", "100.00", "-3.7", "12.345", "CAST(7 AS DECIMAL(10, 2))", "0.001"})
	case text:
		return pick(g, someTexts)
	case date:
		return pick(g, []string{"DATE '2024-02-28'", "DATE '2024-02-29'", "DATE '1999-12-31'", "DATE '1970-01-01'", "DATE '1985-06-15'"})
	case clock:
		return pick(g, []string{"TIME '00:00:00'", "TIME '12:34:56'", "TIME '23:59:59'"})
	case timestamp:
		return pick(g, []string{"TIMESTAMP '2024-02-28 23:52:00.000'", "TIMESTAMP '2024-02-29 00:00:00.000'", "TIMESTAMP '2024-02-28 23:55:30.500'", "TIMESTAMP '1969-12-31 23:59:58.000'"})
	case instant:
		return pick(g, []string{"TO_TIMESTAMP_LTZ(1709164200000, 3)", "TO_TIMESTAMP_LTZ(0, 3)", "TO_TIMESTAMP_LTZ(1709164300, 0)"})
	case ints:
		return fmt.Sprintf("ARRAY[%d, %d, %d]", g.n(5), g.n(5), g.n(9)-4)
	case texts:
		return pick(g, []string{"ARRAY['a', 'b']", "ARRAY['sale', 'new', 'sale']", "ARRAY['x']"})
	}
	return "CAST(NULL AS MAP<STRING, STRING>)" // a constant map's values are never NULL to Flink, not even those that are not there
}
