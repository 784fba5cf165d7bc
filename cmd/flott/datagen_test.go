package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
	"github.com/spf13/pflag"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
)

// generate runs `flott datagen` with arguments and returns standard output and
// standard error.
func generate(t *testing.T, args ...string) (out, messages string, err error) {
	t.Helper()
	var flags datagenFlags
	set := pflag.NewFlagSet("datagen", pflag.ContinueOnError)
	flags.add(set)
	if err := set.Parse(args); err != nil {
		t.Fatal(err)
	}
	var stdout, stderr bytes.Buffer
	err = datagen(t.Context(), &flags, &stdout, &stderr)
	return stdout.String(), stderr.String(), err
}

// objects reads lines of JSON.
func objects(t *testing.T, text string) (rows []map[string]any) {
	t.Helper()
	for _, line := range strings.Split(strings.TrimSuffix(text, "\n"), "\n") {
		var row map[string]any
		if err := json.Unmarshal([]byte(line), &row); err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		rows = append(rows, row)
	}
	return rows
}

func TestDatagenColumns(t *testing.T) {
	args := []string{"--schema", "id BIGINT, user_id INT, name STRING, amount DECIMAL(10, 2), ts TIMESTAMP(3)", "--sequence", "id",
		"--zipf", "user_id=1.5:1000", "--time", "ts=2026-01-01T00:00:00,100ms", "--out-of-order", "5s", "--null-rate", "name=0.5",
		"-O", "fields.amount.max=9.99", "--rows", "5000", "--out", "-"}
	text, messages, err := generate(t, args...)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(messages, "wrote 5000 rows") {
		t.Errorf("messages are %q", messages)
	}
	rows := objects(t, text)
	if len(rows) != 5000 {
		t.Fatalf("%d rows", len(rows))
	}
	first, null, late := 0, 0, 0
	for i, r := range rows {
		if r["id"] != float64(i+1) {
			t.Fatalf("row %d has id %v", i, r["id"])
		}
		if u := r["user_id"].(float64); u < 1 || u > 1000 {
			t.Fatalf("user %v", u)
		} else if u == 1 {
			first++
		}
		if r["name"] == nil {
			null++
		}
		if a := r["amount"].(float64); a < 0 || a > 9.99 {
			t.Fatalf("amount %v", a)
		}
		ts, err := time.Parse("2006-01-02 15:04:05.999", r["ts"].(string))
		if err != nil {
			t.Fatal(err)
		}
		delay := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(i) * 100 * time.Millisecond).Sub(ts)
		if delay < 0 || delay > 5*time.Second {
			t.Fatalf("row %d is %v late", i, delay)
		}
		if delay > time.Second {
			late++
		}
	}
	// Of 1000 users with exponent 1.5 the first has 1/ζ ≈ 0.39 of the rows.
	if first < 1500 || first > 2500 || null < 2000 || null > 3000 || late < 3000 {
		t.Errorf("%d rows of the most frequent user, %d NULLs, %d late", first, null, late)
	}
	again, _, _ := generate(t, args...)
	other, _, _ := generate(t, append(args, "--seed", "2")...)
	if again != text || other == text {
		t.Error("the rows are not those of the seed")
	}
}

func TestDatagenPresets(t *testing.T) {
	for _, name := range []string{"nexmark-bids", "orders", "clicks"} {
		text, _, err := generate(t, "--preset", name, "--rows", "10000", "--out", "-", "-q")
		if err != nil {
			t.Fatal(err)
		}
		rows := objects(t, text)
		if len(rows) != 10000 {
			t.Errorf("%s: %d rows", name, len(rows))
		}
		for _, r := range rows {
			for column, v := range r {
				if v == nil {
					t.Fatalf("%s: column %s is NULL", name, column)
				}
			}
		}
		if again, _, _ := generate(t, "--preset", name, "--rows", "10000", "--out", "-", "-q"); again != text {
			t.Errorf("%s: not the same rows again", name)
		}
	}
}

// TestDatagenPaced makes bids one by one, between other events.
func TestDatagenPaced(t *testing.T) {
	text, _, err := generate(t, "--preset", "nexmark-bids", "--rows", "3", "--rate", "1000", "--out", "-", "-q")
	if err != nil {
		t.Fatal(err)
	}
	rows := objects(t, text)
	if len(rows) != 3 || rows[0]["auction"] == nil || rows[2]["extra"] == nil {
		t.Errorf("rows are %v", rows)
	}
}

