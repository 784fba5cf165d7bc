package rules

import (
	"strconv"
	"strings"
)

// oldNames are keys of remedies by their name before the release that renamed them,
// minor release 1.x. Flink 2.0 took the old ones away; before the release the new
// ones have no effect.
var oldNames = []struct {
	now, before string
	since       int
}{
	{"execution.checkpointing.dir", "state.checkpoints.dir", 20},
	{"execution.checkpointing.incremental", "state.backend.incremental", 20},
	{"execution.checkpointing.num-retained", "state.checkpoints.num-retained", 20},
	{"execution.checkpointing.unaligned.enabled", "execution.checkpointing.unaligned", 20},
	{"execution.checkpointing.data-inline-threshold", "state.storage.fs.memory-threshold", 20},
	{"execution.checkpointing.savepoint-dir", "state.savepoints.dir", 20},
	{"execution.state-recovery.from-local", "state.backend.local-recovery", 20},
	{"execution.state-recovery.path", "execution.savepoint.path", 20},
	{"execution.buffer-timeout.interval", "execution.buffer-timeout", 19},
	{"pipeline.operator-chaining.enabled", "pipeline.operator-chaining", 19},
	{"restart-strategy.type", "restart-strategy", 18},
	{"state.backend.type", "state.backend", 18},
	{"env.java.opts.all", "env.java.opts", 18},
}

// minorOf is the y of version 1.y.z; other versions are later than all.
func minorOf(version string) int {
	rest, ok := strings.CutPrefix(version, "1.")
	if !ok {
		return 1 << 30
	}
	minor, _, _ := strings.Cut(rest, ".")
	n, err := strconv.Atoi(minor)
	if err != nil {
		return 1 << 30
	}
	return n
}

// newName reports whether a release does not know a key by this name yet.
func newName(version, key string) bool {
	for _, n := range oldNames {
		if n.now == key {
			return minorOf(version) < n.since
		}
	}
	return false
}

// names renames keys in sentences to what a release calls them; nil if it has the
// present names.
func names(version string) *strings.Replacer {
	var pairs []string
	for _, n := range oldNames {
		if minorOf(version) < n.since {
			pairs = append(pairs, n.now, n.before)
		}
	}
	if pairs == nil {
		return nil
	}
	return strings.NewReplacer(pairs...)
}

// rename lets remedies name keys as the cluster's release does.
func (d *Diagnosis) rename(version string) {
	names := names(version)
	if names == nil {
		return
	}
	for _, f := range d.Findings {
		if f.Rule.ID == "FLT506" { // it is about both names
			continue
		}
		for i := range f.Remedy {
			f.Remedy[i].names = names
		}
	}
}
