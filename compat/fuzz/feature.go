package fuzz

import (
	"fmt"
	"strings"
)

// feature is a part of the language, found by its words: the report tells how many queries with it were asked and how
// many both engines refused, so that a part that never runs is seen.
type feature struct{ name, word string }

var features = []feature{
	{"MATCH_RECOGNIZE", "MATCH_RECOGNIZE"}, {"TUMBLE", "TUMBLE("}, {"HOP", "HOP("}, {"CUMULATE", "CUMULATE("}, {"SESSION", "SESSION("},
	{"windows of windows", "DESCRIPTOR(rt)"}, {"temporal join", "FOR SYSTEM_TIME AS OF"}, {"interval join", ".at_time BETWEEN"}, {"OVER", " OVER ("}, {"RANGE", "RANGE BETWEEN"},
	{"UNNEST", "UNNEST("}, {"LATERAL", "LATERAL (SELECT"}, {"TO_CHANGELOG", "TO_CHANGELOG("}, {"JSON", "JSON_"}, {"IS JSON", "JSON OBJECT"},
	{"row number", "AS rn FROM"}, {"FILTER", "FILTER (WHERE"}, {"DISTINCT aggregate", "(DISTINCT "}, {"GROUPING SETS", "GROUPING SETS ("}, {"CUBE", "CUBE ("}, {"ROLLUP", "ROLLUP ("},
	{"views", "spending AS"}, {"EXISTS", "EXISTS (SELECT"}, {"IN subquery", "IN (SELECT"}, {"set operation", "EXCEPT"}, {"INTERSECT", "INTERSECT"}, {"FULL JOIN", "FULL JOIN"}, {"CAST", "CAST("},
}

// used counts the queries of each feature.
type used struct{ asked, refused []int }

func (u *used) count(sql string, refused bool) {
	if u.asked == nil {
		u.asked, u.refused = make([]int, len(features)), make([]int, len(features))
	}
	for i, f := range features {
		if strings.Contains(sql, f.word) {
			u.asked[i]++
			if refused {
				u.refused[i]++
			}
		}
	}
}

func (u *used) String() string {
	var list []string
	for i, f := range features {
		if u.asked != nil {
			list = append(list, fmt.Sprintf("%s %d (%d)", f.name, u.asked[i], u.refused[i]))
		}
	}
	return strings.Join(list, ", ")
}
