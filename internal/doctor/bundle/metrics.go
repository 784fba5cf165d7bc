package bundle

import (
	"encoding/json"
	"net/url"
	"strings"
)

// A newer doctor asks for other metrics than the one that collected the bundle. What
// the older one was told about the same vertex or process is still an answer.

// metricsOf answers a request for metrics from all recorded answers to requests for
// metrics of the same path; ok is false if there are none. Values may have been
// asked several times: the last counts.
func (b *Bundle) metricsOf(p string) (body []byte, ok bool) {
	base, query, asked := strings.Cut(p, "?get=")
	if !asked {
		return nil, false
	}
	known := map[string]json.RawMessage{}
	for path, list := range b.answers {
		if !strings.HasPrefix(path, base+"?get=") {
			continue
		}
		for _, a := range list {
			var metrics []json.RawMessage
			if a.Status != 200 || json.Unmarshal(a.body, &metrics) != nil {
				continue
			}
			ok = true
			for _, m := range metrics {
				var named struct {
					ID string `json:"id"`
				}
				if json.Unmarshal(m, &named) == nil {
					known[named.ID] = m
				}
			}
		}
	}
	if !ok {
		return nil, false
	}
	out := []json.RawMessage{}
	for _, name := range strings.Split(query, ",") {
		if id, err := url.QueryUnescape(name); err == nil && known[id] != nil {
			out = append(out, known[id])
		}
	}
	body, err := json.Marshal(out)
	return body, err == nil
}
