package filesystem

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"strings"
	"time"

	"github.com/flottstream/flott/internal/blob"
	"github.com/flottstream/flott/internal/blob/storage"
	"github.com/flottstream/flott/internal/connector"
	"github.com/flottstream/flott/internal/format"
	"github.com/flottstream/flott/internal/types"
)

// sink writes files below a path.
type sink struct {
	*settings
	content   []int // columns written into the files, as indexes into the schema
	keys      []int // partition columns, as indexes into the schema
	schema    types.Schema
	overwrite map[string][]string // partition directory to the files to replace, nil: none
	now       func() time.Time
	open      func(ctx context.Context) (blob.Store, error) // of the path
}

// Sink reads the options. Nothing is written before a writer gets rows.
func (Factory) Sink(env *connector.Env, target *connector.Target) (connector.Sink, error) {
	settings, err := newSettings(env, target.Table)
	if err != nil {
		return nil, err
	}
	s := &sink{settings: settings, schema: target.Schema, now: time.Now}
	s.open = func(ctx context.Context) (blob.Store, error) { return storage.Open(ctx, s.path, env.Storage) }
	inPath := map[string]bool{}
	for _, name := range target.Table.Partition {
		k := target.Schema.Index(name)
		if k < 0 {
			return nil, fmt.Errorf("Partition column '%s' not defined in the table schema.", name)
		}
		s.keys = append(s.keys, k)
		inPath[name] = true
	}
	for i, f := range target.Schema {
		if !inPath[f.Name] {
			s.content = append(s.content, i)
		}
	}
	if f, ok := s.format.(format.FileFormat); ok {
		if _, err := f.CreateFile(io.Discard, s.contentSchema(), s.options); err != nil {
			return nil, err
		}
	} else if _, err := s.encoder(); err != nil {
		return nil, err
	}
	if target.Overwrite {
		return s, s.planOverwrite(target)
	}
	return s, nil
}

// newID is a random name, so that no two runs write the same file.
func newID() string {
	var b [16]byte
	rand.Read(b[:])
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

// planOverwrite notes the files that are there now: they are removed when the
// files that replace them get their names.
func (s *sink) planOverwrite(target *connector.Target) error {
	if target.Table.Streaming {
		return errors.New("Streaming mode not support overwrite.")
	}
	if s.remote {
		return fmt.Errorf("INSERT OVERWRITE into '%s': connector 'filesystem' overwrites files of this machine only yet", s.path)
	}
	s.overwrite = map[string][]string{}
	files, err := s.list()
	if errors.Is(err, connector.ErrUser) {
		return nil // nothing there yet
	}
	for _, f := range files {
		name, err := filepath.Rel(s.path, f.path)
		if err != nil {
			return err
		}
		name = filepath.ToSlash(name)
		dir := strings.TrimSuffix(path.Dir(name), ".")
		s.overwrite[dir] = append(s.overwrite[dir], name)
	}
	return err
}

// contentSchema is the columns in the files.
func (s *sink) contentSchema() types.Schema {
	schema := make(types.Schema, len(s.content))
	for i, k := range s.content {
		schema[i] = s.schema[k]
	}
	return schema
}

// encoder makes an encoder of the columns in the files, nil if the format fills
// whole files.
func (s *sink) encoder() (format.FileEncoder, error) {
	if _, ok := s.format.(format.FileFormat); ok {
		return nil, nil
	}
	schema := s.contentSchema()
	options := s.options
	if _, given := options["write-bigdecimal-in-scientific-notation"]; s.format.Name() == "csv" && !given {
		// Flink's file writer of csv always does what its messages do on demand.
		options = map[string]string{"write-bigdecimal-in-scientific-notation": "true"}
		for k, v := range s.options {
			options[k] = v
		}
	}
	enc, err := s.format.NewEncoder(schema, options)
	if err != nil {
		return nil, err
	}
	file, ok := enc.(format.FileEncoder)
	if !ok {
		return nil, fmt.Errorf("format '%s' cannot be written to files by connector 'filesystem'", s.format.Name())
	}
	return file, nil
}

// Changelog is what the format can express.
func (s *sink) Changelog() format.Changelog { return s.format.Changelog() }

// Parallelism is the option, 0 if not given.
func (s *sink) Parallelism() int { return s.parallelism }

// Writer returns the writer of a subtask.
func (s *sink) Writer(ctx *connector.WriterContext) (connector.Writer, error) {
	enc, err := s.encoder()
	if err != nil {
		return nil, err
	}
	if info, err := os.Stat(s.path); !s.remote && err == nil && !info.IsDir() {
		return nil, fmt.Errorf("table %s: '%s' is a file, but must be a directory to write into%w", s.table.Name, s.path, connector.ErrUser)
	}
	store, err := s.open(ctx.Context)
	if err != nil {
		return nil, fmt.Errorf("table %s: %w%w", s.table.Name, err, connector.ErrUser)
	}
	return newWriter(s, ctx, store, enc), nil
}
