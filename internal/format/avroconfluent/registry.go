package avroconfluent

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/flottstream/flott/internal/format"
	"github.com/flottstream/flott/internal/format/avro"
	"github.com/flottstream/flott/internal/types"
)

const (
	optURL          = "url"
	optSubject      = "subject"
	optSchema       = "schema"
	optTrust        = "ssl.truststore.location"
	optTrustSecret  = "ssl.truststore.password"
	optKeys         = "ssl.keystore.location"
	optKeysSecret   = "ssl.keystore.password"
	optBasicSource  = "basic-auth.credentials-source"
	optBasicUser    = "basic-auth.user-info"
	optBearerSource = "bearer-auth.credentials-source"
	optBearerToken  = "bearer-auth.token"
)

var options = []string{optURL, optSubject, optSchema, optTrust, optTrustSecret, optKeys, optKeysSecret,
	optBasicSource, optBasicUser, optBearerSource, optBearerToken}

// registry talks to a schema registry.
type registry struct {
	format  string // for errors
	urls    []string
	subject string
	schema  string
	auth    string // of the Authorization header, "" for none
	client  *http.Client
}

func newRegistry(name string, options map[string]string) (*registry, error) {
	r := &registry{format: name, subject: options[optSubject], schema: options[optSchema]}
	for _, text := range strings.Split(options[optURL], ",") {
		text = strings.TrimRight(strings.TrimSpace(text), "/")
		if text == "" {
			return nil, fmt.Errorf("One or more required options are missing.\n\nMissing required options are:\n\n%s.%s", name, optURL)
		}
		u, err := url.Parse(text)
		if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
			return nil, fmt.Errorf("option '%s.url' is '%s', but must be an http:// or https:// address", name, text)
		}
		if u.User != nil && r.auth == "" {
			secret, _ := u.User.Password()
			r.auth = "Basic " + base64.StdEncoding.EncodeToString([]byte(u.User.Username()+":"+secret))
			u.User = nil
			text = u.String()
		}
		r.urls = append(r.urls, text)
	}
	if err := r.readAuth(options); err != nil {
		return nil, err
	}
	settings, err := trust(name, options)
	if err != nil {
		return nil, err
	}
	r.client = &http.Client{Timeout: 30 * time.Second, Transport: &http.Transport{TLSClientConfig: settings, Proxy: http.ProxyFromEnvironment}}
	return r, nil
}

func (r *registry) readAuth(options map[string]string) error {
	switch source := strings.ToUpper(options[optBasicSource]); source {
	case "", "URL":
	case "USER_INFO":
		if options[optBasicUser] == "" {
			return fmt.Errorf("option '%s.%s' = 'USER_INFO' needs '%s.%s', as user:password", r.format, optBasicSource, r.format, optBasicUser)
		}
		r.auth = "Basic " + base64.StdEncoding.EncodeToString([]byte(options[optBasicUser]))
	default:
		return fmt.Errorf("option '%s.%s' = '%s' is not supported: write USER_INFO or URL", r.format, optBasicSource, source)
	}
	switch source := strings.ToUpper(options[optBearerSource]); source {
	case "":
	case "STATIC_TOKEN":
		if options[optBearerToken] == "" {
			return fmt.Errorf("option '%s.%s' = 'STATIC_TOKEN' needs '%s.%s'", r.format, optBearerSource, r.format, optBearerToken)
		}
		r.auth = "Bearer " + options[optBearerToken]
	default:
		return fmt.Errorf("option '%s.%s' = '%s' is not supported: write STATIC_TOKEN", r.format, optBearerSource, source)
	}
	return nil
}

// trust reads the certificates to trust and to show. They are PEM; Java's
// keystores are refused.
func trust(name string, options map[string]string) (*tls.Config, error) {
	c := &tls.Config{MinVersion: tls.VersionTLS12}
	for _, option := range []string{optTrustSecret, optKeysSecret} {
		if options[option] != "" {
			return nil, fmt.Errorf("option '%s.%s' is not supported: certificates are PEM files without a password", name, option)
		}
	}
	if path := options[optTrust]; path != "" {
		pem, err := os.ReadFile(path)
		if err != nil {
			return nil, fmt.Errorf("option '%s.%s': %w", name, optTrust, err)
		}
		c.RootCAs = x509.NewCertPool()
		if !c.RootCAs.AppendCertsFromPEM(pem) {
			return nil, fmt.Errorf("option '%s.%s': '%s' has no certificate in PEM form; a Java keystore is turned into one by 'keytool -exportcert -rfc'", name, optTrust, path)
		}
	}
	if path := options[optKeys]; path != "" {
		pair, err := tls.LoadX509KeyPair(path, path)
		if err != nil {
			return nil, fmt.Errorf("option '%s.%s': '%s' must be a PEM file with a certificate and its key: %w", name, optKeys, path, err)
		}
		c.Certificates = []tls.Certificate{pair}
	}
	return c, nil
}

