package complete

import (
	_ "embed"
	"slices"
	"strings"
)

// statements are the beginnings of statements and the commands of the shell.
var statements = strings.Split(`SELECT|INSERT INTO|INSERT OVERWRITE|CREATE|DROP|ALTER|SHOW|DESCRIBE|EXPLAIN|SET|RESET|USE|WITH|EXECUTE|BEGIN STATEMENT SET;|END;|STOP JOB|UPDATE|DELETE FROM|TRUNCATE TABLE|ANALYZE TABLE|CALL|COMPILE PLAN|LOAD MODULE|UNLOAD MODULE|ADD JAR|REMOVE JAR|HELP;|QUIT;|EXIT;|CLEAR;|SOURCE`, "|")

// clauses may stand in or behind an expression.
var clauses = strings.Fields(`FROM WHERE GROUP HAVING WINDOW QUALIFY ORDER LIMIT OFFSET UNION INTERSECT EXCEPT JOIN LEFT RIGHT FULL INNER CROSS ON USING
AS AND OR NOT IN IS NULL LIKE BETWEEN EXISTS CASE WHEN THEN ELSE END DISTINCT ALL ASC DESC OVER PARTITION ROWS RANGE UNBOUNDED PRECEDING FOLLOWING
CURRENT ROW INTERVAL DAY HOUR MINUTE SECOND MONTH YEAR TRUE FALSE CAST TRY_CAST SELECT VALUES TABLE DESCRIPTOR LATERAL UNNEST FOR SYSTEM_TIME MATCH_RECOGNIZE
GROUPING SETS ROLLUP CUBE WITH WATERMARK PRIMARY KEY ENFORCED METADATA VIRTUAL COMMENT
BOOLEAN TINYINT SMALLINT INT BIGINT FLOAT DOUBLE DECIMAL STRING CHAR VARCHAR BYTES BINARY VARBINARY DATE TIME TIMESTAMP TIMESTAMP_LTZ ARRAY MAP MULTISET ROW`)

// follow are the words behind a word.
var follow = map[string][]string{
	"CREATE":    {"TABLE", "TEMPORARY", "VIEW", "FUNCTION", "CATALOG", "DATABASE", "OR REPLACE", "MATERIALIZED TABLE"},
	"TEMPORARY": {"TABLE", "VIEW", "FUNCTION", "SYSTEM FUNCTION"},
	"DROP":      {"TABLE", "VIEW", "FUNCTION", "CATALOG", "DATABASE", "TEMPORARY"},
	"ALTER":     {"TABLE", "VIEW", "DATABASE", "FUNCTION", "CATALOG"},
	"SHOW": {"TABLES", "VIEWS", "COLUMNS FROM", "CREATE TABLE", "CREATE VIEW", "CATALOGS", "CURRENT CATALOG", "DATABASES", "CURRENT DATABASE", "FUNCTIONS", "USER FUNCTIONS",
		"JOBS", "MODULES", "FULL MODULES", "JARS", "PARTITIONS", "PROCEDURES"},
	"EXPLAIN": {"SELECT", "INSERT INTO", "PLAN FOR", "CHANGELOG_MODE", "ESTIMATED_COST", "JSON_EXECUTION_PLAN", "PLAN_ADVICE", "STATEMENT SET BEGIN"},
	"EXECUTE": {"STATEMENT SET BEGIN", "INSERT INTO", "PLAN"},
	"GROUP":   {"BY"}, "ORDER": {"BY"}, "PARTITION": {"BY"}, "LEFT": {"JOIN", "OUTER JOIN"}, "RIGHT": {"JOIN", "OUTER JOIN"}, "FULL": {"JOIN", "OUTER JOIN"},
	"INNER": {"JOIN"}, "CROSS": {"JOIN"}, "INSERT": {"INTO", "OVERWRITE"}, "IS": {"NULL", "NOT NULL", "TRUE", "FALSE"}, "STOP": {"JOB"},
	"FROM": {"TABLE(", "LATERAL", "UNNEST("}, "JOIN": {"LATERAL", "UNNEST("}, "PRIMARY": {"KEY"}, "SYSTEM_TIME": {"AS OF"}, "UNION": {"ALL", "SELECT"},
	"ADD": {"JAR"}, "REMOVE": {"JAR"}, "LOAD": {"MODULE"}, "DELETE": {"FROM"}, "TRUNCATE": {"TABLE"},
}

// optionList has a line per connector or format: its name, a colon, its options; "*" are those of every table.
//
//go:embed options.txt
var optionList string

// optionsOf are the options that go with those given: of the connector and the formats, or the connector first.
func optionsOf(given map[string]string) (out []string) {
	connector := given["connector"]
	if connector == "" {
		out = append(out, "connector", "type")
	}
	add := func(name, prefix string) {
		for line := range strings.Lines(optionList) {
			key, list, _ := strings.Cut(strings.TrimSpace(line), ":")
			if key != name {
				continue
			}
			for _, o := range strings.Fields(list) {
				out = append(out, prefix+o)
			}
		}
	}
	add(connector, "")
	for key, value := range given {
		switch key {
		case "format", "key.format", "value.format":
			add("format "+value, strings.TrimSuffix(key, "format")+value+".")
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// optionValues are the words that an option takes.
var optionValues = map[string][]string{
	"scan.startup.mode":              {"earliest-offset", "latest-offset", "group-offsets", "timestamp", "specific-offsets"},
	"scan.bounded.mode":              {"unbounded", "latest-offset", "group-offsets", "timestamp", "specific-offsets"},
	"sink.delivery-guarantee":        {"exactly-once", "at-least-once", "none"},
	"lookup.cache":                   {"NONE", "PARTIAL"},
	"value.fields-include":           {"ALL", "EXCEPT_KEY"},
	"json.fail-on-missing-field":     {"true", "false"},
	"json.ignore-parse-errors":       {"true", "false"},
	"csv.ignore-parse-errors":        {"true", "false"},
	"json.timestamp-format.standard": {"SQL", "ISO-8601"},
	"json.map-null-key.mode":         {"FAIL", "DROP", "LITERAL"},
	"print-identifier":               nil,
	"standard-error":                 {"true", "false"},
}
