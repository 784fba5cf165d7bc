// Package flinkrest reads a snapshot from Flink's REST API (1.17 to 2.3), or from
// answers of it that were kept.
//
// Contract: it only ever sends GET. At most Options.Parallel requests are under
// way; an answer is bounded in size; what cannot be read is recorded in
// snapshot.Missing with its reason. Only a target that is no Flink at all is an
// error.
package flinkrest

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"
)

// Getter answers GET requests for paths such as "/jobs/overview".
type Getter interface {
	Get(ctx context.Context, path string) ([]byte, error)
}

// Access says how a cluster is reached.
type Access struct {
	URL      string        // http://host:8081; a path in it is kept as a prefix
	Headers  []string      // "Name: value"
	Bearer   string        // token for the header Authorization
	User     string        // user:password for basic authentication
	CA       string        // file with certificates to trust beside the system's
	Cert     string        // client certificate file
	Key      string        // client key file
	Insecure bool          // do not verify the server's certificate
	Timeout  time.Duration // of one request; default 5 s
}

// answerBytesMax is the size of an answer that is read; eight may be under way.
const answerBytesMax = 8 << 20

// StatusError is an answer other than 200.
type StatusError struct {
	Path   string
	Status int
	Text   string
}

func (e *StatusError) Error() string {
	hint := ""
	switch e.Status {
	case http.StatusUnauthorized, http.StatusForbidden:
		hint = "; give --bearer, --user or --header"
	}
	return fmt.Sprintf("%s answered %d %s%s%s", e.Path, e.Status, http.StatusText(e.Status), e.Text, hint)
}

// NotFlinkError says that a target speaks HTTP but is no Flink.
type NotFlinkError struct{ Target, What string }

func (e *NotFlinkError) Error() string {
	return fmt.Sprintf("%s is not Flink's REST API: it answered with %s; give the address of the JobManager's REST port (8081) or of the ingress with its path prefix", e.Target, e.What)
}

// Client is a Getter over HTTP.
type Client struct {
	base    *url.URL
	headers http.Header
	http    *http.Client
}

// NewClient checks how a cluster is to be reached. It connects to nothing.
func NewClient(a Access) (*Client, error) {
	if !strings.Contains(a.URL, "://") {
		a.URL = "http://" + a.URL
	}
	base, err := url.Parse(a.URL)
	if err != nil || base.Host == "" || base.Scheme != "http" && base.Scheme != "https" {
		return nil, fmt.Errorf("%q is no address of a cluster; write http://HOST:8081", a.URL)
	}
	base.Path = strings.TrimSuffix(base.Path, "/")
	base.RawQuery, base.Fragment = "", ""
	headers := http.Header{"Accept": {"application/json, text/plain"}, "User-Agent": {"flott-doctor"}}
	for _, h := range a.Headers {
		name, value, ok := strings.Cut(h, ":")
		if !ok || strings.TrimSpace(name) == "" {
			return nil, fmt.Errorf("header %q is not of the form 'Name: value'", name)
		}
		headers.Add(strings.TrimSpace(name), strings.TrimSpace(value))
	}
	if a.Bearer != "" {
		headers.Set("Authorization", "Bearer "+a.Bearer)
	}
	if base.User != nil {
		password, _ := base.User.Password()
		a.User = base.User.Username() + ":" + password
		base.User = nil
	}
	tlsConfig, err := tlsOf(a)
	if err != nil {
		return nil, err
	}
	if a.User != "" {
		name, password, _ := strings.Cut(a.User, ":")
		probe := &http.Request{Header: headers}
		probe.SetBasicAuth(name, password)
	}
	if a.Timeout <= 0 {
		a.Timeout = 5 * time.Second
	}
	c := &Client{base: base, headers: headers}
	c.http = &http.Client{
		Timeout:   a.Timeout,
		Transport: &http.Transport{Proxy: http.ProxyFromEnvironment, TLSClientConfig: tlsConfig, MaxIdleConnsPerHost: 16, MaxResponseHeaderBytes: 256 << 10, IdleConnTimeout: 30 * time.Second},
		CheckRedirect: func(r *http.Request, via []*http.Request) error {
			// Headers of ours may be secrets: they stay with the host they are for.
			if r.URL.Host != base.Host {
				return fmt.Errorf("redirected to %s: is there a login in front of it", r.URL.Host)
			}
			if len(via) > 4 {
				return fmt.Errorf("redirected in a circle: is there a login in front of it")
			}
			return nil
		},
	}
	return c, nil
}

func tlsOf(a Access) (*tls.Config, error) {
	c := &tls.Config{MinVersion: tls.VersionTLS12, InsecureSkipVerify: a.Insecure}
	if a.CA != "" {
		pem, err := os.ReadFile(a.CA)
		if err != nil {
			return nil, fmt.Errorf("the file of --tls-ca: %w", err)
		}
		c.RootCAs = x509.NewCertPool()
		if !c.RootCAs.AppendCertsFromPEM(pem) {
			return nil, fmt.Errorf("%s (--tls-ca) holds no certificate in PEM", a.CA)
		}
	}
	if a.Cert != "" || a.Key != "" {
		pair, err := tls.LoadX509KeyPair(a.Cert, a.Key)
		if err != nil {
			return nil, fmt.Errorf("the client certificate (--tls-cert, --tls-key): %w", err)
		}
		c.Certificates = []tls.Certificate{pair}
	}
	return c, nil
}

// Target is the address without user and query.
func (c *Client) Target() string { return c.base.String() }

// Get reads a path.
func (c *Client) Get(ctx context.Context, path string) ([]byte, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, c.base.String()+path, nil)
	if err != nil {
		return nil, err
	}
	r.Header = c.headers
	answer, err := c.http.Do(r)
	if err != nil {
		return nil, plain(err, c.base.Host)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(io.LimitReader(answer.Body, answerBytesMax+1))
	if err != nil {
		return nil, plain(err, c.base.Host)
	}
	if len(body) > answerBytesMax {
		return nil, fmt.Errorf("the answer to %s is larger than %d MiB", path, answerBytesMax>>20)
	}
	kind, _, _ := mime.ParseMediaType(answer.Header.Get("Content-Type"))
	if kind == "text/html" {
		return nil, &NotFlinkError{c.base.String(), "an HTML page" + titleOf(body)}
	}
	if answer.StatusCode != http.StatusOK {
		return nil, &StatusError{strings.SplitN(path, "?", 2)[0], answer.StatusCode, errorText(body)}
	}
	return body, nil
}

// plain says in a sentence why a request failed.
func plain(err error, host string) error {
	var timeout interface{ Timeout() bool }
	if errors.As(err, &timeout) && timeout.Timeout() {
		return fmt.Errorf("%s did not answer in time (--timeout)", host)
	}
	var u *url.Error
	if errors.As(err, &u) {
		err = u.Err
	}
	return fmt.Errorf("cannot read from %s: %w", host, err)
}

func titleOf(body []byte) string {
	text := string(body[:min(len(body), 4096)])
	lower := strings.ToLower(text)
	from := strings.Index(lower, "<title>")
	to := strings.Index(lower, "</title>")
	if from < 0 || to < from {
		return ""
	}
	return fmt.Sprintf(" (%q)", strings.TrimSpace(text[from+7:to]))
}
