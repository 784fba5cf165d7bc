package storage

import (
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/flottstream/flott/internal/blob"
	"github.com/flottstream/flott/internal/blob/cloud"
	"github.com/flottstream/flott/internal/blob/hdfs"
)

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestParse(t *testing.T) {
	for url, want := range map[string]address{
		"checkpoints":           {"file", "", "checkpoints"},
		"/a b/c%20d":            {"file", "", "/a b/c%20d"},
		"./a:b":                 {"file", "", "./a:b"},
		"file:/a/b":             {"file", "", "/a/b"},
		"file:///a/b":           {"file", "", "/a/b"},
		"FILE://localhost/a":    {"file", "", "/a"},
		"s3://bucket":           {"s3", "bucket", ""},
		"s3a://bucket/a/b/":     {"s3a", "bucket", "/a/b/"},
		"s3p://bucket/%41":      {"s3p", "bucket", "/%41"},
		"gs://b/a":              {"gs", "b", "/a"},
		"azblob://c/a":          {"azblob", "c", "/a"},
		"hdfs://h:8020/a":       {"hdfs", "h:8020", "/a"},
		"hdfs:///a":             {"hdfs", "", "/a"},
		"hdfs://nameservice1/a": {"hdfs", "nameservice1", "/a"},
	} {
		if got, err := parse(url); err != nil || got != want {
			t.Errorf("%q: got %+v, %v, want %+v", url, got, err, want)
		}
	}
	for url, want := range map[string]string{
		"":                    "the address of the storage is empty: write a path, file:///PATH, s3://",
		"ftp://h/a":           `storage of the scheme "ftp" is not supported: use a path, file:///PATH, s3://BUCKET/PATH`,
		"oss://b/a":           `the scheme "oss" is not supported`,
		"wasbs://c@a.blob/x":  "write azblob://CONTAINER/PATH and name the storage account",
		"abfss://c@a.dfs/x":   "write azblob://CONTAINER/PATH",
		"webhdfs://h:9870/x":  "write hdfs://HOST:PORT/PATH",
		"file://home/a":       "write file:///home/a",
		"file:a":              "has no absolute path",
		"s3:bucket/a":         `has no "//" after its scheme`,
		"s3://key:hush@b/a":   "must not hold a user or a key: write s3://b",
		"hdfs://user@h:8020/": "write hdfs://h:8020",
	} {
		if _, err := parse(url); err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "hush") {
			t.Errorf("%q: %v, want %q", url, err, want)
		}
	}
}

// Whatever is parsed keeps all that was written, and never shows what stands
// before an "@".
func FuzzParse(f *testing.F) {
	for _, seed := range []string{"s3://b/a", "file:///a", "a", "hdfs:///", "s3://u:p@b", ":", "s3:/"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, url string) {
		at, err := parse(url)
		if err == nil && !strings.HasSuffix(url, at.path) {
			t.Fatalf("%q has the path %q", url, at.path)
		}
		if err == nil && at.scheme != "file" && strings.Contains(at.authority, "@") {
			t.Fatalf("%q has the authority %q", url, at.authority)
		}
	})
}

func TestOptions(t *testing.T) {
	all := options{
		s3: cloud.S3Options{AccessKey: "a", SecretKey: "s", SessionToken: "t", Endpoint: "e", Region: "r", PathStyle: true,
			PartSize: 16 << 20, Concurrency: 7},
		gcs:   cloud.GCSOptions{KeyFile: "k", ChunkSize: 512 << 10},
		azure: cloud.AzureOptions{Account: "acc", Key: "ak"},
		hdfs:  hdfs.Options{ConfDir: "c"},
	}
	for i, settings := range []map[string]string{
		{"s3.access-key": "a", "s3.secret-key": "s", "s3.session-token": "t", "s3.endpoint": "e", "s3.endpoint.region": "r", "s3.path.style.access": "true",
			"s3.upload.min.part.size": "16 mb", "s3.upload.max.concurrent.uploads": "7", "fs.gs.auth.service.account.json.keyfile": "k", "gs.writer.chunk.size": "512kb",
			"fs.azure.account.key.acc.blob.core.windows.net": "ak", "env.hadoop.conf.dir": "c", "parallelism.default": "2"},
		{"s3a.access.key": "a", "fs.s3a.secret.key": "s", "fs.s3a.session.token": "t", "presto.s3.endpoint": "e", "s3.region": "r", "s3.path-style-access": "TRUE",
			"s3p.upload.min.part.size": "16777216", "flink.hadoop.fs.s3a.upload.max.concurrent.uploads": " 7 ", "google.cloud.auth.service.account.json.keyfile": "k", "gs.writer.chunk.size": "524288 bytes",
			"flink.hadoop.fs.azure.account.key.acc.blob.core.windows.net": "ak", "fs.hdfs.hadoopconf": "c", "s3.endpoint": "e"},
	} {
		if got, err := read(settings); err != nil || got != all {
			t.Errorf("%d: got %+v, %v", i, got, err)
		}
	}
	for key, c := range map[string]struct{ value, want string }{
		"s3.entropy.key":                     {"x", "flott does not act on the option 's3.entropy.key'; of storage it knows env.hadoop.conf.dir"},
		"fs.s3a.aws.credentials.provider":    {"x", "'fs.s3a.aws.credentials.provider'"},
		"flink.hadoop.dfs.blocksize":         {"x", "'flink.hadoop.dfs.blocksize'"},
		"fs.azure.account.key.a.example.com": {"x", "'fs.azure.account.key.a.example.com'"},
		"s3.path.style.access":               {"yes", `'s3.path.style.access' is "yes", but must be true or false`},
		"s3.upload.min.part.size":            {"5 miles", `must be a size like 8 mb`},
		"gs.writer.chunk.size":               {"-1", `must be a size like 8 mb`},
		"s3.upload.max.concurrent.uploads":   {"0", "must be a number of 1 or more"},
	} {
		if err := Check(map[string]string{key: c.value}); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", key, err, c.want)
		}
	}
	err := Check(map[string]string{"s3.secret-key": "hush1", "fs.s3a.secret.key": "hush2"})
	if err == nil || !strings.Contains(err.Error(), "'fs.s3a.secret.key' and 's3.secret-key' are the same option") || strings.Contains(err.Error(), "hush") {
		t.Errorf("two secrets: %v", err)
	}
	err = Check(map[string]string{"fs.azure.account.key.a.blob.core.windows.net": "hush1", "fs.azure.account.key.b.blob.core.windows.net": "hush2"})
	if err == nil || !strings.Contains(err.Error(), "name two storage accounts") || strings.Contains(err.Error(), "hush") {
		t.Errorf("two accounts: %v", err)
	}
	if !IsSecret("s3.secret-key") || !IsSecret("fs.s3a.access.key") || !IsSecret("fs.azure.account.key.a.blob.core.windows.net") || IsSecret("s3.endpoint") {
		t.Error("IsSecret is wrong")
	}
}

