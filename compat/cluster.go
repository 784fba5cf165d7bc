package compat

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/flottstream/flott/internal/flinkgateway"
)

// Cluster is a small Flink of our own with a SQL gateway, in a run folder and on ports of its own, so that it stands
// beside another. Stop has to be called.
type Cluster struct {
	repository string // where scripts/flink is
	env        []string
	run        string
}

// StartCluster starts Flink through scripts/flink, which fetches it when it is not there. FLINK_PORT (28081) and the
// other variables of scripts/flink are heeded. Without FLINK_EXTRA_JARS the nexmark source is built and added.
func StartCluster(ctx context.Context, repository string) (*Cluster, Flink, error) {
	run, err := os.MkdirTemp("", "flott-judge-")
	if err != nil {
		return nil, Flink{}, err
	}
	c := &Cluster{repository: repository, run: run}
	c.env = append(os.Environ(), "FLINK_RUN="+filepath.Join(run, "run"), "FLINK_SLOTS=8", "FLINK_BACKEND=hashmap",
		"FLINK_TASK_HEAP=600m", "FLINK_MANAGED=128m", "FLINK_NETWORK=128m", "FLINK_JOBMANAGER_HEAP=512m", "FLINK_JVM=-XX:TieredStopAtLevel=1")
	if os.Getenv("FLINK_PORT") == "" {
		c.env = append(c.env, "FLINK_PORT=28081")
	}
	flink, err := c.start(ctx)
	if err != nil {
		c.Stop()
		return nil, Flink{}, err
	}
	return c, flink, nil
}

func (c *Cluster) start(ctx context.Context) (Flink, error) {
	if os.Getenv("FLINK_EXTRA_JARS") == "" {
		jar, err := c.command(ctx, "bench/nexmark/flink/build")
		if err != nil {
			return Flink{}, err
		}
		c.env = append(c.env, "FLINK_EXTRA_JARS="+jar)
	}
	if _, err := c.command(ctx, "scripts/flink", "up"); err != nil {
		return Flink{}, err
	}
	gateway, err := c.command(ctx, "scripts/flink", "gateway")
	if err != nil {
		return Flink{}, err
	}
	client, err := flinkgateway.Dial(ctx, gateway)
	return Flink{Client: client, Stdout: filepath.Join(c.run, "run", "log", "taskmanager.out")}, err
}

func (c *Cluster) command(ctx context.Context, script string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, filepath.Join(c.repository, script), args...)
	cmd.Env, cmd.Stderr = c.env, os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("%s %s: %w", script, strings.Join(args, " "), err)
	}
	return strings.TrimSpace(string(out)), nil
}

// Stop ends the processes and removes the run folder, which stays for inspection when they do not end.
func (c *Cluster) Stop() {
	if _, err := c.command(context.Background(), "scripts/flink", "down"); err != nil {
		fmt.Fprintln(os.Stderr, "compat:", err)
		return
	}
	os.RemoveAll(c.run)
}
