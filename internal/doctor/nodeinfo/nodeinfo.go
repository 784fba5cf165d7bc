// Package nodeinfo reads what the Linux kernel says about the machine the doctor
// runs on: pressure (PSI), the container's limits and throttling (cgroup v2),
// TCP retransmits. It only reads files below a root, so that tests can bring theirs.
package nodeinfo

import (
	"bufio"
	"fmt"
	"io/fs"
	"strconv"
	"strings"

	"github.com/flottstream/flott/internal/doctor/snapshot"
)

// Read reads a node from the file systems of a machine, "/" as fs.FS. Parts that
// cannot be read are in Missing; the error says that nothing could.
func Read(root fs.FS) (*snapshot.Node, error) {
	n := &snapshot.Node{Pressure: map[string]float64{}, Peers: map[string]float64{}, Missing: map[string]string{}}
	read := 0
	try := func(what string, f func() error) {
		if err := f(); err != nil {
			n.Missing[what] = err.Error()
			return
		}
		read++
	}
	for _, what := range []string{"cpu", "io", "memory"} {
		try("pressure of "+what, func() (err error) {
			n.Pressure[what], err = pressure(root, "proc/pressure/"+what)
			return err
		})
	}
	dir := "sys/fs/cgroup"
	if own, err := ownGroup(root); err == nil {
		if _, err := fs.Stat(root, dir+own+"/cpu.stat"); err == nil {
			dir += own
		}
	}
	try("cpu.stat", func() error { return cpu(root, dir, n) })
	try("memory", func() error { return memory(root, dir, n) })
	try("tcp", func() (err error) {
		n.Retransmits, err = retransmits(root)
		return err
	})
	if read == 0 {
		return nil, fmt.Errorf("nothing could be read below /proc and /sys/fs/cgroup: %s", n.Missing["tcp"])
	}
	return n, nil
}

// pressure reads "some avg10=0.00 avg60=1.25 avg300=… total=…": a share of time.
func pressure(root fs.FS, path string) (float64, error) {
	text, err := fs.ReadFile(root, path)
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(text)) {
		fields := strings.Fields(line)
		if len(fields) < 3 || fields[0] != "some" {
			continue
		}
		v, err := strconv.ParseFloat(strings.TrimPrefix(fields[2], "avg60="), 64)
		return v / 100, err
	}
	return 0, fmt.Errorf("%s has no line 'some'", path)
}

// ownGroup is the path of the process's group in cgroup v2.
func ownGroup(root fs.FS) (string, error) {
	text, err := fs.ReadFile(root, "proc/self/cgroup")
	if err != nil {
		return "", err
	}
	for line := range strings.Lines(string(text)) {
		if path, ok := strings.CutPrefix(strings.TrimSpace(line), "0::"); ok && !strings.Contains(path, "..") {
			return strings.TrimSuffix(path, "/"), nil
		}
	}
	return "", fmt.Errorf("no cgroup v2")
}

// numbers reads a file of lines "name value".
func numbers(root fs.FS, path string) (map[string]float64, error) {
	f, err := root.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	out := map[string]float64{}
	for s := bufio.NewScanner(f); s.Scan(); {
		name, value, _ := strings.Cut(s.Text(), " ")
		if v, err := strconv.ParseFloat(strings.TrimSpace(value), 64); err == nil {
			out[name] = v
		}
	}
	return out, nil
}

func cpu(root fs.FS, dir string, n *snapshot.Node) error {
	stat, err := numbers(root, dir+"/cpu.stat")
	if err != nil {
		return err
	}
	if stat["nr_periods"] > 0 {
		n.Throttled = stat["nr_throttled"] / stat["nr_periods"]
	}
	if text, err := fs.ReadFile(root, dir+"/cpu.max"); err == nil { // "200000 100000" or "max 100000"
		fields := strings.Fields(string(text))
		if len(fields) == 2 && fields[0] != "max" {
			quota, _ := strconv.ParseFloat(fields[0], 64)
			period, _ := strconv.ParseFloat(fields[1], 64)
			if period > 0 {
				n.CPULimit = quota / period
			}
		}
	}
	return nil
}

func memory(root fs.FS, dir string, n *snapshot.Node) error {
	text, err := fs.ReadFile(root, dir+"/memory.current")
	if err != nil {
		return err
	}
	n.MemoryUsed, _ = strconv.ParseInt(strings.TrimSpace(string(text)), 10, 64)
	if text, err := fs.ReadFile(root, dir+"/memory.max"); err == nil {
		n.MemoryLimit, _ = strconv.ParseInt(strings.TrimSpace(string(text)), 10, 64) // "max": 0
	}
	if events, err := numbers(root, dir+"/memory.events"); err == nil {
		n.OOMKills = int64(events["oom_kill"])
	}
	return nil
}

// retransmits is the share of TCP segments that were sent again since boot.
func retransmits(root fs.FS) (float64, error) {
	text, err := fs.ReadFile(root, "proc/net/snmp")
	if err != nil {
		return 0, err
	}
	var names []string
	for line := range strings.Lines(string(text)) {
		fields := strings.Fields(line)
		if len(fields) == 0 || fields[0] != "Tcp:" {
			continue
		}
		if names == nil {
			names = fields
			continue
		}
		value := map[string]float64{}
		for i := 1; i < min(len(fields), len(names)); i++ {
			value[names[i]], _ = strconv.ParseFloat(fields[i], 64)
		}
		if value["OutSegs"] < 1000 { // too few to mean anything
			return 0, nil
		}
		return value["RetransSegs"] / value["OutSegs"], nil
	}
	return 0, fmt.Errorf("proc/net/snmp has no line Tcp")
}
