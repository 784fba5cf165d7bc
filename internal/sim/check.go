package sim

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sort"
	"strings"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/snapshot"
)

// fold is the table that a changelog describes: rows and how often each is there.
func fold(changes []Change) map[string]int {
	table := map[string]int{}
	for _, c := range changes {
		n := 1
		if !c.Kind.IsAdd() {
			n = -1
		}
		row := strings.ReplaceAll(strings.Join(c.Row, " | "), Null, "NULL")
		if table[row] += n; table[row] == 0 {
			delete(table, row)
		}
	}
	return table
}

// compare returns how a table differs from what it should be, nil if not at all.
func compare(got, want map[string]int) error {
	var diff []string
	for row, n := range want {
		if m := got[row]; m < n {
			diff = append(diff, fmt.Sprintf("lost %d of %d: %s", n-m, n, row))
		}
	}
	for row, n := range got {
		if m := want[row]; n > m {
			diff = append(diff, fmt.Sprintf("%d too many of: %s", n-m, row))
		}
	}
	if diff == nil {
		return nil
	}
	sort.Strings(diff)
	more := ""
	if n := len(diff); n > 20 {
		diff, more = diff[:20], fmt.Sprintf("\n… and %d more", n-20)
	}
	return errors.New("not exactly once:\n" + strings.Join(diff, "\n") + more)
}

// check looks at what the job has left behind; want is the table that the sink
// should have, nil if the caller knows.
func (s *simulation) check(want map[string]int) error {
	var table error
	switch {
	case want == nil:
	case s.report.Corruptions == 0:
		table = compare(fold(s.broker.visible), want)
	case s.insertsOnly():
		table = s.atLeastOnce(want)
	}
	return errors.Join(table, s.watch.problem, s.checkCounts(), s.checkDisk())
}

// insertsOnly reports that no row that became visible takes another back.
func (s *simulation) insertsOnly() bool {
	return !slices.ContainsFunc(s.broker.visible, func(c Change) bool { return c.Kind != batch.Insert })
}

// atLeastOnce is what a job can promise that had to go back to an older checkpoint
// than the one whose output is visible.
func (s *simulation) atLeastOnce(want map[string]int) error {
	got := fold(s.broker.visible)
	for row := range got {
		if n, ok := want[row]; ok {
			got[row] = min(got[row], n)
		}
	}
	return compare(got, want)
}

// checkCounts makes sure that every checkpoint came to one end.
func (s *simulation) checkCounts() error {
	c := s.report.Checkpoints
	if s.p.master == nil {
		return nil
	}
	if c.InProgress != 0 {
		return fmt.Errorf("the job has ended, but %d checkpoints are still in progress", c.InProgress)
	}
	return nil
}

// checkDisk makes sure that every file is part of a checkpoint that can be restored
// from. Where the disk refused to delete, or a process was killed, that is so after
// the next start of the job.
func (s *simulation) checkDisk() error {
	ctx, folders := context.Background(), map[string]bool{}
	for _, url := range s.disk.names() {
		if below, ok := strings.CutPrefix(url, root+"/"); ok {
			job, _, _ := strings.Cut(below, "/")
			folders[root+"/"+job] = true
		}
	}
	needed := map[string]bool{}
	for _, folder := range sorted(folders) {
		store, err := snapshot.OpenStorage(ctx, snapshot.Settings{Dir: folder}, s.disk.open(nil))
		if err != nil {
			return err
		}
		sound, broken, err := store.Retained(ctx)
		if err != nil {
			return err
		}
		if s.disk.failed > 0 || s.report.Kills > 0 {
			if _, err := store.Sweep(ctx, sound); err != nil {
				return err
			}
		}
		for _, b := range broken {
			// The disk refused to delete a manifest that nobody needs, and files that
			// it shares with later ones have gone since: a known leak.
			old := s.disk.failed > 0 && len(sound) > 0 && sound[len(sound)-1].Path != b.Path
			if s.report.Corruptions == 0 && !old {
				return fmt.Errorf("checkpoint %s is broken: %w", b.Path, b.Err)
			}
			// Nobody knows what else it names; it is left for people to look at.
			for _, url := range s.disk.names() {
				if strings.HasPrefix(url, b.Path+"/") || strings.HasPrefix(url, folder+"/shared/") {
					needed[url] = true
				}
			}
		}
		for _, m := range sound {
			needed[m.Path+"/_metadata"] = true
			for _, v := range m.Vertices {
				if v.Coordinator != nil {
					for _, h := range v.Coordinator.Handles {
						needed[h.Name] = true
					}
				}
				for _, t := range v.Subtasks {
					for _, h := range t.Handles {
						needed[h.Name] = true
					}
				}
			}
		}
	}
	var leaked []string
	for _, url := range s.disk.names() {
		if strings.HasPrefix(url, root+"/") && !needed[url] {
			leaked = append(leaked, url)
		}
	}
	if leaked != nil {
		return fmt.Errorf("%d files of no checkpoint are left, the first: %s", len(leaked), leaked[0])
	}
	return nil
}

func sorted(set map[string]bool) []string {
	var out []string
	for s := range set {
		out = append(out, s)
	}
	slices.Sort(out)
	return out
}
