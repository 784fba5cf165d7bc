//go:build unix

package drill

import "syscall"

const (
	sigStop = syscall.SIGSTOP
	sigCont = syscall.SIGCONT
)

func kill(pid int, s syscall.Signal) error { return syscall.Kill(pid, s) }
