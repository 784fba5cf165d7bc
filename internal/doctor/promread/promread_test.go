package promread

import (
	"context"
	"net/url"
	"strings"
	"testing"
	"time"
)

// server answers every query with a matrix for the metrics it has.
type server map[string]string

func (s server) Get(_ context.Context, path string) ([]byte, error) {
	u, err := url.Parse(path)
	if err != nil {
		return nil, err
	}
	for metric, result := range s {
		if strings.Contains(u.Query().Get("query"), metric) {
			return []byte(`{"status":"success","data":{"resultType":"matrix","result":[` + result + `]}}`), nil
		}
	}
	if raw, ok := s["*"]; ok {
		return []byte(raw), nil
	}
	return []byte(`{"status":"success","data":{"resultType":"matrix","result":[]}}`), nil
}

var until = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

func TestRead(t *testing.T) {
	s, err := Read(t.Context(), server{"lastCheckpointFullSize": `{"metric":{"job_id":"j"},"values":[[1795262400,"20"],[1795262280,"10"],[1795262300,"NaN"],["x",3]]}`}, until)
	if err != nil {
		t.Fatal(err)
	}
	if len(s) != 1 || s[0].Metric != "lastCheckpointFullSize" || s[0].Labels["job_id"] != "j" || len(s[0].Points) != 2 || s[0].Points[0].Value != 10 || s[0].Points[1].Time.Unix() != 1795262400 {
		t.Errorf("%+v", s)
	}
}

func TestReadRefuses(t *testing.T) {
	for raw, want := range map[string]string{
		`<html>`: "not Prometheus' API", `{"a":1}`: "not Prometheus' API", ``: "not Prometheus' API",
		`{"status":"error","error":"bad query"}`:                            "bad query",
		`{"status":"success","data":{"resultType":"vector"}}`:               "vector instead of a matrix",
		`{"status":"success","data":{"resultType":"matrix","result":null}}`: "none of Flink's metrics",
	} {
		if _, err := Read(t.Context(), server{"*": raw}, until); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", raw, err, want)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(`{"status":"success","data":{"resultType":"matrix","result":[{"metric":{},"values":[[1,"2"]]}]}}`))
	f.Fuzz(func(_ *testing.T, body []byte) { _, _ = parse("x", body) })
}
