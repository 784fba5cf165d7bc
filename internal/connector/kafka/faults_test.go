package kafka

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/connector"
	"github.com/flottstream/flott/internal/metrics"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// process is what dies at once: the connections of its clients count the
// requests, and one of them is the last.
type process struct {
	left      atomic.Int64 // requests until it dies
	delivered bool         // the last request reaches the broker
	ctx       context.Context
	die       context.CancelFunc
}

func newProcess() *process {
	p := &process{}
	p.left.Store(1 << 60)
	p.ctx, p.die = context.WithCancel(context.Background())
	return p
}

func (p *process) dead() bool { return p.ctx.Err() != nil }

func (p *process) dial(ctx context.Context, network, host string) (net.Conn, error) {
	if p.dead() {
		return nil, errors.New("the process is dead")
	}
	c, err := new(net.Dialer).DialContext(ctx, network, host)
	if err != nil {
		return nil, err
	}
	context.AfterFunc(p.ctx, func() { c.Close() })
	return &mortal{c, p}, nil
}

// mortal is a connection of a process.
type mortal struct {
	net.Conn
	p *process
}

func (m *mortal) Write(b []byte) (int, error) {
	switch left := m.p.left.Add(-1); {
	case left > 0:
		return m.Conn.Write(b)
	case left == 0 && m.p.delivered:
		n, err := m.Conn.Write(b)
		// The broker has it when it answers; the answer is not for us.
		one := make([]byte, 1)
		m.Conn.SetReadDeadline(time.Now().Add(50 * time.Millisecond))
		m.Conn.Read(one)
		m.p.die()
		return n, err
	}
	m.p.die()
	return 0, errors.New("the process is dead")
}

// world is a job that writes the rows 0, 1, 2 … exactly once, whatever happens.
// Row n has key n mod keys, and the rows of a key come to one subtask.
type world struct {
	t      *testing.T
	r      *rand.Rand
	b      *broker
	fake   *kfake.Cluster // or nil
	tab    connector.Table
	topic  string
	prefix string
	now    atomic.Int64 // added to the clock
	faulty bool

	job         int
	parallelism int
	process     *process
	tasks       []*committer
	next        int
	lastID      int64
	open        []*snapshot // prepared, not complete
	last        *snapshot
	told        []string // story, for failures
	failures    map[string]int
	faults      []*kfake.FaultHandle
}

type snapshot struct {
	id          int64
	next        int
	parallelism int
	records     [][][]byte
}

const worldKeys = 7

func newWorld(t *testing.T, b *broker, fake *kfake.Cluster, seed uint64, options ...string) *world {
	w := &world{t: t, r: rand.New(rand.NewPCG(seed, 7)), b: b, fake: fake, topic: b.topic(t, 3), last: &snapshot{}, faulty: true, failures: map[string]int{}}
	w.prefix = w.topic
	w.tab = b.table(w.topic, "k INT, n BIGINT", append([]string{
		"key.format=raw", "key.fields=k", "key.raw.endianness=big-endian", "value.format=json",
		"sink.delivery-guarantee=exactly-once", "sink.transactional-id-prefix=" + w.prefix, "properties.linger.ms=0",
	}, options...)...)
	return w
}

func (w *world) say(format string, args ...any) {
	w.told = append(w.told, fmt.Sprintf(format, args...))
}

// failed notes an error and kills the process.
func (w *world) failed(what string, err error) {
	w.say("%s: %v", what, err)
	if w.process.dead() {
		what = "killed: " + what
	}
	w.failures[what]++
	w.kill()
}

// start begins an attempt. It returns false if that died, too.
func (w *world) start(parallelism int) bool {
	p := newProcess()
	w.process, w.parallelism = p, parallelism
	if w.faulty && w.r.IntN(3) > 0 {
		p.left.Store(int64(1 + w.r.IntN(120)))
		p.delivered = w.r.IntN(2) == 0
		w.say("the process will die with request %d, delivered: %v", p.left.Load(), p.delivered)
	}
	w.say("start job %d with %d subtasks from checkpoint %d of %d", w.job, parallelism, w.last.id, w.last.parallelism)
	shares := make([][][]byte, parallelism)
	if w.last.parallelism == parallelism {
		copy(shares, w.last.records)
	} else {
		all := slices.Concat(w.last.records...)
		w.r.Shuffle(len(all), func(i, k int) { all[i], all[k] = all[k], all[i] })
		for _, r := range all {
			k := w.r.IntN(parallelism)
			shares[k] = append(shares[k], r)
		}
	}
	w.tasks = nil
	w.open, w.next, w.lastID = nil, w.last.next, w.last.id
	for i := range parallelism {
		c, err := w.task(i)
		if err != nil {
			w.failed("open", err)
			return false
		}
		w.tasks = append(w.tasks, c)
	}
	errs := make([]error, parallelism)
	var wg sync.WaitGroup
	for i, c := range w.tasks {
		wg.Add(1)
		go func() {
			defer wg.Done()
			if errs[i] = c.Recover(w.last.id, shares[i]); errs[i] != nil {
				p.die() // the job fails as a whole
			}
		}()
	}
	wg.Wait()
	if err := errors.Join(errs...); err != nil {
		w.failed("Recover", err)
		return false
	}
	w.check("after Recover", true)
	return true
}

