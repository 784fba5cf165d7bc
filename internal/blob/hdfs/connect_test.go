package hdfs

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// configuration is a folder with a core-site.xml of these keys and values.
func configuration(t *testing.T, pairs ...string) string {
	t.Helper()
	var text strings.Builder
	text.WriteString("<configuration>")
	for i := 0; i < len(pairs); i += 2 {
		fmt.Fprintf(&text, "<property><name>%s</name><value>%s</value></property>", pairs[i], pairs[i+1])
	}
	text.WriteString("</configuration>")
	dir := t.TempDir()
	must(t, os.WriteFile(filepath.Join(dir, "core-site.xml"), []byte(text.String()), 0o644))
	return dir
}

func TestAddresses(t *testing.T) {
	conf, err := loadConf(configuration(t, "fs.defaultFS", "hdfs://cluster/", "dfs.ha.namenodes.cluster", "a, b",
		"dfs.namenode.rpc-address.cluster.a", "h1:1", "dfs.namenode.rpc-address.cluster.b", "h2:2", "dfs.ha.namenodes.half", "x"))
	must(t, err)
	for authority, want := range map[string][]string{
		"": {"h1:1", "h2:2"}, "cluster": {"h1:1", "h2:2"}, "host": {"host:8020"}, "host:9000": {"host:9000"}, "half": nil,
	} {
		got, err := addresses(conf, authority)
		if !slices.Equal(got, want) || (err == nil) != (want != nil) {
			t.Errorf("%q leads to %q, %v, want %q", authority, got, err, want)
		}
	}
}

func TestMistakes(t *testing.T) {
	t.Setenv("HADOOP_CONF_DIR", "")
	t.Setenv("HADOOP_HOME", "")
	empty := t.TempDir()
	for _, c := range []struct{ authority, folder, conf, want string }{
		{"", "/a", "", "no NameNode is named: write hdfs://HOST:PORT/PATH"},
		{"h:1", "/a/../b", "", `the segment ".." is not allowed`},
		{"h:1", "/a", empty, "there is no core-site.xml or hdfs-site.xml in " + empty},
		{"h:1", "/a", configuration(t, "hadoop.security.authentication", "kerberos"), "Kerberos (hadoop.security.authentication), which is not supported"},
		{"127.0.0.1:1", "/a", "", "cannot open hdfs://127.0.0.1:1/a: no available namenodes"},
	} {
		if _, err := Open(t.Context(), c.authority, c.folder, Options{ConfDir: c.conf}); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%+v: %v", c, err)
		}
	}
}