// frame is the beginning of a message.
func frame(number uint32) []byte { return binary.BigEndian.AppendUint32([]byte{0}, number) }

// unframe takes a message apart.
func unframe(name string, msg []byte) (number uint32, record []byte, err error) {
	if len(msg) < 5 || msg[0] != 0 {
		return 0, nil, &format.Malformed{Format: name, Reason: "Unknown data format. Magic number does not match: a message begins with a zero byte and the number of its schema",
			Text: append([]byte(nil), msg[:min(len(msg), 1024)]...)}
	}
	return binary.BigEndian.Uint32(msg[1:]), msg[5:], nil
}

// records asks for a schema and makes what reads its records.
func (r *registry) records(number uint32, columns types.Schema) (*avro.Records, error) {
	var answer struct {
		Schema     string `json:"schema"`
		SchemaType string `json:"schemaType"`
	}
	if err := r.call(http.MethodGet, fmt.Sprintf("/schemas/ids/%d", number), nil, &answer); err != nil {
		return nil, fmt.Errorf("Could not find schema with id %d in registry: %w", number, err)
	}
	if answer.SchemaType != "" && answer.SchemaType != "AVRO" {
		return nil, fmt.Errorf("the schema %d in the registry is of type %s, not AVRO", number, answer.SchemaType)
	}
	written, err := avro.Parse([]byte(answer.Schema))
	if err != nil {
		return nil, fmt.Errorf("the schema %d in the registry: %w", number, err)
	}
	records, err := avro.NewRecords(r.format, written, columns)
	if err != nil {
		return nil, fmt.Errorf("the schema %d in the registry does not suit the table: %w", number, err)
	}
	return records, nil
}

// register makes sure that a schema has a number.
func (r *registry) register(schema string) (uint32, error) {
	body, err := json.Marshal(map[string]string{"schema": schema})
	if err != nil {
		return 0, err
	}
	var answer struct {
		ID uint32 `json:"id"`
	}
	if err := r.call(http.MethodPost, "/subjects/"+url.PathEscape(r.subject)+"/versions", body, &answer); err != nil {
		return 0, fmt.Errorf("Could not register schema in registry: %w", err)
	}
	return answer.ID, nil
}

// call asks the registries one after the other until one answers.
func (r *registry) call(method, path string, body []byte, answer any) (err error) {
	for _, base := range r.urls {
		var retry bool
		if retry, err = r.ask(method, base+path, body, answer); err == nil || !retry {
			return err
		}
	}
	return err
}

func (r *registry) ask(method, address string, body []byte, answer any) (retry bool, err error) {
	req, err := http.NewRequestWithContext(context.Background(), method, address, bytes.NewReader(body))
	if err != nil {
		return false, err
	}
	req.Header.Set("Accept", "application/vnd.schemaregistry.v1+json, application/json")
	if body != nil {
		req.Header.Set("Content-Type", "application/vnd.schemaregistry.v1+json")
	}
	if r.auth != "" {
		req.Header.Set("Authorization", r.auth)
	}
	resp, err := r.client.Do(req)
	if err != nil {
		return true, err
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(io.LimitReader(resp.Body, 64<<20))
	if err != nil {
		return true, err
	}
	if resp.StatusCode/100 != 2 {
		var problem struct {
			Code    int    `json:"error_code"`
			Message string `json:"message"`
		}
		if json.Unmarshal(text, &problem) != nil || problem.Message == "" {
			problem.Message = http.StatusText(resp.StatusCode)
		}
		return resp.StatusCode >= 500, fmt.Errorf("%s; error code: %d (HTTP %d from %s)", problem.Message, problem.Code, resp.StatusCode, address)
	}
	if err := json.Unmarshal(text, answer); err != nil {
		return false, errors.New("the registry's answer is no JSON; is '" + address + "' a schema registry?")
	}
	return false, nil
}
