package measure

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
)

// Output runs a command and returns what it prints, without white space around it. env nil: this process' own.
func Output(ctx context.Context, env []string, name string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Env, cmd.Stderr = env, os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("%s %s: %w", name, strings.Join(args, " "), err)
	}
	return strings.TrimSpace(string(out)), nil
}

// Engine runs SQL: *Flink or *Flott.
type Engine interface {
	Name() string
	// Run executes statements; the last one starts the job that is measured.
	Run(ctx context.Context, settings map[string]string, statements []string) (Run, error)
	Close()
}
