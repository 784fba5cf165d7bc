package cluster

import (
	"context"
	"strings"
	"sync"
	"time"

	"github.com/flottstream/flott/internal/flinkgateway"
	"github.com/flottstream/flott/internal/shell/complete"
)

// Names asks the cluster what exists, for who types. It keeps the answers until Forget. It implements complete.Names and
// may be used from any goroutine.
type Names struct {
	session *flinkgateway.Session

	mu      sync.Mutex
	answers map[string][][]*string
}

// Names returns what asks the cluster behind the engine.
func (e *Engine) Names() *Names { return &Names{session: e.session, answers: map[string][][]*string{}} }

// nameLimit is how long somebody who has pressed Tab waits.
const nameLimit = 2 * time.Second

// Forget drops what may have changed.
func (n *Names) Forget() {
	n.mu.Lock()
	defer n.mu.Unlock()
	for statement := range n.answers {
		if statement != "SHOW FUNCTIONS" {
			delete(n.answers, statement)
		}
	}
}

// rows are the answer of a statement, nothing if there is none in time.
func (n *Names) rows(statement string) [][]*string {
	n.mu.Lock()
	defer n.mu.Unlock()
	if rows, ok := n.answers[statement]; ok {
		return rows
	}
	ctx, cancel := context.WithTimeout(context.Background(), nameLimit)
	defer cancel()
	op, err := n.session.Submit(ctx, statement, nil)
	if err != nil {
		return nil
	}
	defer op.Close(ctx)
	var rows [][]*string
	for page, err := range op.Pages(ctx) {
		if err != nil {
			return nil
		}
		for _, r := range page.Rows {
			rows = append(rows, r.Fields)
		}
	}
	n.answers[statement] = rows
	return rows
}

// first are the first fields of an answer.
func (n *Names) first(statement string) (out []string) {
	for _, r := range n.rows(statement) {
		if len(r) > 0 && r[0] != nil {
			out = append(out, *r[0])
		}
	}
	return out
}

// Catalogs implements complete.Names.
func (n *Names) Catalogs() []string { return n.first("SHOW CATALOGS") }

// Databases implements complete.Names.
func (n *Names) Databases() []string { return n.first("SHOW DATABASES") }

// Tables implements complete.Names.
func (n *Names) Tables() []string { return n.first("SHOW TABLES") }

// Functions implements complete.Names.
func (n *Names) Functions() []string { return n.first("SHOW FUNCTIONS") }

// Columns implements complete.Names.
func (n *Names) Columns(table []string) (out []complete.ColumnOf) {
	var quoted []string
	for _, p := range table {
		quoted = append(quoted, "`"+strings.ReplaceAll(p, "`", "``")+"`")
	}
	for _, r := range n.rows("DESCRIBE " + strings.Join(quoted, ".")) {
		if len(r) > 1 && r[0] != nil && r[1] != nil {
			out = append(out, complete.ColumnOf{Name: *r[0], Type: *r[1]})
		}
	}
	return out
}

// Connectors implements complete.Names: what Flink's documentation has; the jars of a cluster are not told.
func (n *Names) Connectors() []string {
	return []string{"blackhole", "datagen", "elasticsearch-7", "filesystem", "hbase-2.2", "jdbc", "kafka", "print", "upsert-kafka"}
}

// Formats implements complete.Names.
func (n *Names) Formats() []string {
	return []string{"avro", "avro-confluent", "canal-json", "csv", "debezium-json", "json", "maxwell-json", "ogg-json", "orc", "parquet", "protobuf", "raw"}
}

// Keys implements complete.Names.
func (n *Names) Keys() []complete.Setting { return complete.Keys(false) }
