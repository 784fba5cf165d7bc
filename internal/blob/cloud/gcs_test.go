package cloud

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/flottstream/flott/internal/blob"
	"github.com/flottstream/flott/internal/blob/blobtest"
)

func openGCS(t *testing.T, bucket, path string) *Store {
	t.Helper()
	s, err := OpenGCS(t.Context(), Location{Scheme: "gs", Bucket: bucket, Path: path}, GCSOptions{ChunkSize: gcsUnit})
	must(t, err)
	return s
}

// Against the emulator of $FLOTT_GCS (http://HOST:PORT), fake-gcs-server.
func TestGCSContract(t *testing.T) {
	address := os.Getenv("FLOTT_GCS")
	if address == "" || testing.Short() {
		t.Skip("needs an emulator: run fake-gcs-server, set FLOTT_GCS to http://HOST:PORT")
	}
	t.Setenv("STORAGE_EMULATOR_HOST", address)
	bucket := fmt.Sprintf("b%d", time.Now().UnixNano())
	made, err := http.Post(address+"/storage/v1/b", "application/json", strings.NewReader(`{"name":"`+bucket+`"}`))
	must(t, err)
	made.Body.Close()
	place := 0
	blobtest.Run(t, func(t *testing.T) blob.Store {
		place++
		return openGCS(t, bucket, fmt.Sprintf("below/a%d", place))
	})
	if _, err := OpenGCS(t.Context(), Location{Scheme: "gs", Bucket: "no-such-bucket"}, GCSOptions{}); err == nil || !strings.Contains(err.Error(), "the bucket no-such-bucket does not exist") {
		t.Errorf("a bucket that is not there: %v", err)
	}
}

// uploads is the upload half of the service, which loses answers: of every
// three requests, one is refused before it is done, one is done unanswered.
type uploads struct {
	mu       sync.Mutex
	requests int
	sessions map[string][]byte
	names    map[string]string // of sessions
	objects  map[string][]byte
	marks    map[string]string
	dropped  int // sessions given up
	address  string
}

func (u *uploads) ServeHTTP(out http.ResponseWriter, r *http.Request) {
	u.mu.Lock()
	defer u.mu.Unlock()
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return // the client gave up
	}
	u.requests++
	if u.requests%4 == 1 {
		http.Error(out, "busy", http.StatusServiceUnavailable)
		return
	}
	answer := httptest.NewRecorder()
	u.serve(answer, r, body)
	if u.requests%4 == 3 {
		http.Error(out, "lost", http.StatusBadGateway)
		return
	}
	for key, values := range answer.Header() {
		out.Header()[key] = values
	}
	out.WriteHeader(answer.Code)
	_, _ = out.Write(answer.Body.Bytes())
}

func (u *uploads) serve(out http.ResponseWriter, r *http.Request, body []byte) {
	query := r.URL.Query()
	name := query.Get("name")
	switch {
	case r.Method == http.MethodGet && strings.HasSuffix(r.URL.Path, "/o"):
		fmt.Fprint(out, "{}")
	case r.Method == http.MethodGet:
		name = r.URL.Path[strings.LastIndex(r.URL.Path, "/o/")+3:]
		data, ok := u.objects[name]
		if !ok {
			http.NotFound(out, r)
			return
		}
		_ = json.NewEncoder(out).Encode(map[string]any{"name": name, "size": fmt.Sprint(len(data)), "metadata": map[string]string{putMark: u.marks[name]}})
	case r.Method == http.MethodPost && query.Get("ifGenerationMatch") == "0" && u.objects[name] != nil:
		http.Error(out, "taken", http.StatusPreconditionFailed)
	case r.Method == http.MethodPost && query.Get("uploadType") == "multipart":
		_, rest, _ := bytes.Cut(body, []byte("\r\n\r\n"))
		description, rest, _ := bytes.Cut(rest, []byte("\r\n--"))
		var d struct{ Metadata map[string]string }
		if json.Unmarshal(description, &d) == nil {
			u.marks[name] = d.Metadata[putMark]
		}
		_, rest, _ = bytes.Cut(rest, []byte("\r\n\r\n"))
		u.objects[name] = rest[:bytes.LastIndex(rest, []byte("\r\n--"))]
	case r.Method == http.MethodPost:
		id := fmt.Sprint(len(u.names))
		u.sessions[id], u.names[id] = []byte{}, name
		out.Header().Set("Location", u.address+"/session/"+id)
	case r.Method == http.MethodDelete:
		u.dropped++
		delete(u.sessions, r.URL.Path[len("/session/"):])
	default:
		u.chunk(out, r, body)
	}
}

