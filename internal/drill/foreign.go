package drill

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"syscall"
	"time"

	toxics "github.com/Shopify/toxiproxy/v2/client"
)

// foreign is a cluster that is not ours: it is neither started nor ended.
type foreign struct {
	address string
	pids    []int
}

func (f *foreign) start(context.Context, string, bool) error {
	return errors.New("no job is started on a cluster that is not ours")
}

func (f *foreign) halt(context.Context) error {
	return errors.New("no job is ended on a cluster that is not ours")
}

func (f *foreign) url() string      { return strings.TrimRight(f.address, "/") }
func (f *foreign) processes() []int { return f.pids }
func (f *foreign) close()           {}

// named are the processes that the caller named for breaking.
func (l *Lab) named() ([]int, error) {
	if len(l.Options.PIDs) == 0 {
		return nil, &RefusedError{l.drill.Name, "name the process to break, which must be on this machine: --pid N"}
	}
	for _, pid := range l.Options.PIDs {
		if pid <= 1 || pid == os.Getpid() {
			return nil, &RefusedError{l.drill.Name, fmt.Sprintf("process %d must not be broken", pid)}
		}
		if err := kill(pid, 0); err != nil {
			return nil, &RefusedError{l.drill.Name, fmt.Sprintf("process %d: %v", pid, err)}
		}
	}
	return l.Options.PIDs, nil
}

// signalAbroad sends a signal to the named processes and another one to mend it;
// 0 if it cannot be mended.
func signalAbroad(s, undo syscall.Signal) func(context.Context, *Lab) error {
	return func(_ context.Context, l *Lab) error {
		pids, err := l.named()
		if err != nil {
			return err
		}
		return l.signal(pids, s, undo)
	}
}

func (l *Lab) signal(pids []int, s, undo syscall.Signal) error {
	for _, pid := range pids {
		if undo != 0 {
			l.Mend(fmt.Sprintf("%s to process %d", undo, pid), func(context.Context) error {
				if err := kill(pid, undo); err != nil && !errors.Is(err, syscall.ESRCH) {
					return err
				}
				return nil
			})
		}
		if err := kill(pid, s); err != nil {
			return fmt.Errorf("%s to process %d: %w", s, pid, err)
		}
	}
	return nil
}

// freeze stops processes until they are mended.
func (l *Lab) freeze(pids []int) error { return l.signal(pids, sigStop, sigCont) }

// toxicAbroad adds a fault to the toxiproxy that the caller named.
func toxicAbroad(kind, stream string, attributes toxics.Attributes) func(context.Context, *Lab) error {
	return func(_ context.Context, l *Lab) error {
		proxy, err := l.abroadProxy()
		if err != nil {
			return err
		}
		name := "flott-drill-" + kind
		l.Mend("taking the fault out of proxy "+proxy.Name, func(context.Context) error { return proxy.RemoveToxic(name) })
		_, err = proxy.AddToxic(name, kind, stream, 1, attributes)
		return err
	}
}

// cutAbroad switches the proxy off.
func cutAbroad(_ context.Context, l *Lab) error {
	proxy, err := l.abroadProxy()
	if err != nil {
		return err
	}
	l.Mend("switching proxy "+proxy.Name+" on", func(context.Context) error { return proxy.Enable() })
	return proxy.Disable()
}

func (l *Lab) abroadProxy() (*toxics.Proxy, error) {
	if l.Options.Toxiproxy == "" || l.Options.Proxy == "" {
		return nil, &RefusedError{l.drill.Name, "the connection to spoil must go through a toxiproxy: --toxiproxy ADDRESS --proxy NAME"}
	}
	proxy, err := toxics.NewClient(l.Options.Toxiproxy).Proxy(l.Options.Proxy)
	if err != nil {
		return nil, fmt.Errorf("proxy %s of the toxiproxy at %s: %w", l.Options.Proxy, l.Options.Toxiproxy, err)
	}
	return proxy, nil
}

// throttleAbroad gives the named processes a fifth of a core together.
func throttleAbroad(_ context.Context, l *Lab) error {
	pids, err := l.named()
	if err != nil {
		return err
	}
	return l.throttle(pids, 20)
}

func (l *Lab) throttle(pids []int, percent int) error {
	undo, err := throttle(pids, percent)
	if err != nil {
		return &RefusedError{l.drill.Name, err.Error()}
	}
	l.Mend("all CPU back", func(context.Context) error { return undo() })
	return nil
}

// pause waits.
func pause(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}
