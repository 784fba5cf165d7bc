package lsm

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/cockroachdb/pebble/v2/vfs"
)

// local is the file system of the working folder. Nothing in it outlives the
// process, so nothing is forced to disk.
var local vfs.FS = unsynced{vfs.Default}

type unsynced struct{ vfs.FS }

func (u unsynced) Create(name string, c vfs.DiskWriteCategory) (vfs.File, error) {
	return unsyncedFile(u.FS.Create(name, c))
}

func (u unsynced) OpenDir(name string) (vfs.File, error) { return unsyncedFile(u.FS.OpenDir(name)) }

func (u unsynced) ReuseForWrite(from, to string, c vfs.DiskWriteCategory) (vfs.File, error) {
	return unsyncedFile(u.FS.ReuseForWrite(from, to, c))
}

func (u unsynced) Unwrap() vfs.FS { return u.FS }

type fileWithoutSync struct{ vfs.File }

func unsyncedFile(f vfs.File, err error) (vfs.File, error) {
	if err != nil {
		return nil, err
	}
	return fileWithoutSync{f}, nil
}

func (fileWithoutSync) Sync() error                { return nil }
func (fileWithoutSync) SyncData() error            { return nil }
func (fileWithoutSync) SyncTo(int64) (bool, error) { return false, nil }

// A working folder flott-state-X has a file flott-state-X.lock beside it, which
// its process holds a lock on. Where the lock can be had the process has crashed,
// and the folder goes.
const (
	dirPrefix  = "flott-state-"
	lockSuffix = ".lock"
)

// claimDir makes a working folder in base, after removing what crashed processes
// have left there.
func claimDir(base string) (dir string, lock io.Closer, err error) {
	removeLeftovers(base)
	for range 3 {
		if dir, err = os.MkdirTemp(base, dirPrefix+"*"); err != nil {
			return "", nil, err
		}
		if lock, err = vfs.Default.Lock(dir + lockSuffix); err != nil {
			return "", nil, err
		}
		// Another process may have taken it for a leftover before it was locked.
		_, err = os.Stat(dir)
		if _, lockErr := os.Stat(dir + lockSuffix); err == nil && lockErr == nil {
			return dir, lock, nil
		}
		_ = lock.Close()
	}
	return "", nil, fmt.Errorf("%s: other processes remove what is made there", base)
}

func removeLeftovers(base string) {
	locks, _ := filepath.Glob(filepath.Join(base, dirPrefix+"*"+lockSuffix))
	for _, name := range locks {
		lock, err := vfs.Default.Lock(name)
		if err != nil {
			continue // its process lives
		}
		_ = os.RemoveAll(strings.TrimSuffix(name, lockSuffix))
		_ = os.Remove(name)
		_ = lock.Close()
	}
}

// releaseDir removes a working folder.
func releaseDir(dir string, lock io.Closer) error {
	err := os.RemoveAll(dir)
	if rm := os.Remove(dir + lockSuffix); err == nil {
		err = rm
	}
	_ = lock.Close()
	return err
}
