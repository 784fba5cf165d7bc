//go:build unix

package rest

import (
	"os"
	"syscall"
	"time"
)

// cpuTime is the processor time the process has used.
func cpuTime() time.Duration {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// files returns how many files are open and how many may be; -1: not known.
func files() (open, most float64) {
	d, err := os.Open("/proc/self/fd")
	if err != nil {
		return -1, -1
	}
	defer d.Close()
	names, err := d.Readdirnames(-1)
	var limit syscall.Rlimit
	if err != nil || syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit) != nil {
		return -1, -1
	}
	return float64(len(names) - 1), float64(limit.Cur) // the directory itself is open too
}
