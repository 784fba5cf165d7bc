package config

import (
	"sort"
	"strings"
	"testing"

	"github.com/flottstream/flott/internal/state/backends"
)

func TestOptionsAreSortedAndTheirDefaultsValid(t *testing.T) {
	if !sort.SliceIsSorted(Options, func(i, j int) bool { return Options[i].Key < Options[j].Key }) {
		t.Error("Options are not sorted by key")
	}
	for _, o := range Options {
		if err := check(o, o.Default); err != nil && o.Default != "" { // "" is not set
			t.Errorf("default of %s: %v", o.Key, err)
		}
		if !strings.HasPrefix(o.Key, "flott.") && !isFlinkKey(o.Key) {
			t.Errorf("%s is not a key of Flink", o.Key)
		}
	}
}

func TestSet(t *testing.T) {
	for _, c := range []struct{ key, value, err, warning string }{
		{"parallelism.default", "4", "", ""},
		{"parallelism.default", "many", `'parallelism.default' is "many", but must be a whole number, at least 1`, ""},
		{"execution.runtime-mode", "batch", "", ""},
		{"execution.runtime-mode", "fast", "must be one of STREAMING, BATCH", ""},
		{"table.exec.state.ttl", "36 hours", "", ""},
		{"table.exec.state.tll", "1 h", "did you mean 'table.exec.state.ttl'?", ""},
		{"taskmanager.memory.process.size", "4g", "", "has no effect"},
		{"table.local-time-zone", "Mars/Olympus", "not a time zone", ""},
		{"execution.buffer-timeout", "10", "", ""},
	} {
		cfg, warned := New(), ""
		cfg.Warn = func(m string) { warned = m }
		err := cfg.Set(c.key, c.value)
		if (err == nil) != (c.err == "") || err != nil && !strings.Contains(err.Error(), c.err) {
			t.Errorf("SET %s = %s: error %v, want %q", c.key, c.value, err, c.err)
		}
		if !strings.Contains(warned, c.warning) || c.warning == "" && warned != "" {
			t.Errorf("SET %s = %s: warning %q, want %q", c.key, c.value, warned, c.warning)
		}
	}
	cfg := New()
	cfg.Set("execution.buffer-timeout", "10")
	if got := cfg.Duration("execution.buffer-timeout.interval").Milliseconds(); got != 10 {
		t.Errorf("an old name sets the new key: got %d ms, want 10", got)
	}
}

// The options of the rocksdb backend come with their units; those without a
// counterpart are refused by name.
func TestRocksDB(t *testing.T) {
	c := New()
	o, err := c.RocksDB()
	if want := backends.Default(); err != nil || o != want {
		t.Errorf("defaults are %+v (%v), want %+v", o, err, want)
	}
	for key, value := range map[string]string{
		"state.backend.rocksdb.block.blocksize": "16 kb", "state.backend.rocksdb.localdir": "/Disk/A", "state.backend.rocksdb.thread.num": "3",
	} {
		if err := c.Set(key, value); err != nil {
			t.Error(err)
		}
	}
	if o, err = c.RocksDB(); err != nil || o.BlockSize != 16<<10 || o.LocalDir != "/Disk/A" || o.Threads != 3 {
		t.Errorf("%+v, %v", o, err)
	}
	for key := range backends.Refused {
		if err := c.Set(key, "1"); err == nil || !strings.Contains(err.Error(), key) {
			t.Errorf("%s: %v", key, err)
		}
	}
}
