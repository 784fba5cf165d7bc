package measure

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// FlinkJob is a job of a real Flink that goes on beside the benchmark.
type FlinkJob struct {
	flink    *Flink
	id       string
	vertices []flinkVertex
}

type flinkVertex struct {
	ID     string `json:"id"`
	Name   string `json:"name"`
	Status string `json:"status"`
}

// Submit runs statements in a session with settings; the last one starts the job.
func (f *Flink) Submit(ctx context.Context, settings map[string]string, statements []string) (*FlinkJob, error) {
	properties := map[string]string{"pipeline.object-reuse": strconv.FormatBool(f.setup.ObjectReuse), "table.dml-sync": "false"}
	for key, value := range settings {
		properties[key] = value
	}
	session, err := f.client.Open(ctx, "bench", properties)
	if err != nil {
		return nil, err
	}
	defer session.Close(context.WithoutCancel(ctx))
	for _, s := range statements {
		if err := session.Execute(ctx, s); err != nil {
			return nil, fmt.Errorf("%w\nin: %s", err, s)
		}
	}
	job, err := f.newestJob(ctx)
	if err != nil {
		return nil, err
	}
	j := &FlinkJob{flink: f, id: job.ID}
	return j, j.refresh(ctx)
}

// Restart starts JobManager and TaskManager again after they were killed.
func (f *Flink) Restart(ctx context.Context) error { return f.up(ctx) }

func (j *FlinkJob) refresh(ctx context.Context) error {
	var answer struct {
		State    string        `json:"state"`
		Vertices []flinkVertex `json:"vertices"`
	}
	if err := j.flink.get(ctx, "/jobs/"+j.id, &answer); err != nil {
		return err
	}
	j.vertices = answer.Vertices
	if answer.State == "FAILED" {
		var exceptions struct {
			Root string `json:"root-exception"`
		}
		j.flink.get(ctx, "/jobs/"+j.id+"/exceptions", &exceptions) // its error would hide this one
		first, _, _ := strings.Cut(exceptions.Root, "\n")
		return fmt.Errorf("Flink's job has failed: %s", first)
	}
	return nil
}

// Finished reports whether the vertices whose name begins so have come to their end.
func (j *FlinkJob) Finished(ctx context.Context, name string) (bool, error) {
	if err := j.refresh(ctx); err != nil {
		return false, err
	}
	found := false
	for _, v := range j.vertices {
		if strings.HasPrefix(v.Name, name) {
			if found = true; v.Status != "FINISHED" {
				return false, nil
			}
		}
	}
	return found, nil
}

// RowsInto implements Watched. A vertex is named by the first operator of its chain, whose input it counts.
func (j *FlinkJob) RowsInto(ctx context.Context, operator string) (int64, error) {
	total := 0.0
	for _, v := range j.vertices {
		if !strings.HasPrefix(v.Name, operator) {
			continue
		}
		var sums []struct {
			Sum float64 `json:"sum"`
		}
		if err := j.flink.get(ctx, "/jobs/"+j.id+"/vertices/"+v.ID+"/subtasks/metrics?get=numRecordsIn&agg=sum", &sums); err != nil {
			return 0, err
		}
		for _, s := range sums {
			total += s.Sum
		}
	}
	return int64(total), nil
}

// History implements Watched.
func (j *FlinkJob) History(ctx context.Context) (*History, error) {
	return readHistory(ctx, j.flink.rest+"/jobs/"+j.id+"/checkpoints")
}

// Times implements Watched.
func (j *FlinkJob) Times(ctx context.Context, c *Checkpoint) error {
	for _, v := range j.vertices {
		err := readTimes(ctx, j.flink.rest+"/jobs/"+j.id+"/checkpoints/details/"+strconv.FormatInt(c.ID, 10)+"/subtasks/"+v.ID, c)
		if err != nil && v.Status != "FINISHED" { // those that have finished take no part
			return err
		}
	}
	return nil
}

// PIDs implements Watched.
func (j *FlinkJob) PIDs() []int { return j.flink.pids }

// Kill implements Watched: both processes.
func (j *FlinkJob) Kill() error {
	var errs []error
	for _, pid := range j.flink.pids {
		errs = append(errs, syscall.Kill(pid, syscall.SIGKILL))
	}
	for _, pid := range j.flink.pids {
		for syscall.Kill(pid, 0) == nil && !zombie(pid) {
			time.Sleep(5 * time.Millisecond)
		}
	}
	return errors.Join(errs...)
}
