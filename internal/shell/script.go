package shell

import (
	"context"
	"errors"

	"github.com/flottstream/flott/internal/shell/engine"
)

// Script carries out a text, as the shell would, without a terminal; the first error ends it and was shown when it is
// returned. Name is what the text is called in messages.
func (s *Shell) Script(ctx context.Context, name, text string) error {
	terminal := s.Terminal
	s.Terminal = nil
	defer func() { s.Terminal = terminal }()
	return s.text(ctx, name, text)
}

// Init carries out a text before the user's first statement.
func (s *Shell) Init(ctx context.Context, name, text string) error {
	s.starting = true
	defer func() { s.starting = false }()
	return s.Script(ctx, name, text)
}

// Settle waits for the jobs in the background, where these end with the process. Ctrl-C cancels them.
func (s *Shell) Settle(ctx context.Context) error {
	if !s.Ephemeral {
		return nil
	}
	ctx, stop := s.cancelable(ctx)
	defer stop()
	s.mu.Lock()
	jobs, left := append([]engine.Job(nil), s.jobs...), s.left
	s.left = 0
	s.mu.Unlock()
	for _, j := range jobs {
		undo := context.AfterFunc(ctx, j.Cancel)
		defer undo()
	}
	for range left {
		if err := <-s.ended; err != nil && !errors.Is(err, engine.ErrCanceled) {
			return errFailed
		}
	}
	return nil
}

// Interrupted reports an error of Script that means Ctrl-C.
func Interrupted(err error) bool { return errors.Is(err, errStopped) }

var errStopped = errors.New("interrupted")
