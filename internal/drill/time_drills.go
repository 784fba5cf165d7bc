package drill

import (
	"context"
	"strings"
	"time"
)

// timeDrills spoil event time.
var timeDrills = []*Drill{
	{
		Name: "late-data", Title: "one order in five is a minute late", Cause: "late-data", On: everywhere, Job: windows, Why: ownJob,
		Break: func(_ context.Context, l *Lab) error {
			return l.delayed(func(n int64) time.Duration {
				if n%5 == 0 {
					return time.Minute
				}
				return 0
			})
		},
	},
	{
		Name: "out-of-order", Title: "orders are up to 20 s out of order, the bound is 2 s", Cause: "late-data", On: everywhere, Job: windows, Why: ownJob,
		Break: func(_ context.Context, l *Lab) error {
			return l.delayed(func(n int64) time.Duration { return time.Duration(n*7919%20_000) * time.Millisecond })
		},
	},
	{
		Name: "idle-source", Title: "one of two partitions falls silent", Cause: "idle-source", Also: []string{"watermark-stalled"}, On: everywhere, Job: windows, Why: ownJob,
		Break: func(_ context.Context, l *Lab) error {
			usually := l.usually()
			l.reshape(0, func(n int64, now time.Time) Row {
				row := usually(n, now)
				row.Partition = 0
				return row
			})
			return nil
		},
	},
	{
		Name: "watermark-skew", Title: "one of two partitions is twenty minutes ahead", Cause: "watermark-skew", On: everywhere, Job: windows.behind(30 * time.Minute), Why: ownJob,
		Break: func(_ context.Context, l *Lab) error {
			usually := l.usually()
			near := func(partition int32) Shape {
				return func(n int64, now time.Time) Row {
					row := usually(n, now)
					if row.Partition >= partition {
						row.Time = row.Time.Add(20 * time.Minute)
					}
					return row
				}
			}
			// Event time does not go back: the other partition catches up.
			l.Mend("all partitions are as far", func(context.Context) error { l.feed.Set(0, near(0)); return nil })
			l.feed.Set(0, near(1))
			return nil
		},
	},
	{
		Name: "state-growth", Title: "every order has a key of its own, and nothing is forgotten", Cause: "state-growth", On: everywhere, Job: totals, Why: ownJob,
		Break: func(_ context.Context, l *Lab) error {
			usually, note := l.usually(), strings.Repeat("x", 200)
			l.reshape(4*l.job.Rate, func(n int64, now time.Time) Row {
				row := usually(n, now)
				row.Key, row.Note = n, note
				return row
			})
			return nil
		},
	},
}

// delayed makes rows older than the clock.
func (l *Lab) delayed(by func(n int64) time.Duration) error {
	usually := l.usually()
	l.reshape(0, func(n int64, now time.Time) Row {
		row := usually(n, now)
		row.Time = now.Add(-by(n))
		return row
	})
	return nil
}
