package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/pflag"
)

// clientFlag is a flag of Flink's sql-client.sh that `flott sql` has not, and what to do
// instead.
type clientFlag struct {
	long, short string
	instead     string
}

const (
	noJars   = "there is no JVM: connectors and formats are built in, functions are written in Go or compiled to WASM"
	noPython = "there is no Python: functions are written in Go or compiled to WASM"
)

// clientFlags are refused by name.
var clientFlags = []clientFlag{
	{"jar", "j", noJars},
	{"library", "l", noJars},
	{"update", "u", "use -e, which takes any statement"},
	{"session", "s", "a session lasts as long as the shell"},
	{"endpoint", "", "use --target flink://HOST:PORT, or `flott sql gateway --endpoint HOST:PORT`"},
	{"pyArchives", "", noPython},
	{"pyClientExecutable", "", noPython},
	{"pyExecutable", "", noPython},
	{"pyFiles", "", noPython},
	{"pyRequirements", "", noPython},
}

// refused is the value of such a flag.
type refused struct{ instead string }

// String implements pflag.Value.
func (r refused) String() string { return "" }

// Type implements pflag.Value.
func (r refused) Type() string { return "string" }

// Set implements pflag.Value.
func (r refused) Set(string) error { return fmt.Errorf("flott has no such flag: %s", r.instead) }

// addClientFlags adds them, hidden.
func addClientFlags(flags *pflag.FlagSet) {
	for _, f := range clientFlags {
		flags.VarP(refused{f.instead}, f.long, f.short, "")
		flags.Lookup(f.long).Hidden = true
	}
}

// longNames are flags of sql-client.sh that are words behind one dash.
var longNames = map[string]string{
	"hist": "history", "pyarch": "pyArchives", "pyclientexec": "pyClientExecutable", "pyexec": "pyExecutable",
	"pyfs": "pyFiles", "pyreq": "pyRequirements",
}

// sqlClientArgs turns a command line of Flink's sql-client.sh into one of `flott sql`:
// the words `embedded` and `gateway` in front, and flags that are words behind one dash.
func sqlClientArgs(args []string) []string {
	if len(args) == 0 || args[0] != "sql" {
		return args
	}
	out := slices.Clone(args)
	for i, a := range out {
		name, value, given := strings.Cut(strings.TrimPrefix(a, "-"), "=")
		if long := longNames[name]; long != "" && strings.HasPrefix(a, "-") {
			if out[i] = "--" + long; given {
				out[i] += "=" + value
			}
		}
	}
	if len(out) < 2 {
		return out
	}
	switch out[1] {
	case "embedded":
		return slices.Delete(out, 1, 2)
	case "gateway":
		return gatewayArgs(slices.Delete(out, 1, 2))
	}
	return out
}

// gatewayArgs turns the gateway's endpoint into a target; without one it is
// sql-client.sh's default.
func gatewayArgs(args []string) []string {
	at := slices.IndexFunc(args, func(a string) bool { return a == "-e" || a == "--endpoint" })
	if at < 0 {
		return append(args, "--target", "flink://localhost:8083")
	}
	args[at] = "--target"
	if at+1 < len(args) {
		args[at+1] = targetURL(args[at+1])
	}
	return args
}

// targetURL is a target for HOST:PORT or a URL of the gateway.
func targetURL(endpoint string) string {
	scheme, rest, ok := strings.Cut(endpoint, "://")
	switch {
	case !ok:
		return "flink://" + strings.TrimSuffix(endpoint, "/")
	case scheme == "https":
		return "flinks://" + strings.TrimSuffix(rest, "/")
	case scheme == "http":
		return "flink://" + strings.TrimSuffix(rest, "/")
	}
	return endpoint
}
