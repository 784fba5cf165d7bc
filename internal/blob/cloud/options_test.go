package cloud

import (
	"errors"
	"strings"
	"testing"
)

func TestMistakesWithoutAServer(t *testing.T) {
	t.Setenv("AWS_EC2_METADATA_DISABLED", "true")
	t.Setenv("AWS_REGION", "")
	t.Setenv("AWS_DEFAULT_REGION", "")
	t.Setenv("AZURE_STORAGE_ACCOUNT", "")
	keys := S3Options{AccessKey: "access", SecretKey: "very-secret"}
	with := func(change func(o *S3Options)) S3Options { o := keys; change(&o); return o }
	at := Location{Scheme: "s3", Bucket: "b", Path: "p"}
	for _, c := range []struct {
		at   Location
		o    S3Options
		want string
	}{
		{Location{Scheme: "s3"}, keys, "s3:// needs the name of a bucket: write s3://BUCKET/PATH"},
		{Location{Scheme: "s3", Bucket: "b", Path: "../x"}, keys, `the segment ".." is not allowed`},
		{at, S3Options{AccessKey: "access"}, "s3.access-key and s3.secret-key go together"},
		{at, S3Options{SessionToken: "t"}, "s3.session-token is set without"},
		{at, with(func(o *S3Options) { o.PartSize = 1 << 20 }), "no parts below 5242880"},
		{at, with(func(o *S3Options) { o.Concurrency = -1 }), "must be 1 or more"},
		{at, with(func(o *S3Options) { o.Endpoint = "http://access:very-secret@h" }), "s3.endpoint must be the address of a server"},
		{at, with(func(o *S3Options) { o.Endpoint = "ftp://h" }), "s3.endpoint must be the address of a server"},
		{at, keys, "set s3.endpoint.region or AWS_REGION"},
	} {
		_, err := OpenS3(t.Context(), c.at, c.o)
		if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "very-secret") {
			t.Errorf("%+v %+v: %v, want %q", c.at, c.o, err, c.want)
		}
	}
	if _, err := OpenGCS(t.Context(), Location{Scheme: "gs", Bucket: "b"}, GCSOptions{ChunkSize: 1000}); err == nil || !strings.Contains(err.Error(), "multiple of 262144") {
		t.Errorf("a chunk of 1000 bytes: %v", err)
	}
	if _, err := OpenGCS(t.Context(), Location{Scheme: "gs", Bucket: "b"}, GCSOptions{KeyFile: "/none"}); err == nil || !strings.Contains(err.Error(), "/none") {
		t.Errorf("a key file that is not there: %v", err)
	}
	if _, err := OpenAzure(t.Context(), Location{Scheme: "azblob", Bucket: "b"}, AzureOptions{}); err == nil || !strings.Contains(err.Error(), "AZURE_STORAGE_ACCOUNT") {
		t.Errorf("no account: %v", err)
	}
	if _, err := OpenAzure(t.Context(), Location{Scheme: "azblob", Bucket: "b"}, AzureOptions{Account: "a", Key: "very-secret!"}); err == nil || !strings.Contains(err.Error(), "must be base64") || strings.Contains(err.Error(), "very-secret") {
		t.Errorf("a key that is none: %v", err)
	}
}

func TestNoSecretInAnError(t *testing.T) {
	s := &Store{url: "s3://b", secrets: []string{"", "very-secret"}}
	err := s.failed(t.Context(), "write", "a", errors.New("the request very-secret failed\nand more"))
	if got, want := err.Error(), "cannot write s3://b/a: the request *** failed and more"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
