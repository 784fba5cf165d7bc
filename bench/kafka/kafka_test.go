package main

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
)

var root = filepath.Join("..", "..")

func TestStatements(t *testing.T) {
	queries, err := loadQueries(root, "project,window,copy")
	if err != nil {
		t.Fatal(err)
	}
	for _, q := range queries {
		for topic, want := range map[string]string{"": "'connector' = 'blackhole'", "out": "'topic' = 'out'"} {
			list, err := q.statements("127.0.0.1:1", topic)
			if err != nil || len(list) != 3 {
				t.Fatalf("%s: %d statements (%v), want the two tables and the job", q.name, len(list), err)
			}
			if !strings.Contains(list[1], want) || !strings.Contains(list[2], "INSERT INTO") || strings.Contains(strings.Join(list, ""), "${") {
				t.Errorf("%s is not filled in as it should be:\n%s", q.name, strings.Join(list, "\n"))
			}
		}
	}
	if _, err := loadQueries(root, "q99"); err == nil {
		t.Error("q99 was found")
	}
}

func TestEventsFor(t *testing.T) {
	for n, want := range map[int64]int64{0: 0, 1: 50, 46: 50, 47: 100, 5_000_000: 5_434_800} {
		if got := eventsFor(n); got != want {
			t.Errorf("%d bids come with %d events, want %d", n, got, want)
		}
	}
}

// TestProof: the order of records does not matter, their bytes do.
func TestProof(t *testing.T) {
	cluster, err := kfake.NewCluster(kfake.NumBrokers(1))
	if err != nil {
		t.Fatal(err)
	}
	defer cluster.Close()
	b := &broker{address: cluster.ListenAddrs()[0], partitions: 2}
	if b.client, err = kgo.NewClient(kgo.SeedBrokers(b.address), kgo.RecordPartitioner(kgo.ManualPartitioner())); err != nil {
		t.Fatal(err)
	}
	defer b.client.Close()
	b.admin = kadm.NewClient(b.client)
	proofs := map[string]string{}
	for topic, values := range map[string][]string{"one": {"a", "b", "cd"}, "two": {"cd", "b", "a"}, "other": {"a", "b", "ce"}} {
		if err := b.create(t.Context(), topic); err != nil {
			t.Fatal(err)
		}
		for i, v := range values {
			r := &kgo.Record{Topic: topic, Partition: int32(i % 2), Value: []byte(v)}
			if err := b.client.ProduceSync(t.Context(), r).FirstErr(); err != nil {
				t.Fatal(err)
			}
		}
		if proofs[topic], err = b.proof(t.Context(), topic); err != nil {
			t.Fatal(err)
		}
	}
	if proofs["one"] != proofs["two"] || proofs["one"] == proofs["other"] || !strings.HasPrefix(proofs["one"], "3 records, 4 bytes, ") {
		t.Errorf("%v", proofs)
	}
}
