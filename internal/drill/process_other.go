//go:build !linux

package drill

import (
	"errors"
	"os/exec"
)

func own(*exec.Cmd) {}

func throttle([]int, int) (func() error, error) {
	return nil, errors.New("CPU is limited by cgroups, which only Linux has")
}

func limitFolder(string, int64) (func() error, error) {
	return nil, errors.New("a folder's room is limited by tmpfs, which only Linux has")
}
