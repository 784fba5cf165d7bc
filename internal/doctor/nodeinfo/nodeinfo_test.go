package nodeinfo

import (
	"testing"
	"testing/fstest"
)

func file(text string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(text)} }

func TestRead(t *testing.T) {
	n, err := Read(fstest.MapFS{
		"proc/pressure/io":               file("some avg10=0.00 avg60=41.50 avg300=1.00 total=12\nfull avg10=0.00 avg60=9.00 avg300=0.00 total=1\n"),
		"proc/pressure/memory":           file("some avg10=0.00 avg60=0.00 avg300=0.00 total=0\n"),
		"proc/self/cgroup":               file("0::/pod/x\n"),
		"sys/fs/cgroup/pod/x/cpu.stat":   file("usage_usec 5\nnr_periods 200\nnr_throttled 50\n"),
		"sys/fs/cgroup/pod/x/cpu.max":    file("150000 100000\n"),
		"sys/fs/cgroup/cpu.stat":         file("nr_periods 1\nnr_throttled 1\n"),
		"proc/net/snmp":                  file("Ip: a b\nIp: 1 2\nTcp: RtoAlgorithm OutSegs RetransSegs\nTcp: 1 10000 700\n"),
		"sys/fs/cgroup/pod/x/memory.max": file("max\n"), "sys/fs/cgroup/pod/x/memory.current": file("123\n"), "sys/fs/cgroup/pod/x/memory.events": file("oom 2\noom_kill 1\n"),
	})
	if err != nil {
		t.Fatal(err)
	}
	if n.Pressure["io"] != 0.415 || n.Throttled != 0.25 || n.CPULimit != 1.5 || n.Retransmits != 0.07 || n.MemoryUsed != 123 || n.MemoryLimit != 0 || n.OOMKills != 1 {
		t.Errorf("%+v", n)
	}
	if _, ok := n.Missing["pressure of cpu"]; !ok || len(n.Missing) != 1 {
		t.Errorf("missing %v", n.Missing)
	}
}

func TestNothing(t *testing.T) {
	if n, err := Read(fstest.MapFS{}); err == nil {
		t.Errorf("%+v", n)
	}
	if _, err := Read(fstest.MapFS{"proc/net/snmp": file("Tcp: OutSegs\nTcp:"), "proc/pressure/io": file("some x\nsome avg10=1 avg60=x")}); err == nil {
		t.Log("an empty line of figures counts as few segments")
	}
}

func FuzzRead(f *testing.F) {
	f.Add("some avg10=0.00 avg60=41.50 avg300=1.00 total=12\n", "Tcp: OutSegs RetransSegs\nTcp: 10000 700\n", "nr_periods 3")
	f.Fuzz(func(_ *testing.T, pressure, snmp, stat string) {
		_, _ = Read(fstest.MapFS{"proc/pressure/io": file(pressure), "proc/net/snmp": file(snmp), "proc/self/cgroup": file("0::" + stat), "sys/fs/cgroup/cpu.stat": file(stat)})
	})
}
