package storage

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/flottstream/flott/internal/blob/cloud"
	"github.com/flottstream/flott/internal/blob/hdfs"
)

// Key is one setting. Name and Old are as users write them; a Name that ends in
// "." or holds ACCOUNT stands for many.
type Key struct {
	Name, Type, Default, Doc string
	Old                      []string // other names it is known by
	Secret                   bool     // its value must not be shown
	set                      func(o *options, value string) error
}

// options are the settings taken apart.
type options struct {
	s3    cloud.S3Options
	gcs   cloud.GCSOptions
	azure cloud.AzureOptions
	hdfs  hdfs.Options
}

// The key of an Azure storage account has its name in the middle.
const azurePrefix, azureSuffix = "fs.azure.account.key.", ".blob.core.windows.net"

// Keys are the settings of storage, in order of name. Those of S3 are also
// known with s3a., s3p., fs.s3a., presto.s3. and flink.hadoop.fs.s3a. in place of s3.,
// as Flink knows them.
var Keys = []Key{
	{"env.hadoop.conf.dir", "String", "", "Folder of core-site.xml and hdfs-site.xml; default: HADOOP_CONF_DIR.", []string{"fs.hdfs.hadoopconf"}, false,
		func(o *options, v string) error { o.hdfs.ConfDir = v; return nil }},
	{azurePrefix + "ACCOUNT" + azureSuffix, "String", "", "Key of the Azure storage account ACCOUNT, which it also names; default: AZURE_STORAGE_ACCOUNT and AZURE_STORAGE_KEY.", nil, true, nil},
	{"fs.gs.auth.service.account.json.keyfile", "String", "", "Key file of a Google service account; default: GOOGLE_APPLICATION_CREDENTIALS.",
		[]string{"google.cloud.auth.service.account.json.keyfile", "flink.hadoop.fs.gs.auth.service.account.json.keyfile"}, false,
		func(o *options, v string) error { o.gcs.KeyFile = v; return nil }},
	{"gs.writer.chunk.size", "MemorySize", "8 mb", "Bytes that a write to Google Cloud Storage sends at once; a multiple of 256 kb.", nil, false,
		func(o *options, v string) (err error) { o.gcs.ChunkSize, err = size(v); return err }},
	{"s3.access-key", "String", "", "Access key of S3; default: AWS's environment variables, files and roles.", []string{"s3.access.key"}, true,
		func(o *options, v string) error { o.s3.AccessKey = v; return nil }},
	{"s3.endpoint", "String", "", "Address of the S3 server; default: Amazon's.", nil, false,
		func(o *options, v string) error { o.s3.Endpoint = v; return nil }},
	{"s3.endpoint.region", "String", "", "Region of the bucket; default: AWS_REGION, or us-east-1 with an s3.endpoint.", []string{"s3.region"}, false,
		func(o *options, v string) error { o.s3.Region = v; return nil }},
	{"s3.path.style.access", "Boolean", "false", "Writes the bucket into the path instead of the host, as most servers other than Amazon's want it.", []string{"s3.path-style-access"}, false,
		func(o *options, v string) (err error) { o.s3.PathStyle, err = boolean(v); return err }},
	{"s3.secret-key", "String", "", "Secret key of S3.", []string{"s3.secret.key"}, true,
		func(o *options, v string) error { o.s3.SecretKey = v; return nil }},
	{"s3.session-token", "String", "", "Session token of temporary S3 keys.", []string{"s3.session.token"}, true,
		func(o *options, v string) error { o.s3.SessionToken = v; return nil }},
	{"s3.upload.max.concurrent.uploads", "Integer", "4", "Parts of one object that are sent to S3 at once.", nil, false,
		func(o *options, v string) (err error) { o.s3.Concurrency, err = count(v); return err }},
	{"s3.upload.min.part.size", "MemorySize", "5 mb", "Bytes of one part of an object in S3; an object has at most 10000 parts.", nil, false,
		func(o *options, v string) (err error) { o.s3.PartSize, err = size(v); return err }},
}

// s3Prefixes are written for "s3." too; longer ones first.
var s3Prefixes = []string{"flink.hadoop.fs.s3a.", "presto.s3.", "fs.s3a.", "s3a.", "s3p."}

// families are the beginnings of keys that are about storage: one of them that
// Keys does not have is refused.
var families = append([]string{"s3.", "gs.", "fs.gs.", "fs.azure.", "fs.hdfs.", "google.cloud.", "flink.hadoop.", "env.hadoop."}, s3Prefixes...)

