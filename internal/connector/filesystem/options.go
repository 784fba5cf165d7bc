// Package filesystem is Flink's 'filesystem' connector: tables whose rows are
// the records of files below a path.
//
// Reading: every file is a split, and a large uncompressed file of a format
// whose records are lines is several, so that subtasks share it. The state of
// a split is the file and the offset of the next record, so reading resumes
// exactly. Names that begin with '.' or '_' are not data.
//
// Writing: a file is hidden in the folder .staging until it is published, by a
// rename. With checkpoints that happens exactly once, when the checkpoint that
// holds its rows is complete (committer); else when it is rolled or, in batch
// mode, at the end. docs/filesystem_sink.md tells the whole.
package filesystem

import (
	"errors"
	"fmt"
	"net/url"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/flottstream/flott/internal/blob"
	"github.com/flottstream/flott/internal/blob/storage"
	"github.com/flottstream/flott/internal/connector"
	"github.com/flottstream/flott/internal/format"
	"github.com/flottstream/flott/internal/types"
)

// Factory makes sources and sinks of files.
type Factory struct{}

var (
	_ connector.Factory   = Factory{}
	_ connector.Metadater = Factory{}
)

// Name is "filesystem".
func (Factory) Name() string { return "filesystem" }

// The metadata columns.
const (
	filePath         = "file.path"
	fileName         = "file.name"
	fileSize         = "file.size"
	modificationTime = "file.modification-time"
)

// MetadataColumns lists what is known about the file a row came from.
func (Factory) MetadataColumns(*connector.Env, map[string]string) ([]connector.MetadataColumn, error) {
	return []connector.MetadataColumn{
		{Key: filePath, Type: types.String().NotNull()},
		{Key: fileName, Type: types.String().NotNull()},
		{Key: fileSize, Type: types.Of(types.BigInt).NotNull()},
		{Key: modificationTime, Type: types.TimestampLTZOf(3).NotNull()},
	}, nil
}

// settings are the options of a table, read. A table's options serve its
// sources and its sinks.
type settings struct {
	table       connector.Table
	path        string // absolute, or the URL of a folder elsewhere
	remote      bool   // path is a URL: s3://, gs://, azblob:// or hdfs://
	format      format.Factory
	options     map[string]string // of the format
	monitor     time.Duration     // 0: bounded
	pattern     *regexp.Regexp    // of absolute paths, nil: all
	defaultPart string
	reload      time.Duration // of a lookup table, 0: never

	rollSize                  int64
	rollAge, rollIdle, checks time.Duration
	commitDelay               time.Duration
	byTime                    *partitionTime // nil: partitions are committed by processing time
	successFile               string         // "": no success file
	parallelism               int
	fileColumns               []int // columns of the table that are in the files
	partition                 []int // columns of the table that are in directory names
}

func newSettings(env *connector.Env, table connector.Table) (*settings, error) {
	o := connector.NewOptions("filesystem", table.Options)
	s := &settings{table: table}
	o.String("property-version", "")
	path := o.Required("path")
	name := o.Required("format")
	s.readFormat(env, o, name)
	s.monitor = o.Duration("source.monitor-interval", 0)
	if o.Has("source.monitor-interval") && s.monitor <= 0 {
		o.Fail(errors.New("option 'source.monitor-interval' of connector 'filesystem' must be greater than 0"))
	}
	if p := o.String("source.path.regex-pattern", ""); p != "" {
		re, err := regexp.Compile("^(?:" + p + ")$")
		if err != nil {
			o.Fail(fmt.Errorf("option 'source.path.regex-pattern' of connector 'filesystem' is no regular expression: %v", err))
		}
		s.pattern = re
	}
	o.Enum("source.report-statistics", "all", "all", "none")
	s.defaultPart = o.String("partition.default-name", "__DEFAULT_PARTITION__")
	s.readSink(o)
	s.readCommit(o)
	s.readLookup(o)
	if err := o.Done(); err != nil {
		return nil, err
	}
	var err error
	if s.remote = isRemote(path); s.remote {
		s.path = strings.TrimRight(path, "/")
	} else if s.path, err = localPath(path); err != nil {
		return nil, err
	}
	return s, s.divideColumns()
}

// readFormat finds the format and its options.
func (s *settings) readFormat(env *connector.Env, o *connector.Options, name string) {
	if name == "" {
		return // Done reports it
	}
	f, ok := env.Formats[name]
	if !ok {
		o.Fail(connector.UnknownFormat(name, env.Formats))
		return
	}
	s.format, s.options = f, map[string]string{}
	for _, option := range f.Options() {
		if key := name + "." + option; o.Has(key) {
			s.options[option] = o.String(key, "")
		}
	}
}

