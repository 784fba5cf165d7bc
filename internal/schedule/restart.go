package schedule

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// Strategy decides whether and when a job restarts. Times are ms since 1970. Not
// safe for concurrent use.
type Strategy interface {
	// Failed counts a failure at now. False: it belongs to one counted before, whose
	// restart is still to come.
	Failed(now int64) bool
	// Restart returns how long, in ms, to wait from now with the restart; false: the
	// job fails. It is asked after Failed.
	Restart(now int64) (delay int64, ok bool)
	// String is Flink's description, as in "Recovery is suppressed by …".
	String() string
}

// NewStrategy returns the strategy of valid options. random returns numbers in
// [0, 1); checkpointing says whether the job takes checkpoints.
func NewStrategy(o Options, checkpointing bool, random func() float64) Strategy {
	switch o.Type {
	case FixedDelay:
		return &fixedDelay{max: o.FixedAttempts, delay: o.FixedDelay.Milliseconds()}
	case FailureRate:
		return &failureRate{max: int(o.RateFailures), interval: o.RateInterval.Milliseconds(), delay: o.RateDelay.Milliseconds()}
	case "":
		if !checkpointing {
			return noRestart{}
		}
		return &exponential{o: o, random: random, next: notYet}
	case ExponentialDelay:
		return &exponential{o: o, random: random, next: notYet}
	}
	return noRestart{}
}

type noRestart struct{}

func (noRestart) Failed(int64) bool           { return true }
func (noRestart) Restart(int64) (int64, bool) { return 0, false }
func (noRestart) String() string              { return "NoRestartBackoffTimeStrategy" }

// fixedDelay restarts so many times.
type fixedDelay struct{ max, delay, failures int64 }

func (s *fixedDelay) Failed(int64) bool { s.failures++; return true }

func (s *fixedDelay) Restart(int64) (int64, bool) { return s.delay, s.failures <= s.max }

func (s *fixedDelay) String() string {
	return fmt.Sprintf("FixedDelayRestartBackoffTimeStrategy(maxNumberRestartAttempts=%d, backoffTimeMS=%d)", s.max, s.delay)
}

// failureRate restarts as long as failures do not come too fast. It remembers the
// newest max + 1 failures.
type failureRate struct {
	max             int
	interval, delay int64
	failures        []int64 // oldest first
}

func (s *failureRate) Failed(now int64) bool {
	if len(s.failures) > s.max {
		s.failures = s.failures[1:]
	}
	s.failures = append(s.failures, now)
	return true
}

func (s *failureRate) Restart(now int64) (int64, bool) {
	return s.delay, len(s.failures) <= s.max || now-s.failures[0] > s.interval
}

// String repeats the name, as Flink's does.
func (s *failureRate) String() string {
	const name = "FailureRateRestartBackoffTimeStrategy("
	return fmt.Sprintf("%s%sfailuresIntervalMS=%d,backoffTimeMS=%d,maxFailuresPerInterval=%d)", name, name, s.interval, s.delay, s.max)
}

// notYet is Flink's time of the next restart before the first failure.
const notYet = int64(math.MinInt32)

// exponential waits longer with every failure, until all has been quiet for a while.
// Failures while a restart is waiting count as one.
type exponential struct {
	o        Options
	random   func() float64
	attempts int64 // since the backoff was the initial one
	next     int64 // ms, when the restart is due
}

func (s *exponential) Failed(now int64) bool {
	if now <= s.next {
		return false
	}
	if now-s.next >= s.o.ResetThreshold.Milliseconds() {
		s.attempts = 0
	}
	s.next = now + s.backoff()
	s.attempts++
	return true
}

// backoff is initial × multiplier ^ attempts, spread by chance, within bounds.
func (s *exponential) backoff() int64 {
	low, high := float64(s.o.InitialBackoff.Milliseconds()), float64(s.o.MaxBackoff.Milliseconds())
	wait := math.Floor(low * math.Pow(s.o.Multiplier, float64(s.attempts)))
	if offset := math.Floor(wait * s.o.JitterFactor); offset > 0 && !math.IsInf(offset, 1) {
		wait += math.Floor(s.random()*(2*offset+1)) - offset
	}
	return int64(max(low, min(wait, high)))
}

func (s *exponential) Restart(now int64) (int64, bool) {
	return max(0, s.next-now), s.attempts <= s.o.ResetAttempts
}

func (s *exponential) String() string {
	return fmt.Sprintf("ExponentialDelayRestartBackoffTimeStrategy(initialBackoffMS=%d, maxBackoffMS=%d, backoffMultiplier=%s, resetBackoffThresholdMS=%d, jitterFactor=%s, attemptsBeforeResetBackoff=%d, currentRestartAttempt=%d, nextRestartTimestamp=%d)",
		s.o.InitialBackoff.Milliseconds(), s.o.MaxBackoff.Milliseconds(), double(s.o.Multiplier), s.o.ResetThreshold.Milliseconds(),
		double(s.o.JitterFactor), s.o.ResetAttempts, s.attempts, s.next)
}

// double prints a number with a decimal point, as Java does.
func double(f float64) string {
	text := strconv.FormatFloat(f, 'f', -1, 64)
	if !strings.Contains(text, ".") {
		text += ".0"
	}
	return text
}
