package main

import (
	"cmp"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// found is a complete checkpoint in a folder.
type found struct {
	path string
	id   int
}

// newest returns the checkpoints below dir, newest first.
func newest(dir string) (list []found) {
	paths, err := filepath.Glob(filepath.Join(dir, "*", "chk-*", "_metadata"))
	if err != nil {
		return nil
	}
	for _, p := range paths {
		folder := filepath.Dir(p)
		id, err := strconv.Atoi(strings.TrimPrefix(filepath.Base(folder), "chk-"))
		if err == nil {
			list = append(list, found{folder, id})
		}
	}
	slices.SortFunc(list, func(a, b found) int { return cmp.Compare(b.id, a.id) })
	return list
}

// plantTorn puts a checkpoint next to the newest one, as if the machine had died
// while it was written: its metadata ends early or has a wrong byte.
func plantTorn(r *rand.Rand, dir string) (string, error) {
	list := newest(dir)
	if len(list) == 0 {
		return "", nil
	}
	text, err := os.ReadFile(filepath.Join(list[0].path, "_metadata"))
	if err != nil {
		return "", err
	}
	how := spoil(r, &text)
	folder := filepath.Join(filepath.Dir(list[0].path), fmt.Sprintf("chk-%d", list[0].id+1))
	if err := os.MkdirAll(folder, 0o777); err != nil {
		return "", err
	}
	return fmt.Sprintf("chk-%d %s", list[0].id+1, how), os.WriteFile(filepath.Join(folder, "_metadata"), text, 0o666)
}

// spoil cuts bytes off or changes one.
func spoil(r *rand.Rand, text *[]byte) string {
	if n := r.IntN(len(*text)); r.IntN(2) == 0 {
		*text = (*text)[:n]
		return fmt.Sprintf("cut after %d bytes", n)
	} else {
		(*text)[n] ^= byte(1 + r.IntN(255))
		return fmt.Sprintf("byte %d changed", n)
	}
}

// damage spoils or removes a file of the newest checkpoint, if there is an older
// one to use instead.
func damage(r *rand.Rand, dir string) (string, error) {
	list := newest(dir)
	if len(list) < 2 {
		return "", nil
	}
	var files []string
	err := filepath.WalkDir(list[0].path, func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			files = append(files, path)
		}
		return err
	})
	if err != nil || len(files) == 0 {
		return "", err
	}
	file := files[r.IntN(len(files))]
	name := filepath.Join(filepath.Base(list[0].path), filepath.Base(file))
	if r.IntN(3) == 0 {
		return name + " removed", os.Remove(file)
	}
	text, err := os.ReadFile(file)
	if err != nil || len(text) == 0 {
		return "", err
	}
	how := spoil(r, &text)
	return name + " " + how, os.WriteFile(file, text, 0o666)
}
