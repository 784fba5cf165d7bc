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

// distance is the number of letters to insert, delete, replace or exchange with
// their neighbour between two short names, or limit if it is not below it.
func distance(a, b string, limit int) int {
	if len(a)-len(b) >= limit || len(b)-len(a) >= limit {
		return limit
	}
	before, last, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := last[j-1]
			if a[i-1] != b[j-1] {
				cost++
			}
			row[j] = min(cost, last[j]+1, row[j-1]+1)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last, row = last, row, before
	}
	return min(last[len(b)], limit)
}