// Is reports that a key is about storage, whether flott acts on it or not.
func Is(key string) bool {
	return slices.ContainsFunc(families, func(f string) bool { return strings.HasPrefix(key, f) })
}

// IsSecret reports that the value of a key must not be shown.
func IsSecret(key string) bool {
	k, ok := lookup(key)
	return ok && k.Secret
}

// Check returns an error for a setting of storage that is not acted on or whose
// value is none.
func Check(settings map[string]string) error {
	_, err := read(settings)
	return err
}

// canonical is a key with one of s3Prefixes as one with "s3.".
func canonical(key string) string {
	for _, prefix := range s3Prefixes {
		if rest, ok := strings.CutPrefix(key, prefix); ok {
			return "s3." + rest
		}
	}
	return key
}

func lookup(key string) (Key, bool) {
	if account(key) != "" {
		key = azurePrefix + "ACCOUNT" + azureSuffix
	}
	key = canonical(key)
	for _, k := range Keys {
		if k.Name == key || slices.Contains(k.Old, key) {
			return k, true
		}
	}
	return Key{}, false
}

// account is the storage account that a key is about, or "".
func account(key string) string {
	name, ok := strings.CutPrefix(strings.TrimPrefix(key, "flink.hadoop."), azurePrefix)
	if !ok || !strings.HasSuffix(name, azureSuffix) {
		return ""
	}
	return strings.TrimSuffix(name, azureSuffix)
}

// read takes the settings of storage out of a configuration.
func read(settings map[string]string) (options, error) {
	var o options
	from := map[string]string{} // the key that set each Name
	for _, key := range slices.Sorted(maps.Keys(settings)) {
		if !Is(key) && key != "google.cloud.auth.service.account.json.keyfile" {
			continue
		}
		k, ok := lookup(key)
		if !ok {
			return o, fmt.Errorf("flott does not act on the option '%s'; of storage it knows %s", key, names())
		}
		other, twice := from[k.Name]
		if twice && k.set == nil && account(other) != account(key) {
			return o, fmt.Errorf("'%s' and '%s' name two storage accounts, but flott acts on one; remove one of them", other, key)
		}
		if twice && settings[other] != settings[key] {
			return o, fmt.Errorf("'%s' and '%s' are the same option with different values; set one of them", other, key)
		}
		from[k.Name] = key
		if k.set == nil {
			o.azure.Account, o.azure.Key = account(key), settings[key]
			continue
		}
		if err := k.set(&o, settings[key]); err != nil {
			return o, fmt.Errorf("'%s' is %q, but must be %w", key, settings[key], err)
		}
	}
	return o, nil
}

func names() string {
	all := make([]string, len(Keys))
	for i, k := range Keys {
		all[i] = k.Name
	}
	return strings.Join(all, ", ")
}

func boolean(text string) (bool, error) {
	switch strings.ToLower(strings.TrimSpace(text)) {
	case "true":
		return true, nil
	case "false":
		return false, nil
	}
	return false, fmt.Errorf("true or false")
}

func count(text string) (int, error) {
	n, err := strconv.Atoi(strings.TrimSpace(text))
	if err != nil || n < 1 {
		return 0, fmt.Errorf("a number of 1 or more")
	}
	return n, nil
}

// units are Flink's, without the blank that may stand before them.
var units = map[string]int64{
	"": 1, "b": 1, "bytes": 1, "k": 1 << 10, "kb": 1 << 10, "kibibytes": 1 << 10, "m": 1 << 20, "mb": 1 << 20, "mebibytes": 1 << 20,
	"g": 1 << 30, "gb": 1 << 30, "gibibytes": 1 << 30, "t": 1 << 40, "tb": 1 << 40, "tebibytes": 1 << 40,
}

func size(text string) (int64, error) {
	text = strings.ToLower(strings.TrimSpace(text))
	digits := strings.TrimRight(text, "abcdefghijklmnopqrstuvwxyz ")
	n, err := strconv.ParseInt(digits, 10, 64)
	unit, ok := units[strings.TrimSpace(text[len(digits):])]
	if err != nil || !ok || n < 1 || n > math.MaxInt32*int64(1<<20)/unit {
		return 0, fmt.Errorf("a size like 8 mb")
	}
	return n * unit, nil
}