func (s *settings) readSink(o *connector.Options) {
	s.rollSize = o.Bytes("sink.rolling-policy.file-size", 128<<20)
	s.rollAge = o.Duration("sink.rolling-policy.rollover-interval", 30*time.Minute)
	s.rollIdle = o.Duration("sink.rolling-policy.inactivity-interval", 30*time.Minute)
	s.checks = o.Duration("sink.rolling-policy.check-interval", time.Minute)
	s.parallelism = int(o.Int("sink.parallelism", 0))
	if o.Has("sink.parallelism") && s.parallelism < 1 {
		o.Fail(errors.New("option 'sink.parallelism' of connector 'filesystem' must be at least 1"))
	}
	for _, name := range []string{"auto-compaction", "sink.shuffle-by-partition.enable"} {
		if o.Bool(name, false) {
			o.Fail(notYet(name, "true"))
		}
	}
	for _, name := range []string{"compaction.file-size", "compaction.parallelism"} {
		if o.Has(name) {
			o.Fail(notYet(name, o.String(name, "")))
		}
	}
}

func (s *settings) readCommit(o *connector.Options) {
	s.byTime = readPartitionTime(o)
	s.commitDelay = o.Duration("sink.partition-commit.delay", 0)
	name := o.String("sink.partition-commit.success-file.name", "_SUCCESS")
	if err := blob.CheckName(name); err != nil || strings.Contains(name, "/") {
		o.Fail(fmt.Errorf("option 'sink.partition-commit.success-file.name' of connector 'filesystem' is %q, which is not the name of a file", name))
	}
	for _, kind := range strings.Split(o.String("sink.partition-commit.policy.kind", ""), ",") {
		switch kind = strings.TrimSpace(kind); kind {
		case "":
		case "success-file":
			s.successFile = name
		case "metastore":
			o.Fail(errors.New("Can not configure a 'metastore' partition commit policy for a file system table. " +
				"You can only configure 'metastore' partition commit policy for a hive table."))
		default:
			o.Fail(notYet("sink.partition-commit.policy.kind", kind))
		}
	}
	if o.Has("sink.partition-commit.policy.class") {
		o.Fail(notYet("sink.partition-commit.policy.class", o.String("sink.partition-commit.policy.class", "")))
	}
}

func notYet(name, value string) error {
	return fmt.Errorf("option '%s' = '%s' is not supported by connector 'filesystem' yet: leave it out", name, value)
}

// divideColumns tells the columns in the files from those in directory names.
func (s *settings) divideColumns() error {
	inPath := map[string]bool{}
	for _, name := range s.table.Partition {
		k := -1
		for i, c := range s.table.Columns {
			if c.Name == name && c.Metadata == "" {
				k = i
			}
		}
		if k < 0 {
			return fmt.Errorf("Partition column '%s' not defined in the table schema.", name)
		}
		s.partition = append(s.partition, k)
		inPath[name] = true
	}
	for i, c := range s.table.Columns {
		if c.Metadata == "" && !inPath[c.Name] {
			s.fileColumns = append(s.fileColumns, i)
		}
	}
	return nil
}

// fileSchema is the columns in the files.
func (s *settings) fileSchema() types.Schema {
	out := make(types.Schema, len(s.fileColumns))
	for i, k := range s.fileColumns {
		out[i] = types.Field{Name: s.table.Columns[k].Name, Type: s.table.Columns[k].Type}
	}
	return out
}

// isRemote reports whether a path is one of storage that blob/storage reaches.
func isRemote(path string) bool {
	scheme, _, ok := strings.Cut(path, "://")
	return ok && slices.Contains([]string{"s3", "s3a", "s3p", "gs", "azblob", "hdfs"}, strings.ToLower(scheme))
}

// localPath turns the 'path' option into a path of this machine.
func localPath(path string) (string, error) {
	if scheme, rest, ok := strings.Cut(path, ":"); ok && !strings.ContainsAny(scheme, `/\`) && len(scheme) > 1 {
		if scheme != "file" {
			return "", fmt.Errorf("path '%s': there is no file system for scheme '%s'; write %s%w", path, scheme, storage.Supported, connector.ErrUser)
		}
		if u, err := url.PathUnescape(rest); err == nil {
			rest = u
		}
		if after, ok := strings.CutPrefix(rest, "//"); ok {
			host, tail, _ := strings.Cut(after, "/")
			if host != "" && host != "localhost" {
				return "", fmt.Errorf("path '%s': files of another host ('%s') cannot be reached; a path begins with file:///%w", path, host, connector.ErrUser)
			}
			rest = "/" + tail
		}
		path = rest
	}
	abs, err := filepath.Abs(path)
	if err != nil {
		return "", fmt.Errorf("path '%s': %w%w", path, err, connector.ErrUser)
	}
	return abs, nil
}
