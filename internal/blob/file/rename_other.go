//go:build !linux

package file

import "errors"

// renameNew would rename unless the new name is taken.
func renameNew(from, to string) error {
	return errors.New("this file system has no hard links, without which an object cannot be created only once")
}
