package rest

import (
	"testing"
	"testing/fstest"
)

func TestThrottling(t *testing.T) {
	file := func(s string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(s)} }
	stat := file("usage_usec 5\nnr_periods 200\nnr_throttled 50\nthrottled_usec 9\n")
	for name, c := range map[string]struct {
		files              fstest.MapFS
		periods, throttled float64
		ok                 bool
	}{
		"version 2":           {fstest.MapFS{"proc/self/cgroup": file("0::/pod/x\n"), "sys/fs/cgroup/pod/x/cpu.stat": stat}, 200, 50, true},
		"inside a container":  {fstest.MapFS{"proc/self/cgroup": file("0::/../../pod\n"), "sys/fs/cgroup/cpu.stat": stat}, 200, 50, true},
		"version 1":           {fstest.MapFS{"proc/self/cgroup": file("3:cpu,cpuacct:/x\n0::/\n"), "sys/fs/cgroup/cpu,cpuacct/x/cpu.stat": stat}, 200, 50, true},
		"no quota":            {fstest.MapFS{"proc/self/cgroup": file("0::/\n"), "sys/fs/cgroup/cpu.stat": file("usage_usec 5\n")}, 0, 0, false},
		"no cgroups":          {fstest.MapFS{}, 0, 0, false},
		"not what is awaited": {fstest.MapFS{"proc/self/cgroup": file("x\n0::/\n"), "sys/fs/cgroup/cpu.stat": file("nr_periods many\n")}, 0, 0, false},
	} {
		if p, th, ok := throttling(c.files); p != c.periods || th != c.throttled || ok != c.ok {
			t.Errorf("%s: %v %v %v", name, p, th, ok)
		}
	}
}
