package cloud

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"strings"
	"time"

	cdk "gocloud.dev/blob"
	"golang.org/x/oauth2"
	"golang.org/x/oauth2/google"
)

// GCSOptions are what Google Cloud Storage needs beside a Location.
type GCSOptions struct {
	KeyFile   string // a service account's; "" is Google's usual places
	ChunkSize int64  // bytes sent at once; 0 is 8 MiB
}

const (
	gcsScope = "https://www.googleapis.com/auth/devstorage.read_write"
	// gcsUnit divides the size of every chunk but the last.
	gcsUnit = 256 << 10
)

// OpenGCS returns the Store at a place in a bucket of Google Cloud Storage.
// STORAGE_EMULATOR_HOST, as Google's own programs know it, needs no credentials.
func OpenGCS(ctx context.Context, at Location, o GCSOptions) (*Store, error) {
	if err := at.check(); err != nil {
		return nil, err
	}
	if o.ChunkSize == 0 {
		o.ChunkSize = 8 << 20
	}
	if o.ChunkSize < 0 || o.ChunkSize%gcsUnit != 0 {
		return nil, fmt.Errorf("cannot open %s: gs.writer.chunk.size is %d bytes: it must be a multiple of %d (256 kb)", at.url(), o.ChunkSize, gcsUnit)
	}
	s := &Store{url: at.url(), prefix: at.prefix()}
	client, address, err := gcsClient(o)
	if err != nil {
		return nil, s.failed(ctx, "open", "", err)
	}
	s.bucket = cdk.NewBucket(&gcsBucket{client: client, address: address, name: at.Bucket, chunk: int(o.ChunkSize)})
	s.write = cdk.WriterOptions{ContentType: "application/octet-stream"}
	return s, s.reach(ctx, at.Bucket)
}

// gcsClient returns a client that sends credentials, and the address of the
// service.
func gcsClient(o GCSOptions) (*http.Client, string, error) {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.DialContext = (&net.Dialer{Timeout: 20 * time.Second, KeepAlive: 20 * time.Second}).DialContext
	transport.MaxIdleConnsPerHost = 64
	transport.ResponseHeaderTimeout = silence
	// 308 asks for the rest of an upload; it leads nowhere else.
	client := &http.Client{Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	if emulator := os.Getenv("STORAGE_EMULATOR_HOST"); emulator != "" {
		if !strings.Contains(emulator, "://") {
			emulator = "http://" + emulator
		}
		return client, strings.TrimSuffix(emulator, "/"), nil
	}
	// A token outlives the context that Open was called with.
	ctx := context.WithValue(context.Background(), oauth2.HTTPClient, &http.Client{Transport: transport, Timeout: silence})
	var found *google.Credentials
	var err error
	if o.KeyFile == "" {
		found, err = google.FindDefaultCredentials(ctx, gcsScope)
	} else {
		var key []byte
		if key, err = os.ReadFile(o.KeyFile); err == nil {
			found, err = google.CredentialsFromJSONWithType(ctx, key, google.ServiceAccount, gcsScope)
		}
	}
	if err != nil {
		return nil, "", fmt.Errorf("no credentials: %w", err)
	}
	client.Transport = &oauth2.Transport{Base: transport, Source: found.TokenSource}
	return client, "https://storage.googleapis.com", nil
}
