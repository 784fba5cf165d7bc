package kafka

import "testing"

// pendingRecords is what waits in the partitions, also after some of a fetch was read.
func TestPendingRecords(t *testing.T) {
	onBrokers(t, func(t *testing.T, b *broker) {
		topic := b.topic(t, 1)
		b.put(t, value(topic, 0, "1"), value(topic, 0, "2"), value(topic, 0, "3"))
		r := start(t, b.table(topic, "v STRING", "format=raw", "scan.startup.mode=earliest-offset"), 1)
		r.discover()
		for _, want := range []int64{2, 1, 0} {
			r.step(0, 1)
			if got := r.readers[0].(*reader).waiting.Value(); got != want {
				t.Errorf("pendingRecords is %d, want %d", got, want)
			}
		}
	})
}
