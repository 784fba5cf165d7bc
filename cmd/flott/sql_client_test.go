package main

import (
	"slices"
	"strings"
	"testing"
)

// TestSQLClientArgs: command lines of Flink's sql-client.sh are those of `flott sql`.
func TestSQLClientArgs(t *testing.T) {
	for _, c := range []struct{ from, to string }{
		{"sql -f a.sql", "sql -f a.sql"},
		{"sql embedded -i a.sql", "sql -i a.sql"},
		{"sql -hist h", "sql --history h"},
		{"sql -hist=h", "sql --history=h"},
		{"sql -pyfs a.py", "sql --pyFiles a.py"},
		{"sql gateway -e h:8083 -f a.sql", "sql --target flink://h:8083 -f a.sql"},
		{"sql gateway --endpoint https://h:8083/", "sql --target flinks://h:8083"},
		{"sql gateway", "sql --target flink://localhost:8083"},
		{"sql -e gateway", "sql -e gateway"},
		{"run gateway", "run gateway"},
	} {
		if got := sqlClientArgs(strings.Fields(c.from)); !slices.Equal(got, strings.Fields(c.to)) {
			t.Errorf("%s: %v, not %s", c.from, got, c.to)
		}
	}
}

// TestSQLClientFlagsRefused: what of sql-client.sh flott has not is refused with what there is instead.
func TestSQLClientFlagsRefused(t *testing.T) {
	for _, c := range []struct{ flag, says string }{
		{"-j", "built in"}, {"-l", "built in"}, {"-u", "use -e"}, {"-s", "as long as the shell"}, {"-pyfs", "no Python"}, {"--pyRequirements", "no Python"},
	} {
		cmd := root()
		cmd.SetArgs(sqlClientArgs([]string{"sql", c.flag, "x"}))
		err := cmd.Execute()
		if err == nil || !strings.Contains(err.Error(), c.says) || exitCode(err) != exitUsage {
			t.Errorf("%s: %v", c.flag, err)
		}
	}
}
