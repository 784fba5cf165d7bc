package examples_test

import (
	"io"
	"log/slog"
	"os"
	"strings"
	"testing"

	"github.com/flottstream/flott/internal/checkpoint"
	"github.com/flottstream/flott/internal/config"
	"github.com/flottstream/flott/internal/embedded"
	"github.com/flottstream/flott/internal/tableau"
)

// Incremental checkpoints that are compressed upload less than a third of what full
// ones do that are not.
func TestIncrementalUploads(t *testing.T) {
	full := uploaded(t, "'execution.checkpointing.incremental' = 'true'", "'execution.checkpointing.incremental' = 'false'",
		"ZSTD_COMPRESSION", "NO_COMPRESSION")
	incremental := uploaded(t)
	t.Logf("mean of a checkpoint: full %d bytes, incremental and compressed %d", full, incremental)
	if incremental == 0 || incremental > full*3/10 {
		t.Errorf("a checkpoint uploads %d bytes, without increments and compression %d; want at least 70 %% less", incremental, full)
	}
}

// uploaded is the mean of bytes that a checkpoint of the example uploads, texts of
// its script replaced.
func uploaded(t *testing.T, replace ...string) (mean int64) {
	t.Helper()
	script, err := os.ReadFile("incremental/job.sql")
	if err != nil {
		t.Fatal(err)
	}
	host := &embedded.Host{
		Engine: embedded.New(io.Discard, io.Discard, slog.New(slog.DiscardHandler)), Config: config.New(), Out: io.Discard, Style: tableau.Tableau,
		Ended: func(x *embedded.Execution, _ error) {
			x.History(func(h *checkpoint.History) {
				var sum, n int64
				for _, c := range h.Statistics().History {
					if c.Status == "COMPLETED" {
						sum, n = sum+c.Bytes, n+1
					}
				}
				mean = sum / max(1, n)
			})
		},
	}
	err = host.NewSession().Run(t.Context(), strings.NewReplacer(replace...).Replace(string(script)), host)
	if err != nil {
		t.Fatal(err)
	}
	return mean
}
