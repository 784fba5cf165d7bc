package maxwelljson

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
		Options: map[string]string{"map-null-key.mode": "LITERAL"}, First: []byte(`{"type":"insert","data":{"c":"before","g":[{"x":7}]}}`),
		Seeds: []string{
			`{"data":{"i":1},"old":{"i":2},"type":"update"}`,
			`{"type":"delete","data":{"i":"5"}}`,
			`{"old":{},"data":{"i":2},"type":"insert"}`,
			`{"data":{"r":{"x":1}},"old":{"x":{"c":1}},"type":"update"}`,
		},
	})
}
