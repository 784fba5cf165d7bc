package embedded

import (
	"context"
	"math"
	"os"
	"runtime/debug"
	"strconv"
	"strings"

	"github.com/flottstream/flott/internal/config"
	"github.com/flottstream/flott/internal/jobgraph"
	"github.com/flottstream/flott/internal/state"
	"github.com/flottstream/flott/internal/state/backends"
	"github.com/flottstream/flott/internal/taskmanager"
)

// stateBackends returns what makes the state of the operators of a job.
func stateBackends(ctx context.Context, cfg *config.Config, graph *jobgraph.Graph) (func(taskmanager.BackendRequest) (state.Backend, error), error) {
	options, err := cfg.RocksDB()
	if err != nil {
		return nil, err
	}
	shared := backends.Request{
		Kind: cfg.Enum("state.backend.type"), Options: options, Slots: slots(graph), SlotShare: 1 / float64(max(1, keyed(graph))),
	}
	shared.Managed = int64(float64(managedMemory(cfg)/int64(shared.Slots)) * shared.SlotShare)
	return func(t taskmanager.BackendRequest) (state.Backend, error) {
		r := shared
		r.KeyGroups, r.MaxParallelism, r.Files, r.Restored = t.Groups, t.MaxParallelism, t.Files, t.Checkpoint
		if t.Restore != nil {
			r.Lists = t.Restore.Lists
			for _, k := range t.Restore.Keyed {
				r.Keyed = append(r.Keyed, backends.Part{Groups: k.Groups, Part: k.Part})
			}
		}
		return backends.Open(ctx, r)
	}, nil
}

// slots is how many a job takes: its greatest parallelism, as all of its operators
// share slots.
func slots(graph *jobgraph.Graph) int {
	n := 1
	for _, v := range graph.Vertices {
		n = max(n, v.Parallelism)
	}
	return n
}

// keyed counts the operators that keep state by key.
func keyed(graph *jobgraph.Graph) (n int) {
	for _, v := range graph.Vertices {
		for _, c := range v.Chain {
			switch x := c.Op.Spec.(type) {
			case *jobgraph.GroupAgg:
				if x.Phase == jobgraph.LocalPhase {
					continue
				}
			case *jobgraph.WindowAgg:
				if x.Phase == jobgraph.LocalPhase {
					continue
				}
			case *jobgraph.Join, *jobgraph.MultiJoin, *jobgraph.IntervalJoin, *jobgraph.TemporalJoin, *jobgraph.WindowJoin, *jobgraph.Rank,
				*jobgraph.Deduplicate, *jobgraph.WindowRank, *jobgraph.Over, *jobgraph.ChangelogNormalize, *jobgraph.SinkMaterialize:
			default:
				continue
			}
			n++
		}
	}
	return n
}

// managedMemory is taskmanager.memory.managed.size, or as large a part of the
// memory that flott may use as Flink takes by default.
func managedMemory(cfg *config.Config) int64 {
	if n := cfg.Bytes("taskmanager.memory.managed.size"); n > 0 {
		return n
	}
	limit := debug.SetMemoryLimit(-1) // of the container, or GOMEMLIMIT
	if limit == math.MaxInt64 {
		limit = machineMemory()
	}
	return limit / 10 * 4
}

// machineMemory is 2 GiB where nobody tells.
func machineMemory() int64 {
	text, err := os.ReadFile("/proc/meminfo")
	if err == nil {
		for line := range strings.Lines(string(text)) {
			fields := strings.Fields(line)
			if len(fields) > 1 && fields[0] == "MemTotal:" {
				if kb, err := strconv.ParseInt(fields[1], 10, 64); err == nil {
					return kb << 10
				}
			}
		}
	}
	return 2 << 30
}
