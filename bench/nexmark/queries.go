package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/flottstream/flott/bench/measure"
)

// query is one of q0 … q23 with the tables and views that it reads.
type query struct {
	name string
	text string // with ${…}
}

// notMeasured are the queries that real Flink refuses: q6 takes retractions in an OVER aggregation, q13 looks up in files.
var notMeasured = []string{"q6", "q13"}

// loadQueries reads the queries named in a comma-separated list; empty: all that are measured.
func loadQueries(folder, names string) ([]query, error) {
	var wanted []string
	for i := range 24 {
		if name := "q" + strconv.Itoa(i); names == "" && !slices.Contains(notMeasured, name) {
			wanted = append(wanted, name)
		}
	}
	if names != "" {
		wanted = strings.Split(names, ",")
	}
	var queries []query
	for _, name := range wanted {
		var text strings.Builder
		for _, file := range []string{"ddl", "views", name} {
			part, err := os.ReadFile(filepath.Join(folder, file+".sql"))
			if err != nil {
				return nil, fmt.Errorf("query %s: %w", name, err)
			}
			text.Write(part)
			text.WriteByte('\n')
		}
		queries = append(queries, query{name: name, text: text.String()})
	}
	return queries, nil
}

func newVariables(o *options, events int64) measure.Variables {
	return measure.Variables{
		"NEXMARK_TABLE":      "datagen",
		"EVENTS_NUM":         strconv.FormatInt(events, 10),
		"TPS":                strconv.FormatInt(o.tps, 10),
		"BASE_TIME":          "2024-01-01 00:00:00",
		"PERSON_PROPORTION":  "1",
		"AUCTION_PROPORTION": "3",
		"BID_PROPORTION":     "46",
		"SUBMIT_TIME":        time.Now().UTC().Format("20060102-150405"),
	}
}

// sql fills in the variables.
func (q query) sql(v measure.Variables) (string, error) {
	text, err := v.Fill(q.text)
	if err != nil {
		return "", fmt.Errorf("query %s: %w", q.name, err)
	}
	return text, nil
}

// settings of the public benchmark, for both engines.
func settings(o *options) map[string]string {
	return map[string]string{
		"parallelism.default":                        strconv.Itoa(o.parallelism),
		"execution.checkpointing.interval":           measure.Duration(o.checkpoint),
		"table.exec.mini-batch.enabled":              "true",
		"table.exec.mini-batch.allow-latency":        "2 s",
		"table.exec.mini-batch.size":                 "50000",
		"table.optimizer.distinct-agg.split.enabled": "true",
		"table.local-time-zone":                      "UTC",
	}
}

// writeSideInput makes the table of q13: n rows "i,i".
func writeSideInput(file string, n int) error {
	var text strings.Builder
	for i := range n {
		fmt.Fprintf(&text, "%d,%d\n", i, i)
	}
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return err
	}
	return os.WriteFile(file, []byte(text.String()), 0o644)
}
