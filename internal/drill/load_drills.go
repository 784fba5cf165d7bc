package drill

import (
	"context"
	"time"

	toxics "github.com/Shopify/toxiproxy/v2/client"
)

var everywhere = []Engine{Flott, Flink}

const ownJob = "the drill needs to choose what the job does or reads"

// loadDrills make some part of the job too slow.
var loadDrills = []*Drill{
	{
		Name: "slow-sink", Title: "the results' broker takes 6 KiB a second", Cause: "slow-sink", On: everywhere, Job: eachRow.at(1500),
		Break: func(_ context.Context, l *Lab) error {
			l.Mend("the results' connection is fast again", l.out.Proxy.Clear)
			return l.out.Proxy.Narrow(6 << 10)
		},
		Abroad: toxicAbroad("bandwidth", "upstream", toxics.Attributes{"rate": 6}),
	},
	{
		Name: "hot-key", Title: "nine of ten orders have the same key", Cause: "data-skew", On: everywhere, Job: heavy, Why: ownJob,
		Break: func(_ context.Context, l *Lab) error {
			usually := l.usually()
			l.reshape(0, func(n int64, now time.Time) Row {
				row := usually(n, now)
				if n%10 != 0 {
					row.Key = 7
				}
				return row
			})
			l.feed.Set(6*l.job.Rate, nil)
			return nil
		},
	},
	{
		Name: "burst", Title: "orders arrive ten times as fast", Cause: "slow-operator", Also: []string{"kafka-lag", "cpu-saturated"}, On: everywhere, Job: heavy, Why: ownJob,
		Break: func(_ context.Context, l *Lab) error { l.reshape(10*l.job.Rate, nil); return nil },
	},
	{
		Name: "parallelism-mismatch", Title: "the expensive part runs in one subtask behind two", Cause: "parallelism-mismatch", On: everywhere, Job: heavy, Why: ownJob,
		Break: func(ctx context.Context, l *Lab) error {
			slim := l.job.with("parallelism.default", "1")
			slim.Orders = map[string]string{"scan.parallelism": "2"}
			l.feed.Set(6*l.job.Rate, nil)
			l.Mend("the usual rate and parallelism", func(ctx context.Context) error {
				l.feed.Set(l.job.Rate, nil)
				return l.rerun(ctx, l.job)
			})
			return l.rerun(ctx, slim)
		},
	},
	{
		Name: "cpu-throttle", Title: "the TaskManagers get an eighth of a core", Cause: "cpu-saturated", Also: []string{"slow-operator"}, On: everywhere, Job: heavy.at(250),
		Break:  func(_ context.Context, l *Lab) error { return l.throttle(l.engine.processes(), 12) },
		Abroad: throttleAbroad,
	},
	{
		Name: "freeze", Lasting: true, Title: "a TaskManager stands still for longer than a heartbeat may take", Cause: "heartbeat-timeout", Also: []string{"taskmanager-lost"}, On: []Engine{Flink}, Job: eachRow,
		Why: "flott run is one process, which would not answer the doctor either",
		Break: func(_ context.Context, l *Lab) error {
			pids := l.engine.processes()
			return l.freeze(pids[len(pids)-1:])
		},
		Abroad: signalAbroad(sigStop, sigCont),
	},
}

// usually is the shape of the job's healthy input.
func (l *Lab) usually() Shape {
	shape, behind := usual(l.job.Partitions), l.job.Behind
	return func(n int64, now time.Time) Row { return shape(n, now.Add(-behind)) }
}

// reshape changes what is sent and leaves how it is mended.
func (l *Lab) reshape(rate int, shape Shape) {
	l.Mend("the usual orders at the usual rate", func(context.Context) error {
		l.feed.Set(l.job.Rate, l.usually())
		return nil
	})
	l.feed.Set(rate, shape)
}
