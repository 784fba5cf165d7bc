package connector

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/flottstream/flott/internal/format"
)

// UnknownFormat is the error for a format that is not there, with advice where
// there is some.
func UnknownFormat(name string, formats map[string]format.Factory) error {
	known := slices.Sorted(maps.Keys(formats))
	hint := DidYouMean(name, known)
	if name == "orc" {
		hint = "format 'orc' is not built in: 'parquet' stores columns as well, and 'avro' rows with their schema"
	}
	return WithHint(fmt.Errorf("Could not find any format factory for identifier '%s' in the classpath.\n\nAvailable formats are:\n\n%s",
		name, strings.Join(known, "\n")), hint)
}
