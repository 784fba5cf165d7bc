package filesystem

import (
	"compress/bzip2"
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zlib"
	"github.com/klauspost/compress/zstd"

	"github.com/flottstream/flott/internal/connector"
)

// compressed reports whether the name of a file says that it is.
func compressed(path string) bool {
	switch strings.ToLower(filepath.Ext(path)) {
	case ".gz", ".gzip", ".zst", ".zstd", ".bz2", ".deflate", ".xz":
		return true
	}
	return false
}

// decompressed reads r as the extension of path says.
func decompressed(path string, r io.Reader) (io.ReadCloser, error) {
	switch ext := strings.ToLower(filepath.Ext(path)); ext {
	case ".gz", ".gzip":
		return gzip.NewReader(r)
	case ".zst", ".zstd":
		z, err := zstd.NewReader(r, zstd.WithDecoderConcurrency(1))
		if err != nil {
			return nil, err
		}
		return z.IOReadCloser(), nil
	case ".bz2":
		return io.NopCloser(bzip2.NewReader(r)), nil
	case ".deflate":
		return zlib.NewReader(r)
	case ".xz":
		return nil, fmt.Errorf("compression '.xz' is not supported; use .gz, .zst, .bz2 or .deflate%w", connector.ErrUser)
	}
	return io.NopCloser(r), nil
}
