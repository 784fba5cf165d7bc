// Package parquet is Flink's 'parquet' format: columnar files of the
// filesystem connector. Our vectors have Arrow's memory layout, so columns are
// handed to the writer as they are and come from the reader by copying buffers.
//
// As in Flink, timestamps are INT96 unless write.int64.timestamp is set, decimals
// are fixed-length binary, and a column that a file does not have is NULL.
// Columns that nobody asks for are not read.
package parquet

import (
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/parquet/compress"

	"github.com/flottstream/flott/internal/format"
	"github.com/flottstream/flott/internal/types"
)

// Factory makes readers and writers of Parquet files.
type Factory struct{}

var (
	_ format.Factory    = Factory{}
	_ format.FileFormat = Factory{}
)

// Name is "parquet".
func (Factory) Name() string { return "parquet" }

// Changelog is insert-only.
func (Factory) Changelog() format.Changelog { return format.InsertOnly }

const (
	optUTC         = "utc-timezone"
	optUnit        = "timestamp.time.unit"
	optInt64       = "write.int64.timestamp"
	optBatch       = "batch-size"
	optCompression = "compression"
	optBlock       = "block.size"
	optPage        = "page.size"
	optDictionary  = "enable.dictionary"
	optDictPage    = "dictionary.page.size"
)

// Options lists the format's options.
func (Factory) Options() []string {
	return []string{optUTC, optUnit, optInt64, optBatch, optCompression, optBlock, optPage, optDictionary, optDictPage}
}

// settings are the options, read.
type settings struct {
	zone       *time.Location // of timestamps in files; nil: as they are
	int64s     bool           // timestamps are written as INT64 of unit
	unit       arrow.TimeUnit
	batch      int64
	codec      compress.Compression
	block      int64 // bytes of a row group
	page, dict int64
	dictionary bool
}

func readOptions(options map[string]string) (settings, error) {
	s := settings{unit: arrow.Microsecond, batch: 2048, codec: compress.Codecs.Snappy, block: 128 << 20, page: 1 << 20, dict: 1 << 20, dictionary: true}
	utc := false
	for name, target := range map[string]*bool{optUTC: &utc, optInt64: &s.int64s, optDictionary: &s.dictionary} {
		text, given := options[name]
		if !given {
			continue
		}
		b, err := strconv.ParseBool(strings.ToLower(text))
		if err != nil || len(text) < 4 {
			return s, fmt.Errorf("option 'parquet.%s' is %q, but must be true or false", name, text)
		}
		*target = b
	}
	for name, target := range map[string]*int64{optBatch: &s.batch, optBlock: &s.block, optPage: &s.page, optDictPage: &s.dict} {
		text, given := options[name]
		if !given {
			continue
		}
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil || n < 1 {
			return s, fmt.Errorf("option 'parquet.%s' is %q, but must be a whole number above 0", name, text)
		}
		*target = n
	}
	if !utc && time.Local != time.UTC {
		if s.zone = time.Local; s.zone.String() == "UTC" {
			s.zone = nil
		}
	}
	switch text := options[optUnit]; strings.ToLower(text) {
	case "", "micros":
	case "millis":
		s.unit = arrow.Millisecond
	case "nanos":
		s.unit = arrow.Nanosecond
	default:
		return s, fmt.Errorf("Unsupported time unit '%s' of option 'parquet.%s': it must be millis, micros or nanos", text, optUnit)
	}
	return s, s.readCodec(options)
}

func (s *settings) readCodec(options map[string]string) error {
	text, given := options[optCompression]
	if !given {
		return nil
	}
	switch strings.ToUpper(text) {
	case "UNCOMPRESSED":
		s.codec = compress.Codecs.Uncompressed
	case "SNAPPY":
	case "GZIP":
		s.codec = compress.Codecs.Gzip
	case "BROTLI":
		s.codec = compress.Codecs.Brotli
	case "ZSTD":
		s.codec = compress.Codecs.Zstd
	case "LZ4_RAW":
		s.codec = compress.Codecs.Lz4Raw
	default:
		return fmt.Errorf("option 'parquet.compression' = '%s' is not supported: write UNCOMPRESSED, SNAPPY, GZIP, ZSTD, LZ4_RAW or BROTLI", text)
	}
	return nil
}

var errNoMessages = errors.New("format 'parquet' fills whole files: it is for connector 'filesystem', not for messages")

// NewDecoder is refused: there are no messages.
func (Factory) NewDecoder(types.Schema, map[string]string) (format.Decoder, error) {
	return nil, errNoMessages
}

// NewEncoder is refused: there are no messages.
func (Factory) NewEncoder(types.Schema, map[string]string) (format.Encoder, error) {
	return nil, errNoMessages
}

// CheckFile refuses columns that have no Parquet type.
func (Factory) CheckFile(schema types.Schema, options map[string]string) error {
	s, err := readOptions(options)
	if err == nil {
		_, err = s.arrowSchema(schema)
	}
	return err
}

// OpenFile returns a reader of a file.
func (Factory) OpenFile(file io.ReaderAt, size int64, physical types.Schema, keep []int, options map[string]string, first int64) (format.FileReader, error) {
	s, err := readOptions(options)
	if err != nil {
		return nil, err
	}
	columns := make(types.Schema, len(keep))
	for i, k := range keep {
		columns[i] = physical[k]
	}
	return open(s, io.NewSectionReader(file, 0, size), columns, first, everything)
}

// CreateFile returns a writer of a file.
func (Factory) CreateFile(out io.Writer, schema types.Schema, options map[string]string) (format.FileWriter, error) {
	s, err := readOptions(options)
	if err != nil {
		return nil, err
	}
	return create(s, out, schema)
}
