package filesystem

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/flottstream/flott/internal/connector"
)

// found is a data file.
type found struct {
	path  string
	size  int64
	mtime int64 // ms since 1970
	parts map[string]string
}

// list returns the data files below the path, sorted by path.
func (s *settings) list() ([]found, error) {
	info, err := os.Stat(s.path)
	if err != nil {
		return nil, s.unreadable(s.path, err)
	}
	if !info.IsDir() {
		if len(s.partition) > 0 {
			return nil, nil // no directory, no partition
		}
		return []found{{path: s.path, size: info.Size(), mtime: info.ModTime().UnixMilli()}}, nil
	}
	var files []found
	err = filepath.WalkDir(s.path, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			if errors.Is(err, fs.ErrNotExist) {
				return nil // gone since its directory was read
			}
			return err
		}
		if path != s.path && hidden(entry.Name()) {
			if entry.IsDir() {
				return filepath.SkipDir
			}
			return nil
		}
		if entry.IsDir() || s.pattern != nil && !s.pattern.MatchString(path) {
			return nil
		}
		info, err := os.Stat(path) // through symbolic links
		if err != nil || !info.Mode().IsRegular() {
			return nil
		}
		parts, ok := s.partitionOf(path)
		if ok {
			files = append(files, found{path: path, size: info.Size(), mtime: info.ModTime().UnixMilli(), parts: parts})
		}
		return nil
	})
	if err != nil {
		return nil, s.unreadable(s.path, err)
	}
	return files, nil
}

func hidden(name string) bool { return strings.HasPrefix(name, ".") || strings.HasPrefix(name, "_") }

// partitionOf reads the values of the partition columns off the directories
// of path. It is false if one is missing: the file belongs to no partition.
func (s *settings) partitionOf(path string) (map[string]string, bool) {
	if len(s.partition) == 0 {
		return nil, true
	}
	rel, err := filepath.Rel(s.path, filepath.Dir(path))
	if err != nil {
		return nil, false
	}
	parts := map[string]string{}
	for _, dir := range strings.Split(filepath.ToSlash(rel), "/") {
		if key, value, ok := strings.Cut(dir, "="); ok {
			parts[unescapePath(key)] = unescapePath(value)
		}
	}
	for _, name := range s.table.Partition {
		if _, ok := parts[name]; !ok {
			return nil, false
		}
	}
	return parts, true
}

// unreadable says in one sentence why a path cannot be read.
func (s *settings) unreadable(path string, err error) error {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("table %s: the path '%s' does not exist%w", s.table.Name, path, connector.ErrUser)
	case errors.Is(err, fs.ErrPermission):
		return fmt.Errorf("table %s: no permission to read '%s'%w", s.table.Name, path, connector.ErrUser)
	}
	return fmt.Errorf("table %s: cannot read '%s': %w%w", s.table.Name, path, err, connector.ErrUser)
}

// escaped are the characters that Hive's convention does not leave in the name
// of a partition's directory.
const escaped = "\"#%'*/:=?\\{[]^\x7f"

// appendEscapedPath appends text as part of a directory name.
func appendEscapedPath(dst, text []byte) []byte {
	const hex = "0123456789ABCDEF"
	for _, c := range text {
		if c < ' ' || strings.IndexByte(escaped, c) >= 0 {
			dst = append(dst, '%', hex[c>>4], hex[c&15])
		} else {
			dst = append(dst, c)
		}
	}
	return dst
}

func unescapePath(name string) string {
	if !strings.Contains(name, "%") {
		return name
	}
	var out []byte
	for i := 0; i < len(name); i++ {
		if name[i] == '%' && i+2 < len(name) {
			hi, lo := strings.IndexByte(hexDigits, name[i+1]|0x20), strings.IndexByte(hexDigits, name[i+2]|0x20)
			if hi >= 0 && lo >= 0 {
				out = append(out, byte(hi<<4|lo))
				i += 2
				continue
			}
		}
		out = append(out, name[i])
	}
	return string(out)
}

const hexDigits = "0123456789abcdef"
