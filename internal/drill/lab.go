package drill

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"
)

// Lab is what a drill works with: its job, what the job talks to, and how what was
// broken is mended.
type Lab struct {
	Options Options
	drill   *Drill
	dir     string
	job     Job
	engine  engine
	in, out *Broker
	feed    *Feed
	zk      *zooKeeper // of HA drills
	say     func(format string, args ...any)

	mu    sync.Mutex
	mends []mend
}

type mend struct {
	what string
	do   func(context.Context) error
}

// Mend leaves how something is mended. The last one is done first, each once.
func (l *Lab) Mend(what string, do func(context.Context) error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.mends = append(l.mends, mend{what, do})
}

// mendTime is how long mending may take.
const mendTime = 5 * time.Minute

// mendAll mends whatever is broken. The context may have ended: it is mended all
// the same.
func (l *Lab) mendAll(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), mendTime)
	defer cancel()
	l.mu.Lock()
	todo := l.mends
	l.mends = nil
	l.mu.Unlock()
	var errs []error
	for i := len(todo) - 1; i >= 0; i-- {
		l.say("mending: %s", todo[i].what)
		if err := todo[i].do(ctx); err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", todo[i].what, err))
		}
	}
	return errors.Join(errs...)
}

// checkpoints is the folder of the job's checkpoints.
func (l *Lab) checkpoints() string { return filepath.Join(l.dir, "checkpoints") }

func (l *Lab) script(j Job) string {
	p := place{in: l.in.Proxy.Address(), checkpoints: "file://" + l.checkpoints(), engine: l.Options.Engine}
	if l.out != nil {
		p.out = l.out.Proxy.Address()
	}
	return j.script(p)
}

// open starts a job of our own with all that belongs to it.
func (l *Lab) open(ctx context.Context) (err error) {
	l.job = l.drill.Job
	if l.dir, err = os.MkdirTemp("", "flott-drill-"); err != nil {
		return err
	}
	if err := os.MkdirAll(l.checkpoints(), 0o755); err != nil {
		return err
	}
	if l.in, err = newBroker("orders", l.job.Partitions); err != nil {
		return err
	}
	if l.job.Count != Uncounted {
		if l.out, err = newBroker("results", l.job.Partitions); err != nil {
			return err
		}
	}
	if l.feed, err = newFeed(l.in, "orders", l.job.Rate, l.usually()); err != nil {
		return err
	}
	switch l.Options.Engine {
	case Flink:
		l.engine, err = l.openFlink(ctx)
	default:
		l.engine, err = newFlott(l.Options.Flott, l.dir)
	}
	if err != nil {
		return err
	}
	l.say("starting the job on %s", l.Options.Engine)
	return l.engine.start(ctx, l.script(l.job), false)
}

// openFlink starts a Flink, with a ZooKeeper if the drill is about that.
func (l *Lab) openFlink(ctx context.Context) (engine, error) {
	jars, settings := "", []string(nil)
	if l.drill.HA {
		var err error
		if l.zk, err = newZooKeeper(ctx, l.Options.Script, l.dir); err != nil {
			return nil, err
		}
		jars, settings = l.zk.jar, l.zk.settings(l.dir)
	}
	f, err := newFlinkWith(ctx, l.Options, l.dir, jars, settings)
	if err != nil {
		return nil, err // not f: a nil pointer would be no nil engine
	}
	return f, nil
}

// close ends all that open started and removes its files.
func (l *Lab) close() {
	if l.engine != nil {
		l.engine.close()
	}
	if l.feed != nil {
		l.feed.close()
	}
	if l.zk != nil {
		_ = l.zk.stop()
	}
	for _, b := range []*Broker{l.in, l.out} {
		if b != nil {
			b.close()
		}
	}
	if l.dir != "" {
		_ = os.RemoveAll(l.dir)
	}
}

// rerun ends the job and goes on from its last checkpoint as another one.
func (l *Lab) rerun(ctx context.Context, j Job) error {
	if err := l.engine.halt(ctx); err != nil {
		return err
	}
	return l.engine.start(ctx, l.script(j), true)
}

// anew ends the job and starts another one without what it kept.
func (l *Lab) anew(ctx context.Context, j Job) error {
	if err := l.engine.halt(ctx); err != nil {
		return err
	}
	return l.engine.start(ctx, l.script(j), false)
}

// settle stops the input and counts what has arrived.
func (l *Lab) settle(ctx context.Context) (*Rows, error) {
	if l.feed == nil || l.job.Count == Uncounted {
		return nil, nil
	}
	if err := l.feed.end(ctx, l.job.Partitions, l.job.Count == Sums); err != nil {
		return nil, err
	}
	return settle(ctx, l.out, "results", l.job.Count, l.feed.Sent(), l.feed.next, 20*time.Second)
}
