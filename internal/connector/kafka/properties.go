package kafka

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
)

// properties are the options properties.*, the settings of Kafka's own client,
// translated for ours. Names of the Java client and the common ones of
// librdkafka are known.
type properties struct {
	servers  []string
	group    string
	reset    string // auto.offset.reset, "" if not given
	commit   bool   // commit.offsets.on.checkpoint
	contact  time.Duration
	delivery time.Duration // delivery.timeout.ms
	retries  int64         // -1: as the delivery timeout allows
	// An idempotent producer cannot double a record that it sends again.
	idempotent bool
	inflight   int // requests at a time, 0: as many as are safe
	// How long the brokers let a transaction stay open; 0 if not given.
	transactionTimeout time.Duration

	common   []kgo.Opt
	consumer []kgo.Opt
	producer []kgo.Opt
	ignored  []string // names that our client has no use for
	security security
}

// How long the first request to the brokers may take. The Java client's 60 s
// would leave a user with a wrong address in the dark.
const contactTimeout = 8 * time.Second

// defaultFetchBytes is how much one answer to a fetch may have. Up to three are
// in memory per broker; the Java client's 50 MB would not make it faster.
const defaultFetchBytes = 16 << 20

// newProperties translates properties.
func newProperties(values map[string]string) (*properties, error) {
	p := &properties{commit: true, contact: contactTimeout, delivery: 2 * time.Minute, retries: -1, idempotent: true}
	p.common = append(p.common, kgo.SoftwareNameAndVersion("flott", "1"), kgo.DisableClientMetrics(), kgo.MetadataMinAge(250*time.Millisecond))
	p.consumer = append(p.consumer, kgo.FetchMaxBytes(defaultFetchBytes), kgo.FetchMaxWait(500*time.Millisecond))
	p.producer = append(p.producer,
		kgo.ProducerBatchCompression(kgo.NoCompression()), kgo.ProducerLinger(5*time.Millisecond),
		kgo.MaxBufferedBytes(32<<20), kgo.MaxBufferedRecords(1<<16))
	names := make([]string, 0, len(values))
	for name := range values {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		if err := p.set(name, strings.TrimSpace(values[name])); err != nil {
			return nil, err
		}
	}
	return p, p.security.finish(p)
}

func (p *properties) set(name, value string) error {
	if set, ok := known[name]; ok {
		if err := set(p, value); err != nil {
			return fmt.Errorf("option 'properties.%s' is %q, but must be %w", name, value, err)
		}
		return nil
	}
	if slices.Contains(withoutEffect, name) {
		p.ignored = append(p.ignored, name)
		return nil
	}
	return fmt.Errorf("option 'properties.%s' is not supported: the Kafka client in this program has no such setting, leave it out", name)
}

