package drill

import (
	"context"
	"errors"
	"os"

	"github.com/flottstream/flott/internal/doctor"
)

// record keeps what the cluster says at the moment, as a case for the doctor's tests.
func (l *Lab) record(ctx context.Context) error {
	if l.Options.Record == "" {
		return nil
	}
	f, err := os.Create(l.Options.Record)
	if err != nil {
		return err
	}
	access := l.Options.Access
	access.URL = l.engine.url()
	err = doctor.Collect(ctx, doctor.Sources{Access: access, Job: l.Options.Job}, "flott drill "+l.drill.Name, []string{l.drill.Cause}, f)
	return errors.Join(err, f.Close())
}
