package flinkgateway

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"
)

// fakeGateway answers requests by "METHOD path" with scripted bodies, one after the other; the last one repeats. It
// keeps what it was asked.
type fakeGateway struct {
	t       *testing.T
	answers map[string][]string // a body that starts with '!' is sent with status 500
	asked   []string            // "METHOD path body"
}

func dialFake(t *testing.T, answers map[string][]string) (*Client, *fakeGateway) {
	t.Helper()
	if answers["GET /api_versions"] == nil {
		answers["GET /api_versions"] = []string{`{"versions":["V1","V2","V3","V4"]}`}
	}
	fake := &fakeGateway{t: t, answers: answers}
	server := httptest.NewServer(fake)
	t.Cleanup(server.Close)
	client, err := Dial(t.Context(), server.URL+"/")
	if err != nil {
		t.Fatal(err)
	}
	client.pause = func(ctx context.Context, _ time.Duration) error { return ctx.Err() }
	return client, fake
}

func (f *fakeGateway) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	key := r.Method + " " + r.URL.RequestURI()
	f.asked = append(f.asked, strings.TrimSpace(key+" "+string(body)))
	scripted := f.answers[key]
	if len(scripted) == 0 {
		f.t.Errorf("unexpected request %s", key)
		http.NotFound(w, r)
		return
	}
	if len(scripted) > 1 {
		f.answers[key] = scripted[1:]
	}
	if text, failed := strings.CutPrefix(scripted[0], "!"); failed {
		w.WriteHeader(http.StatusInternalServerError)
		fmt.Fprint(w, text)
		return
	}
	fmt.Fprint(w, scripted[0])
}

const session, operation = "/v3/sessions/s1", "/v3/sessions/s1/operations/o1"

func opened(more map[string][]string) map[string][]string {
	answers := map[string][]string{
		"POST /v3/sessions":               {`{"sessionHandle":"s1"}`},
		"POST " + session + "/statements": {`{"operationHandle":"o1"}`},
		"DELETE " + operation + "/close":  {`{"status":"CLOSED"}`},
		"DELETE " + session:               {`{"status":"CLOSED"}`},
	}
	for k, v := range more {
		answers[k] = v
	}
	return answers
}

func submit(t *testing.T, c *Client, statement string) *Operation {
	t.Helper()
	s, err := c.Open(t.Context(), "", nil)
	if err != nil {
		t.Fatal(err)
	}
	op, err := s.Submit(t.Context(), statement, nil)
	if err != nil {
		t.Fatal(err)
	}
	return op
}

func TestDialPicksTheHighestVersionItKnows(t *testing.T) {
	for _, c := range []struct{ offered, want string }{
		{`["V1","V2","V3","V4"]`, "v3"},
		{`["V1","V2"]`, "v2"},
	} {
		client, _ := dialFake(t, map[string][]string{"GET /api_versions": {`{"versions":` + c.offered + `}`}})
		if client.version != c.want {
			t.Errorf("offered %s: took %s, want %s", c.offered, client.version, c.want)
		}
	}
	server := httptest.NewServer(&fakeGateway{t: t, answers: map[string][]string{"GET /api_versions": {`{"versions":["V1"]}`}}})
	defer server.Close()
	if _, err := Dial(t.Context(), server.URL); err == nil || !strings.Contains(err.Error(), "speaks V1; v2 or v3 is needed") {
		t.Errorf("V1 only: %v", err)
	}
}

func TestDialNamesAnUnreachableAddress(t *testing.T) {
	server := httptest.NewServer(http.NotFoundHandler())
	address := strings.TrimPrefix(server.URL, "http://")
	server.Close()
	_, err := Dial(t.Context(), address)
	if err == nil || !strings.Contains(err.Error(), "no SQL gateway answers at http://"+address) {
		t.Errorf("got %v", err)
	}
}

func TestOpenSendsProperties(t *testing.T) {
	client, fake := dialFake(t, opened(nil))
	s, err := client.Open(t.Context(), "mine", map[string]string{"execution.runtime-mode": "batch"})
	if err != nil || s.Handle() != "s1" {
		t.Fatal(s, err)
	}
	want := `POST /v3/sessions {"sessionName":"mine","properties":{"execution.runtime-mode":"batch"}}`
	if got := fake.asked[1]; got != want {
		t.Errorf("asked %s\nwant  %s", got, want)
	}
}

const columns = `"columns":[{"name":"a","logicalType":{"type":"INTEGER","nullable":false}},{"name":"b","logicalType":{"type":"VARCHAR","nullable":true,"length":2147483647}}]`

