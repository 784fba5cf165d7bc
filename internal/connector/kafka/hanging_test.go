package kafka

import (
	"fmt"
	"testing"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// TestHangingID has brokers say that the transaction of a dead process is open in
// a partition still after its ID was fenced: the ID must not be used again, unless
// the partition could be mended.
func TestHangingID(t *testing.T) {
	for _, c := range []struct {
		name          string
		hangs, forbid bool
		refuse        error // to tell
		again         string
		marks         bool
	}{
		{name: "nothing hangs", again: "0"},
		{name: "mended", hangs: true, again: "0", marks: true},
		{name: "may not be mended", hangs: true, forbid: true, again: "1", marks: true},
		{name: "is not told", refuse: kerr.TopicAuthorizationFailed, again: "1"},
	} {
		t.Run(c.name, func(t *testing.T) {
			cluster, err := kfake.NewCluster(kfake.NumBrokers(1))
			must(t, err)
			t.Cleanup(cluster.Close)
			b := newBroker(t, cluster.ListenAddrs()[0])
			topic := b.topic(t, 1)
			tab := onceTable(b, topic)
			before := openCommitter(t, tab, onceContext(t, 0, 1))
			must(t, before.Recover(0, nil))
			must(t, before.Write(onceRows(tab, 0, 10)))
			records, err := before.Prepare(1)
			must(t, err)
			must(t, before.Commit(1))
			must(t, before.Write(onceRows(tab, 10, 10)))
			_, err = before.Prepare(2) // of a checkpoint that is not completed
			must(t, err)
			dead := before.pending[0]
			before.Close()

			markers := 0
			cluster.ControlKey(int16(kmsg.WriteTxnMarkers), func(r kmsg.Request) (kmsg.Response, error, bool) {
				cluster.KeepControl()
				return answerMarkers(r.(*kmsg.WriteTxnMarkersRequest), c.forbid, &markers), nil, true
			})
			cluster.ControlKey(int16(kmsg.DescribeProducers), func(r kmsg.Request) (kmsg.Response, error, bool) {
				cluster.KeepControl()
				return answerProducers(r.(*kmsg.DescribeProducersRequest), topic, dead, c.hangs, c.refuse), nil, true
			})
			after := openCommitter(t, tab, onceContext(t, 0, 1))
			must(t, after.Recover(1, records))
			must(t, after.Write(onceRows(tab, 10, 10)))
			if want := after.naming.of(c.again); after.current.tx.id != want {
				t.Errorf("goes on with the transactional ID %s, want %s; the dead one was %s", after.current.tx.id, want, dead.transactionalID)
			}
			if (markers > 0) != c.marks {
				t.Errorf("%d markers were written", markers)
			}
			_, err = after.Prepare(2)
			must(t, err)
			must(t, after.Commit(2))
			if got := names(b.committed(t, topic)); len(got) != 20 {
				t.Errorf("%d rows are visible, want 20", len(got))
			}
		})
	}
}

// answerMarkers lets nobody but the coordinator write markers, or everybody.
func answerMarkers(req *kmsg.WriteTxnMarkersRequest, forbid bool, written *int) kmsg.Response {
	resp := req.ResponseKind().(*kmsg.WriteTxnMarkersResponse)
	for _, m := range req.Markers {
		rm := kmsg.NewWriteTxnMarkersResponseMarker()
		rm.ProducerID = m.ProducerID
		for _, topic := range m.Topics {
			rt := kmsg.NewWriteTxnMarkersResponseMarkerTopic()
			rt.Topic = topic.Topic
			for _, p := range topic.Partitions {
				*written++
				rp := kmsg.NewWriteTxnMarkersResponseMarkerTopicPartition()
				rp.Partition = p
				if forbid {
					rp.ErrorCode = kerr.ClusterAuthorizationFailed.Code
				}
				rt.Partitions = append(rt.Partitions, rp)
			}
			rm.Topics = append(rm.Topics, rt)
		}
		resp.Markers = append(resp.Markers, rm)
	}
	return resp
}

// answerProducers has the transaction of an epoch open in the topic.
func answerProducers(req *kmsg.DescribeProducersRequest, topic string, e *epoch, hangs bool, refuse error) kmsg.Response {
	resp := req.ResponseKind().(*kmsg.DescribeProducersResponse)
	for _, asked := range req.Topics {
		rt := kmsg.NewDescribeProducersResponseTopic()
		rt.Topic = asked.Topic
		for _, p := range asked.Partitions {
			rp := kmsg.NewDescribeProducersResponseTopicPartition()
			rp.Partition = p
			if refuse, ok := refuse.(*kerr.Error); ok {
				rp.ErrorCode = refuse.Code
			}
			if hangs && asked.Topic == topic {
				a := kmsg.NewDescribeProducersResponseTopicPartitionActiveProducer()
				a.ProducerID, a.ProducerEpoch, a.CurrentTxnStartOffset = e.producerID, int32(e.producerEpoch), 10
				rp.ActiveProducers = append(rp.ActiveProducers, a)
			}
			rt.Partitions = append(rt.Partitions, rp)
		}
		resp.Topics = append(resp.Topics, rt)
	}
	return resp
}

// TestVerdictOfEpoch: the coordinator's word is about the last transaction only.
func TestVerdictOfEpoch(t *testing.T) {
	for _, c := range []struct {
		state string
		epoch int16
		want  bool
	}{
		{"CompleteCommit", 10, false}, // the next one has begun
		{"CompleteCommit", 9, true},
		{"CompleteCommit", 8, false}, // the one before
		{"CompleteAbort", 10, false},
		{"CompleteAbort", 9, true},
		{"CompleteAbort", 8, true}, // ended by time
		{"CompleteAbort", 7, false},
	} {
		t.Run(fmt.Sprint(c.state, c.epoch), func(t *testing.T) {
			if got := lastOf(kadm.DescribedTransaction{State: c.state, ProducerEpoch: 10}, c.epoch); got != c.want {
				t.Errorf("got %v, want %v", got, c.want)
			}
		})
	}
}
