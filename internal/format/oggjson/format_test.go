package oggjson

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
		Options: map[string]string{"map-null-key.mode": "LITERAL"}, First: []byte(`{"op_type":"I","after":{"c":"before","g":[{"x":7}]}}`),
		Seeds: []string{
			`{"before":null,"after":{"i":1,"c":"x"},"op_type":"I"}`,
			`{"after":{"i":2},"before":{"i":1},"op_type":"U"}`,
			`{"op_type":"T"}`,
		},
	})
}
