package main

import "slices"

// sortByTime orders rows by time; those of the same time stay as they are.
func sortByTime(rows []string) {
	slices.SortStableFunc(rows, func(a, b string) int { return timeOf(a).Compare(timeOf(b)) })
}
