// Package drill breaks things on purpose and watches whether the doctor notices:
// a drill injects one fault, waits until the doctor names its cause, mends it,
// waits until the doctor stops naming it, and counts what was lost meanwhile.
//
// Contract: whatever a drill breaks is mended before Run returns, also when the
// context ends or the drill panics. A drill touches only processes, files and
// connections that it made itself or that the caller named. A fault that cannot
// be injected on a target is refused with a *RefusedError that says why.
package drill

import (
	"context"
	"fmt"
	"slices"
	"strings"
)

// Engine is what runs the job.
type Engine string

// The engines.
const (
	Flott Engine = "flott"
	Flink Engine = "flink"
)

// Drill is one fault that can be injected.
type Drill struct {
	Name  string
	Title string   // what is broken, in one line
	Cause string   // what the doctor is to say
	Also  []string // other causes that are as right
	On    []Engine // where a job of our own can be broken
	Job   Job      // the job, if no target is given
	// Break injects the fault and leaves with Lab.Mend how to mend it. It may
	// take its time; the fault counts from when it returns.
	Break func(context.Context, *Lab) error
	// Abroad injects the fault where the job is not ours; nil: it cannot be.
	Abroad func(context.Context, *Lab) error
	// Lasting faults are told of for long after they are over, as failures are: it is
	// over when the job runs and has completed two checkpoints since.
	Lasting bool
	// HA drills have a Flink that is highly available by a ZooKeeper of our own.
	HA bool
	// Why it cannot be injected on the engines that On leaves out, or abroad.
	Why string
}

// names reports whether a cause is one that the doctor should say.
func (d *Drill) names(cause string) bool { return cause == d.Cause || slices.Contains(d.Also, cause) }

// RefusedError says why a fault cannot be injected.
type RefusedError struct{ Drill, Reason string }

func (e *RefusedError) Error() string {
	return fmt.Sprintf("%s cannot be injected here: %s", e.Drill, e.Reason)
}

// Table lists all drills.
func Table() []*Drill {
	all := slices.Concat(loadDrills, storageDrills, timeDrills, failureDrills, settingDrills)
	slices.SortFunc(all, func(a, b *Drill) int { return strings.Compare(a.Name, b.Name) })
	return all
}

// Find returns the drill of a name.
func Find(name string) (*Drill, error) {
	var names []string
	for _, d := range Table() {
		if d.Name == name {
			return d, nil
		}
		names = append(names, d.Name)
	}
	return nil, fmt.Errorf("there is no drill %q; the drills are %s", name, strings.Join(names, ", "))
}
