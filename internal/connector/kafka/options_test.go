package kafka

import (
	"strings"
	"testing"

	"github.com/flottstream/flott/internal/connector"
)

func TestOptionMistakes(t *testing.T) {
	b := &broker{address: "nowhere:9092"}
	for _, c := range []struct{ want, columns, options string }{
		{"Missing required options are:\n\nproperties.bootstrap.servers", "a INT", "format=json properties.bootstrap.servers=-"},
		{"Missing required options are:\n\nkey.format\nvalue.format", "a INT", "primary?key=a"},
		{"Unsupported options found for 'kafka'.\n\nUnsupported options:\n\nscan.start.mode\n", "a INT", "format=json scan.start.mode=x"},
		{"Unsupported options found for 'upsert-kafka'.\n\nUnsupported options:\n\nscan.startup.mode\n", "a INT", "primary?key=a key.format=json value.format=json scan.startup.mode=earliest-offset"},
		{"Either 'topic' or 'topic-pattern' must be set.", "a INT", "format=json topic=-"},
		{"Option 'topic' and 'topic-pattern' shouldn't be set together.", "a INT", "format=json topic-pattern=x"},
		{"no regular expression", "a INT", "format=json topic=- topic-pattern=("},
		{"Could not find required scan format 'value.format'.", "a INT", ""},
		{"Could not find any format factory for identifier 'yaml'", "a INT", "format=yaml"},
		{"Unsupported options:\n\njson.fail-on-missing-field", "a INT", "value.format=json json.fail-on-missing-field=true"},
		{"mean the same", "a INT", "value.format=json format=json"},
		{"can only be declared if a key format is defined using 'key.format'", "a INT", "format=json key.fields=a"},
		{"A key format 'key.format' requires the declaration of one or more of key fields using 'key.fields'.", "a INT", "format=json key.format=json"},
		{"Could not find the field 'b' in the table schema for usage in the key format.", "a INT", "format=json key.format=json key.fields=b"},
		{"A key prefix is not allowed", "a INT", "format=json key.format=json key.fields=a key.fields-prefix=k_"},
		{"must be prefixed with 'k_'", "a INT", "format=json key.format=json key.fields=a key.fields-prefix=k_ value.fields-include=EXCEPT_KEY"},
		{"'scan.startup.timestamp-millis' is required in 'timestamp' startup mode but missing.", "a INT", "format=json scan.startup.mode=timestamp"},
		{"'scan.bounded.specific-offsets' is required in 'specific-offsets' bounded mode but missing.", "a INT", "format=json scan.bounded.mode=specific-offsets"},
		{"Currently Kafka source only supports specific offset for single topic.", "a INT", "format=json topic=a;b scan.startup.mode=specific-offsets scan.startup.specific-offsets=partition:0,offset:1"},
		{"Invalid properties 'scan.startup.specific-offsets' should follow the format", "a INT", "format=json scan.startup.mode=specific-offsets scan.startup.specific-offsets=0:1"},
		{"'scan.startup.mode' of connector 'kafka' is \"newest\"", "a INT", "format=json scan.startup.mode=newest"},
		{"'scan.parallelism' must be at least 1", "a INT", "format=json scan.parallelism=0"},
		{"sink.transactional-id-prefix must be specified when using DeliveryGuarantee.EXACTLY_ONCE.", "a INT", "format=json sink.delivery-guarantee=exactly-once"},
		{"Could not find and instantiate partitioner class 'com.Mine'", "a INT", "format=json sink.partitioner=com.Mine"},
		{"Currently 'round-robin' partitioner only works when option 'key.fields' is not specified.", "a INT", "format=json key.format=json key.fields=a sink.partitioner=round-robin"},
		{"must be set to be greater than zero together", "a INT", "primary?key=a key.format=json value.format=json sink.buffer-flush.max-rows=5"},
		{"option 'properties.interceptor.classes' is not supported", "a INT", "format=json properties.interceptor.classes=x"},
		{"option 'properties.acks' is \"2\", but must be one of all, -1, 0, 1", "a INT", "format=json properties.acks=2"},
		{"option 'properties.linger.ms' is \"x\", but must be a whole number", "a INT", "format=json properties.linger.ms=x"},
		{"'properties.security.protocol' is \"TLS\"", "a INT", "format=json properties.security.protocol=TLS"},
		{"'properties.sasl.mechanism' is \"GSSAPI\"", "a INT", "format=json properties.security.protocol=SASL_SSL properties.sasl.mechanism=GSSAPI"},
		{"'properties.sasl.jaas.config' must give username and password", "a INT", "format=json properties.security.protocol=SASL_SSL properties.sasl.mechanism=PLAIN"},
		{"'properties.ssl.truststore.type' is \"JKS\", but must be 'PEM'", "a INT", "format=json properties.ssl.truststore.type=JKS"},
		{"Property group.id is required when using committed offset", "a INT", "format=json"},
		{"Property group.id is required when using committed offset", "a INT", "format=json scan.startup.mode=earliest-offset scan.bounded.mode=group-offsets"},
		{"metadata column '$offset' cannot have type STRING", "a INT, $offset STRING", "format=json"},
		{"Invalid metadata key 'value.x'", "a INT, $value.x STRING", "format=json"},
		{"The 'raw' format only supports single physical column", "a INT, b INT", "format=raw"},
	} {
		var options []string
		for _, o := range strings.Fields(c.options) {
			options = append(options, strings.ReplaceAll(o, "?", " "))
		}
		tab := b.table("t", c.columns, options...)
		_, err := newSource(testEnv(), scanOf(tab), modeOf(tab))
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v\nwant %q", c.options, err, c.want)
		}
	}
}

