package postgres

import (
	"fmt"
	"strings"
)

// column is a column as pg_attribute has it.
type column struct {
	Name     string
	Type     string // typname: int4, varchar, _text for an array
	Modifier int32  // length, precision and scale; -1 is none
	NotNull  bool
}

// headerBytes is what PostgreSQL adds to a length in atttypmod.
const headerBytes = 4

// flinkType is the type as DDL writes it, as Flink's JDBC catalog maps it.
func (c *column) flinkType() (string, error) {
	element, isArray := strings.CutPrefix(c.Type, "_")
	t := c.scalar(element)
	if t == "" {
		return "", fmt.Errorf("Doesn't support Postgres type '%s' yet", c.Type)
	}
	if isArray {
		t = "ARRAY<" + t + ">"
	}
	if c.NotNull {
		t += " NOT NULL"
	}
	return t, nil
}

func (c *column) scalar(name string) string {
	switch name {
	case "bool":
		return "BOOLEAN"
	case "bytea":
		return "BYTES"
	case "int2":
		return "SMALLINT"
	case "int4":
		return "INT"
	case "int8":
		return "BIGINT"
	case "float4":
		return "FLOAT"
	case "float8":
		return "DOUBLE"
	case "numeric":
		return c.decimal()
	case "bpchar":
		return fmt.Sprintf("CHAR(%d)", max(1, c.Modifier-headerBytes))
	case "varchar":
		if c.Modifier < headerBytes {
			return "STRING"
		}
		return fmt.Sprintf("VARCHAR(%d)", c.Modifier-headerBytes)
	case "text":
		return "STRING"
	case "date":
		return "DATE"
	case "time":
		return fmt.Sprintf("TIME(%d)", c.fraction())
	case "timestamp":
		return fmt.Sprintf("TIMESTAMP(%d)", c.fraction())
	case "timestamptz":
		return fmt.Sprintf("TIMESTAMP_LTZ(%d)", c.fraction())
	}
	return ""
}

// decimal is DECIMAL of the declared precision and scale; without them Flink takes
// DECIMAL(38, 18).
func (c *column) decimal() string {
	if c.Modifier < headerBytes {
		return "DECIMAL(38, 18)"
	}
	m := c.Modifier - headerBytes
	return fmt.Sprintf("DECIMAL(%d, %d)", min(m>>16, 38), m&0xffff)
}

// fraction is the number of digits of seconds, 6 if it was not declared.
func (c *column) fraction() int32 {
	if c.Modifier < 0 {
		return 6
	}
	return c.Modifier
}
