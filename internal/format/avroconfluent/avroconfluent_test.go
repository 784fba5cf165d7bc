package avroconfluent

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/format"
	"github.com/flottstream/flott/internal/format/formattest"
	plain "github.com/flottstream/flott/internal/format/json"
	"github.com/flottstream/flott/internal/types"
)

// fakeRegistry speaks the two calls of a schema registry that we make.
type fakeRegistry struct {
	mu      sync.Mutex
	schemas []string
	auth    string // expected
	calls   int
}

func (f *fakeRegistry) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.calls++
	problem := func(status, code int, text string) {
		w.WriteHeader(status)
		fmt.Fprintf(w, `{"error_code":%d,"message":%q}`, code, text)
	}
	var id int
	switch _, err := fmt.Sscanf(r.URL.Path, "/schemas/ids/%d", &id); {
	case r.Header.Get("Authorization") != f.auth:
		problem(401, 40101, "Unauthorized")
	case err == nil && (id < 1 || id > len(f.schemas)):
		problem(404, 40403, "Schema not found")
	case err == nil:
		json.NewEncoder(w).Encode(map[string]string{"schema": f.schemas[id-1]})
	case r.Method == http.MethodPost && r.URL.Path == "/subjects/s/versions":
		var body struct{ Schema string }
		if json.NewDecoder(r.Body).Decode(&body) != nil {
			problem(422, 42201, "Invalid schema")
			return
		}
		f.schemas = append(f.schemas, body.Schema)
		fmt.Fprintf(w, `{"id":%d}`, len(f.schemas))
	default:
		problem(404, 40401, "Subject not found")
	}
}

func start(t testing.TB, auth string) (*fakeRegistry, string) {
	f := &fakeRegistry{auth: auth}
	s := httptest.NewServer(f)
	t.Cleanup(s.Close)
	return f, s.URL
}

func rows(t testing.TB, schema types.Schema, lines ...string) *batch.Batch {
	b := batch.NewBatch(schema, 1)
	dec, err := plain.Factory{}.NewDecoder(schema, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range lines {
		if err := dec.Decode([]byte(l), b); err != nil {
			t.Fatal(err)
		}
	}
	return b
}

const columns = "id INT, name STRING, r ROW<x BIGINT, g ARRAY<STRING>>, p TIMESTAMP(3)"

var lines = []string{`{"id":1,"name":"a","r":{"x":2,"g":["u",null]},"p":"2024-02-29 12:00:00"}`, `{}`, `{"id":-7,"name":"é"}`}

func TestRoundTrip(t *testing.T) {
	f, url := start(t, "Basic dTpw")
	options := map[string]string{"url": url, "subject": "s", "basic-auth.credentials-source": "USER_INFO", "basic-auth.user-info": "u:p"}
	b := rows(t, formattest.Schema(columns), lines...)
	formattest.RoundTrip(t, Factory{}, options, b)
	if f.calls != 2 {
		t.Errorf("%d calls of the registry, not one to write and one to read", f.calls)
	}
	b.Kinds = []batch.RowKind{batch.UpdateBefore, batch.UpdateAfter, batch.Delete}
	formattest.RoundTrip(t, Debezium{}, options, b)
}

// What a message of an older schema lacks is NULL.
func TestEvolution(t *testing.T) {
	f, url := start(t, "")
	f.schemas = []string{`{"type":"record","name":"Old","fields":[{"name":"gone","type":"string"},{"name":"id","type":"int"}]}`, `"string"`, `nonsense`}
	schema := formattest.Schema("id BIGINT, name STRING")
	dec, err := Factory{}.NewDecoder(schema, map[string]string{"url": "http://127.0.0.1:1, " + url})
	if err != nil {
		t.Fatal(err)
	}
	out := batch.NewBatch(schema, 1)
	if err := dec.Decode([]byte{0, 0, 0, 0, 1, 2, 'x', 10}, out); err != nil {
		t.Fatal(err)
	}
	if got := formattest.Rows(out); got != "+I(5 | null)\n" {
		t.Errorf("got %s", got)
	}
	for msg, want := range map[string]string{
		"\x00\x00\x00\x00\x02x": "does not suit the table", "\x00\x00\x00\x00\x03x": "is no JSON", "\x00\x00\x00\x00\x09x": "Schema not found; error code: 40403",
		"{\"id\":1}": "Magic number does not match", "\x00\x00\x00\x00\x01\x02": "ends too early",
	} {
		if err := dec.Decode([]byte(msg), out); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", msg, err)
		}
	}
	if out.N != 1 {
		t.Errorf("%d rows", out.N)
	}
	formattest.Check(t, out)
}

