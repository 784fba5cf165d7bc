package cloud

import (
	"context"
	"fmt"
	"net/http"
	"os"

	cdk "gocloud.dev/blob"
	"gocloud.dev/blob/gcsblob"
	"gocloud.dev/gcp"
	"golang.org/x/oauth2/google"
)

// GCSOptions are what Google Cloud Storage needs beside a Location.
type GCSOptions struct {
	KeyFile   string // a service account's; "" is Google's usual places
	ChunkSize int64  // bytes sent at once; 0 is 8 MiB
}

const gcsScope = "https://www.googleapis.com/auth/devstorage.read_write"

// OpenGCS returns the Store at a place in a bucket of Google Cloud Storage.
// STORAGE_EMULATOR_HOST, as Google's own programs know it, needs no credentials.
func OpenGCS(ctx context.Context, at Location, o GCSOptions) (*Store, error) {
	if err := at.check(); err != nil {
		return nil, err
	}
	if o.ChunkSize == 0 {
		o.ChunkSize = 8 << 20
	}
	if o.ChunkSize < 0 || o.ChunkSize%(256<<10) != 0 {
		return nil, fmt.Errorf("cannot open %s: gs.writer.chunk.size is %d bytes: it must be a multiple of 262144 (256 kb)", at.url(), o.ChunkSize)
	}
	s := &Store{url: at.url(), prefix: at.prefix()}
	client, err := gcsClient(ctx, o)
	if err != nil {
		return nil, s.failed(ctx, "open", "", err)
	}
	if s.bucket, err = gcsblob.OpenBucket(ctx, client, at.Bucket, nil); err != nil {
		return nil, s.failed(ctx, "open", "", err)
	}
	s.write = cdk.WriterOptions{ContentType: "application/octet-stream", BufferSize: int(o.ChunkSize)}
	return s, s.reach(ctx, at.Bucket)
}

func gcsClient(ctx context.Context, o GCSOptions) (*gcp.HTTPClient, error) {
	if os.Getenv("STORAGE_EMULATOR_HOST") != "" {
		return gcp.NewAnonymousHTTPClient(http.DefaultTransport), nil
	}
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
		return nil, fmt.Errorf("no credentials: %w", err)
	}
	return gcp.NewHTTPClient(gcp.DefaultTransport(), found.TokenSource)
}
