// Package schedule decides what becomes of a job when a task fails: whether it
// restarts, when, and which tasks restart. It is pure: time and chance come in as
// arguments, the jobmaster carries out the verdict.
package schedule

import (
	"fmt"
	"math"
	"time"
)

// The restart strategies, in the words of restart-strategy.type.
const (
	None             = "NONE"
	FixedDelay       = "FIXED-DELAY"
	FailureRate      = "FAILURE-RATE"
	ExponentialDelay = "EXPONENTIAL-DELAY"
)

// The failover strategies, in the words of jobmanager.execution.failover-strategy.
const (
	Region = "REGION"
	Full   = "FULL"
)

// Options are those of restart-strategy.* and the failover strategy. Durations are
// used in whole milliseconds.
type Options struct {
	// Type is one of the strategies ("off" and "disable" are none), in upper case;
	// empty: exponential-delay if the job takes checkpoints, otherwise none.
	Type     string
	Failover string

	FixedAttempts int64
	FixedDelay    time.Duration

	RateFailures int64 // that are restarted from within RateInterval
	RateInterval time.Duration
	RateDelay    time.Duration

	InitialBackoff time.Duration
	MaxBackoff     time.Duration
	Multiplier     float64
	ResetThreshold time.Duration // quiet time after which the backoff is the initial one again
	JitterFactor   float64       // share of the backoff that chance adds or takes away
	ResetAttempts  int64         // restarts in a row before the job fails
}

// Default returns Flink's defaults.
func Default() Options {
	return Options{
		Failover: Region, FixedAttempts: 1, FixedDelay: time.Second,
		RateFailures: 1, RateInterval: time.Minute, RateDelay: time.Second,
		InitialBackoff: time.Second, MaxBackoff: time.Minute, Multiplier: 1.5, ResetThreshold: time.Hour, JitterFactor: 0.1, ResetAttempts: math.MaxInt32,
	}
}

// Key ties a configuration key to a field of Options.
type Key struct {
	Name, Type, Default, Doc string // Default "": leave the field of Default() alone
	Values                   []string
	// Field returns the place of the option in o: *int64, *float64, *string (upper
	// case) or *time.Duration.
	Field func(o *Options) any
}

// Keys are the configuration keys, by name.
var Keys = []Key{
	{"jobmanager.execution.failover-strategy", "Enum", "region", "Which tasks restart when one fails: those joined to it, or all.", []string{"region", "full"},
		func(o *Options) any { return &o.Failover }},
	{"restart-strategy.exponential-delay.attempts-before-reset-backoff", "Integer", "2147483647", "How many times in a row the job restarts before it fails.", nil,
		func(o *Options) any { return &o.ResetAttempts }},
	{"restart-strategy.exponential-delay.backoff-multiplier", "Double", "1.5", "By how much the wait grows with every failure.", nil,
		func(o *Options) any { return &o.Multiplier }},
	{"restart-strategy.exponential-delay.initial-backoff", "Duration", "1 s", "First wait before a restart.", nil,
		func(o *Options) any { return &o.InitialBackoff }},
	{"restart-strategy.exponential-delay.jitter-factor", "Double", "0.1", "Share of the wait that chance adds or takes away.", nil,
		func(o *Options) any { return &o.JitterFactor }},
	{"restart-strategy.exponential-delay.max-backoff", "Duration", "1 min", "Longest wait before a restart.", nil,
		func(o *Options) any { return &o.MaxBackoff }},
	{"restart-strategy.exponential-delay.reset-backoff-threshold", "Duration", "1 h", "After this long without a failure the wait is the initial one again.", nil,
		func(o *Options) any { return &o.ResetThreshold }},
	{"restart-strategy.failure-rate.delay", "Duration", "1 s", "Wait before a restart.", nil,
		func(o *Options) any { return &o.RateDelay }},
	{"restart-strategy.failure-rate.failure-rate-interval", "Duration", "1 min", "Time over which failures are counted.", nil,
		func(o *Options) any { return &o.RateInterval }},
	{"restart-strategy.failure-rate.max-failures-per-interval", "Integer", "1", "How many failures in the interval are restarted from.", nil,
		func(o *Options) any { return &o.RateFailures }},
	{"restart-strategy.fixed-delay.attempts", "Integer", "1", "How many times the job restarts before it fails.", nil,
		func(o *Options) any { return &o.FixedAttempts }},
	{"restart-strategy.fixed-delay.delay", "Duration", "1 s", "Wait before a restart.", nil,
		func(o *Options) any { return &o.FixedDelay }},
	{"restart-strategy.type", "Enum", "", "How failures are restarted from; unset: exponential-delay with checkpoints, none without.",
		[]string{"none", "off", "disable", "fixed-delay", "failure-rate", "exponential-delay"},
		func(o *Options) any { return &o.Type }},
}

// Validate reports what cannot be, in a sentence that names the key.
func (o Options) Validate() error {
	if err := o.validateCommon(); err != nil {
		return err
	}
	const p = "restart-strategy.exponential-delay."
	switch {
	case o.InitialBackoff < time.Millisecond:
		return fmt.Errorf("'%sinitial-backoff' is %s, but must be at least 1ms", p, o.InitialBackoff)
	case o.MaxBackoff < o.InitialBackoff:
		return fmt.Errorf("'%smax-backoff' is %s, shorter than '%[1]sinitial-backoff' (%[3]s)", p, o.MaxBackoff, o.InitialBackoff)
	case !(o.Multiplier > 1):
		return fmt.Errorf("'%sbackoff-multiplier' is %v, but must be above 1", p, o.Multiplier)
	case o.ResetThreshold < time.Millisecond:
		return fmt.Errorf("'%sreset-backoff-threshold' is %s, but must be at least 1ms", p, o.ResetThreshold)
	case !(o.JitterFactor >= 0 && o.JitterFactor <= 1):
		return fmt.Errorf("'%sjitter-factor' is %v, but must be from 0 to 1", p, o.JitterFactor)
	case o.ResetAttempts < 1:
		return fmt.Errorf("'%sattempts-before-reset-backoff' is %d, but must be at least 1", p, o.ResetAttempts)
	}
	return nil
}

func (o Options) validateCommon() error {
	switch o.Type {
	case "", None, "OFF", "DISABLE", FixedDelay, FailureRate, ExponentialDelay:
	default:
		return fmt.Errorf("'restart-strategy.type' is %q, but must be none, fixed-delay, failure-rate or exponential-delay", o.Type)
	}
	switch {
	case o.Failover != Region && o.Failover != Full:
		return fmt.Errorf("'jobmanager.execution.failover-strategy' is %q, but must be region or full", o.Failover)
	case o.FixedAttempts < 0:
		return fmt.Errorf("'restart-strategy.fixed-delay.attempts' is %d, but must not be negative", o.FixedAttempts)
	case o.FixedDelay < 0:
		return fmt.Errorf("'restart-strategy.fixed-delay.delay' is %s, but must not be negative", o.FixedDelay)
	case o.RateFailures < 1:
		return fmt.Errorf("'restart-strategy.failure-rate.max-failures-per-interval' is %d, but must be at least 1", o.RateFailures)
	case o.RateInterval < time.Millisecond:
		return fmt.Errorf("'restart-strategy.failure-rate.failure-rate-interval' is %s, but must be at least 1ms", o.RateInterval)
	case o.RateDelay < 0:
		return fmt.Errorf("'restart-strategy.failure-rate.delay' is %s, but must not be negative", o.RateDelay)
	}
	return nil
}