// known are the properties that are acted on.
var known = map[string]func(*properties, string) error{
	"bootstrap.servers": func(p *properties, v string) error {
		for _, s := range strings.Split(v, ",") {
			if s = strings.TrimSpace(s); s != "" {
				p.servers = append(p.servers, s)
			}
		}
		if len(p.servers) == 0 {
			return fmt.Errorf("a list such as host:9092,host2:9092")
		}
		p.common = append(p.common, kgo.SeedBrokers(p.servers...))
		return nil
	},
	"client.id":                          text(func(p *properties, v string) { p.common = append(p.common, kgo.ClientID(v)) }),
	"client.id.prefix":                   text(func(p *properties, v string) { p.common = append(p.common, kgo.ClientID(v)) }),
	"client.rack":                        text(func(p *properties, v string) { p.consumer = append(p.consumer, kgo.Rack(v)) }),
	"group.id":                           text(func(p *properties, v string) { p.group = v }),
	"metadata.max.age.ms":                millis(1, func(d time.Duration) (kgo.Opt, role) { return kgo.MetadataMaxAge(max(d, time.Second)), common }),
	"connections.max.idle.ms":            millis(1000, func(d time.Duration) (kgo.Opt, role) { return kgo.ConnIdleTimeout(d), common }),
	"socket.connection.setup.timeout.ms": millis(1, func(d time.Duration) (kgo.Opt, role) { return kgo.DialTimeout(d), common }),
	"default.api.timeout.ms": number(1, 1<<31, func(p *properties, v int64) {
		p.contact = time.Duration(v) * time.Millisecond
	}),
	"request.timeout.ms": number(100, 15*60_000, func(p *properties, v int64) {
		d := time.Duration(v) * time.Millisecond
		p.common = append(p.common, kgo.RequestTimeoutOverhead(d))
		p.producer = append(p.producer, kgo.ProduceRequestTimeout(d))
	}),
	"retry.backoff.ms": millis(1, func(d time.Duration) (kgo.Opt, role) {
		return kgo.RetryBackoffFn(func(int) time.Duration { return d }), common
	}),

	"auto.offset.reset": func(p *properties, v string) error {
		switch p.reset = strings.ToLower(v); p.reset {
		case "earliest", "latest", "none":
			return nil
		}
		return fmt.Errorf("one of earliest, latest, none")
	},
	"enable.auto.commit":           only("false", "offsets are committed with checkpoints"),
	"commit.offsets.on.checkpoint": boolean(func(p *properties, v bool) { p.commit = v }),
	"allow.auto.create.topics":     only("false", "a source does not create topics"),
	"check.crcs": boolean(func(p *properties, v bool) {
		if !v {
			p.consumer = append(p.consumer, kgo.DisableFetchCRCValidation())
		}
	}),
	"isolation.level": func(p *properties, v string) error {
		switch strings.ToLower(v) {
		case "read_uncommitted":
		case "read_committed":
			p.consumer = append(p.consumer, kgo.FetchIsolationLevel(kgo.ReadCommitted()))
		default:
			return fmt.Errorf("read_uncommitted or read_committed")
		}
		return nil
	},
	"fetch.min.bytes": number(1, 1<<30, func(p *properties, v int64) { p.consumer = append(p.consumer, kgo.FetchMinBytes(int32(v))) }),
	"fetch.max.bytes": number(1, 1<<30, func(p *properties, v int64) {
		p.consumer = append(p.consumer, kgo.FetchMaxBytes(int32(v)))
		p.common = append(p.common, kgo.BrokerMaxReadBytes(int32(max(100<<20, 2*min(v, 1<<29)))))
	}),
	"max.partition.fetch.bytes": number(1, 1<<30, func(p *properties, v int64) {
		p.consumer = append(p.consumer, kgo.FetchMaxPartitionBytes(int32(v)))
	}),
	"fetch.max.wait.ms": millis(1, func(d time.Duration) (kgo.Opt, role) { return kgo.FetchMaxWait(d), consumer }),

	"acks": func(p *properties, v string) error {
		switch v {
		case "all", "-1":
			p.producer = append(p.producer, kgo.RequiredAcks(kgo.AllISRAcks()))
		case "1":
			p.producer, p.idempotent = append(p.producer, kgo.RequiredAcks(kgo.LeaderAck())), false
		case "0":
			p.producer, p.idempotent = append(p.producer, kgo.RequiredAcks(kgo.NoAck())), false
		default:
			return fmt.Errorf("one of all, -1, 0, 1")
		}
		return nil
	},
	"enable.idempotence": boolean(func(p *properties, v bool) { p.idempotent = p.idempotent && v }),
	"compression.type": func(p *properties, v string) error {
		codecs := map[string]kgo.CompressionCodec{"none": kgo.NoCompression(), "gzip": kgo.GzipCompression(),
			"snappy": kgo.SnappyCompression(), "lz4": kgo.Lz4Compression(), "zstd": kgo.ZstdCompression()}
		c, ok := codecs[strings.ToLower(v)]
		if !ok {
			return fmt.Errorf("one of none, gzip, snappy, lz4, zstd")
		}
		p.producer = append(p.producer, kgo.ProducerBatchCompression(c))
		return nil
	},
	"linger.ms":     millis(0, func(d time.Duration) (kgo.Opt, role) { return kgo.ProducerLinger(d), producer }),
	"buffer.memory": number(1<<16, 1<<40, func(p *properties, v int64) { p.producer = append(p.producer, kgo.MaxBufferedBytes(int(v))) }),
	"max.request.size": number(1<<10, 1<<30, func(p *properties, v int64) {
		p.producer = append(p.producer, kgo.ProducerBatchMaxBytes(int32(v)))
		p.common = append(p.common, kgo.BrokerMaxWriteBytes(int32(max(100<<20, 2*min(v, 1<<29)))))
	}),
	"transaction.timeout.ms": number(1, 1<<31-1, func(p *properties, v int64) {
		p.transactionTimeout = time.Duration(v) * time.Millisecond
	}),
	"max.in.flight.requests.per.connection": number(1, 1000, func(p *properties, v int64) { p.inflight = int(v) }),
	"retries":                               number(0, 1<<31, func(p *properties, v int64) { p.retries = v }),
	"delivery.timeout.ms": number(1, 1<<31, func(p *properties, v int64) {
		p.delivery = max(time.Duration(v)*time.Millisecond, time.Second)
	}),

	"security.protocol": text(func(p *properties, v string) { p.security.protocol = strings.ToUpper(v) }),
	"sasl.mechanism":    text(func(p *properties, v string) { p.security.mechanism = strings.ToUpper(v) }),
	"sasl.mechanisms":   text(func(p *properties, v string) { p.security.mechanism = strings.ToUpper(v) }),
	"sasl.jaas.config":  func(p *properties, v string) error { return p.security.readJaas(v) },
	"sasl.username":     text(func(p *properties, v string) { p.security.user = v }),
	"sasl.password":     text(func(p *properties, v string) { p.security.password = v }),

	"ssl.truststore.type":                   only("PEM", pemOnly),
	"ssl.truststore.location":               text(func(p *properties, v string) { p.security.caFile = v }),
	"ssl.ca.location":                       text(func(p *properties, v string) { p.security.caFile = v }),
	"ssl.truststore.certificates":           text(func(p *properties, v string) { p.security.ca = v }),
	"ssl.keystore.type":                     only("PEM", pemOnly),
	"ssl.keystore.location":                 text(func(p *properties, v string) { p.security.certFile, p.security.keyFile = v, v }),
	"ssl.certificate.location":              text(func(p *properties, v string) { p.security.certFile = v }),
	"ssl.key.location":                      text(func(p *properties, v string) { p.security.keyFile = v }),
	"ssl.keystore.certificate.chain":        text(func(p *properties, v string) { p.security.cert = v }),
	"ssl.keystore.key":                      text(func(p *properties, v string) { p.security.key = v }),
	"ssl.endpoint.identification.algorithm": func(p *properties, v string) error { return p.security.readIdentification(v) },
}

