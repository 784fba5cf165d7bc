package kuberead

import (
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const pods = `{"items":[
 {"metadata":{"name":"orders-taskmanager-1-1","labels":{"component":"taskmanager"}},
  "spec":{"containers":[{"name":"flink-main-container","resources":{"limits":{"cpu":"1500m","memory":"1728Mi"},"requests":{"cpu":"1"}}}]},
  "status":{"phase":"Running","conditions":[{"type":"PodScheduled","status":"True"}],"containerStatuses":[{"restartCount":3,"lastState":{"terminated":{"reason":"OOMKilled","exitCode":137}},"state":{}}]}},
 {"metadata":{"name":"orders-taskmanager-1-2","labels":{"component":"taskmanager"}},"status":{"phase":"Pending","conditions":[{"type":"PodScheduled","status":"False","message":"0/3 nodes are available: 3 Insufficient cpu."}]}},
 {"metadata":{"name":"web"},"status":{"phase":"Running"}}]}`

func server(t *testing.T) *httptest.Server {
	s := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.Header.Get("Authorization") != "Bearer t0ken":
			w.WriteHeader(http.StatusUnauthorized)
		case r.URL.Path == "/api/v1/namespaces/flink/pods":
			fmt.Fprint(w, pods)
		case r.URL.Path == "/api/v1/namespaces/flink/events":
			fmt.Fprint(w, `{"items":[{"reason":"BackOff","message":"restarting","count":4,"involvedObject":{"name":"orders-taskmanager-1-1"}}]}`)
		default:
			fmt.Fprint(w, `{"items":[]}`)
		}
	}))
	t.Cleanup(s.Close)
	return s
}

func config(t *testing.T, s *httptest.Server, user string) string {
	ca := base64.StdEncoding.EncodeToString(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.Certificate().Raw}))
	text := fmt.Sprintf("current-context: c\ncontexts:\n- name: c\n  context: {cluster: k, user: u, namespace: flink}\nclusters:\n- name: k\n  cluster:\n    server: %s\n    certificate-authority-data: %s\nusers:\n- name: u\n  user: %s\n", s.URL, ca, user)
	path := filepath.Join(t.TempDir(), "config")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestPods(t *testing.T) {
	s := server(t)
	c, err := Open(config(t, s, "{token: t0ken}"), "")
	if err != nil {
		t.Fatal(err)
	}
	got, err := c.Pods(t.Context())
	if err != nil || len(got) != 2 {
		t.Fatalf("%+v, %v", got, err)
	}
	p := got[0]
	if p.Component != "taskmanager" || p.Restarts != 3 || p.LastReason != "OOMKilled" || p.ExitCode != 137 || p.CPULimit != 1.5 || p.CPURequest != 1 || p.MemoryLimit != 1728<<20 || len(p.Events) != 1 {
		t.Errorf("%+v", p)
	}
	if !strings.Contains(got[1].UnscheduledWhy, "Insufficient cpu") {
		t.Errorf("%+v", got[1])
	}
}

func TestRefuses(t *testing.T) {
	s := server(t)
	for user, want := range map[string]string{"{token: wrong}": "401", "{exec: {command: aws}}": "from a command"} {
		c, err := Open(config(t, s, user), "")
		if err == nil {
			_, err = c.Pods(t.Context())
		}
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", user, err, want)
		}
	}
	c, _ := Open(config(t, s, "{token: t0ken}"), "elsewhere")
	if _, err := c.Pods(t.Context()); err == nil || !strings.Contains(err.Error(), "no pod of Flink") {
		t.Errorf("%v", err)
	}
	if _, err := Open("/nonexistent", ""); err == nil {
		t.Error("a file that is not there is taken")
	}
}

func TestQuantity(t *testing.T) {
	for s, want := range map[string]float64{"500m": 0.5, "2": 2, "1Gi": 1 << 30, "512M": 512e6, "1.5": 1.5, "": 0, "x": 0} {
		if got := quantity(s); got != want {
			t.Errorf("%q: %g, want %g", s, got, want)
		}
	}
}
