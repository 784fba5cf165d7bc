package kafka

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"os"
	"regexp"
	"strings"

	"github.com/flottstream/flott/internal/connector"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/sasl"
	"github.com/twmb/franz-go/pkg/sasl/plain"
	"github.com/twmb/franz-go/pkg/sasl/scram"
)

// security is how connections are encrypted and authenticated. Files are read
// when a client is made, not when options are.
type security struct {
	protocol, mechanism       string
	user, password            string
	caFile, certFile, keyFile string
	ca, cert, key             string // PEM
	anyHost                   bool   // the certificate's name does not matter
}

var (
	jaasModule = regexp.MustCompile(`^\s*([\w.]+)\s+required\b`)
	jaasOption = regexp.MustCompile(`(\w+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|'([^']*)'|([^\s;"']+))`)
)

// readJaas takes user and password from what Java wants as sasl.jaas.config.
func (s *security) readJaas(text string) error {
	module := jaasModule.FindStringSubmatch(text)
	if module == nil {
		return errors.New(`of the form: org.apache.kafka.common.security.plain.PlainLoginModule required username="…" password="…";`)
	}
	if !strings.HasSuffix(module[1], ".PlainLoginModule") && !strings.HasSuffix(module[1], ".ScramLoginModule") {
		return errors.New("a PlainLoginModule or a ScramLoginModule: others are not supported")
	}
	for _, m := range jaasOption.FindAllStringSubmatch(text, -1) {
		value := m[2] + m[3] + m[4]
		if m[2] != "" {
			value = strings.NewReplacer(`\"`, `"`, `\\`, `\`).Replace(value)
		}
		switch m[1] {
		case "username":
			s.user = value
		case "password":
			s.password = value
		}
	}
	return nil
}

func (s *security) readIdentification(v string) error {
	switch strings.ToLower(v) {
	case "", "none":
		s.anyHost = true
	case "https":
	default:
		return errors.New("'https', or empty for any host name")
	}
	return nil
}

// finish adds the authentication to the client's options.
func (s *security) finish(p *properties) error {
	switch s.protocol {
	case "", "PLAINTEXT", "SSL":
		return nil
	case "SASL_PLAINTEXT", "SASL_SSL":
	default:
		return fmt.Errorf("option 'properties.security.protocol' is %q, but must be one of PLAINTEXT, SSL, SASL_PLAINTEXT, SASL_SSL", s.protocol)
	}
	var m sasl.Mechanism
	switch s.mechanism {
	case "PLAIN":
		m = plain.Auth{User: s.user, Pass: s.password}.AsMechanism()
	case "SCRAM-SHA-256":
		m = scram.Auth{User: s.user, Pass: s.password}.AsSha256Mechanism()
	case "SCRAM-SHA-512":
		m = scram.Auth{User: s.user, Pass: s.password}.AsSha512Mechanism()
	default:
		return fmt.Errorf("option 'properties.sasl.mechanism' is %q, but must be one of PLAIN, SCRAM-SHA-256, SCRAM-SHA-512", s.mechanism)
	}
	if s.user == "" {
		return errors.New("option 'properties.sasl.jaas.config' must give username and password for security protocol " + s.protocol)
	}
	p.common = append(p.common, kgo.SASL(m))
	return nil
}

// encryption returns the option for TLS, nil without.
func (s *security) encryption() (kgo.Opt, error) {
	if s.protocol != "SSL" && s.protocol != "SASL_SSL" {
		return nil, nil
	}
	config := &tls.Config{MinVersion: tls.VersionTLS12}
	ca, err := pem(s.ca, s.caFile)
	if err != nil {
		return nil, err
	}
	if ca != nil {
		config.RootCAs = x509.NewCertPool()
		if !config.RootCAs.AppendCertsFromPEM(ca) {
			return nil, fmt.Errorf("the trust store '%s' has no PEM certificate; %s%w", s.caFile, pemOnly, connector.ErrUser)
		}
	}
	cert, err := pem(s.cert, s.certFile)
	if err != nil {
		return nil, err
	}
	if cert != nil {
		key, err := pem(s.key, s.keyFile)
		if err != nil {
			return nil, err
		}
		pair, err := tls.X509KeyPair(cert, key)
		if err != nil {
			return nil, fmt.Errorf("the key store '%s' cannot be read as PEM: %v; %s%w", s.certFile, err, pemOnly, connector.ErrUser)
		}
		config.Certificates = []tls.Certificate{pair}
	}
	if s.anyHost {
		skipHostName(config)
	}
	return kgo.DialTLSConfig(config), nil
}

// skipHostName verifies the chain of certificates but not the name in it.
func skipHostName(config *tls.Config) {
	config.InsecureSkipVerify = true
	config.VerifyConnection = func(state tls.ConnectionState) error {
		options := x509.VerifyOptions{Roots: config.RootCAs, Intermediates: x509.NewCertPool()}
		for _, c := range state.PeerCertificates[1:] {
			options.Intermediates.AddCert(c)
		}
		_, err := state.PeerCertificates[0].Verify(options)
		return err
	}
}

// pem is the text, or else that of the file, or nil.
func pem(text, file string) ([]byte, error) {
	if text != "" || file == "" {
		if text == "" {
			return nil, nil
		}
		return []byte(strings.ReplaceAll(text, `\n`, "\n")), nil
	}
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("cannot read the certificates for Kafka: %w%w", err, connector.ErrUser)
	}
	return data, nil
}
