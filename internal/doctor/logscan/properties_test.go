package logscan

import (
	"strings"
	"testing"
)

// The configuration is that of the JobManager's last start, whichever log is read
// first; a client's is not the cluster's.
func TestConfiguration(t *testing.T) {
	const (
		at     = "2026-11-21 15:49:54,246 INFO  org.apache.flink.X [] - "
		starts = at + " Starting "
		loads  = at + "Loading configuration property: "
	)
	s := NewScanner()
	for name, text := range map[string]string{
		"client.log": loads + "rest.port, 1\n",
		"taskmanager.log": starts + "TaskManagerRunner (Version: 2.3.0, Scala: 2.12)\n" +
			loads + "rest.port, 2\n",
		"jobmanager.log": starts + "StandaloneSessionClusterEntrypoint (Version: 1.20.1, Scala: 2.12)\n" +
			loads + "old.key, x\n" +
			starts + "StandaloneSessionClusterEntrypoint (Version: 2.3.0, Scala: 2.12)\n" +
			loads + "rest.port, 3\n" +
			at + "Loading dynamic configuration property: env.java.opts.all, -Da=b, -Dc=d\n",
	} {
		if err := s.Read(strings.NewReader(text), name); err != nil {
			t.Fatal(err)
		}
	}
	keys, version := s.Configuration()
	if version != "2.3.0" || len(keys) != 2 || keys["rest.port"] != "3" || keys["env.java.opts.all"] != "-Da=b, -Dc=d" {
		t.Errorf("release %q, keys %q", version, keys)
	}
	s = NewScanner()
	if err := s.Read(strings.NewReader(loads+"rest.port, 1\n"), "client.log"); err != nil {
		t.Fatal(err)
	}
	if keys, _ := s.Configuration(); keys != nil {
		t.Errorf("keys %q of a client", keys)
	}
}