func TestKeys(t *testing.T) {
	if !slices.IsSortedFunc(Keys, func(a, b Key) int { return strings.Compare(a.Name, b.Name) }) {
		t.Error("Keys are not in order of name")
	}
	for _, k := range Keys {
		if k.Doc == "" || k.Type == "" {
			t.Errorf("%s has no type or text", k.Name)
		}
		if k.Default == "" || k.set == nil {
			continue
		}
		var o options
		if err := k.set(&o, k.Default); err != nil {
			t.Errorf("the default of %s: %v", k.Name, err)
		}
	}
}

// exercise writes, finds and removes an object at a URL.
func exercise(t *testing.T, url string, options map[string]string) {
	t.Helper()
	s, err := Open(t.Context(), url, options)
	must(t, err)
	must(t, blob.Put(t.Context(), s, "a/b", []byte("x")))
	got, err := blob.ReadAll(t.Context(), s, "a/b")
	if string(got) != "x" {
		t.Errorf("%s: got %q, %v", url, got, err)
	}
	if want := strings.TrimSuffix(url, "/") + "/a/b"; s.URL("a/b") != want && s.URL("a/b") != "file:"+want {
		t.Errorf("the URL is %q, want %q", s.URL("a/b"), want)
	}
	must(t, s.Delete(t.Context(), "a/b"))
	must(t, s.Close())
}

func TestOpenFile(t *testing.T) {
	dir := t.TempDir()
	exercise(t, dir+"/plain", map[string]string{"parallelism.default": "2"})
	exercise(t, "file:"+dir+"/url", nil)
	t.Chdir(dir)
	s, err := Open(t.Context(), "relative", nil)
	must(t, err)
	if want := "file:" + filepath.Join(dir, "relative") + "/x"; s.URL("x") != want {
		t.Errorf("the URL is %q, want %q", s.URL("x"), want)
	}
	if _, err := Open(t.Context(), dir, map[string]string{"s3.entropy.key": "x"}); err == nil {
		t.Error("an option that is not acted on is taken")
	}
}

func TestOpenHDFS(t *testing.T) {
	address := os.Getenv("FLOTT_HDFS")
	if address == "" || testing.Short() {
		t.Skip("needs a real HDFS: run as 'FLOTT_HDFS=$(scripts/hdfs-up) go test ./internal/blob/storage'")
	}
	exercise(t, address+"/flott-test/storage/", nil)
}

func TestOpenS3(t *testing.T) {
	if os.Getenv("FLOTT_S3") == "" || testing.Short() {
		t.Skip("needs a real S3 server: run as 'FLOTT_S3=$(scripts/s3-up) go test ./internal/blob/storage'")
	}
	u, err := url.Parse(os.Getenv("FLOTT_S3"))
	must(t, err)
	secret, _ := u.User.Password()
	options := map[string]string{"s3.access-key": u.User.Username(), "s3.secret-key": secret, "s3.endpoint": "http://" + u.Host, "s3.path.style.access": "true"}
	_, err = Open(t.Context(), "s3a://no-such-bucket/a", options)
	if err == nil || !strings.Contains(err.Error(), "the bucket no-such-bucket does not exist") {
		t.Errorf("a bucket that is not there: %v", err)
	}
}
