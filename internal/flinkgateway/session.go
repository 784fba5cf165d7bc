package flinkgateway

import (
	"context"
	"net/http"
	"net/url"
)

// Session is a catalog, a configuration and a class loader on the gateway. The gateway drops a session that is idle for
// sql-gateway.session.idle-timeout (10 minutes); Heartbeat keeps it.
type Session struct {
	client *Client
	handle string
}

// Open starts a session with Flink properties, for example execution.runtime-mode.
func (c *Client) Open(ctx context.Context, name string, properties map[string]string) (*Session, error) {
	request := struct {
		Name       string            `json:"sessionName,omitempty"`
		Properties map[string]string `json:"properties"`
	}{name, properties}
	if request.Properties == nil {
		request.Properties = map[string]string{}
	}
	var answer struct {
		Handle string `json:"sessionHandle"`
	}
	if err := c.call(ctx, http.MethodPost, c.path("sessions"), request, &answer); err != nil {
		return nil, err
	}
	return &Session{client: c, handle: answer.Handle}, nil
}

// Handle is the gateway's name of the session.
func (s *Session) Handle() string { return s.handle }

func (s *Session) path(route string) string {
	return s.client.path("sessions/" + url.PathEscape(s.handle) + route)
}

// Properties are the effective settings of the session, defaults included.
func (s *Session) Properties(ctx context.Context) (map[string]string, error) {
	var answer struct {
		Properties map[string]string `json:"properties"`
	}
	err := s.client.call(ctx, http.MethodGet, s.path(""), nil, &answer)
	return answer.Properties, err
}

// Submit hands over one statement and does not wait: what is wrong with it shows in Status and Pages. Settings hold for
// this statement only.
func (s *Session) Submit(ctx context.Context, statement string, settings map[string]string) (*Operation, error) {
	request := struct {
		Statement string            `json:"statement"`
		Settings  map[string]string `json:"executionConfig,omitempty"`
	}{statement, settings}
	var answer struct {
		Handle string `json:"operationHandle"`
	}
	if err := s.client.call(ctx, http.MethodPost, s.path("/statements"), request, &answer); err != nil {
		return nil, err
	}
	return &Operation{session: s, handle: answer.Handle}, nil
}

// Execute submits a statement without rows worth reading (DDL, SET, USE) and waits for its end.
func (s *Session) Execute(ctx context.Context, statement string) error {
	op, err := s.Submit(ctx, statement, nil)
	if err != nil {
		return err
	}
	for _, err := range op.Pages(ctx) {
		if err != nil {
			return err
		}
	}
	return op.Close(ctx)
}

// Heartbeat keeps an idle session alive.
func (s *Session) Heartbeat(ctx context.Context) error {
	return s.client.call(ctx, http.MethodPost, s.path("/heartbeat"), struct{}{}, &struct{}{})
}

// Close ends the session and its operations. Jobs that were submitted by INSERT go on.
func (s *Session) Close(ctx context.Context) error {
	return s.client.call(ctx, http.MethodDelete, s.path(""), nil, &struct{}{})
}
