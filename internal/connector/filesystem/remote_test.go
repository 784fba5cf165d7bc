package filesystem

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/blob"
	"github.com/flottstream/flott/internal/blob/storage"
	"github.com/flottstream/flott/internal/connector"
	"github.com/flottstream/flott/internal/connector/connectortest"
)

var remoteCount atomic.Int64

// Exactly once in HDFS.
func TestCommitterHDFS(t *testing.T) {
	address := os.Getenv("FLOTT_HDFS")
	if address == "" || testing.Short() {
		t.Skip("needs a real HDFS: run as 'FLOTT_HDFS=$(scripts/hdfs-up) go test ./internal/connector/filesystem'")
	}
	testRemote(t, address+"/flott-test/files", nil)
}

// Exactly once in S3.
func TestCommitterS3(t *testing.T) {
	if os.Getenv("FLOTT_S3") == "" || testing.Short() {
		t.Skip("needs a real S3 server: run as 'FLOTT_S3=$(scripts/s3-up) go test ./internal/connector/filesystem'")
	}
	u, err := url.Parse(os.Getenv("FLOTT_S3"))
	must(t, err)
	endpoint := "http://" + u.Host
	secret, _ := u.User.Password()
	client := s3.New(s3.Options{Region: "us-east-1", BaseEndpoint: &endpoint, UsePathStyle: true,
		Credentials: credentials.NewStaticCredentialsProvider(u.User.Username(), secret, "")})
	bucket := fmt.Sprintf("files-%d", time.Now().UnixNano())
	_, err = client.CreateBucket(t.Context(), &s3.CreateBucketInput{Bucket: &bucket})
	must(t, err)
	testRemote(t, "s3://"+bucket+"/files", map[string]string{
		"s3.endpoint": endpoint, "s3.path.style.access": "true", "s3.access-key": u.User.Username(), "s3.secret-key": secret,
	})
}

// testRemote runs the kit over tables below a URL.
func testRemote(t *testing.T, root string, settings map[string]string) {
	schema := schemaOf(table("", keptColumns))
	env := testEnv()
	env.Storage = settings
	connectortest.TestCommitter(t, connectortest.Committer{
		Empty: func() *batch.Batch { return batch.NewBatch(schema, 16) },
		Fill:  fillKept,
		Table: func(t *testing.T) connectortest.CommitterTable {
			path := fmt.Sprintf("%s/%d-%d", root, time.Now().UnixNano(), remoteCount.Add(1))
			options := []string{"format=json", "partitioned by=p,q", "sink.partition-commit.policy.kind=success-file", "sink.rolling-policy.file-size=100"}
			tab := table(path, keptColumns, options...)
			tab.Streaming = !strings.Contains(t.Name(), "without_checkpoints")
			store, err := storage.Open(t.Context(), path, settings)
			must(t, err)
			t.Cleanup(func() { must(t, removeAll(store)) })
			return connectortest.CommitterTable{
				Open: func(t *testing.T, ctx *connector.WriterContext) connector.Committer {
					s, err := Factory{}.Sink(env, &connector.Target{Table: tab, Schema: schema})
					must(t, err)
					w, err := s.Writer(ctx)
					must(t, err)
					return w.(connector.Committer)
				},
				Read: func(t *testing.T) []string { return readTable(t, table(download(t, store), keptColumns, options...)) },
			}
		},
	})
}

// download copies what a reader of the table would see into a folder.
func download(t *testing.T, store blob.Store) string {
	t.Helper()
	dir := t.TempDir()
	for info, err := range store.List(t.Context(), "") {
		must(t, err)
		if slices.ContainsFunc(strings.Split(info.Name, "/"), hidden) {
			continue
		}
		text, err := blob.ReadAll(t.Context(), store, info.Name)
		must(t, err)
		put(t, filepath.Join(dir, info.Name), text)
	}
	return dir
}

// removeAll empties a store after a test.
func removeAll(store blob.Store) error {
	ctx := context.Background()
	var names []string
	for info, err := range store.List(ctx, "") {
		if err != nil {
			return err
		}
		names = append(names, info.Name)
	}
	for _, name := range names {
		if err := store.Delete(ctx, name); err != nil {
			return err
		}
	}
	return store.Close()
}
