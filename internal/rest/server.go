package rest

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"strconv"
	"syscall"
	"time"
)

// portsTried is how many ports after a taken one are tried.
const portsTried = 100

// Listen binds to an address such as 127.0.0.1:8081. With next, the next free port
// is taken if that one is not; taken says so.
func Listen(address string, next bool) (l net.Listener, taken bool, err error) {
	host, text, err := net.SplitHostPort(address)
	if err != nil {
		return nil, false, fmt.Errorf("%q is no address to listen on; write HOST:PORT, for example 127.0.0.1:8081", address)
	}
	port, err := strconv.ParseUint(text, 10, 16)
	if err != nil {
		return nil, false, fmt.Errorf("%q is no address to listen on: %q is no port from 0 to 65535", address, text)
	}
	for n := range portsTried {
		l, err = net.Listen("tcp", net.JoinHostPort(host, strconv.Itoa(int(port)+n)))
		switch {
		case err == nil:
			return l, n > 0, nil
		case !errors.Is(err, syscall.EADDRINUSE):
			return nil, false, fmt.Errorf("REST cannot be served on %s: %w", address, cause(err))
		case !next:
			return nil, false, fmt.Errorf("REST cannot be served on %s: the port is taken; give another, or port 0 for any", address)
		}
		if int(port)+n >= 65535 {
			break
		}
	}
	return nil, false, fmt.Errorf("REST cannot be served: port %d and those after it are taken", port)
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

const (
	lingerMax   = 5 * time.Second // Flink's clients ask at least every 2 s
	lingerEvery = 10 * time.Millisecond
)

// Close ends serving. Who asked for a savepoint, or to stop the job, is first given
// the time to fetch the answer.
func (s *Server) Close() {
	for until := time.Now().Add(lingerMax); s.handler.work.pending() && time.Now().Before(until); {
		time.Sleep(lingerEvery)
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	s.http.Shutdown(ctx)
	s.handler.Close()
	<-s.done
}
