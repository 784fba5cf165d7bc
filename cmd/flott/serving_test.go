package main

import (
	"net"
	"net/http"
	"strings"
	"testing"

	"github.com/flottstream/flott/internal/config"
	"github.com/flottstream/flott/internal/embedded"
	"github.com/flottstream/flott/internal/rpc"
)

func TestWhereRESTListens(t *testing.T) {
	for _, c := range []struct {
		flag     string
		settings []string
		host     string
		ports    int // how many may be tried
		first    int
		refused  string
	}{
		{"", nil, "127.0.0.1", 101, 8081, ""},
		{"", []string{"rest.port", "9000"}, "127.0.0.1", 1, 9000, ""},
		{"", []string{"rest.port", "0"}, "127.0.0.1", 1, 0, ""},
		{"", []string{"rest.bind-port", "9000-9002,7000", "rest.port", "1"}, "127.0.0.1", 4, 9000, ""},
		{"", []string{"rest.address", "localhost"}, "localhost", 101, 8081, ""},
		{"", []string{"rest.bind-address", "::1", "rest.address", "streams.example"}, "::1", 101, 8081, ""},
		{"0.0.0.0:7000", nil, "0.0.0.0", 1, 7000, ""},
		{"[::1]:0", []string{"rest.address", "streams.example"}, "::1", 1, 0, ""},
		{"", []string{"rest.bind-address", "0.0.0.0"}, "", 0, 0, "'rest.bind-address' is \"0.0.0.0\", which others than this machine reach; if that is meant, give --rest 0.0.0.0:8081"},
		{"", []string{"rest.address", "streams.example", "rest.port", "9"}, "", 0, 0, "give --rest streams.example:9"},
		{"", []string{"rest.port", "70000"}, "", 0, 0, "must be from 0 to 65535"},
		{"", []string{"rest.bind-port", "x"}, "", 0, 0, "'rest.bind-port': \"x\" is no port"},
		{"8081", nil, "", 0, 0, "--rest: \"8081\" is no address; write HOST:PORT"},
		{"127.0.0.1:x", nil, "", 0, 0, "is no address"},
	} {
		cfg := config.New()
		for i := 0; i < len(c.settings); i += 2 {
			if err := cfg.Set(c.settings[i], c.settings[i+1]); err != nil {
				t.Fatal(err)
			}
		}
		s := &serving{config: cfg, address: c.flag}
		host, ports, err := s.place()
		switch {
		case c.refused != "":
			if err == nil || !strings.Contains(err.Error(), c.refused) {
				t.Errorf("--rest %q %v: error %v, want %s", c.flag, c.settings, err, c.refused)
			}
		case err != nil:
			t.Errorf("--rest %q %v: %v", c.flag, c.settings, err)
		case host != c.host || len(ports) != c.ports || ports[0] != c.first:
			t.Errorf("--rest %q %v: %s %v, want %s, %d from %d", c.flag, c.settings, host, ports, c.host, c.ports, c.first)
		}
	}
}

// A port that was asked for and is taken ends the run; the default one does not.
func TestTakenPort(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	_, err = newServing(l.Addr().String(), config.New(), newRunner(true), rpc.Discard)
	if err == nil || !strings.Contains(err.Error(), "the port is taken") {
		t.Errorf("a taken port that was asked for: %v", err)
	}
	s, err := newServing("127.0.0.1:0", config.New(), newRunner(true), rpc.Discard)
	if err != nil {
		t.Fatal(err)
	}
	defer s.close()
	resp, err := http.Get("http://" + s.server.Address() + "/jobs")
	if err != nil || resp.StatusCode != 200 {
		t.Errorf("before the first job: %v %v", resp, err)
	}
	if err == nil {
		resp.Body.Close()
	}
}

// What serves nothing opens nothing.
func TestServingOff(t *testing.T) {
	off, err := newServing("off", config.New(), newRunner(true), rpc.Discard)
	if err != nil {
		t.Fatal(err)
	}
	off.started(&embedded.Execution{})
	off.close()
	idle, err := newServing("", config.New(), newRunner(true), rpc.Discard)
	if err != nil {
		t.Fatal(err)
	}
	idle.close() // no job was started
	if off.server != nil || idle.server != nil || len(off.board.Jobs()) != 0 {
		t.Error("REST was opened")
	}
}
