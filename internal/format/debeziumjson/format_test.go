package debeziumjson

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
		Options: map[string]string{"map-null-key.mode": "LITERAL"}, First: []byte(`{"op":"c","after":{"c":"before","g":[{"x":7}]}}`),
		Seeds: []string{
			`{"before":null,"after":{"i":1,"c":"x\u00e9"},"op":"c"}`,
			`{"after":{"i":2},"before":{"i":1},"op":"u"}`,
			`{"op":"d","before":{"r":{"x":1,"n":{"q":true}}},"after":null}`,
			`{"before":{"i":1},"before":{"i":2},"after":{"i":"q"},"op":"u"}`,
			`{"before":[],"after":3,"op":"r"}`,
			`{"op":5}`,
			`{}`,
		},
	})
}
