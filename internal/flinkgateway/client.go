// Package flinkgateway talks to the SQL gateway of a real Apache Flink cluster over its REST interface (v3, or v2 for
// Flink before 1.20): open a session, submit statements, follow them, read their rows as text.
//
// Contract: every call takes a context and returns when it ends. Waiting calls poll with a growing delay and hold no
// goroutine. Clients, sessions and operations may be used from many goroutines, but the pages of an operation from one.
// What Flink refuses comes back as *Failure, which knows the root cause and the place; everything else is an error of
// the network.
package flinkgateway

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"
)

const (
	pollMin = 10 * time.Millisecond  // first delay between two questions to the gateway
	pollMax = 500 * time.Millisecond // the delay doubles up to this
)

// Client is a connection to one gateway. It keeps no session.
type Client struct {
	address string // scheme, host and port, no slash at the end
	version string // "v3" or "v2"
	http    *http.Client
	header  http.Header                                // sent with every request
	pause   func(context.Context, time.Duration) error // replaced by tests
}

// Info is what the gateway says about itself.
type Info struct {
	ProductName string `json:"productName"`
	Version     string `json:"version"`
}

// Dial asks the gateway at address (host:port or an http(s) URL) which versions it speaks and picks one.
func Dial(ctx context.Context, address string) (*Client, error) {
	return DialWith(ctx, address, Options{})
}

// DialWith is Dial with what the way to the gateway asks for.
func DialWith(ctx context.Context, address string, options Options) (*Client, error) {
	c := &Client{address: strings.TrimRight(address, "/"), pause: pause}
	if !strings.Contains(c.address, "://") {
		c.address = "http://" + c.address
	}
	var err error
	if c.http, c.header, err = options.client(); err != nil {
		return nil, err
	}
	var versions struct {
		Versions []string `json:"versions"`
	}
	if err := c.call(ctx, http.MethodGet, "/api_versions", nil, &versions); err != nil {
		return nil, c.misdialed(ctx, err)
	}
	for _, v := range []string{"V3", "V2"} {
		if slices.Contains(versions.Versions, v) {
			c.version = strings.ToLower(v)
			return c, nil
		}
	}
	return nil, fmt.Errorf("the SQL gateway at %s speaks %s; v2 or v3 is needed (Flink 1.17 or later)",
		c.address, strings.Join(versions.Versions, ", "))
}

// Address is scheme, host and port.
func (c *Client) Address() string { return c.address }

// Info asks for the product's name and version.
func (c *Client) Info(ctx context.Context) (Info, error) {
	var info Info
	err := c.call(ctx, http.MethodGet, c.path("info"), nil, &info)
	return info, err
}

// path joins the version and the escaped parts of a route.
func (c *Client) path(route string) string { return "/" + c.version + "/" + route }

// send asks for something whose answer says nothing.
func (c *Client) send(ctx context.Context, method, path string) error {
	return c.call(ctx, method, path, nil, nil)
}

// call sends body as JSON (nothing when nil) and decodes the answer into answer, unless that is nil.
func (c *Client) call(ctx context.Context, method, path string, body, answer any) error {
	var reader io.Reader
	if body != nil {
		text, err := json.Marshal(body)
		if err != nil {
			return fmt.Errorf("encode the request for %s: %w", path, err)
		}
		reader = bytes.NewReader(text)
	}
	request, err := http.NewRequestWithContext(ctx, method, c.address+path, reader)
	if err != nil {
		return fmt.Errorf("'%s' is not an address of a SQL gateway: %w", c.address, err)
	}
	request.Header = c.header.Clone()
	request.Header.Set("Content-Type", "application/json")
	response, err := c.http.Do(request)
	if err != nil {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		return c.unreachable(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		return fmt.Errorf("read the answer of %s: %w", c.address+path, err)
	}
	switch response.StatusCode {
	case http.StatusUnauthorized, http.StatusForbidden:
		return fmt.Errorf("%s answers %s: %s", c.address, response.Status, credentials)
	}
	if response.StatusCode/100 != 2 {
		return failureOf(response.StatusCode, text)
	}
	if answer == nil {
		return nil
	}
	if err := json.Unmarshal(text, answer); err != nil {
		return &answerError{c.address + path, err}
	}
	return nil
}

// answerError is an answer that cannot be read.
type answerError struct {
	url string
	err error
}

// Error names the request.
func (e *answerError) Error() string {
	return fmt.Sprintf("the answer of %s is not what a SQL gateway says: %v", e.url, e.err)
}

// innermost drops net/http's wrapping, which repeats method and address.
func innermost(err error) error {
	for {
		next := errors.Unwrap(err)
		if next == nil {
			return err
		}
		err = next
	}
}

func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}

// backoff is the growing delay of one wait.
type backoff struct{ next time.Duration }

func (b *backoff) pause(ctx context.Context, c *Client) error {
	b.next = min(max(2*b.next, pollMin), pollMax)
	return c.pause(ctx, b.next)
}

func (b *backoff) reset() { b.next = 0 }
