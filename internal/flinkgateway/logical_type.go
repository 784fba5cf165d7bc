package flinkgateway

import (
	"strconv"
	"strings"
)

const lengthMax = 2147483647 // VARCHAR and VARBINARY of this length are STRING and BYTES

// LogicalType is a SQL type as the gateway describes it in JSON.
type LogicalType struct {
	Root                string       `json:"type"` // Flink's type root: INTEGER, VARCHAR, TIMESTAMP_WITHOUT_TIME_ZONE, ROW ...
	Nullable            bool         `json:"nullable"`
	Length              int          `json:"length"`
	Precision           *int         `json:"precision"`
	Scale               int          `json:"scale"`
	FractionalPrecision int          `json:"fractionalPrecision"`
	Resolution          string       `json:"resolution"`
	Element             *LogicalType `json:"elementType"`
	Key                 *LogicalType `json:"keyType"`
	Value               *LogicalType `json:"valueType"`
	Fields              []Field      `json:"fields"`
}

// Field of a ROW.
type Field struct {
	Name string      `json:"name"`
	Type LogicalType `json:"fieldType"`
}

// String writes the type as DESCRIBE does, for example DECIMAL(10, 2) NOT NULL or ROW<`a` INT>.
func (t LogicalType) String() string {
	text := t.base()
	if !t.Nullable {
		text += " NOT NULL"
	}
	return text
}

func (t LogicalType) base() string {
	switch t.Root {
	case "INTEGER":
		return "INT"
	case "CHAR", "BINARY":
		return t.Root + "(" + strconv.Itoa(t.Length) + ")"
	case "VARCHAR":
		return unboundedOr(t.Length, "STRING", "VARCHAR")
	case "VARBINARY":
		return unboundedOr(t.Length, "BYTES", "VARBINARY")
	case "DECIMAL":
		return "DECIMAL(" + strconv.Itoa(t.precision()) + ", " + strconv.Itoa(t.Scale) + ")"
	case "TIME_WITHOUT_TIME_ZONE":
		return "TIME(" + strconv.Itoa(t.precision()) + ")"
	case "TIMESTAMP_WITHOUT_TIME_ZONE":
		return "TIMESTAMP(" + strconv.Itoa(t.precision()) + ")"
	case "TIMESTAMP_WITH_LOCAL_TIME_ZONE":
		return "TIMESTAMP_LTZ(" + strconv.Itoa(t.precision()) + ")"
	case "INTERVAL_YEAR_MONTH", "INTERVAL_DAY_TIME":
		return t.interval()
	case "ARRAY", "MULTISET":
		return t.Root + "<" + text(t.Element) + ">"
	case "MAP":
		return "MAP<" + text(t.Key) + ", " + text(t.Value) + ">"
	case "ROW":
		return t.row()
	}
	return t.Root
}

func (t LogicalType) precision() int {
	if t.Precision == nil {
		return 0
	}
	return *t.Precision
}

func (t LogicalType) interval() string {
	const daysMax = 2
	days := "DAY(" + strconv.Itoa(max(t.precision(), daysMax)) + ")"
	second := "SECOND(" + strconv.Itoa(t.FractionalPrecision) + ")"
	resolution := strings.ReplaceAll(t.Resolution, "_", " ")
	switch {
	case t.Root == "INTERVAL_YEAR_MONTH" && t.Resolution == "MONTH":
		return "INTERVAL MONTH"
	case t.Root == "INTERVAL_YEAR_MONTH":
		return "INTERVAL " + strings.Replace(resolution, "YEAR", "YEAR("+strconv.Itoa(t.precision())+")", 1)
	}
	if strings.HasPrefix(resolution, "DAY") {
		resolution = strings.Replace(resolution, "DAY", days, 1)
	}
	return "INTERVAL " + strings.Replace(resolution, "SECOND", second, 1)
}

func (t LogicalType) row() string {
	var b strings.Builder
	b.WriteString("ROW<")
	for i, f := range t.Fields {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString("`" + strings.ReplaceAll(f.Name, "`", "``") + "` " + f.Type.String())
	}
	b.WriteString(">")
	return b.String()
}

func unboundedOr(length int, unbounded, bounded string) string {
	if length == lengthMax {
		return unbounded
	}
	return bounded + "(" + strconv.Itoa(length) + ")"
}

func text(t *LogicalType) string {
	if t == nil {
		return "?"
	}
	return t.String()
}
