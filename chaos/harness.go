package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// harness runs the job, kills it, and keeps count.
type harness struct {
	o      *options
	out    io.Writer
	folder string // of this run
	flott  string // the binary
	broker *broker
	feeder *feeder
	random *rand.Rand
	result *result
}

// Patience.
const (
	momentLimit = 12 * time.Second // for the moment of a kill
	brokerLimit = 30 * time.Second // if the broker is restarted in the round
	finishLimit = 10 * time.Minute // for the job to come to its end once nobody kills it
	againLimit  = time.Minute      // for a finished job that is called again
)

// completeFrom is the share of the kills after which all the input may be there.
const completeFrom = 0.95

// work is the whole run: rounds with kills, then to the end of the input, then
// once more, which must not change anything.
func (h *harness) work(ctx context.Context) error {
	c := &chances{backends: strings.Split(h.o.backends, ","), broker: h.o.brokerShare, freeze: h.o.freezeShare, torn: h.o.tornShare,
		damage: h.o.damageShare, timeout: h.o.timeout}
	total := int64(len(h.feeder.events))
	for n := 1; h.result.Kills < h.o.kills; n++ {
		if n > 2*h.o.kills+20 {
			return fmt.Errorf("only %d kills in %d rounds: the job ends before it can be killed", h.result.Kills, n-1)
		}
		share := float64(h.result.Kills+1) / (completeFrom * float64(h.o.kills))
		h.feeder.allowed.Store(min(total, int64(share*float64(total))))
		x := draw(h.random, c, share > 1)
		if err := h.round(ctx, n, &x); err != nil {
			return fmt.Errorf("round %d: %w", n, err)
		}
	}
	h.feeder.allowed.Store(total)
	last := round{Parallelism: 2, Backend: c.backends[len(c.backends)-1]}
	if err := h.toTheEnd(ctx, "end", &last, finishLimit); err != nil {
		return err
	}
	return h.toTheEnd(ctx, "again", &last, againLimit)
}

// round is one run of the job that is killed.
func (h *harness) round(ctx context.Context, n int, x *round) error {
	notes, err := h.before(x)
	if err != nil {
		return err
	}
	c, err := launch(h, fmt.Sprintf("%03d", n), x)
	if err != nil {
		return err
	}
	defer c.kill()
	gone, back := make(chan struct{}), make(chan error, 1)
	limit := momentLimit
	if x.Broker > 0 {
		limit = brokerLimit
		h.result.BrokerRestarts++
		notes = append(notes, "broker killed")
		go func() {
			if err := wait(ctx, x.Broker); err != nil {
				back <- err
				return
			}
			back <- h.broker.restart(ctx, gone)
		}()
	} else {
		back <- nil
	}
	if x.Freeze > 0 {
		notes = append(notes, fmt.Sprintf("frozen for %v", x.Freeze.Round(time.Millisecond)))
		if err := h.freeze(ctx, c, x); err != nil {
			return err
		}
	}
	at, err := c.await(ctx, x, gone, limit)
	if err != nil {
		return err
	}
	lived := time.Since(c.began)
	where, err := c.kill()
	if errBack := <-back; errBack != nil {
		return fmt.Errorf("the broker: %w", errBack)
	}
	h.result.count(c, x, at, where, err)
	h.tell(n, x, c, at, where, lived, err, notes)
	if errors.Is(err, errOver) && c.err != nil {
		h.explain(n, c)
	}
	return wait(ctx, x.Outage)
}

// before does what happens to checkpoints while no process is there.
func (h *harness) before(x *round) (notes []string, err error) {
	dir := filepath.Join(h.folder, "checkpoints")
	if x.Torn {
		what, err := plantTorn(h.random, dir)
		if err != nil {
			return nil, err
		}
		if what != "" {
			h.result.Torn++
			notes = append(notes, "torn: "+what)
		}
	}
	if x.Damage {
		what, err := damage(h.random, dir)
		if err != nil {
			return nil, err
		}
		if what != "" {
			h.result.Damaged++
			notes = append(notes, "damaged: "+what)
		}
	}
	return notes, nil
}

// freeze stops a process that runs for a while.
func (h *harness) freeze(ctx context.Context, c *child, x *round) error {
	first := round{Moment: completed, Nth: 1, Delay: between(h.random, time.Millisecond, 500*time.Millisecond)}
	if _, err := c.await(ctx, &first, nil, momentLimit); err != nil {
		return err
	}
	h.result.Freezes++
	return c.freeze(ctx, x.Freeze)
}

