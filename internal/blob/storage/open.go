// Package storage opens the durable storage that a URL names: a folder, a
// bucket of an object store, or HDFS. Settings have Flink's keys; Keys lists
// them.
package storage

import (
	"context"
	"fmt"
	"strings"

	"github.com/flottstream/flott/internal/blob"
	"github.com/flottstream/flott/internal/blob/cloud"
	"github.com/flottstream/flott/internal/blob/file"
	"github.com/flottstream/flott/internal/blob/hdfs"
)

// Supported says which addresses Open takes, for messages and help.
const Supported = "a path, file:///PATH, s3://BUCKET/PATH (also s3a, s3p), gs://BUCKET/PATH, azblob://CONTAINER/PATH or hdfs://HOST:PORT/PATH"

// Open returns the Store at a URL or path. Of the options, which may be a whole
// configuration, it takes those of storage; one that flott does not act on is
// refused.
func Open(ctx context.Context, url string, options map[string]string) (blob.Store, error) {
	at, err := parse(url)
	if err != nil {
		return nil, err
	}
	o, err := read(options)
	if err != nil {
		return nil, err
	}
	place := cloud.Location{Scheme: at.scheme, Bucket: at.authority, Path: strings.Trim(at.path, "/")}
	switch at.scheme {
	case "file":
		return opened(file.Open(at.path))
	case "s3", "s3a", "s3p":
		return opened(cloud.OpenS3(ctx, place, o.s3))
	case "gs":
		return opened(cloud.OpenGCS(ctx, place, o.gcs))
	case "azblob":
		return opened(cloud.OpenAzure(ctx, place, o.azure))
	default:
		return opened(hdfs.Open(ctx, at.authority, at.path, o.hdfs))
	}
}

// opened keeps a nil of a type out of the interface.
func opened[S blob.Store](s S, err error) (blob.Store, error) {
	if err != nil {
		return nil, err
	}
	return s, nil
}

// address is a URL taken apart. Nothing in it is escaped: Flink reads "%20" as
// three characters, too.
type address struct{ scheme, authority, path string }

// hints are what to write in place of an address of Hadoop's that is not
// supported under its name.
var hints = map[string]string{
	"wasb": azureHint, "wasbs": azureHint, "abfs": azureHint, "abfss": azureHint,
	"s3n":  "write s3://BUCKET/PATH",
	"http": "storage needs one of them to write to", "https": "storage needs one of them to write to",
	"webhdfs": "write hdfs://HOST:PORT/PATH with the NameNode's RPC port", "swebhdfs": "write hdfs://HOST:PORT/PATH with the NameNode's RPC port",
}

const azureHint = "write azblob://CONTAINER/PATH and name the storage account by fs.azure.account.key.ACCOUNT.blob.core.windows.net or AZURE_STORAGE_ACCOUNT"

func parse(url string) (address, error) {
	if url == "" {
		return address{}, fmt.Errorf("the address of the storage is empty: write %s", Supported)
	}
	scheme, rest, ok := cutScheme(url)
	if !ok {
		return address{"file", "", url}, nil
	}
	at := address{scheme: strings.ToLower(scheme), path: rest}
	if after, ok := strings.CutPrefix(rest, "//"); ok {
		at.authority, at.path = after, ""
		if i := strings.IndexByte(after, '/'); i >= 0 {
			at.authority, at.path = after[:i], after[i:]
		}
	}
	switch at.scheme {
	case "file":
		if at.authority != "" && at.authority != "localhost" {
			return address{}, fmt.Errorf("%q names the host %s: write file:///%s%s for a path of this machine", url, at.authority, at.authority, at.path)
		}
		if !strings.HasPrefix(at.path, "/") {
			return address{}, fmt.Errorf("%q has no absolute path: write file:///PATH", url)
		}
		at.authority = ""
	case "s3", "s3a", "s3p", "gs", "azblob", "hdfs":
		if strings.Contains(at.authority, "@") {
			return address{}, fmt.Errorf("an address of storage must not hold a user or a key: write %s://%s and set keys as options", at.scheme, at.authority[strings.LastIndexByte(at.authority, '@')+1:])
		}
		if !strings.HasPrefix(rest, "//") {
			return address{}, fmt.Errorf("%q has no \"//\" after its scheme: write %s", url, Supported)
		}
	default:
		text := fmt.Sprintf("storage of the scheme %q is not supported: use %s", scheme, Supported)
		if hint := hints[at.scheme]; hint != "" {
			text += "; " + hint
		}
		return address{}, fmt.Errorf("%s", text)
	}
	return at, nil
}

// cutScheme splits "scheme:rest"; a path has none before its first slash.
func cutScheme(url string) (scheme, rest string, ok bool) {
	scheme, rest, ok = strings.Cut(url, ":")
	if !ok || scheme == "" {
		return "", "", false
	}
	for i, c := range []byte(strings.ToLower(scheme)) {
		letter := c >= 'a' && c <= 'z'
		if !letter && (i == 0 || !(c >= '0' && c <= '9' || c == '+' || c == '-' || c == '.')) {
			return "", "", false
		}
	}
	return scheme, rest, true
}
