package cloud

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/flottstream/flott/internal/blob"
	"github.com/flottstream/flott/internal/blob/blobtest"
)

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

var bucketCount atomic.Int64

// server is the S3 server of $FLOTT_S3 (http://ACCESS:SECRET@HOST:PORT) with a
// bucket of the test's own.
func server(t testing.TB) (o S3Options, bucket string) {
	t.Helper()
	switch {
	case testing.Short():
		t.Skip("-short: not run against a real server")
	case os.Getenv("FLOTT_S3") == "":
		t.Skip("needs a real S3 server: run as 'FLOTT_S3=$(scripts/s3-up) go test ./internal/blob/cloud'")
	}
	u, err := url.Parse(os.Getenv("FLOTT_S3"))
	must(t, err)
	o = S3Options{AccessKey: u.User.Username(), Endpoint: "http://" + u.Host, PathStyle: true}
	o.SecretKey, _ = u.User.Password()
	bucket = fmt.Sprintf("b%d-%d", time.Now().UnixNano(), bucketCount.Add(1))
	_, err = client(t, o).CreateBucket(t.Context(), &s3.CreateBucketInput{Bucket: &bucket})
	must(t, err)
	return o, bucket
}

// client is one of our own beside what is tested.
func client(t testing.TB, o S3Options) *s3.Client {
	t.Helper()
	c, err := s3Client(context.Background(), o)
	must(t, err)
	return c
}

func openS3(t testing.TB, o S3Options, at Location) *Store {
	t.Helper()
	s, err := OpenS3(t.Context(), at, o)
	must(t, err)
	return s
}

func TestS3Contract(t *testing.T) {
	o, bucket := server(t)
	place := 0
	for _, path := range []string{"below/a%d", ""} {
		t.Run("path="+path, func(t *testing.T) {
			blobtest.Run(t, func(t *testing.T) blob.Store {
				at := Location{Scheme: "s3", Bucket: bucket, Path: path}
				if path == "" {
					if !strings.Contains(t.Name(), "Abort") && !strings.Contains(t.Name(), "range") && !strings.Contains(t.Name(), "URL") {
						t.Skip("the root of a bucket is like any other place")
					}
					_, at.Bucket = server(t)
				} else {
					place++
					at.Path = fmt.Sprintf(path, place)
				}
				return openS3(t, o, at)
			})
		})
	}
}

// What was given up leaves no parts on the server, which cost money.
func TestS3NoPartsAreLeft(t *testing.T) {
	o, bucket := server(t)
	s := openS3(t, o, Location{Scheme: "s3", Bucket: bucket})
	c, name := client(t, o), "half"
	uploads := func() int {
		found, err := c.ListMultipartUploads(t.Context(), &s3.ListMultipartUploadsInput{Bucket: &bucket, Prefix: &name})
		must(t, err)
		return len(found.Uploads)
	}
	for _, end := range []string{"Abort", "cancel"} {
		ctx, cancel := context.WithCancel(t.Context())
		w, err := s.Create(ctx, name)
		must(t, err)
		_, err = w.Write(make([]byte, 4*leastPart))
		must(t, err)
		if end == "Abort" && uploads() != 1 {
			t.Errorf("%d uploads are under way, want one", uploads())
		}
		if end == "cancel" {
			cancel()
		}
		w.Abort()
		cancel()
		if n := uploads(); n != 0 {
			t.Errorf("%s leaves %d uploads", end, n)
		}
	}
}

// A Writer holds some parts and not the object.
func TestS3BoundedMemory(t *testing.T) {
	o, bucket := server(t)
	s := openS3(t, o, Location{Scheme: "s3", Bucket: bucket})
	w, err := s.Create(t.Context(), "large")
	must(t, err)
	chunk := make([]byte, 1<<20)
	var before, now runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	var peak uint64
	for i := range 160 {
		_, err := w.Write(chunk)
		must(t, err)
		if i%8 == 0 {
			runtime.GC()
			runtime.ReadMemStats(&now)
			peak = max(peak, now.HeapAlloc)
		}
	}
	must(t, w.Commit())
	// Parts waiting, parts being sent, one being filled.
	if limit := before.HeapAlloc + (2*defaultConcurrency+2)*leastPart; peak > limit {
		t.Errorf("%d MiB are held of 160 MiB written, want at most %d", peak>>20, limit>>20)
	}
	info, err := s.Stat(t.Context(), "large")
	must(t, err)
	if info.Size != 160<<20 {
		t.Errorf("the object has %d bytes", info.Size)
	}
}

