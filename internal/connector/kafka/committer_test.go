package kafka

import (
	"fmt"
	"sort"
	"strings"
	"testing"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/connector"
	"github.com/flottstream/flott/internal/connector/connectortest"
	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"
)

// committed reads what is committed in a topic, up to the first transaction
// that is open, ordered by partition and offset. It judges by the markers in the
// log, since a reader of what is committed is not told where the log ends.
func (b *broker) committed(t testing.TB, topic string) []*kgo.Record {
	t.Helper()
	b.settled(t, topic)
	stable, err := b.admin.ListCommittedOffsets(t.Context(), topic)
	must(t, err)
	must(t, stable.Error())
	open := map[partitionID][]*kgo.Record{} // by partition and producer, which is an int64 here
	var all []*kgo.Record
	for _, r := range b.log(t, topic) {
		id := partitionID{fmt.Sprint(r.ProducerID), r.Partition}
		switch {
		case !r.Attrs.IsControl():
			open[id] = append(open[id], r)
			continue
		case r.Key[3] == 1: // a commit
			for _, d := range open[id] {
				if o, _ := stable.Lookup(topic, d.Partition); d.Offset < o.Offset {
					all = append(all, d)
				}
			}
		}
		delete(open, id)
	}
	sort.Slice(all, func(i, k int) bool {
		return all[i].Partition < all[k].Partition || all[i].Partition == all[k].Partition && all[i].Offset < all[k].Offset
	})
	return all
}

// log reads everything in a topic, markers included.
func (b *broker) log(t testing.TB, topic string) (all []*kgo.Record) {
	t.Helper()
	ends, err := b.admin.ListEndOffsets(t.Context(), topic)
	must(t, err)
	must(t, ends.Error())
	starts := map[string]map[int32]kgo.Offset{topic: {}}
	left := map[int32]int64{}
	ends.Each(func(o kadm.ListedOffset) {
		if o.Offset > 0 {
			starts[topic][o.Partition] = kgo.NewOffset().AtStart()
			left[o.Partition] = o.Offset
		}
	})
	if len(left) == 0 {
		return nil
	}
	c, err := kgo.NewClient(kgo.SeedBrokers(strings.Split(b.address, ",")...), kgo.ConsumePartitions(starts), kgo.KeepControlRecords())
	must(t, err)
	defer c.Close()
	for len(left) > 0 {
		fetches := c.PollFetches(t.Context())
		must(t, fetches.Err())
		fetches.EachRecord(func(r *kgo.Record) {
			all = append(all, r)
			if r.Offset >= left[r.Partition]-1 {
				delete(left, r.Partition)
			}
		})
	}
	return all
}

// settled waits until the brokers have carried out what they have promised: they
// answer a commit before readers see it.
func (b *broker) settled(t testing.TB, prefix string) {
	t.Helper()
	for {
		listed, err := b.admin.ListTransactions(t.Context(), nil, []string{"PrepareCommit", "PrepareAbort", "PrepareEpochFence"})
		must(t, err)
		busy := false
		for _, tx := range listed {
			busy = busy || strings.HasPrefix(tx.TxnID, prefix)
		}
		if !busy {
			return
		}
		must(t, pause(t.Context(), 0))
	}
}

// onceTable is a table of connector kafka that is written exactly once.
func onceTable(b *broker, topic string, options ...string) connector.Table {
	return b.table(topic, "id BIGINT, name STRING", append([]string{
		"format=json", "sink.delivery-guarantee=exactly-once", "sink.transactional-id-prefix=" + topic, "scan.startup.mode=earliest-offset",
	}, options...)...)
}

func openCommitter(t testing.TB, tab connector.Table, ctx *connector.WriterContext) *committer {
	t.Helper()
	sink, err := newSink(testEnv(), targetOf(tab), modeOf(tab))
	must(t, err)
	w, err := sink.Writer(ctx)
	must(t, err)
	t.Cleanup(func() { w.Close() })
	return w.(*committer)
}

func fillOnce(b *batch.Batch, from, n int) {
	for i := range n {
		b.Cols[0].AppendInt64(int64(from + i))
		b.Cols[1].AppendString(fmt.Sprint("name ", from+i))
		b.AppendKind(batch.Insert)
	}
}

// names prints records as the kit does: "1 | name 1".
func names(records []*kgo.Record) (lines []string) {
	for _, r := range records {
		var id int64
		if _, err := fmt.Sscanf(string(r.Value), `{"id":%d,`, &id); err != nil {
			lines = append(lines, string(r.Value))
			continue
		}
		lines = append(lines, fmt.Sprintf("%d | name %d", id, id))
	}
	return lines
}

func TestCommitterConformance(t *testing.T) {
	onBrokers(t, func(t *testing.T, b *broker) {
		connectortest.TestCommitter(t, connectortest.Committer{
			Table: func(t *testing.T) connectortest.CommitterTable {
				topic := b.topic(t, 3)
				tab := onceTable(b, topic)
				return connectortest.CommitterTable{
					Open: func(t *testing.T, ctx *connector.WriterContext) connector.Committer {
						return openCommitter(t, tab, ctx)
					},
					Read: func(t *testing.T) []string { return names(b.committed(t, topic)) },
				}
			},
			Fill:  fillOnce,
			Empty: func() *batch.Batch { return batch.NewBatch(targetOf(onceTable(b, "t")).Schema, 16) },
		})
	})
}