func (h *harness) tell(n int, x *round, c *child, at moment, where phase, lived time.Duration, err error, notes []string) {
	how := fmt.Sprintf("killed in %s (%s", where, at)
	if x.Nth > 1 {
		how += fmt.Sprintf(" %d", x.Nth)
	}
	how += ")"
	switch {
	case err != nil && c.err == nil:
		how = "finished before the kill"
	case err != nil:
		how = "ended by itself: " + c.err.Error()
	}
	if c.from != "" {
		notes = append([]string{"from " + strings.TrimRight(c.from, ".\"\n")}, notes...)
	}
	if c.replayed > 0 {
		notes = append(notes, fmt.Sprintf("%d epochs written again", c.replayed))
	}
	if c.failures > 0 {
		notes = append(notes, fmt.Sprintf("restarted by itself %d times", c.failures))
	}
	if x.Outage > time.Millisecond {
		notes = append(notes, fmt.Sprintf("outage %v", x.Outage.Round(time.Millisecond)))
	}
	mode := "aligned"
	if x.Unaligned {
		mode = "unaligned"
	}
	fmt.Fprintf(h.out, "%3d/%d  p=%d %-9s %-7s %s after %v, %d checkpoints; %s\n", h.result.Kills, h.o.kills, x.Parallelism, mode, x.Backend,
		how, lived.Round(time.Millisecond), c.count, strings.Join(notes, ", "))
}

// explain shows how a run ended that was not killed.
func (h *harness) explain(n int, c *child) {
	for _, line := range c.tail {
		fmt.Fprintf(h.out, "         | %s\n", line)
	}
}

// toTheEnd runs the job until it has read all its input. It is called again if
// it fails: that is counted, and part of the verdict.
func (h *harness) toTheEnd(ctx context.Context, name string, x *round, limit time.Duration) error {
	began := time.Now()
	for n := 1; ; n++ {
		c, err := launch(h, fmt.Sprintf("%s-%d", name, n), x)
		if err != nil {
			return err
		}
		if err := c.pause(ctx, limit); err != nil || !c.over() {
			c.kill()
			if err == nil {
				err = fmt.Errorf("the job has not come to its end within %v (%s)", limit, name)
			}
			return err
		}
		h.result.observe(c)
		if c.err == nil {
			fmt.Fprintf(h.out, "%s: finished after %v\n", name, time.Since(began).Round(time.Millisecond))
			return nil
		}
		h.result.Failed++
		fmt.Fprintf(h.out, "%s: ended by itself: %v\n", name, c.err)
		h.explain(0, c)
		if n == 5 {
			return fmt.Errorf("the job failed %d times in a row without being touched (%s)", n, name)
		}
	}
}

// judge reads the outputs and accounts for them.
func (h *harness) judge(ctx context.Context) error {
	var err error
	if h.result.Hanging, err = h.broker.settle(ctx); err != nil {
		return err
	}
	topics, err := readTopics(ctx, h.broker.address, h.broker.topics())
	if err != nil {
		return err
	}
	if err := auditInput(h.feeder.events, topics); err != nil {
		return err
	}
	h.result.Accounts = audit(expect(h.feeder.events), topics)
	h.result.EventsIn = len(h.feeder.events)
	h.result.decide()
	return nil
}

// takeUp goes on with the result of a run that did not come to its end.
func (h *harness) takeUp() error {
	text, err := os.ReadFile(h.o.json)
	if err == nil {
		err = json.Unmarshal(text, h.result)
	}
	if err != nil {
		return fmt.Errorf("-finish needs the result of the run (-json): %w", err)
	}
	h.result.Why, h.result.Finishes = "", h.result.Finishes+1
	return nil
}

// prepare makes the folder of the run, the binary, and starts the broker.
func (h *harness) prepare(ctx context.Context) (err error) {
	if err := os.MkdirAll(filepath.Join(h.folder, "logs"), 0o777); err != nil {
		return err
	}
	if h.broker, err = startBroker(ctx, h.o.root, h.folder, h.o.kafka); err != nil {
		return err
	}
	if h.o.finish != "" {
		return nil
	}
	if err := h.broker.createTopics(ctx); err != nil {
		return err
	}
	j := job{h.broker.address, "file://" + filepath.Join(h.folder, "checkpoints"), h.o.interval, h.o.timeout, h.feeder.events}
	return os.WriteFile(filepath.Join(h.folder, "job.sql"), []byte(j.sql()), 0o666)
}