// A PutNew whose answer gets lost is sent again and finds its own object.
func TestS3LostAnswer(t *testing.T) {
	o, bucket := server(t)
	target, err := url.Parse(o.Endpoint)
	must(t, err)
	var lose atomic.Bool
	proxy := httptest.NewServer(&httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(target)
			r.Out.Host = r.In.Host // it is signed
		},
		ModifyResponse: func(r *http.Response) error {
			if r.Request.Method == http.MethodPut && lose.Swap(false) {
				return errors.New("lost") // the proxy answers 502 in its place
			}
			return nil
		},
		ErrorLog: log.New(io.Discard, "", 0),
	})
	defer proxy.Close()
	o.Endpoint = proxy.URL
	s := openS3(t, o, Location{Scheme: "s3", Bucket: bucket})
	lose.Store(true)
	must(t, s.PutNew(t.Context(), "claim", []byte("mine")))
	if lose.Load() {
		t.Fatal("no answer was lost")
	}
	if err := s.PutNew(t.Context(), "claim", []byte("mine")); !errors.Is(err, blob.ErrExist) {
		t.Errorf("another PutNew of the same bytes: %v", err)
	}
}

// MinIO denies a write into a folder that it is just removing; asked again it does it.
func TestS3DeniedOnce(t *testing.T) {
	var asked atomic.Int64
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		if r.Method == http.MethodPut && asked.Add(1) == 1 {
			w.WriteHeader(http.StatusForbidden)
			fmt.Fprint(w, "<Error><Code>AccessDenied</Code><Message>Access Denied.</Message></Error>")
		}
	}))
	defer server.Close()
	s := openS3(t, S3Options{AccessKey: "a", SecretKey: "b", Endpoint: server.URL, PathStyle: true}, Location{Scheme: "s3", Bucket: "bucket"})
	must(t, s.PutNew(t.Context(), "folder/object", []byte("text")))
	if n := asked.Load(); n != 2 {
		t.Errorf("written %d times, want twice", n)
	}
}

func TestS3Mistakes(t *testing.T) {
	o, bucket := server(t)
	wrong := o
	wrong.SecretKey = "not-the-secret-of-this-server"
	closed := o
	closed.Endpoint = "http://127.0.0.1:1"
	for _, c := range []struct {
		o    S3Options
		at   Location
		want string
	}{
		{o, Location{Scheme: "s3", Bucket: "no-such-bucket", Path: "a"}, "cannot open s3://no-such-bucket/a: the bucket no-such-bucket does not exist"},
		{wrong, Location{Scheme: "s3a", Bucket: bucket, Path: "a"}, "cannot open s3a://" + bucket + "/a: SignatureDoesNotMatch"},
		{closed, Location{Scheme: "s3", Bucket: bucket}, "connection refused"},
	} {
		_, err := OpenS3(t.Context(), c.at, c.o)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%+v: %v, want %q", c.at, err, c.want)
			continue
		}
		if strings.Contains(err.Error(), c.o.SecretKey) || strings.Contains(err.Error(), "\n") {
			t.Errorf("the error %q tells a secret or has more than one line", err)
		}
	}
	s := openS3(t, o, Location{Scheme: "s3", Bucket: bucket})
	_, err := client(t, o).DeleteBucket(t.Context(), &s3.DeleteBucketInput{Bucket: &bucket})
	must(t, err)
	if err := blob.Put(t.Context(), s, "a", []byte("x")); err == nil || errors.Is(err, blob.ErrNotExist) || !strings.Contains(err.Error(), "NoSuchBucket") {
		t.Errorf("the bucket is gone: %v", err)
	}
}