func (w *world) task(i int) (*committer, error) {
	s, err := newSink(testEnv(), targetOf(w.tab), modeOf(w.tab))
	must(w.t, err)
	s.(*sink).settings.client.common = append(s.(*sink).settings.client.common, kgo.Dialer(w.process.dial), kgo.RetryBackoffFn(func(int) time.Duration { return 5 * time.Millisecond }))
	c, err := s.Writer(&connector.WriterContext{
		Subtask: i, Parallelism: w.parallelism, Job: fmt.Sprintf("%032x", w.job), Operator: "op", Checkpointing: true, Metrics: metrics.NewGroup(nil), Context: w.process.ctx,
	})
	if err != nil {
		return nil, err
	}
	c.(*committer).clock = func() time.Time { return time.Now().Add(time.Duration(w.now.Load())) }
	return c.(*committer), nil
}

func (w *world) kill() {
	w.process.die()
	for _, c := range w.tasks {
		c.Close()
	}
	w.tasks = nil
}

// write gives the next n rows to their subtasks.
func (w *world) write(n int) {
	w.say("write %d from %d", n, w.next)
	batches := make([]*batch.Batch, len(w.tasks))
	for i := range batches {
		batches[i] = batch.NewBatch(targetOf(w.tab).Schema, n)
	}
	for range n {
		key := w.next % worldKeys
		b := batches[key%len(batches)]
		b.Cols[0].AppendInt32(int32(key))
		b.Cols[1].AppendInt64(int64(w.next))
		b.AppendKind(batch.Insert)
		w.next++
	}
	for i, c := range w.tasks {
		if err := c.Write(batches[i]); err != nil {
			w.failed("Write", err)
			return
		}
	}
}

func (w *world) prepare() {
	w.lastID++
	w.say("prepare %d", w.lastID)
	s := &snapshot{id: w.lastID, next: w.next, parallelism: len(w.tasks)}
	for _, c := range w.tasks {
		records, err := c.Prepare(s.id)
		if err != nil {
			w.failed("Prepare", err)
			return
		}
		s.records = append(s.records, records)
	}
	w.open = append(w.open, s)
}

// complete completes a checkpoint and tells some of the subtasks.
func (w *world) complete(all bool) {
	if len(w.open) == 0 {
		return
	}
	i := w.r.IntN(len(w.open))
	if all {
		i = len(w.open) - 1
	}
	w.last, w.open = w.open[i], w.open[i+1:]
	w.say("complete %d", w.last.id)
	for i, c := range w.tasks {
		if !all && w.r.IntN(4) == 0 {
			continue
		}
		w.say("commit %d of subtask %d", w.last.id, i)
		if err := c.Commit(w.last.id); err != nil {
			w.failed("Commit", err)
			return
		}
	}
	w.check("after Commit", false)
}

// expire ends transactions as time does: all that have the prefix, or some. To
// the job it is as if two hours had passed.
func (w *world) expire(some bool) {
	w.now.Add(int64(2 * time.Hour))
	for s := range 5 {
		for i := range 3 {
			if some && w.r.IntN(2) == 0 {
				continue
			}
			w.fence(naming{w.prefix, "op", "", s}.transactionalID(i))
		}
	}
	w.say("transactions expire")
}

func (w *world) fence(id string) {
	known, err := (&ledger{client: &client{Client: w.b.client}, admin: w.b.admin, brief: time.Minute}).known(w.t.Context(), []string{id})
	must(w.t, err)
	if len(known) == 1 {
		_, err := (&ledger{client: &client{Client: w.b.client}, brief: time.Minute}).fence(w.t.Context(), id)
		must(w.t, err)
	}
}

