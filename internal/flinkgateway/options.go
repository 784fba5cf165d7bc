package flinkgateway

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"os"
	"strings"
	"time"
)

// Options are what the way to a gateway asks for: TLS, and what a proxy in front of it wants to know.
type Options struct {
	Token          string // sent as a bearer token
	User, Password string // sent as basic authentication
	CA             string // PEM file of the authorities that are trusted beside those of the system
	Cert, Key      string // PEM files of the client's certificate, for mutual TLS
}

const dialTimeout = 10 * time.Second

// client returns what sends requests, and the header of each.
func (o Options) client() (*http.Client, http.Header, error) {
	header := http.Header{}
	switch {
	case o.Token != "" && o.User != "":
		return nil, nil, errors.New("a token and a user are given; the gateway takes one of them")
	case o.Token != "":
		header.Set("Authorization", "Bearer "+o.Token)
	case o.User != "":
		header.Set("Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte(o.User+":"+o.Password)))
	}
	config, err := o.tls()
	if err != nil {
		return nil, nil, err
	}
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.TLSClientConfig = config
	transport.TLSHandshakeTimeout = dialTimeout
	// A page comes when the gateway has it; what hangs is told by the context.
	return &http.Client{Transport: transport}, header, nil
}

func (o Options) tls() (*tls.Config, error) {
	config := &tls.Config{MinVersion: tls.VersionTLS12}
	if o.CA != "" {
		pem, err := os.ReadFile(o.CA)
		if err != nil {
			return nil, fmt.Errorf("the authorities of the gateway's certificate: %w", err)
		}
		if config.RootCAs, err = x509.SystemCertPool(); err != nil {
			config.RootCAs = x509.NewCertPool()
		}
		if !config.RootCAs.AppendCertsFromPEM(pem) {
			return nil, fmt.Errorf("%s holds no certificate in PEM form", o.CA)
		}
	}
	switch {
	case (o.Cert == "") != (o.Key == ""):
		return nil, errors.New("a client's certificate needs its key, and a key its certificate; one of them is missing")
	case o.Cert != "":
		pair, err := tls.LoadX509KeyPair(o.Cert, o.Key)
		if err != nil {
			return nil, fmt.Errorf("the client's certificate: %w", err)
		}
		config.Certificates = []tls.Certificate{pair}
	}
	return config, nil
}

// credentials is how to mend a refusal by a proxy.
const credentials = "it wants to know who asks; set FLOTT_TARGET_TOKEN, or FLOTT_TARGET_USER and FLOTT_TARGET_PASSWORD"

// unreachable says why a request got no answer.
func (c *Client) unreachable(err error) error {
	var record tls.RecordHeaderError
	var verify *tls.CertificateVerificationError
	cause := innermost(err)
	switch {
	case errors.As(err, &record) || strings.Contains(cause.Error(), "HTTP response to HTTPS client"):
		return fmt.Errorf("%s does not speak TLS; use flink:// instead of flinks://", c.address)
	case errors.As(err, &verify):
		return fmt.Errorf("the certificate of %s is not trusted (%w); --target-ca FILE names its authority", c.address, cause)
	case strings.Contains(cause.Error(), "malformed HTTP response"):
		return fmt.Errorf("%s does not speak HTTP; if it speaks TLS, use flinks:// instead of flink://", c.address)
	}
	return fmt.Errorf("no SQL gateway answers at %s; is it started, and the address right? (%w)", c.address, cause)
}

// misdialed tells what is at the address instead of a SQL gateway, if that can be seen.
func (c *Client) misdialed(ctx context.Context, err error) error {
	var failure *Failure
	var syntax *answerError
	if !errors.As(err, &failure) && !errors.As(err, &syntax) {
		return err
	}
	var config struct {
		Version string `json:"flink-version"`
	}
	if e := c.call(ctx, http.MethodGet, "/config", nil, &config); e == nil && config.Version != "" {
		return fmt.Errorf("%s is the REST endpoint of a JobManager (Flink %s), not a SQL gateway; start one beside it with `bin/sql-gateway.sh start` and name its port, 8083 unless set", c.address, config.Version)
	}
	return fmt.Errorf("%s is no SQL gateway of Flink: it does not tell its versions (%w)", c.address, err)
}