func TestPagesFollowTheResultToItsEnd(t *testing.T) {
	result := func(token int, kind, data string, last bool) string {
		next := fmt.Sprintf(`"nextResultUri":"%s/result/%d?rowFormat=PLAIN_TEXT",`, operation, token+1)
		if last {
			next = ""
		}
		return fmt.Sprintf(`{"resultType":"%s",%s"isQueryResult":true,"jobID":"j1","results":{%s,"data":[%s]}}`, kind, next, columns, data)
	}
	notReady := fmt.Sprintf(`{"resultType":"NOT_READY","nextResultUri":"%s/result/0?rowFormat=PLAIN_TEXT"}`, operation)
	client, _ := dialFake(t, opened(map[string][]string{
		"GET " + operation + "/result/0?rowFormat=PLAIN_TEXT": {notReady, notReady, result(0, "PAYLOAD", "", false)},
		"GET " + operation + "/result/1?rowFormat=PLAIN_TEXT": {result(1, "PAYLOAD", `{"kind":"INSERT","fields":["1","x"]},{"kind":"UPDATE_AFTER","fields":["2",null]}`, false)},
		"GET " + operation + "/result/2?rowFormat=PLAIN_TEXT": {result(2, "EOS", `{"kind":"DELETE","fields":["3","NULL"]}`, true)},
	}))
	op := submit(t, client, "SELECT a, b FROM t")
	var rows []string
	var page Page
	for p, err := range op.Pages(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		page = p
		for _, r := range p.Rows {
			line := r.Kind.Short()
			for _, f := range r.Fields {
				if f == nil {
					line += " <NULL>"
				} else {
					line += " " + *f
				}
			}
			rows = append(rows, line)
		}
	}
	if want := []string{"+I 1 x", "+U 2 <NULL>", "-D 3 NULL"}; !slices.Equal(rows, want) {
		t.Errorf("rows %q, want %q", rows, want)
	}
	if page.JobID != "j1" || !page.IsQuery || page.Columns[0].Type.String() != "INT NOT NULL" || page.Columns[1].Type.String() != "STRING" {
		t.Errorf("page %+v", page)
	}
}

func TestPagesEndWithTheContext(t *testing.T) {
	client, _ := dialFake(t, opened(map[string][]string{
		"GET " + operation + "/result/0?rowFormat=PLAIN_TEXT": {fmt.Sprintf(`{"resultType":"NOT_READY","nextResultUri":"%s/result/0?rowFormat=PLAIN_TEXT"}`, operation)},
	}))
	op := submit(t, client, "SELECT 1")
	ctx, cancel := context.WithCancel(t.Context())
	client.pause = func(ctx context.Context, _ time.Duration) error { cancel(); return ctx.Err() }
	for _, err := range op.Pages(ctx) {
		if !errors.Is(err, context.Canceled) {
			t.Errorf("got %v, want context canceled", err)
		}
	}
}

func TestWaitPollsUntilTerminal(t *testing.T) {
	client, fake := dialFake(t, opened(map[string][]string{
		"GET " + operation + "/status": {`{"status":"PENDING"}`, `{"status":"RUNNING"}`, `{"status":"FINISHED"}`},
	}))
	op := submit(t, client, "INSERT INTO t SELECT 1")
	status, err := op.Wait(t.Context())
	if err != nil || status != Finished {
		t.Fatal(status, err)
	}
	if polls := len(fake.asked) - 3; polls != 3 {
		t.Errorf("%d polls, want 3", polls)
	}
}

