package drill

import (
	"context"
	"errors"
	"syscall"
	"time"
)

// failureDrills end tasks and processes.
var failureDrills = []*Drill{
	{
		Name: "kill-taskmanager", Lasting: true, Title: "a TaskManager is killed", Cause: "taskmanager-lost", Also: []string{"slots-exhausted", "heartbeat-timeout"}, On: []Engine{Flink}, Job: eachRow.with("parallelism.default", "4"),
		Why: "flott run is one process; the drill kill-process kills that",
		Break: func(_ context.Context, l *Lab) error {
			f := l.engine.(*flinkEngine)
			l.Mend("another TaskManager", func(ctx context.Context) error {
				if err := f.addTaskManager(); err != nil {
					return err
				}
				return until(ctx, 4*time.Minute, again, func() bool { return running(ctx, f.url()) })
			})
			return f.killSecond()
		},
		Abroad: signalAbroad(syscall.SIGKILL, 0),
	},
	{
		Name: "kill-process", Title: "the process of the job is killed", Cause: unreachable, On: []Engine{Flott}, Job: eachRow,
		Why: "Flink's JobManager would end with all it knows; kill-taskmanager kills a worker",
		Break: func(ctx context.Context, l *Lab) error {
			l.Mend("the job goes on from its last checkpoint", func(ctx context.Context) error { return l.engine.start(ctx, l.script(l.job), true) })
			return l.engine.halt(ctx)
		},
	},
	{
		Name: "user-exception", Lasting: true, Title: "an order is no JSON, and the job fails at it", Cause: "user-exception", Also: []string{"restart-loop"}, On: everywhere, Job: eachRow, Why: ownJob,
		Break: func(_ context.Context, l *Lab) error {
			usually, sent := l.usually(), false
			l.Mend("the job skips what it cannot read", func(ctx context.Context) error {
				l.feed.Set(l.job.Rate, usually)
				mended := l.job
				mended.Orders = map[string]string{"json.ignore-parse-errors": "true"}
				return l.rerun(ctx, mended)
			})
			l.feed.Set(0, func(n int64, now time.Time) Row {
				row := usually(n, now)
				row.Poison, sent = !sent, true
				return row
			})
			return nil
		},
	},
	{
		Name: "zookeeper-stop", Lasting: true, HA: true, Title: "ZooKeeper, which keeps who leads, is killed", Cause: "ha-unavailable", On: []Engine{Flink}, Job: eachRow,
		Why: "flott run needs no ZooKeeper",
		Break: func(_ context.Context, l *Lab) error {
			// Alone, a JobManager that has lost ZooKeeper ends in the end.
			l.Mend("ZooKeeper runs again", func(ctx context.Context) error {
				return errors.Join(l.zk.start(ctx), l.engine.(*flinkEngine).revive(ctx))
			})
			return l.zk.stop()
		},
		Abroad: signalAbroad(sigStop, sigCont),
	},
	{
		Name: "slots-exhausted", Title: "the job is started with more subtasks than there are slots", Cause: "slots-exhausted", On: []Engine{Flink}, Job: eachRow,
		Why: "flott run gives a job the slots it asks for",
		Break: func(ctx context.Context, l *Lab) error {
			l.Mend("the usual parallelism", func(ctx context.Context) error { return l.rerun(ctx, l.job) })
			return l.rerun(ctx, l.job.with("parallelism.default", "9"))
		},
	},
}

// settingDrills start the job again with a setting that is wrong.
var settingDrills = []*Drill{
	{
		Name: "checkpoint-timeout-short", Title: "checkpoints may take no longer than 10 ms", Cause: "checkpoint-timeout-short", On: everywhere, Job: eachRow, Why: ownJob,
		Break: misset("execution.checkpointing.timeout", "10 ms", "execution.checkpointing.tolerable-failed-checkpoints", "1000"),
	},
	{
		Name: "checkpoint-interval-short", Title: "a checkpoint every 10 ms", Cause: "checkpoint-interval-short", On: everywhere, Job: eachRow, Why: ownJob,
		Break: misset("execution.checkpointing.interval", "10 ms"),
	},
	{
		Name: "checkpoint-disabled", Title: "the job is started without checkpoints", Cause: "checkpoint-disabled", On: everywhere, Job: totals, Why: ownJob,
		Break: func(ctx context.Context, l *Lab) error {
			l.Mend("checkpoints as usual", func(ctx context.Context) error { return l.anew(ctx, l.job) })
			return l.anew(ctx, l.job.with("execution.checkpointing.interval", ""))
		},
	},
	{
		Name: "no-restart", Title: "the job is started without a restart strategy", Cause: "config-dangerous", On: everywhere, Job: totals, Why: ownJob,
		Break: misset("restart-strategy.type", "none"),
	},
}

// misset runs the job with wrong settings until it is mended.
func misset(pairs ...string) func(context.Context, *Lab) error {
	return func(ctx context.Context, l *Lab) error {
		l.Mend("the usual settings", func(ctx context.Context) error { return l.rerun(ctx, l.job) })
		return l.rerun(ctx, l.job.with(pairs...))
	}
}
