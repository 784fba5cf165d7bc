package drill

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// zooKeeper is a ZooKeeper server of our own, from the jar that Flink's high
// availability takes.
type zooKeeper struct {
	jar, home, dir string
	port           int
	cmd            *exec.Cmd
	gone           chan struct{}
}

// newZooKeeper starts one for a Flink that scripts/flink installs.
func newZooKeeper(ctx context.Context, script, dir string) (*zooKeeper, error) {
	z := &zooKeeper{dir: filepath.Join(dir, "zookeeper")}
	for command, into := range map[string]*string{"home": &z.home, "zookeeper-jar": &z.jar} {
		out, err := exec.CommandContext(ctx, script, command).Output()
		if err != nil {
			return nil, fmt.Errorf("scripts/flink %s: %w", command, err)
		}
		*into = strings.TrimSpace(string(out))
	}
	var err error
	if z.port, err = freePort(); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(z.dir, 0o755); err != nil {
		return nil, err
	}
	config := fmt.Sprintf("dataDir=%s\nclientPort=%d\nclientPortAddress=127.0.0.1\ntickTime=2000\nadmin.enableServer=false\nserver.1=127.0.0.1\n", z.dir, z.port)
	if err := os.WriteFile(filepath.Join(z.dir, "zoo.cfg"), []byte(config), 0o600); err != nil {
		return nil, err
	}
	return z, z.start(ctx)
}

func (z *zooKeeper) address() string { return fmt.Sprintf("127.0.0.1:%d", z.port) }

func (z *zooKeeper) start(ctx context.Context) error {
	path := z.jar + ":" + z.home + "/lib/*"
	cmd := exec.Command("java", "-Xmx128m", "-XX:TieredStopAtLevel=1", "-cp", path,
		"org.apache.flink.runtime.zookeeper.FlinkZooKeeperQuorumPeer", "--zkConfigFile", filepath.Join(z.dir, "zoo.cfg"), "--peerId", "1")
	said := &tail{}
	cmd.Stdout, cmd.Stderr = said, said
	own(cmd)
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("ZooKeeper: %w", err)
	}
	gone := make(chan struct{})
	go func() { _ = cmd.Wait(); close(gone) }()
	z.cmd, z.gone = cmd, gone
	err := until(ctx, time.Minute, 200*time.Millisecond, func() bool {
		conn, err := net.DialTimeout("tcp", z.address(), time.Second)
		if err != nil {
			return false
		}
		return conn.Close() == nil
	})
	if err != nil {
		return errors.Join(fmt.Errorf("ZooKeeper does not start: %w\n%s", err, said), z.stop())
	}
	return nil
}

// stop kills the server; what it has written stays.
func (z *zooKeeper) stop() error {
	if z.cmd == nil {
		return nil
	}
	err := z.cmd.Process.Kill()
	<-z.gone
	z.cmd = nil
	if errors.Is(err, os.ErrProcessDone) {
		return nil
	}
	return err
}

// settings make a Flink use it.
func (z *zooKeeper) settings(dir string) []string {
	return []string{
		"high-availability.type=zookeeper", "high-availability.zookeeper.quorum=" + z.address(),
		"high-availability.storageDir=file://" + filepath.Join(dir, "ha"), "high-availability.cluster-id=/drill",
		"high-availability.zookeeper.client.session-timeout=20000", "high-availability.zookeeper.client.connection-timeout=5000",
	}
}
