package hdfs

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/user"
	"path"
	"strconv"
	"strings"
	"time"

	"github.com/colinmarc/hdfs/v2"
	"github.com/colinmarc/hdfs/v2/hadoopconf"
	"github.com/flottstream/flott/internal/blob"
)

// Options are what HDFS needs beside an address. What is empty is taken from
// Hadoop's usual places.
type Options struct {
	// ConfDir has core-site.xml and hdfs-site.xml; default: HADOOP_CONF_DIR, or
	// conf in HADOOP_HOME, or none.
	ConfDir string
	// User is whom the NameNode takes us for; default: HADOOP_USER_NAME, or the
	// user of this process.
	User string
}

const (
	defaultPort = "8020"
	dialTimeout = 20 * time.Second
	// idleTimeout is how long a NameNode or DataNode may be silent while it is
	// expected to answer.
	idleTimeout = 60 * time.Second
)

// Open returns the Store below a folder of the file system at an authority: a
// NameNode's host:port, a name that the Hadoop configuration explains, or ""
// for the configuration's default.
func Open(ctx context.Context, authority, folder string, o Options) (*Store, error) {
	s := &Store{url: "hdfs://" + authority + strings.TrimSuffix(folder, "/"), root: path.Clean("/" + folder)}
	fail := func(err error) (*Store, error) { return nil, fmt.Errorf("cannot open %s: %w", s.url, reason(err)) }
	if name := strings.Trim(folder, "/"); name != "" {
		if err := blob.CheckName(name); err != nil {
			return fail(err)
		}
	}
	conf, err := loadConf(o.ConfDir)
	if err != nil {
		return fail(err)
	}
	options := hdfs.ClientOptionsFromConf(conf)
	if options.KerberosClient != nil {
		return fail(errors.New("its configuration asks for Kerberos (hadoop.security.authentication), which is not supported"))
	}
	if options.Addresses, err = addresses(conf, authority); err != nil {
		return fail(err)
	}
	if options.User, err = userName(o.User); err != nil {
		return fail(err)
	}
	dialer := &net.Dialer{Timeout: dialTimeout}
	options.DatanodeDialFunc = func(ctx context.Context, network, address string) (net.Conn, error) {
		c, err := dialer.DialContext(ctx, network, address)
		if err != nil {
			return nil, err
		}
		return &impatient{c}, nil
	}
	options.NamenodeDialFunc = options.DatanodeDialFunc
	if err := ctx.Err(); err != nil {
		return fail(err)
	}
	if s.client, err = hdfs.NewClient(options); err != nil {
		return fail(err)
	}
	defaults, err := s.client.ServerDefaults()
	if err != nil {
		s.client.Close()
		return fail(err)
	}
	s.replication, s.blockSize = defaults.Replication, defaults.BlockSize
	if err := s.overrule(conf); err != nil {
		s.client.Close()
		return fail(err)
	}
	return s, nil
}

// overrule takes what the client's configuration says about its files in place
// of the NameNode's defaults.
func (s *Store) overrule(conf hadoopconf.HadoopConf) error {
	if text := conf["dfs.replication"]; text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 {
			return fmt.Errorf("dfs.replication is %q, but must be a number of 1 or more", text)
		}
		s.replication = n
	}
	return nil
}

func loadConf(dir string) (hadoopconf.HadoopConf, error) {
	if dir == "" {
		return hadoopconf.LoadFromEnvironment()
	}
	conf, err := hadoopconf.Load(dir)
	if err == nil && conf == nil {
		err = fmt.Errorf("there is no core-site.xml or hdfs-site.xml in %s", dir)
	}
	return conf, err
}

// addresses are the NameNodes of an authority.
func addresses(conf hadoopconf.HadoopConf, authority string) ([]string, error) {
	if authority == "" {
		_, rest, ok := strings.Cut(conf["fs.defaultFS"], "hdfs://")
		authority, _, _ = strings.Cut(rest, "/")
		if !ok || authority == "" {
			return nil, errors.New("no NameNode is named: write hdfs://HOST:PORT/PATH, or set fs.defaultFS in core-site.xml and HADOOP_CONF_DIR")
		}
	}
	if ids := conf["dfs.ha.namenodes."+authority]; ids != "" {
		var all []string
		for id := range strings.SplitSeq(ids, ",") {
			key := "dfs.namenode.rpc-address." + authority + "." + strings.TrimSpace(id)
			if conf[key] == "" {
				return nil, fmt.Errorf("dfs.ha.namenodes.%s names %s, but %s is not set", authority, id, key)
			}
			all = append(all, conf[key])
		}
		return all, nil
	}
	if _, _, err := net.SplitHostPort(authority); err != nil {
		authority = net.JoinHostPort(authority, defaultPort)
	}
	return []string{authority}, nil
}

func userName(name string) (string, error) {
	if name != "" {
		return name, nil
	}
	if name = os.Getenv("HADOOP_USER_NAME"); name != "" {
		return name, nil
	}
	u, err := user.Current()
	if err != nil {
		return "", fmt.Errorf("the user is not known (%w): set HADOOP_USER_NAME", err)
	}
	return u.Username, nil
}

// impatient is a connection that fails when the other side is silent, and is
// closed then: the client would take a late answer for that of its next call.
type impatient struct{ net.Conn }

func (c *impatient) Read(p []byte) (int, error) {
	_ = c.SetReadDeadline(time.Now().Add(idleTimeout))
	n, err := c.Conn.Read(p)
	if err != nil {
		c.Close()
	}
	return n, err
}

func (c *impatient) Write(p []byte) (int, error) {
	_ = c.SetWriteDeadline(time.Now().Add(idleTimeout))
	n, err := c.Conn.Write(p)
	if err != nil {
		c.Close()
	}
	return n, err
}
