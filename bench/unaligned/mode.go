package main

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/flottstream/flott/bench/measure"
)

// script has state, rows of 200 bytes in flight, and every key once.
const script = `
CREATE TABLE events (id BIGINT, payload STRING) WITH (
  'connector' = 'datagen', 'rows-per-second' = '100000000', 'fields.payload.length' = '200',
  'fields.id.kind' = 'sequence', 'fields.id.start' = '0', 'fields.id.end' = '${LAST}'
);
CREATE TABLE rows_taken (id BIGINT, payload STRING) WITH ('connector' = 'slow');
INSERT INTO rows_taken SELECT id, MAX(payload) FROM events GROUP BY id;
`

// mode is a way to take checkpoints.
type mode struct {
	name     string
	settings map[string]string
}

func modes(o *options) []mode {
	return []mode{
		{"aligned", nil},
		{"unaligned", map[string]string{"execution.checkpointing.unaligned.enabled": "true"}},
		{"aligned, then unaligned", map[string]string{
			"execution.checkpointing.unaligned.enabled": "true", "execution.checkpointing.aligned-checkpoint-timeout": o.switchAfter.String(),
		}},
	}
}

func settings(o *options, m mode, folder string) map[string]string {
	s := map[string]string{
		"pipeline.name":                                        "unaligned benchmark",
		"parallelism.default":                                  strconv.Itoa(o.parallelism),
		"web.checkpoints.history":                              "1000",
		"execution.checkpointing.interval":                     "3 s",
		"execution.checkpointing.timeout":                      o.timeout.String(),
		"execution.checkpointing.dir":                          filepath.Join(folder, "checkpoints"),
		"execution.checkpointing.tolerable-failed-checkpoints": "1000000",
	}
	maps.Copy(s, m.settings)
	return s
}

// watch runs a mode, kills it, and runs it to its end.
func watch(ctx context.Context, o *options, m mode) (*Result, error) {
	folder, err := os.MkdirTemp("", "flott-bench-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(folder)
	r := &Result{Mode: m.name}
	h, err := slowPart(ctx, o, m, folder, r)
	if err != nil {
		return r, err
	}
	r.evaluate(h.Checkpoints)
	return r, r.finish(ctx, o, m, folder, h)
}

// slowPart lets checkpoints be taken under back pressure for a while, and kills the process.
func slowPart(ctx context.Context, o *options, m mode, folder string, r *Result) (*measure.History, error) {
	job, err := start(ctx, o, m, folder, o.delay)
	if err != nil {
		return nil, err
	}
	defer job.Kill()
	select {
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-time.After(time.Duration(o.seconds) * time.Second):
	}
	h, err := job.History(ctx)
	if err != nil {
		return nil, err
	}
	for i := range h.Checkpoints {
		if err := job.Times(ctx, &h.Checkpoints[i]); err != nil {
			return nil, err
		}
	}
	r.Taken, err = job.RowsInto(ctx, "Sink")
	return h, err
}

// finish goes on to the end with a fast sink.
func (r *Result) finish(ctx context.Context, o *options, m mode, folder string, before *measure.History) error {
	job, err := start(ctx, o, m, folder, 0)
	if err != nil {
		return err
	}
	defer job.Kill()
	if r.Restored, err = restored(ctx, job); err != nil {
		return err
	}
	for _, c := range before.Checkpoints {
		if c.ID == r.Restored {
			r.RestoredInflight = c.Persisted
		}
	}
	if err := job.Wait(); err != nil {
		return err
	}
	text, err := os.ReadFile(filepath.Join(folder, "totals"))
	if err != nil {
		return err
	}
	var got total
	if err := json.Unmarshal(text, &got); err != nil {
		return err
	}
	if r.Rows = got.Rows; got != of(uint64(o.rows)) {
		return fmt.Errorf("the sink got %+v, want %+v", got, of(uint64(o.rows)))
	}
	r.Exact = true
	return nil
}

// restored is the checkpoint that a job goes on from, as it says when its first rows are there.
func restored(ctx context.Context, job *measure.FlottJob) (int64, error) {
	for {
		rows, err := job.RowsInto(ctx, "Sink")
		if err != nil {
			return 0, err
		}
		h, err := job.History(ctx)
		if err != nil {
			return 0, err
		}
		if rows > 0 {
			return h.Restored, nil
		}
		time.Sleep(5 * time.Millisecond)
	}
}

func start(ctx context.Context, o *options, m mode, folder string, delay time.Duration) (*measure.FlottJob, error) {
	text, err := measure.Variables{"LAST": strconv.FormatInt(o.rows-1, 10)}.Fill(script)
	if err != nil {
		return nil, err
	}
	return measure.StartFlott(ctx, measure.ServedJob{Script: text, Settings: settings(o, m, folder), Resume: true},
		"-delay", delay.String(), "-totals", filepath.Join(folder, "totals"))
}