func TestChanges(t *testing.T) {
	f, url := start(t, "")
	schema := formattest.Schema("id INT")
	enc, err := Debezium{}.NewEncoder(schema, map[string]string{"url": url, "subject": "s"})
	if err != nil {
		t.Fatal(err)
	}
	b := rows(t, schema, `{"id":1}`)
	if _, err := enc.Encode(nil, b, 0); err != nil {
		t.Fatal(err)
	}
	dec, err := Debezium{}.NewDecoder(schema, map[string]string{"url": url})
	if err != nil {
		t.Fatal(err)
	}
	head := "\x00\x00\x00\x00\x01"
	for body, want := range map[string]string{
		"\x02\x02\x02\x02\x02\x04\x02\x02u": "-U(1)\n+U(2)\n", "\x00\x02\x02\x02\x02\x02r": "+I(1)\n", "\x02\x02\x02\x00\x02\x02d": "-D(1)\n",
		"\x00\x02\x02\x02\x02\x02u": "REPLICA IDENTITY", "\x00\x02\x02\x02\x02\x02z": `Unknown "op" value "z"`, "\x00\x00\x00": `"op" is missing`,
	} {
		out := batch.NewBatch(schema, 1)
		err := dec.Decode([]byte(head+"\x02"+body), out)
		if err != nil && !strings.Contains(err.Error(), want) || err == nil && formattest.Rows(out) != want {
			t.Errorf("%q: %s %v", body, formattest.Rows(out), err)
		}
	}
	if len(f.schemas) != 1 || !strings.Contains(f.schemas[0], `"name":"record_before"`) {
		t.Errorf("registered %v", f.schemas)
	}
}

func TestRefusals(t *testing.T) {
	_, url := start(t, "Bearer secret")
	schema := formattest.Schema("id INT")
	b := rows(t, schema, `{"id":1}`)
	for _, c := range []struct {
		options map[string]string
		want    string
	}{
		{map[string]string{}, "avro-confluent.url"},
		{map[string]string{"url": "x"}, "must be an http:// or https:// address"},
		{map[string]string{"url": url}, "Option 'avro-confluent.subject' is required for serialization"},
		{map[string]string{"url": url, "subject": "s"}, "Unauthorized; error code: 40101"},
		{map[string]string{"url": url, "subject": "other", "bearer-auth.credentials-source": "STATIC_TOKEN", "bearer-auth.token": "secret"}, "Subject not found"},
		{map[string]string{"url": url, "subject": "s", "schema": `{"type":"record","name":"R","fields":[{"name":"id","type":"string"}]}`}, "Schema provided"},
		{map[string]string{"url": url, "subject": "s", "bearer-auth.credentials-source": "OAUTHBEARER"}, "is not supported"},
		{map[string]string{"url": url, "ssl.truststore.location": "/does/not/exist"}, "ssl.truststore.location"},
	} {
		var enc format.Encoder
		enc, err := Factory{}.NewEncoder(schema, c.options)
		if err == nil {
			_, err = enc.Encode(nil, b, 0)
		}
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v: %v, want %s", c.options, err, c.want)
		}
	}
	enc, err := Factory{}.NewEncoder(schema, map[string]string{"url": url, "subject": "s", "bearer-auth.credentials-source": "STATIC_TOKEN", "bearer-auth.token": "secret",
		"schema": `{"type":"record","name":"Mine","namespace":"x","fields":[{"name":"id","type":["null","int"]}]}`})
	if err != nil {
		t.Fatal(err)
	}
	if msg, err := enc.Encode(nil, b, 0); err != nil || string(msg) != "\x00\x00\x00\x00\x01\x02\x02" {
		t.Errorf("%q %v", msg, err)
	}
}

func FuzzDecode(f *testing.F) {
	_, url := start(f, "")
	schema := formattest.Schema(columns)
	b := rows(f, schema, lines...)
	enc, err := Factory{}.NewEncoder(schema, map[string]string{"url": url, "subject": "s"})
	if err != nil {
		f.Fatal(err)
	}
	for i := range b.N {
		msg, err := enc.Encode(nil, b, i)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(msg)
	}
	dec, err := Factory{}.NewDecoder(schema, map[string]string{"url": url})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, msg []byte) {
		out := batch.NewBatch(schema, 1)
		if err := dec.Decode(msg, out); err != nil && out.N > 0 {
			t.Fatal("a malformed message left a row")
		}
		formattest.Check(t, out)
	})
}
