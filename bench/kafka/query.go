package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/flottstream/flott/bench/measure"
	"github.com/flottstream/flott/compat"
)

// query reads the table bid and writes to a table with options ${SINK}.
type query struct {
	name string
	text string // with ${…}
}

// dropped are the queries whose rows are thrown away where they are measured; another run writes them to a topic, where they
// can be compared.
var dropped = map[string]bool{"window": true}

func loadQueries(root, names string) (queries []query, err error) {
	for _, name := range strings.Split(names, ",") {
		text, err := script(root, "ddl", name)
		if err != nil {
			return nil, fmt.Errorf("query %s: %w", name, err)
		}
		queries = append(queries, query{name, text})
	}
	return queries, nil
}

func script(root string, names ...string) (string, error) {
	var text strings.Builder
	for _, name := range names {
		part, err := os.ReadFile(filepath.Join(root, "bench", "kafka", "queries", name+".sql"))
		if err != nil {
			return "", err
		}
		text.Write(part)
		text.WriteByte('\n')
	}
	return text.String(), nil
}

// statements fills in where the broker is and where rows go; topic "" throws them away.
func (q query) statements(broker, topic string) ([]string, error) {
	sink := "'connector' = 'blackhole'"
	if topic != "" {
		sink = fmt.Sprintf("'connector' = 'kafka', 'properties.bootstrap.servers' = '%s', 'topic' = '%s', 'format' = 'json'", broker, topic)
	}
	text, err := measure.Variables{"BROKER": broker, "SINK": sink}.Fill(q.text)
	if err != nil {
		return nil, fmt.Errorf("query %s: %w", q.name, err)
	}
	return compat.Split(text), nil
}

func settings(parallelism int) map[string]string {
	return map[string]string{"parallelism.default": strconv.Itoa(parallelism), "table.local-time-zone": "UTC"}
}

// eventsFor is how many Nexmark events hold n bids, or up to 45 more: they are 46 of every 50.
func eventsFor(n int64) int64 { return (n + 45) / 46 * 50 }

// fill writes the topic that queries read, and corrects the number of its records. One writer keeps each partition in order.
func fill(ctx context.Context, o *options, b *broker) error {
	if err := b.create(ctx, "bid"); err != nil {
		return err
	}
	text, err := script(o.root, "fill")
	if err != nil {
		return err
	}
	text, err = measure.Variables{
		"BROKER": b.address, "TPS": strconv.FormatInt(o.tps, 10), "EVENTS_NUM": strconv.FormatInt(eventsFor(o.records), 10),
	}.Fill(text)
	if err != nil {
		return err
	}
	binary := o.flott
	if binary == "none" {
		binary = "build"
	}
	f, err := measure.NewFlott(ctx, o.root, binary)
	if err != nil {
		return err
	}
	defer f.Close()
	if _, err := f.Run(ctx, settings(1), compat.Split(text)); err != nil {
		return err
	}
	n, err := b.count(ctx, "bid")
	if err == nil && n != eventsFor(o.records)/50*46 {
		err = fmt.Errorf("topic bid has %d records, want %d", n, eventsFor(o.records)/50*46)
	}
	o.records = n
	return err
}

// runner measures a query on an engine.
type runner struct {
	o      *options
	broker *broker
	engine measure.Engine
	query  query
	topics int
}

// measure keeps the run with the median of CPU seconds.
func (r *runner) measure(ctx context.Context) measure.Result {
	result := measure.Result{Query: r.query.name, Engine: r.engine.Name(), Events: r.o.records}
	if err := r.runs(ctx, &result); err != nil {
		result.Error = err.Error()
		return result
	}
	result.Run = measure.MedianByCPU(result.Runs)
	return result
}

func (r *runner) runs(ctx context.Context, result *measure.Result) error {
	unmeasured := 0
	if _, warm := r.engine.(*measure.Flink); warm {
		unmeasured = r.o.warmup
	}
	proof := ""
	if dropped[r.query.name] {
		unmeasured = max(unmeasured, 1)
	}
	for i := range unmeasured + r.o.runs {
		measured := i >= unmeasured
		run, err := r.run(ctx, !measured || !dropped[r.query.name])
		if err != nil {
			return err
		}
		switch {
		case run.Proof == "":
			run.Proof = proof
		case proof == "":
			proof = run.Proof
		case run.Proof != proof:
			return fmt.Errorf("two runs wrote different records: %s and %s", proof, run.Proof)
		}
		if measured {
			result.Runs = append(result.Runs, run)
		}
	}
	return nil
}

// run runs the query once, to a topic of its own or to nowhere.
func (r *runner) run(ctx context.Context, kept bool) (measure.Run, error) {
	topic := ""
	if kept {
		r.topics++
		topic = fmt.Sprintf("%s-%s-%d", r.query.name, r.engine.Name(), r.topics)
		if err := r.broker.create(ctx, topic); err != nil {
			return measure.Run{}, err
		}
		defer r.broker.remove(context.WithoutCancel(ctx), topic)
	}
	statements, err := r.query.statements(r.broker.address, topic)
	if err != nil {
		return measure.Run{}, err
	}
	limited, cancel := context.WithTimeout(ctx, r.o.limit)
	defer cancel()
	run, err := r.engine.Run(limited, settings(r.o.parallelism), statements)
	if err == nil && kept {
		run.Proof, err = r.broker.proof(ctx, topic)
	}
	return run, err
}
