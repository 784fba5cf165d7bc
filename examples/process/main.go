// Command process runs SQL with a process table function written in Go: what lies in the
// carts of a shop, a reminder for those who have gone away, the purchases of the others.
package main

import (
	"context"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/flottstream/flott"
)

func main() {
	if err := run(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// event is a row of the table that the function takes.
type event struct {
	Action  string
	Product string
}

// notice is a row that it emits.
type notice struct {
	What  string
	Items string
}

// carts declares the function: a table by customer, how long to wait, and what lies in
// the cart of a customer.
func carts(d *flott.Declaration) flott.Process[notice] {
	events := flott.SetTable[event](d, "events", flott.RequireOnTime)
	patience := flott.Arg[time.Duration](d, "patience")
	cart := flott.ValueState[map[string]int](d, "cart", flott.TTL(30*24*time.Hour))
	return flott.Process[notice]{
		Eval: func(c *flott.Context, out *flott.Output[notice]) error {
			items, e := cart.Edit(), events.Row()
			if *items == nil {
				*items = map[string]int{}
			}
			switch e.Action {
			case "ADD":
				(*items)[e.Product]++
			case "REMOVE":
				if (*items)[e.Product]--; (*items)[e.Product] <= 0 {
					delete(*items, e.Product)
				}
			case "CHECKOUT":
				if len(*items) > 0 {
					out.Emit(notice{"PURCHASE", list(*items)})
				}
				c.ClearAll()
				return nil
			}
			now, _ := c.Time()
			c.RegisterOnTime("reminder", now.Add(patience.Value)) // moves the one there is
			return nil
		},
		OnTimer: func(_ *flott.Context, out *flott.Output[notice]) error {
			if items := cart.Get(); len(items) > 0 {
				out.Emit(notice{"REMINDER", list(items)})
			}
			return nil
		},
	}
}

func list(items map[string]int) string {
	var out []string
	for _, name := range slices.Sorted(maps.Keys(items)) {
		out = append(out, fmt.Sprintf("%d %s", items[name], name))
	}
	return strings.Join(out, ", ")
}

const script = `
CREATE TEMPORARY TABLE shop (
  customer STRING, action STRING, product STRING, ts TIMESTAMP(3),
  WATERMARK FOR ts AS ts - INTERVAL '5' SECOND
) WITH ('connector' = 'filesystem', 'path' = '%s', 'format' = 'csv');

SELECT customer, what, items, rowtime
FROM carts(events => TABLE shop PARTITION BY customer, patience => INTERVAL '1' HOUR, on_time => DESCRIPTOR(ts));
`

func run(ctx context.Context) error {
	path := "examples/process/shop.csv"
	if len(os.Args) > 1 {
		path = os.Args[1]
	}
	p, err := program()
	if err != nil {
		return err
	}
	return p.Run(ctx, fmt.Sprintf(script, path), os.Stdout)
}

func program() (*flott.Program, error) {
	p := flott.New()
	flott.RegisterProcess(p, "carts", carts)
	return p, p.Set("table.local-time-zone", "UTC")
}
