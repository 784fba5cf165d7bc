package catalog

import (
	"slices"
	"strings"
)

// DidYouMean returns "did you mean 'x'?" for the known name nearest to name, or
// "" if none is near.
func DidYouMean(name string, known []string) string {
	best, bestDistance := "", 1+(len(name)+1)/3 // of one letter only the case may differ
	slices.Sort(known)
	for _, k := range known {
		if k == name {
			continue
		}
		d := distance(strings.ToLower(name), strings.ToLower(k), bestDistance)
		if d < bestDistance {
			best, bestDistance = k, d
		}
	}
	if best == "" {
		return ""
	}
	if bestDistance == 0 {
		return "did you mean '" + best + "'? Names are case-sensitive"
	}
	return "did you mean '" + best + "'?"
}

// distance is the Levenshtein distance of two short names, or limit if it is
// not below it.
func distance(a, b string, limit int) int {
	if len(a)-len(b) >= limit || len(b)-len(a) >= limit {
		return limit
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(a); i++ {
		diagonal := row[0]
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := diagonal
			if a[i-1] != b[j-1] {
				cost++
			}
			diagonal = row[j]
			row[j] = min(cost, row[j]+1, row[j-1]+1)
		}
	}
	return min(row[len(b)], limit)
}