const pemOnly = "convert a Java key store with 'keytool' and 'openssl' to PEM"

// withoutEffect are properties of Java's client that tune what ours has not:
// group membership, its own buffers, serializers. They are accepted with a warning.
var withoutEffect = []string{
	"auto.commit.interval.ms", "batch.size", "heartbeat.interval.ms", "key.deserializer", "key.serializer",
	"max.block.ms", "max.poll.interval.ms", "max.poll.records", "metadata.max.idle.ms", "partition.assignment.strategy",
	"receive.buffer.bytes", "reconnect.backoff.max.ms", "reconnect.backoff.ms", "register.consumer.metrics",
	"retry.backoff.max.ms", "send.buffer.bytes", "session.timeout.ms", "socket.connection.setup.timeout.max.ms",
	"value.deserializer", "value.serializer",
}

// role says who has use for an option of the client.
type role uint8

const (
	common role = iota
	consumer
	producer
)

func text(set func(*properties, string)) func(*properties, string) error {
	return func(p *properties, v string) error { set(p, v); return nil }
}

func boolean(set func(*properties, bool)) func(*properties, string) error {
	return func(p *properties, v string) error {
		switch strings.ToLower(v) {
		case "true":
			set(p, true)
		case "false":
			set(p, false)
		default:
			return fmt.Errorf("true or false")
		}
		return nil
	}
}

func number(lowest, highest int64, set func(*properties, int64)) func(*properties, string) error {
	return func(p *properties, v string) error {
		n, err := strconv.ParseInt(v, 10, 64)
		if err != nil || n < lowest || n > highest {
			return fmt.Errorf("a whole number from %d to %d", lowest, highest)
		}
		set(p, n)
		return nil
	}
}

func millis(lowest int64, option func(time.Duration) (kgo.Opt, role)) func(*properties, string) error {
	return number(lowest, 1<<31, func(p *properties, v int64) {
		switch o, r := option(time.Duration(v) * time.Millisecond); r {
		case consumer:
			p.consumer = append(p.consumer, o)
		case producer:
			p.producer = append(p.producer, o)
		default:
			p.common = append(p.common, o)
		}
	})
}

// only takes one value; reason says why another is refused.
func only(value, reason string) func(*properties, string) error {
	return func(_ *properties, v string) error {
		if !strings.EqualFold(v, value) {
			return fmt.Errorf("'%s': %s", value, reason)
		}
		return nil
	}
}

// delivering is how, and how long, the producer tries to write a record. The
// client counts from the record's timestamp, so tables that set it have
// retries instead.
func (p *properties) delivering(ownTimestamps bool) (opts []kgo.Opt) {
	if !p.idempotent {
		opts = append(opts, kgo.DisableIdempotentWrite())
	}
	if p.inflight > 0 && !p.idempotent || p.inflight == 1 {
		opts = append(opts, kgo.MaxProduceRequestsInflightPerBroker(p.inflight))
	}
	retries := p.retries
	if ownTimestamps {
		if retries < 0 {
			retries = max(1, int64(p.delivery/(2500*time.Millisecond))) // the longest wait between two
		}
	} else {
		opts = append(opts, kgo.RecordDeliveryTimeout(p.delivery))
	}
	if retries >= 0 {
		opts = append(opts, kgo.RecordRetries(int(retries)))
	}
	return opts
}
