package ast

import "strings"

// quotedFunctions are the functions that Flink shows in back-ticks where it shows
// an expression of a table or view: those which are its own rather than the
// SQL parser's.
var quotedFunctions = words(`ARRAY_APPEND ARRAY_CONCAT ARRAY_CONTAINS ARRAY_DISTINCT ARRAY_EXCEPT ARRAY_INTERSECT
	ARRAY_JOIN ARRAY_MAX ARRAY_MIN ARRAY_POSITION ARRAY_PREPEND ARRAY_REMOVE ARRAY_REVERSE ARRAY_SLICE ARRAY_SORT
	ARRAY_UNION BITMAP_BUILD BTRIM CURRENT_WATERMARK ELT ENDSWITH GREATEST IFNULL INET_ATON INET_NTOA JSON_QUOTE
	JSON_STRING JSON_UNQUOTE LEAST MAP_ENTRIES MAP_FROM_ARRAYS MAP_KEYS MAP_UNION MAP_VALUES OBJECT_OF PARSE_JSON
	PRINTF REGEXP_COUNT REGEXP_EXTRACT_ALL REGEXP_INSTR REGEXP_SUBSTR SOURCE_WATERMARK SPLIT STARTSWITH
	TO_TIMESTAMP_LTZ TRANSLATE3 TYPEOF UNHEX URL_DECODE URL_ENCODE`)

// quotedFunction prints the name of such a call.
func (p *printer) quotedFunction(c *Call) bool {
	if !p.quoteColumns || len(c.Name.Parts) != 1 {
		return false
	}
	name := c.Name.Parts[0].Name
	if !quotedFunctions[strings.ToUpper(name)] {
		return false
	}
	p.put("`", name, "`") // as written
	return true
}
