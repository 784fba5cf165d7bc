package upsertkafka

import (
	"strings"
	"testing"

	"github.com/flottstream/flott/internal/connector"
	"github.com/flottstream/flott/internal/connector/connectortest"
	"github.com/flottstream/flott/internal/format"
	"github.com/flottstream/flott/internal/format/json"
	"github.com/flottstream/flott/internal/types"

	"github.com/flottstream/flott/internal/batch"
	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
)

// TestExactlyOnce runs the kit for committers; rows held back by
// sink.buffer-flush.* belong to the epoch in which they came.
func TestExactlyOnce(t *testing.T) {
	c, err := kfake.NewCluster(kfake.NumBrokers(1))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	servers := c.ListenAddrs()
	client, err := kgo.NewClient(kgo.SeedBrokers(servers...))
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	schema := types.Schema{{Name: "id", Type: types.Of(types.BigInt)}}
	env := &connector.Env{Formats: map[string]format.Factory{"json": json.Factory{}}}
	for _, buffered := range []bool{false, true} {
		n := 0
		connectortest.TestCommitter(t, connectortest.Committer{
			Table: func(t *testing.T) connectortest.CommitterTable {
				n++
				topic := strings.NewReplacer("/", "-", " ", "-", ",", "").Replace(t.Name()) + strings.Repeat("b", n)
				if _, err := kadm.NewClient(client).CreateTopic(t.Context(), 2, 1, nil, topic); err != nil {
					t.Fatal(err)
				}
				options := map[string]string{"properties.bootstrap.servers": strings.Join(servers, ","), "topic": topic, "key.format": "json", "value.format": "json",
					"sink.delivery-guarantee": "exactly-once", "sink.transactional-id-prefix": topic}
				if buffered {
					options["sink.buffer-flush.max-rows"], options["sink.buffer-flush.interval"] = "7", "1h"
				}
				table := connector.Table{Name: "c.d.t", PrimaryKey: []int{0}, Options: options, Columns: []connector.Column{{Name: "id", Type: schema[0].Type}}}
				return connectortest.CommitterTable{
					Open: func(t *testing.T, ctx *connector.WriterContext) connector.Committer {
						sink, err := Factory{}.Sink(env, &connector.Target{Table: table, Schema: schema})
						if err != nil {
							t.Fatal(err)
						}
						w, err := sink.Writer(ctx)
						if err != nil {
							t.Fatal(err)
						}
						return w.(connector.Committer)
					},
					Read: func(t *testing.T) []string { return visible(t, servers, topic) },
				}
			},
			Fill: func(b *batch.Batch, from, n int) {
				for i := range n {
					b.Cols[0].AppendInt64(int64(from + i))
					b.AppendKind(batch.Insert)
				}
			},
			Empty: func() *batch.Batch { return batch.NewBatch(schema, 16) },
		})
	}
}

// visible reads what is committed in a topic, by the markers in its log.
func visible(t *testing.T, servers []string, topic string) (lines []string) {
	c, err := kgo.NewClient(kgo.SeedBrokers(servers...), kgo.ConsumeTopics(topic), kgo.FetchIsolationLevel(kgo.ReadUncommitted()), kgo.KeepControlRecords(),
		kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	ends, err := kadm.NewClient(c).ListEndOffsets(t.Context(), topic)
	if err != nil {
		t.Fatal(err)
	}
	type producer struct {
		id        int64
		partition int32
	}
	left := int64(0)
	ends.Each(func(o kadm.ListedOffset) { left += o.Offset })
	open := map[producer][]string{}
	for left > 0 {
		fetches := c.PollFetches(t.Context())
		if err := fetches.Err(); err != nil {
			t.Fatal(err)
		}
		fetches.EachRecord(func(r *kgo.Record) {
			left--
			p := producer{r.ProducerID, r.Partition}
			if !r.Attrs.IsControl() {
				open[p] = append(open[p], strings.TrimSuffix(strings.TrimPrefix(string(r.Value), `{"id":`), "}"))
				return
			}
			if r.Key[3] == 1 { // a commit
				lines = append(lines, open[p]...)
			}
			delete(open, p)
		})
	}
	return lines
}
