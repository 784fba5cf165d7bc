package snapshot

import (
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"path"
	"path/filepath"
	"strconv"
	"strings"
)

// The layout of the checkpoint storage, as Flink's:
//
//	<dir>/<job id>/chk-<n>/_metadata   the manifest of checkpoint n
//	<dir>/<job id>/chk-<n>/<file>      files of that checkpoint only
//	<dir>/<job id>/shared/<file>       files that several checkpoints may need
//	<target>/savepoint-<first 6 of the job id>-<12 hex>/_metadata, <file>
//
// A <file> is named by 32 hex digits that are used nowhere else.
const (
	metadataName  = "_metadata"
	sharedFolder  = "shared"
	exclusiveName = "chk-"
	fileNameSize  = 32
)

// normal writes an address in one way: file:/a for a path, file:///a and file:/a,
// scheme://authority/a for others; without "/" at the end. Names of files are
// compared as text.
func normal(url string) (string, error) {
	root, p, err := split(url)
	if err != nil {
		return "", err
	}
	return strings.TrimSuffix(root+p, "/"), nil
}

// split returns the part of an address that names the storage, and the path in it,
// which begins with "/".
func split(url string) (root, p string, err error) {
	scheme, rest, ok := strings.Cut(url, ":")
	switch {
	case url == "":
		return "", "", fmt.Errorf("the address of a checkpoint is empty")
	case !ok || strings.Contains(scheme, "/"):
		abs, err := filepath.Abs(url)
		if err != nil {
			return "", "", fmt.Errorf("%q is no folder: %w", url, err)
		}
		return "file:", filepath.ToSlash(abs), nil
	case scheme == "file":
		p := strings.TrimPrefix(rest, "//")
		if !strings.HasPrefix(p, "/") {
			return "", "", fmt.Errorf("%q is no address of a folder: write file:///folder", url)
		}
		return "file:", path.Clean(p), nil
	case strings.HasPrefix(rest, "//"):
		authority, p, _ := strings.Cut(rest[2:], "/")
		return scheme + "://" + authority, path.Clean("/" + p), nil
	}
	return "", "", fmt.Errorf("%q is no address of a folder: write it as scheme://bucket/folder", url)
}

// parent splits off the last n segments of an address that normal returned; root
// keeps at least the storage's own.
func parent(url string, n int) (root, name string) {
	base, p, err := split(url)
	if err != nil {
		return url, ""
	}
	at := len(p)
	for ; n > 0 && at > 0; n-- {
		at = strings.LastIndexByte(p[:at], '/')
	}
	at = max(at, 0)
	if at == 0 {
		return base + "/", strings.TrimPrefix(p, "/")
	}
	return base + p[:at], p[at+1:]
}

// SavepointPath is where a new savepoint of a job goes under target.
func SavepointPath(target, job string) string {
	return strings.TrimRight(target, "/") + "/savepoint-" + job[:min(6, len(job))] + "-" + randomHex(6)
}

// newFileName is a name that no other file has.
func newFileName() string { return randomHex(fileNameSize / 2) }

func randomHex(bytes int) string {
	b := make([]byte, bytes)
	rand.Read(b)
	return hex.EncodeToString(b)
}

// isFileName reports whether newFileName may have made a name.
func isFileName(name string) bool {
	if len(name) != fileNameSize {
		return false
	}
	return strings.Trim(name, "0123456789abcdef") == ""
}

// checkpointFolder is the folder of a checkpoint in that of its job.
func checkpointFolder(id int64) string { return exclusiveName + strconv.FormatInt(id, 10) }

// inCheckpoint takes apart the name of a file of one checkpoint, relative to the
// job's folder.
func inCheckpoint(name string) (id int64, file string, ok bool) {
	folder, file, ok := strings.Cut(name, "/")
	number, isCheckpoint := strings.CutPrefix(folder, exclusiveName)
	id, err := strconv.ParseInt(number, 10, 64)
	if !ok || !isCheckpoint || err != nil || id < 0 || strconv.FormatInt(id, 10) != number {
		return 0, "", false
	}
	return id, file, true
}
