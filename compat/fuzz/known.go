package fuzz

import (
	"regexp"
	"slices"
	"strings"

	"github.com/flottstream/flott/compat"
	"github.com/flottstream/flott/internal/sqlfuzz"
)

// known is a difference that stays, with its reason; docs/fuzz_sql.md tells of each.
type known struct {
	name    string
	verdict verdict
	flink   *regexp.Regexp // in Flink's refusal
	flott   *regexp.Regexp // in flott's refusal
	also    func(q sqlfuzz.Query, want, got table) bool
}

var knowns = []known{
	{"a correlated subquery that Flink cannot decorrelate", onlyFlink, regexp.MustCompile(`unexpected correlate variable`), nil, nil},
	{"Flink's planner fails", onlyFlink, regexp.MustCompile(`(NullPointer|ArrayIndexOutOfBounds|IndexOutOfBounds|ClassCast|IllegalState|UnsupportedOperation|NoSuchElement|StackOverflow)\w*$|AssertionError|Cannot generate a valid execution plan|CodeGenException|Unable to (implement|find)|InvalidProgramException|cannot be compiled|There are not enough rules|Invalid time format|cannot be cast to class|Cannot add expression of different type to set|^[0-9]+$|^Type mismatch:|Cannot cast "|^Cannot invoke "|^The timer service has not been initialized`), nil, nil},
	{"a group window that Flink's code generator cannot do", onlyFlink, regexp.MustCompile(`does not match number|Unsupported reinterpret cast|Could not find an implementation method 'merge'|This function does not support retraction`), nil, nil},
	{"decimals of different types compared by IS NOT DISTINCT FROM", onlyFlink, regexp.MustCompile(`Equality join predicate on incompatible types`), nil, nil},
	{"NULL in a time attribute that a grouping set leaves out", onlyFlink, regexp.MustCompile(`RowTime field should not be null`), nil, nil},
	{"values that Flink's state cannot compare", onlyFlink, regexp.MustCompile(`Unmaterialized BinaryRawValueData`), nil, nil},
	{"a union of a time attribute and a time that is none", onlyFlink, regexp.MustCompile(`^Union fields with time attributes requires same types`), nil, nil},
	{"a top n of groups by sessions of other keys", onlyFlink, regexp.MustCompile(`^StreamPhysicalWindowRank doesn't support consuming update changes`), nil, nil},
	{"DISTINCT in a group window in batch mode", onlyFlink, regexp.MustCompile(`^DISTINCT aggregates are currently not supported`), nil, nil},
	{"DISTINCT in OVER in batch mode", onlyFlink, regexp.MustCompile(`^Distinct not supported in Windowing function`), nil, nil},
	{"an aggregate without keys over what a planner knows to be empty", differs, nil, nil, emptyAggregate},
	{string(broken), broken, nil, nil, nil},
}

// emptyAggregate says that one answer is the row of an aggregate over nothing and the other one is nothing. In streaming
// mode there is such a row only if the planner knows from the text that there is nothing, and no two planners know the same.
func emptyAggregate(q sqlfuzz.Query, want, got table) bool {
	rows := append(slices.Clone(want.rows), got.rows...)
	if !q.Modal || len(rows) != 1 {
		return false
	}
	for _, f := range strings.Split(strings.Trim(rows[0], "[]"), ", ") {
		if !slices.Contains([]string{compat.Null, "0", "1", "-3"}, f) { // NULL or 0, or that plus what the generator adds
			return false
		}
	}
	return true
}

// knownName is the name of a listed difference, or "".
func knownName(q sqlfuzz.Query, v verdict, want, got table) string {
	for _, k := range knowns {
		if k.verdict == v && (k.flink == nil || k.flink.MatchString(want.refusal)) && (k.flott == nil || k.flott.MatchString(got.refusal)) && (k.also == nil || k.also(q, want, got)) {
			return k.name
		}
	}
	return ""
}