// disturb makes requests fail.
func (w *world) disturb() {
	if w.fake == nil {
		return
	}
	f := kfake.Fault{Count: 1 + w.r.IntN(2), When: func(kmsg.Request) bool { return true }}
	kinds := []struct {
		key  kmsg.Key
		errs []*kerr.Error
	}{
		{kmsg.EndTxn, []*kerr.Error{kerr.UnknownServerError, kerr.NotCoordinator, kerr.ConcurrentTransactions, kerr.TransactionAbortable, kerr.InvalidTxnState, kerr.RequestTimedOut}},
		{kmsg.TxnOffsetCommit, []*kerr.Error{kerr.NotCoordinator, kerr.CoordinatorLoadInProgress, kerr.TransactionAbortable, kerr.ConcurrentTransactions}},
		{kmsg.Produce, []*kerr.Error{kerr.NotLeaderForPartition, kerr.TransactionAbortable, kerr.InvalidTxnState, kerr.ConcurrentTransactions}},
		{kmsg.OffsetFetch, []*kerr.Error{kerr.UnstableOffsetCommit, kerr.NotCoordinator}},
		{kmsg.InitProducerID, []*kerr.Error{kerr.ConcurrentTransactions, kerr.CoordinatorNotAvailable}},
	}
	k := kinds[w.r.IntN(len(kinds))]
	f.Keys, f.Err = []kmsg.Key{k.key}, k.errs[w.r.IntN(len(k.errs))]
	w.say("%d requests %s fail with %s", f.Count, k.key.Name(), f.Err.Message)
	w.faults = append(w.faults, w.fake.Fault(f))
}

// check compares what is committed with the rows up to the last complete
// checkpoint: all of them if exact.
func (w *world) check(when string, exact bool) {
	w.t.Helper()
	counts := make([]int, w.last.next)
	newest := map[uint32]int{}
	for _, r := range w.b.committed(w.t, w.topic) {
		_, text, _ := strings.Cut(string(r.Value), `"n":`)
		n, err := strconv.Atoi(strings.TrimSuffix(text, "}"))
		must(w.t, err)
		if n >= len(counts) {
			w.fatal("%s: row %d is visible, but the last complete checkpoint has %d rows", when, n, len(counts))
		}
		counts[n]++
		key := binary.BigEndian.Uint32(r.Key)
		if before, ok := newest[key]; ok && n < before {
			w.fatal("%s: row %d of key %d comes after row %d", when, n, key, before)
		}
		newest[key] = n
	}
	for n, count := range counts {
		if count > 1 || exact && count == 0 {
			w.fatal("%s: row %d is visible %d times", when, n, count)
		}
	}
}

func (w *world) fatal(format string, args ...any) {
	w.t.Helper()
	w.t.Fatalf(format+"\n%s", append(args, strings.Join(w.told[max(0, len(w.told)-60):], "\n"))...)
}

// restart begins attempts until one lives.
func (w *world) restart() {
	for range 100 {
		if w.r.IntN(4) == 0 {
			w.job++
		}
		parallelism := max(1, w.last.parallelism)
		if w.r.IntN(2) == 0 {
			parallelism = 1 + w.r.IntN(3)
		}
		if w.start(parallelism) {
			return
		}
	}
	w.fatal("no attempt lives")
}

// live does some steps, each perhaps the last of its process, and ends well.
func (w *world) live(steps int) {
	w.restart()
	for range steps {
		switch w.r.IntN(16) {
		case 0, 1, 2, 3, 4:
			w.write(1 + w.r.IntN(30))
		case 5, 6, 7:
			w.prepare()
		case 8, 9, 10:
			w.complete(false)
		case 11, 12:
			w.expire(w.r.IntN(2) == 0)
		case 13, 14:
			w.disturb()
		case 15:
			w.say("kill")
			w.kill()
		}
		if len(w.tasks) == 0 {
			w.restart()
		}
	}
	w.faulty = false
	for _, f := range w.faults {
		f.Remove()
	}
	w.kill()
	w.restart()
	w.write(10)
	w.prepare()
	w.complete(true)
	w.check("at the end", true)
	if w.last.next != w.next || len(w.tasks) == 0 {
		w.fatal("the last checkpoint failed")
	}
	for _, c := range w.tasks {
		must(w.t, c.Close())
	}
}

// seeds is how many random stories to tell: $FLOTT_SEEDS or few.
func seeds(few int) int {
	if n, err := strconv.Atoi(os.Getenv("FLOTT_SEEDS")); err == nil {
		return n
	}
	return few
}

func TestRandomFaults(t *testing.T) {
	total := map[string]int{}
	for seed := range uint64(seeds(12)) {
		t.Run(fmt.Sprintf("seed %d", seed), func(t *testing.T) {
			c, err := kfake.NewCluster(kfake.NumBrokers(2))
			must(t, err)
			t.Cleanup(c.Close)
			w := newWorld(t, newBroker(t, strings.Join(c.ListenAddrs(), ",")), c, seed)
			w.live(40)
			for what, n := range w.failures {
				total[what] += n
			}
		})
	}
	t.Logf("failures survived: %v", total)
}
