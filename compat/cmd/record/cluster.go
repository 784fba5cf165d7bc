package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// cluster is a small Flink of our own, in a run folder and on ports of its own.
type cluster struct {
	env     []string
	run     string
	gateway string
}

// startCluster wants the repository's root as working folder, where scripts/flink is.
func startCluster(ctx context.Context) (*cluster, error) {
	run, err := os.MkdirTemp("", "flott-judge-")
	if err != nil {
		return nil, err
	}
	c := &cluster{run: run}
	c.env = append(os.Environ(), "FLINK_RUN="+filepath.Join(run, "run"), "FLINK_SLOTS=8", "FLINK_BACKEND=hashmap",
		"FLINK_TASK_HEAP=600m", "FLINK_MANAGED=128m", "FLINK_NETWORK=128m", "FLINK_JOBMANAGER_HEAP=512m", "FLINK_JVM=-XX:TieredStopAtLevel=1")
	if os.Getenv("FLINK_PORT") == "" {
		c.env = append(c.env, "FLINK_PORT=28081")
	}
	if _, err := c.script(ctx, "up"); err != nil {
		c.stop()
		return nil, err
	}
	if c.gateway, err = c.script(ctx, "gateway"); err != nil {
		c.stop()
		return nil, err
	}
	return c, nil
}

// stdout is the TaskManager's standard output, where the print connector writes.
func (c *cluster) stdout() string { return filepath.Join(c.run, "run", "log", "taskmanager.out") }

func (c *cluster) script(ctx context.Context, command string) (string, error) {
	cmd := exec.CommandContext(ctx, filepath.Join("scripts", "flink"), command)
	cmd.Env, cmd.Stderr = c.env, os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("scripts/flink %s: %w", command, err)
	}
	return strings.TrimSpace(string(out)), nil
}

func (c *cluster) stop() {
	if _, err := c.script(context.Background(), "down"); err != nil {
		fmt.Fprintln(os.Stderr, "record:", err)
		return
	}
	os.RemoveAll(c.run)
}
