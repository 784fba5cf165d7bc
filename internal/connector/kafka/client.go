package kafka

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"strings"
	"sync"
	"time"

	"github.com/flottstream/flott/internal/connector"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
)

// client is a connection to the brokers that remembers why connecting failed.
type client struct {
	*kgo.Client
	settings *settings
	dials    *dialLog
}

// dialLog keeps the last failure to connect. The client calls it from any
// goroutine.
type dialLog struct {
	mu  sync.Mutex
	err error
}

// OnBrokerConnect notes an outcome.
func (d *dialLog) OnBrokerConnect(_ kgo.BrokerMetadata, _ time.Duration, _ net.Conn, err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if err == nil || !errors.Is(err, context.Canceled) {
		d.err = err
	}
}

func (d *dialLog) last() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.err
}

// newClient makes a client; it connects with the first request.
func (s *settings) newClient(opts ...kgo.Opt) (*client, error) {
	c := &client{settings: s, dials: &dialLog{}}
	all := append([]kgo.Opt{kgo.WithHooks(c.dials)}, s.client.common...)
	encryption, err := s.client.security.encryption()
	if err != nil {
		return nil, fmt.Errorf("table %s: %w", s.table.Name, err)
	}
	if encryption != nil {
		all = append(all, encryption)
	}
	if c.Client, err = kgo.NewClient(append(all, opts...)...); err != nil {
		return nil, fmt.Errorf("table %s: the properties of the Kafka client do not fit each other: %w%w", s.table.Name, err, connector.ErrUser)
	}
	return c, nil
}

// warn logs the properties that nothing comes of.
func (s *settings) warn(log *slog.Logger) {
	if log != nil && len(s.client.ignored) > 0 {
		log.Warn(fmt.Sprintf("table %s: these properties of Kafka's Java client have no effect here: %s", s.table.Name, strings.Join(s.client.ignored, ", ")))
	}
}

// contact bounds the first conversation with the brokers.
func (c *client) contact(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(ctx, c.settings.client.contact)
}

// failed words an error of a request in one sentence; what says what was
// being done, beginning with "cannot".
func (c *client) failed(what string, err error) error {
	s := c.settings
	if ctxErr := (*kerr.Error)(nil); errors.As(err, &ctxErr) {
		return fmt.Errorf("table %s: %s: %s (%s)%w", s.table.Name, what, ctxErr.Description, ctxErr.Message, connector.ErrUser)
	}
	cause := c.dials.last()
	if cause == nil {
		cause = err
	}
	if errors.Is(cause, context.DeadlineExceeded) {
		cause = fmt.Errorf("no answer within %v", s.client.contact)
	}
	return fmt.Errorf("table %s: %s: cannot reach Kafka at '%s': %w%w", s.table.Name, what, strings.Join(s.client.servers, ","), cause, connector.ErrUser)
}
