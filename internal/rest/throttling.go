package rest

import (
	"io/fs"
	"path"
	"strconv"
	"strings"
)

// throttling reads how many periods of CPU accounting there were in the process's
// container, and in how many of them its CPU quota was used up: cgroup version 2 or
// 1, below the root of the file system. ok is false if there is no quota.
func throttling(root fs.FS) (periods, throttled float64, ok bool) {
	text, err := fs.ReadFile(root, "proc/self/cgroup")
	if err != nil {
		return 0, 0, false
	}
	for line := range strings.Lines(string(text)) {
		fields := strings.SplitN(strings.TrimSpace(line), ":", 3)
		if len(fields) < 3 {
			continue
		}
		dir := "sys/fs/cgroup"
		switch { // number:controllers:path
		case fields[0] == "0" && fields[1] == "":
		case fields[1] == "cpu" || strings.HasPrefix(fields[1], "cpu,") || strings.HasSuffix(fields[1], ",cpu"):
			dir += "/" + fields[1]
		default:
			continue
		}
		// Seen from inside a container the path may be that of the machine.
		for _, place := range []string{path.Join(dir, path.Clean("/"+fields[2])), dir} {
			if stat, err := fs.ReadFile(root, place+"/cpu.stat"); err == nil {
				if p, t := statistic(string(stat), "nr_periods"), statistic(string(stat), "nr_throttled"); p > 0 {
					return p, t, true
				}
				break
			}
		}
	}
	return 0, 0, false
}

// statistic is a number from lines "name number", 0 if it is not there.
func statistic(text, name string) float64 {
	for line := range strings.Lines(text) {
		if value, ok := strings.CutPrefix(strings.TrimSpace(line), name+" "); ok {
			v, err := strconv.ParseFloat(value, 64)
			if err != nil {
				return 0
			}
			return v
		}
	}
	return 0
}
