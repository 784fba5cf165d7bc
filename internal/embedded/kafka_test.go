package embedded

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"strings"
	"testing"

	"github.com/twmb/franz-go/pkg/kfake"

	"github.com/flottstream/flott/internal/config"
	"github.com/flottstream/flott/internal/tableau"
)

// TestKafkaTables writes and reads topics of a broker in this process from SQL.
func TestKafkaTables(t *testing.T) {
	c, err := kfake.NewCluster(kfake.NumBrokers(1), kfake.SeedTopics(3, "orders", "totals"))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	with := func(connector, rest string) string {
		return "WITH ('connector' = '" + connector + "', 'properties.bootstrap.servers' = '" + c.ListenAddrs()[0] + "', " + rest + ")"
	}
	script := `
CREATE TABLE orders (id BIGINT, customer STRING, amount DECIMAL(10, 2), ts TIMESTAMP_LTZ(3) METADATA FROM 'timestamp',
  part INT METADATA FROM 'partition' VIRTUAL) ` +
		with("kafka", "'topic' = 'orders', 'format' = 'json', 'scan.startup.mode' = 'earliest-offset', 'scan.bounded.mode' = 'latest-offset'") + `;
INSERT INTO orders VALUES (1, 'ann', 10.00, TO_TIMESTAMP_LTZ(1000, 3)), (2, 'bob', 2.50, TO_TIMESTAMP_LTZ(2000, 3)), (3, 'ann', 0.05, TO_TIMESTAMP_LTZ(3000, 3));
CREATE TABLE totals (customer STRING, n BIGINT, total DECIMAL(38, 2), PRIMARY KEY (customer) NOT ENFORCED) ` +
		with("upsert-kafka", "'topic' = 'totals', 'key.format' = 'csv', 'value.format' = 'json', 'scan.bounded.mode' = 'latest-offset'") + `;
INSERT INTO totals SELECT customer, COUNT(*), SUM(amount) FROM orders GROUP BY customer;
SELECT SUM(n), SUM(total) FROM totals;
SELECT COUNT(*), MAX(ts) = TO_TIMESTAMP_LTZ(3000, 3), MAX(part) < 3 FROM orders;
`
	cfg := config.New()
	if err := cfg.Set("execution.runtime-mode", "batch"); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	host := &Host{Engine: New(&out, io.Discard, slog.New(slog.DiscardHandler)), Config: cfg, Out: &out, Style: tableau.Style("csv")}
	if err := host.NewSession().Run(context.Background(), script, host); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"3,12.55", "3,true,true"} {
		if !strings.Contains(strings.ToLower(out.String()), want) {
			t.Errorf("output lacks %q:\n%s", want, out.String())
		}
	}
}
