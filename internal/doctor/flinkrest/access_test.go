package flinkrest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// certificate writes a self-signed certificate and its key as PEM files.
func certificate(t *testing.T, name string) (certFile, keyFile string, pair tls.Certificate) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	certFile, keyFile = filepath.Join(dir, name+".pem"), filepath.Join(dir, name+".key")
	certPEM, keyPEM := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: secret})
	if os.WriteFile(certFile, certPEM, 0o600) != nil || os.WriteFile(keyFile, keyPEM, 0o600) != nil {
		t.Fatal("cannot write certificates")
	}
	if pair, err = tls.X509KeyPair(certPEM, keyPEM); err != nil {
		t.Fatal(err)
	}
	return certFile, keyFile, pair
}

// A cluster behind TLS with client certificates and a proxy that wants a login.
func TestAccess(t *testing.T) {
	serverCert, _, pair := certificate(t, "server")
	clientCert, clientKey, _ := certificate(t, "client")
	clients := x509.NewCertPool()
	raw, _ := os.ReadFile(clientCert)
	clients.AppendCertsFromPEM(raw)
	start := func(auth tls.ClientAuthType) *httptest.Server {
		s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			user, password, basic := r.BasicAuth()
			if r.Header.Get("Authorization") != "Bearer t0ken" && !(basic && user == "u" && password == "p:w") && r.Header.Get("X-Key") != "k" {
				w.WriteHeader(http.StatusUnauthorized)
				return
			}
			fmt.Fprint(w, `{"ok":true}`)
		}))
		s.Config.ErrorLog = log.New(io.Discard, "", 0)
		s.TLS = &tls.Config{Certificates: []tls.Certificate{pair}, ClientAuth: auth, ClientCAs: clients}
		s.StartTLS()
		t.Cleanup(s.Close)
		return s
	}
	open, closed := start(tls.NoClientCert), start(tls.RequireAndVerifyClientCert)
	for name, test := range map[string]struct {
		access Access
		want   string // of the error; "": it is answered
	}{
		"bearer":             {Access{URL: open.URL, CA: serverCert, Bearer: "t0ken"}, ""},
		"basic":              {Access{URL: open.URL, CA: serverCert, User: "u:p:w"}, ""},
		"basic in address":   {Access{URL: strings.Replace(open.URL, "://", "://u:p%3Aw@", 1), CA: serverCert}, ""},
		"header":             {Access{URL: open.URL, CA: serverCert, Headers: []string{"X-Key: k"}}, ""},
		"not verified":       {Access{URL: open.URL, Insecure: true, Bearer: "t0ken"}, ""},
		"unknown CA":         {Access{URL: open.URL, Bearer: "t0ken"}, "certificate"},
		"no login":           {Access{URL: open.URL, CA: serverCert}, "401 Unauthorized; give --bearer"},
		"wrong login":        {Access{URL: open.URL, CA: serverCert, User: "u:x"}, "401 Unauthorized"},
		"client certificate": {Access{URL: closed.URL, CA: serverCert, Cert: clientCert, Key: clientKey, Bearer: "t0ken"}, ""},
		"none":               {Access{URL: closed.URL, CA: serverCert, Bearer: "t0ken"}, "cannot read from 127.0.0.1"},
		"TLS is expected":    {Access{URL: strings.Replace(open.URL, "https", "http", 1), Bearer: "t0ken"}, "400"},
	} {
		t.Run(name, func(t *testing.T) {
			test.access.Timeout = 5 * time.Second
			c, err := NewClient(test.access)
			if err != nil {
				t.Fatal(err)
			}
			body, err := c.Get(t.Context(), "/overview")
			if test.want == "" && (err != nil || string(body) != `{"ok":true}`) {
				t.Errorf("%q, %v", body, err)
			}
			if test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want) || strings.Contains(err.Error(), "\n")) {
				t.Errorf("%v, want %q", err, test.want)
			}
			if err != nil && (strings.Contains(err.Error(), "t0ken") || strings.Contains(err.Error(), "p:w")) {
				t.Errorf("a secret is in %v", err)
			}
		})
	}
}
