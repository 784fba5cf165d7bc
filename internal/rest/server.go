package rest

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// portsTried is how many ports after a taken one are tried.
const portsTried = 100

// NextPorts are a port and those after it, to be tried in order.
func NextPorts(port int) (out []int) {
	if port == 0 {
		return []int{0}
	}
	for n := port; n <= min(port+portsTried, 65535); n++ {
		out = append(out, n)
	}
	return out
}

// ParsePorts reads ports as Flink takes them: 8081, 9000-9010, or a list of such.
func ParsePorts(text string) (out []int, err error) {
	for part := range strings.SplitSeq(text, ",") {
		from, to, isRange := strings.Cut(strings.TrimSpace(part), "-")
		if !isRange {
			to = from
		}
		a, err1 := strconv.ParseUint(from, 10, 16)
		b, err2 := strconv.ParseUint(to, 10, 16)
		if err1 != nil || err2 != nil || b < a {
			return nil, fmt.Errorf("%q is no port; write 8081, 9000-9010 or a list of such", part)
		}
		for n := a; n <= b; n++ {
			out = append(out, int(n))
		}
	}
	return out, nil
}

// SplitAddress reads HOST:PORT.
func SplitAddress(address string) (host string, port int, err error) {
	host, text, err := net.SplitHostPort(address)
	if err == nil {
		var n uint64
		n, err = strconv.ParseUint(text, 10, 16)
		port = int(n)
	}
	if err != nil {
		return "", 0, fmt.Errorf("%q is no address; write HOST:PORT, for example 127.0.0.1:8081", address)
	}
	return host, port, nil
}

// Listen binds to the first of the ports that is free.
func Listen(host string, ports []int) (net.Listener, error) {
	for _, port := range ports {
		l, err := net.Listen("tcp", net.JoinHostPort(host, strconv.Itoa(port)))
		if err == nil {
			return l, nil
		}
		if !errors.Is(err, syscall.EADDRINUSE) {
			return nil, fmt.Errorf("REST cannot be served on %s: %w", net.JoinHostPort(host, strconv.Itoa(port)), cause(err))
		}
	}
	if len(ports) == 1 {
		return nil, fmt.Errorf("REST cannot be served on %s: the port is taken; give another, or 0 for any", net.JoinHostPort(host, strconv.Itoa(ports[0])))
	}
	return nil, fmt.Errorf("REST cannot be served on %s: ports %d to %d are taken", host, ports[0], ports[len(ports)-1])
}

// cause is what the system said.
func cause(err error) error {
	var op *net.OpError
	if errors.As(err, &op) {
		return op.Err
	}
	return err
}

// Loopback reports an address that only this machine reaches.
func Loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// Server serves a Handler on a listener.
type Server struct {
	handler *Handler
	http    *http.Server
	listen  net.Listener
	done    chan struct{}
}

// Serve starts serving.
func Serve(l net.Listener, h *Handler, log *slog.Logger) *Server {
	s := &Server{handler: h, listen: l, done: make(chan struct{}), http: &http.Server{
		Handler: h, ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 10 * time.Second, IdleTimeout: time.Minute, MaxHeaderBytes: 64 << 10,
		ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelDebug),
	}}
	go func() {
		defer close(s.done)
		s.http.Serve(l)
	}()
	return s
}

// Address is where it listens.
func (s *Server) Address() string { return s.listen.Addr().String() }

// lingerMax is how long somebody has to fetch an outcome: Flink's clients ask at
// least every 2 s.
const lingerMax = 5 * time.Second

// Close ends serving. Who asked for a savepoint, or to stop the job, is first given
// the time to fetch the answer.
func (s *Server) Close() {
	patience := time.NewTimer(lingerMax)
	defer patience.Stop()
	for waiting := true; waiting && s.handler.work.pending(); {
		select {
		case <-s.handler.work.seen:
		case <-patience.C:
			waiting = false
		}
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	s.http.Shutdown(ctx)
	s.handler.Close()
	<-s.done
}