func TestDatagenFiles(t *testing.T) {
	want, _, err := generate(t, "--preset", "orders", "--rows", "300", "--out", "-")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"o.json", "o.jsonl.gz", "o.json.zst", "o.csv", "o.csv.gz"} {
		path := filepath.Join(t.TempDir(), name)
		if _, _, err := generate(t, "--preset", "orders", "--rows", "300", "--out", path); err != nil {
			t.Fatal(err)
		}
		file, err := os.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		defer file.Close()
		var r io.Reader = file
		switch filepath.Ext(name) {
		case ".gz":
			r, err = gzip.NewReader(file)
		case ".zst":
			r, err = zstd.NewReader(file)
		}
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(name, "json") && string(text) != want {
			t.Errorf("%s differs from standard output", name)
		}
		lines := bufio.NewScanner(bytes.NewReader(text))
		n := 0
		for ; lines.Scan(); n++ {
			if strings.Contains(name, "csv") && !strings.HasPrefix(lines.Text(), fmt.Sprintf("%d,", n+1)) {
				t.Fatalf("%s: line %q", name, lines.Text())
			}
		}
		if n != 300 {
			t.Errorf("%s: %d lines", name, n)
		}
	}
}

func TestDatagenTopic(t *testing.T) {
	c, err := kfake.NewCluster(kfake.NumBrokers(1), kfake.SeedTopics(1, "orders"))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	address := c.ListenAddrs()[0]
	_, messages, err := generate(t, "--preset", "orders", "--rows", "5000", "--kafka", address, "--topic", "orders", "--key", "customer_id", "--property", "compression.type=lz4")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(messages, "wrote 5000 rows") || !strings.Contains(messages, "to topic orders") {
		t.Errorf("messages are %q", messages)
	}
	client, err := kgo.NewClient(kgo.SeedBrokers(address), kgo.ConsumePartitions(map[string]map[int32]kgo.Offset{"orders": {0: kgo.NewOffset().AtStart()}}))
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	var values []string
	for len(values) < 5000 {
		fetches := client.PollFetches(t.Context())
		if err := fetches.Err(); err != nil {
			t.Fatal(err)
		}
		fetches.EachRecord(func(r *kgo.Record) {
			var key, row map[string]any
			if json.Unmarshal(r.Key, &key) != nil || json.Unmarshal(r.Value, &row) != nil || len(key) != 1 || key["customer_id"] != row["customer_id"] {
				t.Fatalf("record %s: %s", r.Key, r.Value)
			}
			values = append(values, string(r.Value))
		})
	}
	want, _, err := generate(t, "--preset", "orders", "--rows", "5000", "--out", "-")
	if err != nil || strings.Join(values, "\n")+"\n" != want {
		t.Errorf("the topic differs from standard output (%v)", err)
	}
}

func TestDatagenMistakes(t *testing.T) {
	for args, want := range map[string]string{
		"--out -":                                      "say what the rows look like",
		"--preset orders":                              "say where the rows go",
		"--preset x --out -":                           "there are clicks, orders, nexmark-bids",
		"--preset orders --schema a~INT --out -":       "not both",
		"--schema a --out -":                           "1:2: syntax error: the columns of a table need types",
		"--schema a~INTT --out -":                      "1:3",
		"--schema a~INT,b~AS~a+1 --out -":              "only plain columns",
		"--schema a~INT --zipf b=1:2 --out -":          "--zipf b: there is no such column",
		"--schema a~INT --zipf a=1 --out -":            "--zipf a=1: expected column=exponent:count",
		"--schema a~STRING --zipf a=1:10 --out -":      "Unsupported options",
		"--schema a~INT --time a=2026 --out -":         "--time a=2026: expected column=start,step",
		"--schema a~INT --out-of-order 1s --out -":     "needs a --time column",
		"--schema a~INT --out x.parquet":               "name it .json or .csv",
		"--schema a~INT --out - --format yaml":         "there are avro, ",
		"--schema a~INT --out - --topic t":             "are for --kafka",
		"--schema a~INT --kafka x:1":                   "needs a --topic",
		"--schema a~INT --rows -1 --out -":             "cannot be negative",
		"--schema a~INT --rows 0 --out x.json":         "would fill the disk",
		"--preset nexmark-bids --zipf a=1:1 --out -":   "are the benchmark's",
		"--schema a~INT --null-rate 2 --out -":         "must be from 0 to 1",
		"--schema a~INT --option x --out -":            "expected key=value",
		"--schema a~INT --kafka x:1 --topic t --key b": "Could not find the field 'b'",
	} {
		fields := strings.Fields(args)
		for i := range fields {
			fields[i] = strings.ReplaceAll(fields[i], "~", " ")
		}
		_, _, err := generate(t, fields...)
		var usage usageError
		if !errors.As(err, &usage) || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v\nwant %q", args, err, want)
		}
	}
	path := filepath.Join(t.TempDir(), "no/such/folder.json")
	if _, _, err := generate(t, "--preset", "orders", "--out", path); err == nil || !strings.Contains(err.Error(), "cannot write "+path+": no such file or directory") {
		t.Errorf("got %v", err)
	}
}
