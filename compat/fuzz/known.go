package fuzz

import "regexp"

// known is a difference that stays, with its reason; docs/fuzz_sql.md tells of each.
type known struct {
	name    string
	verdict verdict
	flink   *regexp.Regexp // in Flink's refusal
	flott   *regexp.Regexp // in flott's refusal
}

var knowns = []known{
	{"a correlated subquery that Flink cannot decorrelate", onlyFlink, regexp.MustCompile(`unexpected correlate variable`), nil},
	{"Flink's planner fails", onlyFlink, regexp.MustCompile(`(NullPointer|ArrayIndexOutOfBounds|IndexOutOfBounds|ClassCast|IllegalState|UnsupportedOperation|NoSuchElement|StackOverflow)\w*$|AssertionError|Cannot generate a valid execution plan|CodeGenException|Unable to (implement|find)|InvalidProgramException|cannot be compiled|There are not enough rules|Invalid time format|cannot be cast to class|Cannot add expression of different type to set`), nil},
	{"a group window that Flink's code generator cannot do", onlyFlink, regexp.MustCompile(`does not match number|Unsupported reinterpret cast|Could not find an implementation method 'merge'`), nil},
	{"decimals of different types compared by IS NOT DISTINCT FROM", onlyFlink, regexp.MustCompile(`Equality join predicate on incompatible types`), nil},
	{"NULL in a time attribute that a grouping set leaves out", onlyFlink, regexp.MustCompile(`RowTime field should not be null`), nil},
	{"values that Flink's state cannot compare", onlyFlink, regexp.MustCompile(`Unmaterialized BinaryRawValueData`), nil},
	{"a union of a time attribute and a time that is none", onlyFlink, regexp.MustCompile(`^Union fields with time attributes requires same types`), nil},
	{"DISTINCT in a group window in batch mode", onlyFlink, regexp.MustCompile(`^DISTINCT aggregates are currently not supported`), nil},
	{"DISTINCT in OVER in batch mode", onlyFlink, regexp.MustCompile(`^Distinct not supported in Windowing function`), nil},
}

// knownName is the name of a listed difference, or "".
func knownName(v verdict, want, got table) string {
	for _, k := range knowns {
		if k.verdict == v && (k.flink == nil || k.flink.MatchString(want.refusal)) && (k.flott == nil || k.flott.MatchString(got.refusal)) {
			return k.name
		}
	}
	return ""
}
