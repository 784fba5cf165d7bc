package drill

import (
	"context"
	"errors"
	"fmt"
	"net"

	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kversion"
)

// Broker is a Kafka broker in this process, reached through a proxy. It keeps its
// topics in memory: as much as a drill sends in some minutes.
type Broker struct {
	Proxy   *Proxy
	cluster *kfake.Cluster
	direct  string // address behind the proxy
}

// shownListener tells the broker the proxy's address as its own, so that it
// advertises that.
type shownListener struct {
	net.Listener
	shown net.Addr
}

// Addr is the proxy's address.
func (l shownListener) Addr() net.Addr { return l.shown }

// newBroker starts a broker with a topic.
func newBroker(topic string, partitions int32) (*Broker, error) {
	b := &Broker{}
	listen := func(network, _ string) (net.Listener, error) {
		l, err := net.Listen(network, "127.0.0.1:0")
		if err != nil {
			return nil, err
		}
		if b.Proxy, err = newProxy(topic, "", l.Addr().String()); err != nil {
			return nil, errors.Join(err, l.Close())
		}
		b.direct = l.Addr().String()
		shown, err := net.ResolveTCPAddr("tcp", b.Proxy.Address())
		return shownListener{l, shown}, err
	}
	var err error
	// Kafka's Java client cannot read the fake's answer to this request, and asks for
	// metadata instead when there is no such request.
	const describeTopicPartitions = 75
	versions := kversion.Stable()
	versions.SetMaxKeyVersion(describeTopicPartitions, -1)
	b.cluster, err = kfake.NewCluster(kfake.NumBrokers(1), kfake.MaxVersions(versions), kfake.SeedTopics(partitions, topic), kfake.ListenFn(listen))
	if err != nil {
		return nil, fmt.Errorf("the broker of the drill: %w", err)
	}
	return b, nil
}

func (b *Broker) close() {
	b.cluster.Close()
	b.Proxy.close()
}

// client connects past the proxy: a drill's own rows do not suffer from its faults.
func (b *Broker) client(opts ...kgo.Opt) (*kgo.Client, error) {
	dial := func(ctx context.Context, network, _ string) (net.Conn, error) {
		var d net.Dialer
		return d.DialContext(ctx, network, b.direct)
	}
	return kgo.NewClient(append(opts, kgo.SeedBrokers(b.direct), kgo.Dialer(dial))...)
}
