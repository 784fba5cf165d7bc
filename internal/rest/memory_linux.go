package rest

import "syscall"

// physicalMemory is that of the machine, in bytes; 0: not known.
func physicalMemory() int64 {
	var s syscall.Sysinfo_t
	if syscall.Sysinfo(&s) != nil {
		return 0
	}
	return int64(s.Totalram) * int64(s.Unit)
}
