package main

import (
	"fmt"
	"log/slog"
	"net"
	"runtime"
	"sync"
	"time"

	"github.com/flottstream/flott/internal/config"
	"github.com/flottstream/flott/internal/embedded"
	"github.com/flottstream/flott/internal/rest"
)

// sayAfter is how long a job runs before the user is told where REST is.
const sayAfter = time.Second

// serving is the REST endpoint of `flott run`. It opens when the first job starts,
// beside it, unless an address was asked for: then at once, so that a mistake ends
// the run.
type serving struct {
	runner  *runner
	board   *embedded.Board
	log     *slog.Logger
	config  *config.Config
	off     bool
	address string // of --rest, "": the configuration says

	once   sync.Once
	opened chan struct{} // closed when server is set or will not be

	mu     sync.Mutex
	server *rest.Server // nil: not open
	told   *time.Timer
}

// newServing prepares what --rest asks for.
func newServing(address string, cfg *config.Config, r *runner, log *slog.Logger) (*serving, error) {
	s := &serving{runner: r, board: &embedded.Board{}, log: log, config: cfg, address: address, opened: make(chan struct{})}
	switch {
	case address == "off":
		s.off = true
	case address != "" || s.asked():
		var err error
		s.once.Do(func() { err = s.open() })
		if err != nil {
			return nil, err
		}
	}
	return s, nil
}

// asked reports that the configuration names an address.
func (s *serving) asked() bool {
	return s.config.IsSet("rest.port") || s.config.IsSet("rest.bind-port") || s.config.IsSet("rest.address") || s.config.IsSet("rest.bind-address")
}

// place returns what to bind to. Only --rest opens more than loopback.
func (s *serving) place() (host string, ports []int, err error) {
	if s.address != "" {
		host, port, err := rest.SplitAddress(s.address)
		if err != nil {
			return "", nil, fmt.Errorf("--rest: %w", err)
		}
		return host, []int{port}, nil
	}
	key := "rest.address"
	if s.config.Text("rest.bind-address") != "" {
		key = "rest.bind-address"
	}
	if host = s.config.Text(key); !rest.Loopback(host) {
		return "", nil, fmt.Errorf("'%s' is %q, which others than this machine reach; if that is meant, give --rest %s", key, host, net.JoinHostPort(host, s.config.Text("rest.port")))
	}
	if text := s.config.Text("rest.bind-port"); text != "" {
		if ports, err = rest.ParsePorts(text); err != nil {
			return "", nil, fmt.Errorf("'rest.bind-port': %w", err)
		}
		return host, ports, nil
	}
	port := s.config.Int("rest.port")
	switch {
	case port < 0 || port > 65535:
		return "", nil, fmt.Errorf("'rest.port' is %d, but must be from 0 to 65535", port)
	case s.config.IsSet("rest.port"):
		return host, []int{int(port)}, nil
	}
	return host, rest.NextPorts(int(port)), nil
}

// started puts a job on the board and opens the endpoint if it is the first.
func (s *serving) started(x *embedded.Execution) {
	if s.off {
		return
	}
	s.board.Add(x)
	s.once.Do(func() {
		host, ports, err := s.place()
		if err != nil {
			close(s.opened)
			s.runner.say("flott: warning: %v; there is no REST", err)
			return
		}
		go func() {
			if err := s.bind(host, ports); err != nil {
				s.log.Info(err.Error())
				s.later("flott: " + err.Error())
			}
		}()
	})
}

// open opens the endpoint now.
func (s *serving) open() error {
	host, ports, err := s.place()
	if err == nil {
		err = s.bind(host, ports)
	}
	if err != nil {
		return err
	}
	if !rest.Loopback(host) {
		s.runner.say("flott: warning: REST on %s is open to the network: whoever reaches it can cancel jobs and write savepoints", s.server.Address())
	}
	return nil
}

func (s *serving) bind(host string, ports []int) error {
	defer close(s.opened)
	l, err := rest.Listen(host, ports)
	if err != nil {
		return err
	}
	h := rest.New(s.board, rest.Options{Version: version(), Revision: runtime.Version(), Hosts: []string{host}, Slots: runtime.GOMAXPROCS(0)})
	s.mu.Lock()
	s.server = rest.Serve(l, h, s.log)
	s.mu.Unlock()
	if got := l.Addr().(*net.TCPAddr).Port; got != ports[0] {
		where := fmt.Sprintf("REST at http://%s", l.Addr())
		if ports[0] != 0 {
			where += fmt.Sprintf(" (port %d is taken)", ports[0])
		}
		s.later("flott: " + where)
	}
	return nil
}

// later says something if the process still runs then: a script that is over in no
// time has nobody who would look at its REST.
func (s *serving) later(text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.told = time.AfterFunc(sayAfter, func() { s.runner.note(text) })
}

// close ends the endpoint when what was asked over it has been answered.
func (s *serving) close() {
	opening := true
	s.once.Do(func() { opening = false }) // no job was started
	if s.off || !opening {
		return
	}
	<-s.opened
	s.mu.Lock()
	server, told := s.server, s.told
	s.mu.Unlock()
	if told != nil {
		told.Stop()
	}
	if server != nil {
		server.Close()
	}
}