// chunk takes a part of what is sent, as the service may.
func (u *uploads) chunk(out http.ResponseWriter, r *http.Request, body []byte) {
	id := r.URL.Path[len("/session/"):]
	var from, to, total int64 = -1, 0, -1
	span := r.Header.Get("Content-Range")
	if n, _ := fmt.Sscanf(span, "bytes %d-%d/%d", &from, &to, &total); n < 2 {
		_, _ = fmt.Sscanf(span, "bytes */%d", &total)
	}
	have := u.sessions[id]
	if from >= 0 {
		if from != int64(len(have)) || to-from+1 != int64(len(body)) {
			http.Error(out, "a gap", http.StatusBadRequest)
			return
		}
		if len(body) > gcsUnit/2 {
			body = body[:gcsUnit/2]
		}
		have = append(have, body...)
		u.sessions[id] = have
	}
	if int64(len(have)) == total {
		u.objects[u.names[id]] = have
		return
	}
	if len(have) > 0 {
		out.Header().Set("Range", fmt.Sprintf("bytes=0-%d", len(have)-1))
	}
	out.WriteHeader(http.StatusPermanentRedirect)
}

func TestGCSLostAnswers(t *testing.T) {
	u := &uploads{sessions: map[string][]byte{}, names: map[string]string{}, objects: map[string][]byte{}, marks: map[string]string{}}
	server := httptest.NewServer(u)
	defer server.Close()
	u.address = server.URL
	t.Setenv("STORAGE_EMULATOR_HOST", server.URL)
	s := openGCS(t, "b", "")
	for _, size := range []int{0, 10, gcsUnit, gcsUnit + 1, 2*gcsUnit + 77} {
		data := bytes.Repeat([]byte("0123456789abcdef!"), size/17+1)[:size]
		name := fmt.Sprint("o", size)
		must(t, blob.Put(t.Context(), s, name, data))
		if !bytes.Equal(u.objects[name], data) {
			t.Errorf("%d bytes: the service has %d, or others", size, len(u.objects[name]))
		}
	}
	for i := range 3 { // whichever answer is lost
		name := fmt.Sprint("new", i)
		must(t, s.PutNew(t.Context(), name, []byte("mine")))
		if err := s.PutNew(t.Context(), name, []byte("mine")); !errors.Is(err, blob.ErrExist) {
			t.Errorf("a second PutNew: %v", err)
		}
		u.mu.Lock()
		u.requests += i % 2
		u.mu.Unlock()
	}
	ctx, cancel := context.WithCancel(t.Context())
	w, err := s.Create(ctx, "half")
	must(t, err)
	_, err = w.Write(make([]byte, gcsUnit+10))
	must(t, err)
	_, err = w.Write(make([]byte, 1)) // taken when the chunk before it was sent
	must(t, err)
	u.mu.Lock()
	u.requests = 3 // the next one is done and answered
	u.mu.Unlock()
	cancel()
	w.Abort()
	if u.objects["half"] != nil || u.dropped != 1 {
		t.Errorf("an abort leaves %d bytes, %d sessions were given up, want one", len(u.objects["half"]), u.dropped)
	}
}
