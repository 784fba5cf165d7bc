package drill

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"time"

	toxiproxy "github.com/Shopify/toxiproxy/v2"
	"github.com/rs/zerolog"
)

// Proxy stands between a job and a service it talks to. It is safe for concurrent use.
type Proxy struct{ proxy *toxiproxy.Proxy }

// newProxy listens on a free port of this machine, or on the one given.
func newProxy(name, listen, upstream string) (*Proxy, error) {
	if listen == "" {
		listen = "127.0.0.1:0"
	}
	zerolog.SetGlobalLevel(zerolog.Disabled) // toxics log through the library's global logger
	server := toxiproxy.NewServer(toxiproxy.NewMetricsContainer(nil), zerolog.Nop())
	p := toxiproxy.NewProxy(server, name, listen, upstream)
	if err := p.Start(); err != nil {
		return nil, fmt.Errorf("the proxy before %s: %w", upstream, err)
	}
	return &Proxy{p}, nil
}

// Address is where clients connect to.
func (p *Proxy) Address() string { return p.proxy.Listen }

func (p *Proxy) close() { p.proxy.Stop() }

// Cut closes all connections and takes no more until Join.
func (p *Proxy) Cut() { p.proxy.Stop() }

// Join undoes Cut.
func (p *Proxy) Join() error {
	if err := p.proxy.Start(); err != nil && err != toxiproxy.ErrProxyAlreadyStarted {
		return err
	}
	return nil
}

// Swallow lets connections stand and loses what is sent, as a network does that
// is partitioned.
func (p *Proxy) Swallow() error {
	return p.add("timeout", "downstream", map[string]any{"timeout": 0}, "timeout", "upstream", map[string]any{"timeout": 0})
}

// Delay adds latency to every answer.
func (p *Proxy) Delay(d time.Duration) error {
	return p.add("latency", "downstream", map[string]any{"latency": d.Milliseconds()})
}

// Narrow lets so many bytes a second through, in both directions.
func (p *Proxy) Narrow(bytesPerSecond int64) error {
	rate := map[string]any{"rate": max(bytesPerSecond/1024, 1)} // KiB/s
	return p.add("bandwidth", "upstream", rate)
}

// Clear takes all faults away.
func (p *Proxy) Clear(ctx context.Context) error {
	p.proxy.Toxics.ResetToxics(ctx)
	return p.Join()
}

// add adds toxics: triples of type, direction and attributes.
func (p *Proxy) add(triples ...any) error {
	for i := 0; i+2 < len(triples); i += 3 {
		body, err := json.Marshal(map[string]any{"type": triples[i], "stream": triples[i+1], "attributes": triples[i+2]})
		if err != nil {
			return err
		}
		if _, err := p.proxy.Toxics.AddToxicJson(bytes.NewReader(body)); err != nil {
			return fmt.Errorf("the fault %s: %w", triples[i], err)
		}
	}
	return nil
}
