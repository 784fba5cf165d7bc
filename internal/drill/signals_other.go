//go:build !unix

package drill

import (
	"errors"
	"syscall"
)

const (
	sigStop = syscall.Signal(19)
	sigCont = syscall.Signal(18)
)

func kill(int, syscall.Signal) error {
	return errors.New("this system has no signals that stop and continue a process")
}