func TestExecuteClosesWhatItOpened(t *testing.T) {
	client, fake := dialFake(t, opened(map[string][]string{
		"GET " + operation + "/result/0?rowFormat=PLAIN_TEXT": {`{"resultType":"EOS","resultKind":"SUCCESS","results":{"columns":[],"data":[]}}`},
	}))
	s, err := client.Open(t.Context(), "", nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Execute(t.Context(), "SET 'a' = 'b'"); err != nil {
		t.Fatal(err)
	}
	if last := fake.asked[len(fake.asked)-1]; last != "DELETE "+operation+"/close" {
		t.Errorf("last request %s", last)
	}
	if err := s.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func TestFailureKnowsTheRootCause(t *testing.T) {
	trace := strings.Join([]string{
		"<Exception on server side:",
		"org.apache.flink.table.gateway.api.utils.SqlGatewayException: Failed to fetchResults.",
		"\tat org.apache.flink.table.gateway.rest.Handler.handleRequest(Handler.java:91)",
		"Caused by: org.apache.flink.table.api.ValidationException: Unable to create a source for reading table 't'.",
		"",
		"Table options are:",
		"",
		"'connector'='nope'",
		"\tat org.apache.flink.X.y(X.java:1)",
		"\t... 7 more",
		"Caused by: org.apache.flink.table.api.ValidationException: Could not find any factory for identifier 'nope'.",
		"\t... 33 more",
		"",
		"End of exception on server side>",
	}, "\n")
	body, _ := json.Marshal(map[string][]string{"errors": {"Internal server error.", trace}})
	client, _ := dialFake(t, opened(map[string][]string{
		"GET " + operation + "/result/0?rowFormat=PLAIN_TEXT": {"!" + string(body)},
	}))
	op := submit(t, client, "SELECT * FROM t")
	var failure *Failure
	for _, err := range op.Pages(t.Context()) {
		if !errors.As(err, &failure) {
			t.Fatalf("got %v, want a *Failure", err)
		}
	}
	if failure == nil {
		t.Fatal("no failure came")
	}
	if failure.Error() != "Could not find any factory for identifier 'nope'." || len(failure.Causes) != 3 {
		t.Errorf("failure %+v", failure)
	}
	outer, found := failure.Find("ValidationException")
	if !found || !strings.HasSuffix(outer.Message, "'connector'='nope'") || !strings.HasPrefix(outer.Message, "Unable to create") {
		t.Errorf("outer cause %q", outer.Message)
	}
}

func TestFailureWithoutATrace(t *testing.T) {
	for body, want := range map[string]string{
		`{"errors":["Session 's1' does not exist."]}`:   "Session 's1' does not exist.",
		"<html>proxy\nerror</html>":                     "HTTP status 502: <html>proxy",
		`{"errors":["java.lang.NullPointerException"]}`: "java.lang.NullPointerException",
	} {
		if got := failureOf(502, []byte(body)).Error(); got != want {
			t.Errorf("%s: %q, want %q", body, got, want)
		}
	}
}

func FuzzFailure(f *testing.F) {
	f.Add([]byte(`{"errors":["a.B: c\n\tat d\nCaused by: e"]}`))
	f.Add([]byte(`{"errors":[""]}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		if failure := failureOf(500, body); len(failure.Causes) == 0 {
			t.Error("a failure without a cause")
		}
	})
}

func TestLogicalTypeText(t *testing.T) {
	for body, want := range map[string]string{
		`{"type":"BIGINT","nullable":true}`:                                                                                           "BIGINT",
		`{"type":"CHAR","nullable":false,"length":3}`:                                                                                 "CHAR(3) NOT NULL",
		`{"type":"VARCHAR","nullable":true,"length":20}`:                                                                              "VARCHAR(20)",
		`{"type":"VARBINARY","nullable":true,"length":2147483647}`:                                                                    "BYTES",
		`{"type":"DECIMAL","nullable":true,"precision":38,"scale":6}`:                                                                 "DECIMAL(38, 6)",
		`{"type":"TIMESTAMP_WITHOUT_TIME_ZONE","nullable":true,"precision":3}`:                                                        "TIMESTAMP(3)",
		`{"type":"TIMESTAMP_WITH_LOCAL_TIME_ZONE","nullable":true,"precision":0}`:                                                     "TIMESTAMP_LTZ(0)",
		`{"type":"TIME_WITHOUT_TIME_ZONE","nullable":true,"precision":0}`:                                                             "TIME(0)",
		`{"type":"INTERVAL_YEAR_MONTH","nullable":true,"precision":2,"resolution":"MONTH"}`:                                           "INTERVAL MONTH",
		`{"type":"INTERVAL_DAY_TIME","nullable":true,"precision":2,"fractionalPrecision":3,"resolution":"DAY_TO_SECOND"}`:             "INTERVAL DAY(2) TO SECOND(3)",
		`{"type":"MULTISET","nullable":true,"elementType":{"type":"INTEGER","nullable":false}}`:                                       "MULTISET<INT NOT NULL>",
		`{"type":"MAP","nullable":true,"keyType":{"type":"DATE","nullable":false},"valueType":{"type":"DOUBLE","nullable":true}}`:     "MAP<DATE NOT NULL, DOUBLE>",
		"{\"type\":\"ROW\",\"nullable\":true,\"fields\":[{\"name\":\"a`b\",\"fieldType\":{\"type\":\"BOOLEAN\",\"nullable\":true}}]}": "ROW<`a``b` BOOLEAN>",
	} {
		var lt LogicalType
		if err := json.Unmarshal([]byte(body), &lt); err != nil {
			t.Fatal(err)
		}
		if got := lt.String(); got != want {
			t.Errorf("%s: %q, want %q", body, got, want)
		}
	}
}
