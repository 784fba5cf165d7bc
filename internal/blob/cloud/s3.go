package cloud

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/feature/s3/transfermanager"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	cdk "gocloud.dev/blob"
	"gocloud.dev/blob/s3blob"
)

// S3Options are what S3 needs beside a Location. What is empty is taken from
// AWS's usual places: the environment, the shared files, the machine's role.
type S3Options struct {
	AccessKey, SecretKey, SessionToken string
	Endpoint                           string // host:port or a URL; "" is Amazon's
	Region                             string // default with an Endpoint: us-east-1
	PathStyle                          bool   // the bucket is in the path, not in the host
	PartSize                           int64  // bytes; 0 is 5 MiB, which is the least; a part's size times 10,000 bounds an object
	Concurrency                        int    // parts of one object sent at once; 0 is 4
}

const (
	leastPart          = 5 << 20 // bytes: S3's rule
	defaultConcurrency = 4
	// abortTimeout bounds the request that discards the parts of an upload that
	// was given up.
	abortTimeout = 30 * time.Second
	// silence is how long a service may take to begin its answer.
	silence = time.Minute
)

func (o *S3Options) check() error {
	if (o.AccessKey == "") != (o.SecretKey == "") {
		return fmt.Errorf("s3.access-key and s3.secret-key go together: one of them is not set")
	}
	if o.SessionToken != "" && o.AccessKey == "" {
		return fmt.Errorf("s3.session-token is set without s3.access-key and s3.secret-key")
	}
	if o.PartSize != 0 && o.PartSize < leastPart {
		return fmt.Errorf("s3.upload.min.part.size is %d bytes: S3 takes no parts below %d (5 mb)", o.PartSize, leastPart)
	}
	if o.Concurrency < 0 {
		return fmt.Errorf("s3.upload.max.concurrent.uploads is %d: it must be 1 or more", o.Concurrency)
	}
	if o.Endpoint == "" {
		return nil
	}
	if !strings.Contains(o.Endpoint, "://") {
		o.Endpoint = "https://" + o.Endpoint
	}
	u, err := url.Parse(o.Endpoint)
	if err != nil || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Scheme != "http" && u.Scheme != "https" {
		return fmt.Errorf("s3.endpoint must be the address of a server like https://HOST:PORT, without keys in it")
	}
	return nil
}

// OpenS3 returns the Store at a place in a bucket of S3.
func OpenS3(ctx context.Context, at Location, o S3Options) (*Store, error) {
	if err := at.check(); err != nil {
		return nil, err
	}
	if err := o.check(); err != nil {
		return nil, fmt.Errorf("cannot open %s: %w", at.url(), err)
	}
	s := &Store{url: at.url(), prefix: at.prefix(), secrets: []string{o.SecretKey, o.SessionToken, os.Getenv("AWS_SECRET_ACCESS_KEY"), os.Getenv("AWS_SESSION_TOKEN")}}
	if len(o.AccessKey) >= 16 { // Amazon's have 20; a short one may be a part of any word
		s.secrets = append(s.secrets, o.AccessKey)
	}
	client, err := s3Client(ctx, o)
	if err != nil {
		return nil, s.failed(ctx, "open", "", err)
	}
	checksums := client.Options().RequestChecksumCalculation
	s.bucket, err = s3blob.OpenBucket(ctx, client, at.Bucket, &s3blob.Options{RequestChecksumCalculation: checksums})
	if err != nil {
		return nil, s.failed(ctx, "open", "", err)
	}
	uploads := transfermanager.New(client, func(t *transfermanager.Options) {
		t.PartSizeBytes = max(o.PartSize, leastPart)
		t.MultipartUploadThreshold = t.PartSizeBytes
		t.Concurrency = o.Concurrency
		if t.Concurrency == 0 {
			t.Concurrency = defaultConcurrency
		}
		t.RequestChecksumCalculation = checksums
		t.FailTimeout = abortTimeout
	})
	s.write = cdk.WriterOptions{
		ContentType: "application/octet-stream",
		// The driver's own does not discard parts when a context is cancelled.
		BeforeWrite: func(as func(any) bool) error {
			var driver *transfermanager.Client
			if as(&driver) {
				*driver = *uploads
			}
			return nil
		},
	}
	// The driver's own asks first whether the object is there.
	s.remove = func(ctx context.Context, key string) error {
		_, err := client.DeleteObject(ctx, &s3.DeleteObjectInput{Bucket: &at.Bucket, Key: &key})
		return err
	}
	return s, s.reach(ctx, at.Bucket)
}

func s3Client(ctx context.Context, o S3Options) (*s3.Client, error) {
	options := []func(*config.LoadOptions) error{config.WithHTTPClient(awshttp.NewBuildableClient().WithTransportOptions(func(t *http.Transport) {
		t.ResponseHeaderTimeout = silence
		t.MaxIdleConnsPerHost = 64
	}))}
	if o.AccessKey != "" {
		options = append(options, config.WithCredentialsProvider(credentials.NewStaticCredentialsProvider(o.AccessKey, o.SecretKey, o.SessionToken)))
	}
	if o.Region != "" {
		options = append(options, config.WithRegion(o.Region))
	}
	loaded, err := config.LoadDefaultConfig(ctx, options...)
	if err != nil {
		return nil, err
	}
	endpoint := o.Endpoint
	if endpoint == "" && loaded.BaseEndpoint != nil {
		endpoint = *loaded.BaseEndpoint
	}
	if loaded.Region == "" {
		if endpoint == "" {
			return nil, fmt.Errorf("the region is not known: set s3.endpoint.region or AWS_REGION")
		}
		loaded.Region = "us-east-1"
	}
	return s3.NewFromConfig(loaded, func(c *s3.Options) {
		c.UsePathStyle = o.PathStyle
		if o.Endpoint != "" {
			c.BaseEndpoint = aws.String(o.Endpoint)
		}
		if endpoint != "" {
			// Servers other than Amazon's need not know its newer checksums.
			c.RequestChecksumCalculation = aws.RequestChecksumCalculationWhenRequired
			c.ResponseChecksumValidation = aws.ResponseChecksumValidationWhenRequired
			// MinIO also says so of an object whose folder it is just removing.
			c.Retryer = retry.AddWithErrorCodes(c.Retryer, accessDenied)
		}
	}), nil
}
