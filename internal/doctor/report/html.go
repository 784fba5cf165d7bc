package report

import (
	"io"

	"github.com/flottstream/flott/internal/doctor/rules"
	"github.com/flottstream/flott/internal/doctor/snapshot"
)

// HTML writes a report as one file.
func HTML(w io.Writer, s *snapshot.Snapshot, d *rules.Diagnosis, lang Language) error {
	return Markdown(w, s, d, lang)
}
