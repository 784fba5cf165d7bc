package measure

import (
	"fmt"
	"os"
	"strconv"
	"strings"
)

// ticksPerSecond is Linux' USER_HZ, the unit of CPU time in /proc.
const ticksPerSecond = 100

// CPUSeconds is the CPU time that a process has used so far.
func CPUSeconds(pid int) (float64, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0, err
	}
	// The second field is the program's name in parentheses and may hold blanks; user and system time are the
	// 12th and 13th after it.
	fields := strings.Fields(string(text[strings.LastIndexByte(string(text), ')')+1:]))
	if len(fields) < 13 {
		return 0, fmt.Errorf("/proc/%d/stat has %d fields behind the name", pid, len(fields))
	}
	user, err := strconv.ParseFloat(fields[11], 64)
	if err != nil {
		return 0, err
	}
	system, err := strconv.ParseFloat(fields[12], 64)
	return (user + system) / ticksPerSecond, err
}

// PeakBytes is the largest resident memory of a process since it began or since ResetPeak.
func PeakBytes(pid int) (int64, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(text)) {
		if rest, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			kb, err := strconv.ParseInt(strings.TrimSuffix(strings.TrimSpace(rest), " kB"), 10, 64)
			return kb << 10, err
		}
	}
	return 0, fmt.Errorf("/proc/%d/status has no VmHWM", pid)
}

// ResetPeak makes the peak begin with what is resident now.
func ResetPeak(pid int) error {
	return os.WriteFile(fmt.Sprintf("/proc/%d/clear_refs", pid), []byte("5"), 0)
}

// zombie reports whether a process has ended and nobody has asked how.
func zombie(pid int) bool {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return true
	}
	_, rest, _ := strings.Cut(string(text[strings.LastIndexByte(string(text), ')'):]), " ")
	return strings.HasPrefix(rest, "Z")
}

// Usage is what processes have used, and what all of the machine's have.
type Usage struct {
	CPU     float64 // seconds of the processes
	Machine float64 // seconds of all
	Peak    int64   // bytes, the sum
}

// UsageOf reads the usage of processes so far.
func UsageOf(pids []int) (u Usage, err error) {
	for _, pid := range pids {
		s, err := CPUSeconds(pid)
		if err != nil {
			return u, err
		}
		peak, err := PeakBytes(pid)
		if err != nil {
			return u, err
		}
		u.CPU += s
		u.Peak += peak
	}
	u.Machine, err = machineSeconds()
	return u, err
}

// machineSeconds is the CPU time used by all processes: user, nice, system, and interrupts.
func machineSeconds() (float64, error) {
	text, err := os.ReadFile("/proc/stat")
	if err != nil {
		return 0, err
	}
	line, _, _ := strings.Cut(string(text), "\n")
	fields := strings.Fields(line) // cpu user nice system idle iowait irq softirq …
	if len(fields) < 8 {
		return 0, fmt.Errorf("/proc/stat begins with %q", line)
	}
	ticks := 0.0
	for _, i := range []int{1, 2, 3, 6, 7} {
		n, err := strconv.ParseFloat(fields[i], 64)
		if err != nil {
			return 0, err
		}
		ticks += n
	}
	return ticks / ticksPerSecond, nil
}
