package drill

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// Job is the job of a drill: SQL over a topic of orders into a topic of results.
type Job struct {
	// Statements after the tables, without the settings. {work} is how much is computed
	// per row: Flink needs far longer for the same.
	SQL         string
	Rate        int // rows per second that arrive
	Partitions  int32
	Parallelism int
	Settings    map[string]string
	Count       Counting
	Results     string // columns of the table results
	// Format options of the orders, such as 'json.ignore-parse-errors'.
	Orders map[string]string
	Behind time.Duration // how old orders are when they arrive
}

// The jobs of drills. eachRow writes one result per order, behind an exchange by
// key; windows counts them by event time; heavy computes a lot per row.
var (
	eachRow = Job{
		SQL:     `INSERT INTO results SELECT id, k, COUNT(*) OVER (PARTITION BY k ORDER BY pt) FROM orders;`,
		Results: "id BIGINT, k BIGINT, n BIGINT", Rate: 500, Partitions: 2, Parallelism: 2, Count: EachRow,
	}
	heavy = Job{
		SQL: `INSERT INTO results SELECT id, k, CAST(CHAR_LENGTH(SHA512(REPEAT(CAST(k + n AS STRING), {work}))) AS BIGINT)
  FROM (SELECT id, k, COUNT(*) OVER (PARTITION BY k ORDER BY pt) AS n FROM orders);`,
		Results: "id BIGINT, k BIGINT, n BIGINT", Rate: 300, Partitions: 2, Parallelism: 2, Count: EachRow,
	}
	windows = Job{
		SQL: `INSERT INTO results SELECT window_start, k, COUNT(*) FROM TABLE(TUMBLE(TABLE orders, DESCRIPTOR(ts), INTERVAL '5' SECOND))
  GROUP BY window_start, window_end, k;`,
		Results: "w TIMESTAMP(3), k BIGINT, n BIGINT", Rate: 500, Partitions: 2, Parallelism: 2, Count: Sums,
	}
	totals = Job{
		SQL:     `INSERT INTO results SELECT k, MAX(note) FROM orders GROUP BY k;`,
		Results: "k BIGINT, note STRING", Rate: 500, Partitions: 2, Parallelism: 2, Count: Uncounted,
	}
)

// with is the job with other settings.
func (j Job) with(pairs ...string) Job {
	j.Settings = maps.Clone(j.Settings)
	if j.Settings == nil {
		j.Settings = map[string]string{}
	}
	for i := 0; i+1 < len(pairs); i += 2 {
		j.Settings[pairs[i]] = pairs[i+1]
	}
	return j
}

func (j Job) at(rate int) Job { j.Rate = rate; return j }

func (j Job) behind(d time.Duration) Job { j.Behind = d; return j }

// place is where a job's outside is.
type place struct {
	in, out     string // addresses of brokers; out "": results are thrown away
	checkpoints string // URI
	engine      Engine
}

// script is the SQL of the job.
func (j *Job) script(p place) string {
	var b strings.Builder
	settings := map[string]string{
		"pipeline.name": "drill", "parallelism.default": fmt.Sprint(max(j.Parallelism, 1)),
		"execution.checkpointing.interval": "2 s", "execution.checkpointing.dir": p.checkpoints,
		"execution.checkpointing.externalized-checkpoint-retention": "RETAIN_ON_CANCELLATION",
		"restart-strategy.type": "fixed-delay", "restart-strategy.fixed-delay.attempts": "100000", "restart-strategy.fixed-delay.delay": "1 s",
	}
	maps.Copy(settings, j.Settings)
	for _, k := range slices.Sorted(maps.Keys(settings)) {
		if settings[k] != "" {
			fmt.Fprintf(&b, "SET '%s' = '%s';\n", k, settings[k])
		}
	}
	orders := map[string]string{
		"connector": "kafka", "topic": "orders", "properties.bootstrap.servers": p.in, "properties.group.id": "drill",
		"scan.startup.mode": "earliest-offset", "format": "json",
	}
	maps.Copy(orders, j.Orders)
	b.WriteString("CREATE TABLE orders (id BIGINT, k BIGINT, note STRING, ts TIMESTAMP(3), pt AS PROCTIME(), WATERMARK FOR ts AS ts - INTERVAL '2' SECOND) WITH ")
	options(&b, orders)
	results := map[string]string{"connector": "blackhole"}
	if j.Count != Uncounted {
		results = map[string]string{
			"connector": "kafka", "topic": "results", "properties.bootstrap.servers": p.out, "format": "json",
			"sink.delivery-guarantee": "exactly-once", "sink.transactional-id-prefix": "drill", "properties.transaction.timeout.ms": "600000",
			"properties.buffer.memory": "262144", // else a slow broker is noticed minutes later
		}
	}
	b.WriteString("CREATE TABLE results (" + j.Results + ") WITH ")
	options(&b, results)
	work := "20000"
	if p.engine == Flink {
		work = "4000"
	}
	b.WriteString(strings.ReplaceAll(j.SQL, "{work}", work))
	b.WriteString("\n")
	return b.String()
}

func options(b *strings.Builder, o map[string]string) {
	for i, k := range slices.Sorted(maps.Keys(o)) {
		b.WriteString([]string{", ", "("}[min(max(1-i, 0), 1)])
		fmt.Fprintf(b, "'%s' = '%s'", k, strings.ReplaceAll(o[k], "'", "''"))
	}
	b.WriteString(");\n")
}
