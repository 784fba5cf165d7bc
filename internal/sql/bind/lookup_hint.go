package bind

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/flottstream/flott/internal/connector"
	"github.com/flottstream/flott/internal/jobgraph"
	"github.com/flottstream/flott/internal/sql/ast"
)

// lookupHint is a LOOKUP hint: how a table is looked up.
type lookupHint struct {
	table   ast.HintArg
	options jobgraph.LookupOptions
	idle    []string // options given that have no effect
	used    bool
}

// The defaults of table.exec.async-lookup.
const (
	lookupCapacity = 100
	lookupTimeout  = 3 * time.Minute
)

var lookupHintOptions = []string{
	"table", "async", "output-mode", "capacity", "timeout", "retry-predicate", "retry-strategy", "fixed-delay", "max-attempts", "shuffle",
}

var retryHintOptions = []string{"retry-predicate", "retry-strategy", "fixed-delay", "max-attempts"}

// lookupHints reads the LOOKUP hints behind a SELECT.
func lookupHints(hs []ast.Hint) (out []*lookupHint, err error) {
	for _, h := range hs {
		if upperName(h.Name) != "LOOKUP" {
			continue
		}
		l := &lookupHint{options: jobgraph.LookupOptions{Capacity: lookupCapacity, Timeout: lookupTimeout}}
		given := map[string]bool{}
		retry := &jobgraph.LookupRetry{}
		for _, a := range h.Args {
			if !a.HasKey {
				return nil, errorAt(a, "write LOOKUP('table' = 'name')", "Invalid list options in LOOKUP hint, only support key-value options.")
			}
			if given[a.Key] {
				return nil, errorAt(a, "", "Invalid LOOKUP hint: the option '%s' is given twice", a.Key)
			}
			given[a.Key] = true
			if err := l.option(a, retry); err != nil {
				return nil, err
			}
		}
		if !given["table"] {
			return nil, errorAt(h, "write LOOKUP('table' = 'name')", "Invalid LOOKUP hint: incomplete required option(s): 'table'")
		}
		if err := l.complete(h, given, retry); err != nil {
			return nil, err
		}
		out = append(out, l)
	}
	return out, nil
}

// option reads one option.
func (l *lookupHint) option(a ast.HintArg, retry *jobgraph.LookupRetry) (err error) {
	switch a.Key {
	case "table":
		l.table = a
	case "async":
		l.options.Async, err = truth(a)
	case "shuffle":
		_, err = truth(a)
		l.idle = append(l.idle, a.Key)
	case "output-mode":
		l.options.Unordered = strings.EqualFold(a.Value, "allow_unordered")
		if !l.options.Unordered && !strings.EqualFold(a.Value, "ordered") {
			return notParsed(a, "it is ordered or allow_unordered")
		}
	case "capacity":
		l.options.Capacity, err = positive(a)
	case "timeout":
		if l.options.Timeout, err = delay(a); err == nil && l.options.Timeout == 0 {
			return errorAt(a, "", "Invalid LOOKUP hint option: timeout value should be greater than 0 but was %s", a.Value)
		}
	case "retry-predicate":
		if !strings.EqualFold(a.Value, "lookup_miss") {
			return errorAt(a, "", "Invalid LOOKUP hint option: unsupported retry-predicate '%s', only 'lookup_miss' is supported currently", a.Value)
		}
	case "retry-strategy":
		if !strings.EqualFold(a.Value, "fixed_delay") {
			return notParsed(a, "it is fixed_delay")
		}
	case "fixed-delay":
		retry.Delay, err = delay(a)
	case "max-attempts":
		retry.Attempts, err = positive(a)
	default:
		hint := didYouMean(a.Key, lookupHintOptions)
		if hint == "" {
			hint = "options are " + strings.Join(lookupHintOptions, ", ")
		}
		return errorAt(a, hint, "Invalid LOOKUP hint: unsupported option '%s'", a.Key)
	}
	return err
}

// complete checks what options mean together. What only rows that wait care about has no
// effect without a retry.
func (l *lookupHint) complete(h ast.Hint, given map[string]bool, retry *jobgraph.LookupRetry) error {
	var missing []string
	for _, name := range retryHintOptions {
		if !given[name] {
			missing = append(missing, "'"+name+"'")
		}
	}
	if len(missing) > 0 && len(missing) < len(retryHintOptions) {
		return errorAt(h, "add "+strings.Join(missing, ", "), "Invalid LOOKUP hint: retry options can be both null or all not null")
	}
	if len(missing) == 0 {
		l.options.Retry = retry
	} else {
		for _, name := range []string{"async", "output-mode", "capacity", "timeout"} {
			if given[name] {
				l.idle = append(l.idle, name)
			}
		}
	}
	l.options.Unordered = l.options.Unordered && l.options.Async
	return nil
}

func notParsed(a ast.HintArg, hint string) error {
	return errorAt(a, hint, "Invalid LOOKUP hint options: Could not parse value '%s' for key '%s'.", a.Value, a.Key)
}

func truth(a ast.HintArg) (bool, error) {
	switch strings.ToLower(a.Value) {
	case "true":
		return true, nil
	case "false":
		return false, nil
	}
	return false, notParsed(a, "it is true or false")
}

func delay(a ast.HintArg) (time.Duration, error) {
	d, err := connector.ParseDuration(a.Value)
	if err != nil || d < 0 {
		return 0, notParsed(a, "write a duration that is not negative, as '10 s'")
	}
	return d, nil
}

func positive(a ast.HintArg) (int, error) {
	n, err := strconv.Atoi(strings.TrimSpace(a.Value))
	if err != nil || n > math.MaxInt32 {
		return 0, notParsed(a, "write a number")
	}
	if n <= 0 {
		return 0, errorAt(a, "", "Invalid LOOKUP hint option: %s value should be positive integer but was %d", a.Key, n)
	}
	return n, nil
}

// lookupOptions are those for a table that is joined FOR SYSTEM_TIME AS OF; nil: none.
// Of several hints for it the first holds.
func (q *query) lookupOptions(right *scope) *jobgraph.LookupOptions {
	known := hintNames(right)
	for _, l := range q.lookups {
		if slices.Contains(known, l.table.Value) {
			l.used = true
			return &l.options
		}
	}
	return nil
}

// lookupTables refuses hints for tables that are not there, once the FROM clause is bound,
// and warns of what has no effect.
func (b *block) lookupTables() error {
	for _, l := range b.lookups {
		table := l.table.Value
		if err := b.hintedTable(l.table, "LOOKUP", table); err != nil {
			return err
		}
		if !l.used {
			b.warnOfHint("the hint LOOKUP has no effect on '%s', which is not joined FOR SYSTEM_TIME AS OF a processing time", table)
		} else if len(l.idle) > 0 {
			b.warnOfHint("the options '%s' of the LOOKUP hint have no effect: flott looks rows up in batches, in order", strings.Join(l.idle, "', '"))
		}
	}
	return nil
}
