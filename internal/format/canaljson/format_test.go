package canaljson

import (
	"testing"

	"github.com/flottstream/flott/internal/format/formattest"
	"github.com/flottstream/flott/internal/format/json"
)

func TestStories(t *testing.T) {
	formattest.RunStory(t, "testdata/changes.txt", Factory, json.Factory{})
}

func FuzzDecode(f *testing.F) {
	formattest.Fuzz(f, formattest.FuzzCase{
		Factory: Factory, Schema: formattest.EveryType, Ignore: "ignore-parse-errors",
		Options: map[string]string{"map-null-key.mode": "LITERAL"}, First: []byte(`{"type":"INSERT","data":[{"c":"before","g":[{"x":7}]}]}`),
		Seeds: []string{
			`{"data":[{"i":1},{"i":2}],"old":[{"i":2},{"c":null}],"type":"UPDATE"}`,
			`{"type":"DELETE","data":[{"i":"5"},null]}`,
			`{"data":[{"i":1}],"data":[{"i":2}],"type":"INSERT"}`,
			`{"type":"CREATE"}`,
			`{"data":[{"r":{"x":1}}],"old":[{"r":null},3],"type":"UPDATE"}`,
			`{"data":[],"old":{},"type":"UPDATE"}`,
		},
	})
}
