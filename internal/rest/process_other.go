//go:build !unix

package rest

import "time"

// cpuTime is not known here.
func cpuTime() time.Duration { return 0 }

// files returns that nothing is known.
func files() (open, most float64) { return -1, -1 }
