// Package kuberead reads Flink's pods and their warnings from Kubernetes: limits,
// restarts, why the last container ended, why a pod is not scheduled. It lists pods
// and events of one namespace, nothing else.
package kuberead

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/goccy/go-yaml"
)

// kubeconfig is the part of a kubeconfig file that is needed to read.
type kubeconfig struct {
	Current  string `yaml:"current-context"`
	Contexts []struct {
		Name    string `yaml:"name"`
		Context struct {
			Cluster   string `yaml:"cluster"`
			User      string `yaml:"user"`
			Namespace string `yaml:"namespace"`
		} `yaml:"context"`
	} `yaml:"contexts"`
	Clusters []struct {
		Name    string `yaml:"name"`
		Cluster struct {
			Server   string `yaml:"server"`
			CA       string `yaml:"certificate-authority"`
			CAData   string `yaml:"certificate-authority-data"`
			Insecure bool   `yaml:"insecure-skip-tls-verify"`
		} `yaml:"cluster"`
	} `yaml:"clusters"`
	Users []struct {
		Name string `yaml:"name"`
		User struct {
			Token     string         `yaml:"token"`
			TokenFile string         `yaml:"tokenFile"`
			Cert      string         `yaml:"client-certificate"`
			CertData  string         `yaml:"client-certificate-data"`
			Key       string         `yaml:"client-key"`
			KeyData   string         `yaml:"client-key-data"`
			Exec      map[string]any `yaml:"exec"`
			Provider  map[string]any `yaml:"auth-provider"`
		} `yaml:"user"`
	} `yaml:"users"`
}

// Client reads one namespace.
type Client struct {
	server, namespace, token string
	http                     *http.Client
}

// Open reads a kubeconfig file. The namespace is that of its current context if
// none is given. No command is run: an exec plugin is refused.
func Open(path, namespace string) (*Client, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("the file of --kubeconfig: %w", err)
	}
	var k kubeconfig
	if err := yaml.Unmarshal(text, &k); err != nil {
		reason, _, _ := strings.Cut(err.Error(), "\n") // the rest shows the text, which has secrets
		return nil, fmt.Errorf("%s (--kubeconfig) cannot be read: %s", path, reason)
	}
	c := &Client{namespace: namespace}
	cluster, user := "", ""
	for _, x := range k.Contexts {
		if x.Name == k.Current {
			cluster, user = x.Context.Cluster, x.Context.User
			if c.namespace == "" {
				c.namespace = x.Context.Namespace
			}
		}
	}
	if cluster == "" {
		return nil, fmt.Errorf("%s (--kubeconfig) has no context %q; kubectl config use-context", path, k.Current)
	}
	if c.namespace == "" {
		c.namespace = "default"
	}
	conf := &tls.Config{MinVersion: tls.VersionTLS12}
	at := filepath.Dir(path)
	if err := c.useCluster(&k, cluster, at, conf); err != nil {
		return nil, err
	}
	if err := c.useUser(&k, user, at, conf); err != nil {
		return nil, err
	}
	c.http = &http.Client{Timeout: 5 * time.Second, Transport: &http.Transport{TLSClientConfig: conf, Proxy: http.ProxyFromEnvironment}}
	return c, nil
}

func (c *Client) useCluster(k *kubeconfig, name, dir string, conf *tls.Config) error {
	for _, x := range k.Clusters {
		if x.Name != name {
			continue
		}
		c.server = strings.TrimSuffix(x.Cluster.Server, "/")
		conf.InsecureSkipVerify = x.Cluster.Insecure
		ca, err := data(x.Cluster.CAData, x.Cluster.CA, dir)
		if err != nil {
			return err
		}
		if len(ca) > 0 {
			conf.RootCAs = x509.NewCertPool()
			if !conf.RootCAs.AppendCertsFromPEM(ca) {
				return fmt.Errorf("certificate-authority of cluster %q holds no certificate", name)
			}
		}
		return nil
	}
	return fmt.Errorf("the kubeconfig has no cluster %q", name)
}

func (c *Client) useUser(k *kubeconfig, name, dir string, conf *tls.Config) error {
	for _, x := range k.Users {
		if x.Name != name {
			continue
		}
		u := x.User
		if u.Exec != nil || u.Provider != nil {
			return fmt.Errorf("user %q of the kubeconfig gets its token from a command, which the doctor does not run; make one with a token: kubectl create token", name)
		}
		c.token = u.Token
		if c.token == "" && u.TokenFile != "" {
			text, err := os.ReadFile(u.TokenFile)
			if err != nil {
				return err
			}
			c.token = strings.TrimSpace(string(text))
		}
		cert, err1 := data(u.CertData, u.Cert, dir)
		key, err2 := data(u.KeyData, u.Key, dir)
		if err := errors.Join(err1, err2); err != nil {
			return err
		}
		if len(cert) > 0 {
			pair, err := tls.X509KeyPair(cert, key)
			if err != nil {
				return fmt.Errorf("client certificate of user %q: %w", name, err)
			}
			conf.Certificates = []tls.Certificate{pair}
		}
		return nil
	}
	return nil // anonymous
}

// data is what a kubeconfig holds inline, or names as a file beside it.
func data(inline, path, dir string) ([]byte, error) {
	if inline != "" {
		return base64.StdEncoding.DecodeString(inline)
	}
	if path == "" {
		return nil, nil
	}
	if !filepath.IsAbs(path) {
		path = filepath.Join(dir, path)
	}
	return os.ReadFile(path)
}
