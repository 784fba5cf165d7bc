package drill

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
)

// own lets a child die with the drill, and keeps Ctrl-C of the terminal from it:
// the drill ends it itself.
func own(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}

// throttle gives processes a share of one core, by a cgroup of its own, and
// returns how to undo it. Both versions of cgroups are known.
func throttle(pids []int, percent int) (undo func() error, err error) {
	name := fmt.Sprintf("flott-drill-%d", os.Getpid())
	var dir string
	switch {
	case writable("/sys/fs/cgroup/cgroup.controllers"):
		dir = filepath.Join("/sys/fs/cgroup", name)
		if err = os.Mkdir(dir, 0o755); err == nil {
			err = os.WriteFile(filepath.Join(dir, "cpu.max"), fmt.Appendf(nil, "%d 100000", percent*1000), 0o644)
		}
	case writable("/sys/fs/cgroup/cpu/cgroup.procs"):
		dir = filepath.Join("/sys/fs/cgroup/cpu", name)
		if err = os.Mkdir(dir, 0o755); err == nil {
			err = errors.Join(os.WriteFile(filepath.Join(dir, "cpu.cfs_period_us"), []byte("100000"), 0o644),
				os.WriteFile(filepath.Join(dir, "cpu.cfs_quota_us"), fmt.Appendf(nil, "%d", percent*1000), 0o644))
		}
	default:
		return nil, errors.New("no cgroup that limits CPU can be made here; it takes root, or a delegated cgroup")
	}
	if err != nil {
		if dir != "" {
			_ = os.Remove(dir)
		}
		return nil, fmt.Errorf("no cgroup that limits CPU can be made here: %w", err)
	}
	before := map[int]string{}
	undo = func() error {
		var errs []error
		for pid, home := range before {
			if err := os.WriteFile(filepath.Join(home, "cgroup.procs"), []byte(strconv.Itoa(pid)), 0o644); err != nil && !errors.Is(err, syscall.ESRCH) {
				errs = append(errs, err)
			}
		}
		return errors.Join(append(errs, os.Remove(dir))...)
	}
	for _, pid := range pids {
		before[pid] = filepath.Dir(dir)
		if err := os.WriteFile(filepath.Join(dir, "cgroup.procs"), []byte(strconv.Itoa(pid)), 0o644); err != nil {
			return nil, errors.Join(fmt.Errorf("process %d cannot be moved to a cgroup: %w", pid, err), undo())
		}
	}
	return undo, nil
}

func writable(path string) bool {
	_, err := os.Stat(path)
	return err == nil && os.Geteuid() == 0
}

// limitFolder hides a folder under a file system in memory with little room.
func limitFolder(dir string, bytes int64) (undo func() error, err error) {
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, fmt.Sprintf("size=%d", bytes)); err != nil {
		return nil, fmt.Errorf("no small file system can be made here; it takes root: %w", err)
	}
	return func() error { return syscall.Unmount(dir, syscall.MNT_DETACH) }, nil
}
