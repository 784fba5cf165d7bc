package logscan

import "strings"

// A process of Flink says every key of its configuration when it starts, secrets
// masked.

// properties is what one log says about its process.
type properties struct {
	process string // TaskManagerRunner, StandaloneSessionClusterEntrypoint, …
	version string
	keys    map[string]string
}

var property = lazily(`Loading (?:dynamic )?configuration property: ([^,\s]+), (.*)$`)

const propertyMark = "configuration property: "

// property takes a key out of a line.
func (f *file) property(line string) {
	m := property().FindStringSubmatch(line)
	if m == nil {
		return
	}
	if f.properties.keys == nil {
		f.properties.keys = map[string]string{}
	}
	if len(f.properties.keys) < propertiesMax {
		f.properties.keys[m[1]] = strings.TrimSpace(m[2])
	}
}

const propertiesMax = 2000

// starts forgets what an earlier process said in the same log.
func (f *file) starts(process, version string) {
	if process != "" && version != "" {
		f.properties = properties{process: process, version: version}
	}
}

// Configuration is that of the JobManager, or else of a TaskManager, and the release
// it runs; nil if no log tells.
func (s *Scanner) Configuration() (keys map[string]string, version string) {
	for _, manager := range []bool{true, false} {
		for i := len(s.told) - 1; i >= 0; i-- {
			p := &s.told[i]
			if len(p.keys) > 0 && p.process != "" && strings.HasSuffix(p.process, "ClusterEntrypoint") == manager {
				return p.keys, p.version
			}
		}
	}
	return nil, ""
}