func TestPrimaryKey(t *testing.T) {
	b := &broker{address: "nowhere:9092"}
	tab := b.table("t", "a INT", "format=json", "primary key=a")
	if _, err := newSource(testEnv(), scanOf(tab), Append); err == nil || !strings.Contains(err.Error(), "doesn't support defining PRIMARY KEY constraint") {
		t.Errorf("got %v", err)
	}
	tab = b.table("t", "a INT", "key.format=json", "value.format=json")
	if _, err := newSource(testEnv(), scanOf(tab), Upsert); err == nil || !strings.Contains(err.Error(), "'upsert-kafka' tables require to define a PRIMARY KEY constraint") {
		t.Errorf("got %v", err)
	}
}

func TestSinkMistakes(t *testing.T) {
	b := &broker{address: "nowhere:9092"}
	for want, tab := range map[string]connector.Table{
		"not 'topic-pattern'":                         b.table("t", "a INT", "format=json", "topic=-", "topic-pattern=x"),
		"metadata column '$offset' cannot be written": b.table("t", "a INT, $offset BIGINT", "format=json"),
	} {
		if _, err := newSink(testEnv(), targetOf(tab), Append); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q", err, want)
		}
	}
}

// TestProperties makes a client of every property that is known.
func TestProperties(t *testing.T) {
	values := map[string]string{
		"acks": "all", "linger.ms": "0", "compression.type": "zstd", "isolation.level": "read_committed", "check.crcs": "false",
		"security.protocol": "SASL_SSL", "sasl.mechanism": "SCRAM-SHA-512", "enable.auto.commit": "false", "allow.auto.create.topics": "false",
		"enable.idempotence": "true", "ssl.truststore.type": "PEM", "ssl.keystore.type": "PEM", "auto.offset.reset": "latest",
		"sasl.jaas.config":                      `org.apache.kafka.common.security.scram.ScramLoginModule required username="u" password="p\"q";`,
		"ssl.endpoint.identification.algorithm": "", "commit.offsets.on.checkpoint": "false", "max.in.flight.requests.per.connection": "5",
		"buffer.memory": "65536", "max.request.size": "65536", "fetch.max.bytes": "65536",
	}
	skip := map[string]bool{"sasl.username": true, "sasl.password": true, "sasl.mechanisms": true}
	for name := range known {
		if _, ok := values[name]; !ok && !strings.HasPrefix(name, "ssl.") && !skip[name] {
			values[name] = "1000"
		}
	}
	for _, name := range withoutEffect {
		values[name] = "1"
	}
	b := &broker{address: "nowhere:9092"}
	tab := b.table("t", "a INT", "format=json")
	for name, v := range values {
		tab.Options["properties."+name] = v
	}
	s, err := newSettings(testEnv(), tab, Append)
	must(t, err)
	if p := s.client; p.security.user != "u" || p.security.password != `p"q` || p.commit || !p.security.anyHost || len(p.ignored) != len(withoutEffect)+1 || p.group != "1000" {
		t.Errorf("got %+v", p)
	}
	for _, producing := range []bool{false, true} {
		extra := s.client.consumer
		if producing {
			extra = append(s.client.producer, s.client.delivering(false)...)
		}
		c, err := s.newClient(extra...)
		must(t, err)
		c.Close()
	}
}

func FuzzSpecificOffsets(f *testing.F) {
	f.Add("partition:0,offset:42;partition:1,offset:300")
	f.Add("partition:0")
	f.Add(";,:")
	f.Fuzz(func(t *testing.T, text string) {
		offsets, err := parseOffsets("o", text)
		if (err == nil) == (offsets == nil) {
			t.Errorf("offsets %v and error %v", offsets, err)
		}
		for p, at := range offsets {
			if p < 0 || at < 0 {
				t.Errorf("negative: %v", offsets)
			}
		}
	})
}
