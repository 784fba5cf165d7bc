package rest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"

	"github.com/flottstream/flott/internal/jobgraph"
)

// bodyBytesMax bounds the body of a request.
const bodyBytesMax = 1 << 20

// Handler answers requests. Close ends what it does beside them.
type Handler struct {
	cluster Cluster
	options Options
	mux     *http.ServeMux
	figures *figures
	process *process
	work    *operations
	flames  *flames
}

// New returns a handler. Sampling, which rates are made of, starts at once.
func New(cluster Cluster, o Options) *Handler {
	if o.TaskManager == "" {
		o.TaskManager = "local"
	}
	h := &Handler{
		cluster: cluster, options: o, mux: http.NewServeMux(),
		process: newProcess(), work: newOperations(), flames: newFlames(),
	}
	h.figures = newFigures(cluster, h.process)
	for _, r := range h.routes() {
		h.mux.HandleFunc(r.pattern, h.serve(r.answer))
	}
	h.mux.HandleFunc("GET /metrics", h.prometheus)
	return h
}

// Close ends sampling; operations under way are not waited for.
func (h *Handler) Close() { h.figures.close() }

// request is one call.
type request struct {
	*http.Request
	h     *Handler
	query url.Values
}

// answer makes the body of an answer; nil: {}.
type answer func(r *request) (any, error)

type route struct {
	pattern string
	answer  answer
}

// status is an answer with another status than 200.
type status struct {
	code int
	body any
}

// failure is an error with the status it is answered with.
type failure struct {
	code    int
	message string
}

func (f *failure) Error() string { return f.message }

func refuse(code int, format string, args ...any) error {
	return &failure{code, fmt.Sprintf(format, args...)}
}

func notFound(format string, args ...any) error {
	return refuse(http.StatusNotFound, format, args...)
}

// ServeHTTP checks who asks, then answers. Every path is also there below /v1.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if err := h.guard(r); err != nil {
		writeError(w, http.StatusForbidden, err.Error())
		return
	}
	path := r.URL.Path
	if rest, ok := strings.CutPrefix(path, "/v1/"); ok {
		u := *r.URL
		u.Path, u.RawPath = "/"+rest, ""
		r2 := *r
		r2.URL = &u
		r = &r2
	}
	if _, pattern := h.mux.Handler(r); pattern == "" {
		if r.Method == http.MethodGet {
			writeError(w, http.StatusNotFound, "Unable to load requested file "+path+".")
			return
		}
		writeError(w, http.StatusNotFound, "Not found: "+path)
		return
	}
	h.mux.ServeHTTP(w, r)
}

// guard refuses requests that a web page of elsewhere made.
func (h *Handler) guard(r *http.Request) error {
	if !h.isLocal(r.Host) {
		return fmt.Errorf("the Host header %q does not name this machine", r.Host)
	}
	if origin := r.Header.Get("Origin"); origin != "" {
		u, err := url.Parse(origin)
		if err != nil || u.Host != r.Host {
			return fmt.Errorf("requests of pages of another origin (%s) are refused", origin)
		}
	}
	return nil
}

// isLocal reports a Host header that cannot be the name of a page of elsewhere: an
// address, localhost, or a name this process was given.
func (h *Handler) isLocal(host string) bool {
	name := host
	if n, _, err := net.SplitHostPort(host); err == nil {
		name = n
	}
	name = strings.ToLower(strings.Trim(name, "[]"))
	if net.ParseIP(name) != nil || name == "localhost" || strings.HasSuffix(name, ".localhost") {
		return true
	}
	return slices.ContainsFunc(h.options.Hosts, func(known string) bool { return strings.EqualFold(known, name) })
}

// serve calls a, and answers for it if it fails.
func (h *Handler) serve(a answer) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			if p := recover(); p != nil {
				writeError(w, http.StatusInternalServerError, "Internal server error.",
					fmt.Sprintf("<Exception on server side:\n%v\n%s\nEnd of exception on server side>", p, debug.Stack()))
			}
		}()
		query, err := url.ParseQuery(r.URL.RawQuery)
		if err != nil {
			writeError(w, http.StatusBadRequest, "Bad request, could not parse parameters: "+err.Error())
			return
		}
		r.Body = http.MaxBytesReader(w, r.Body, bodyBytesMax)
		body, err := a(&request{Request: r, h: h, query: query})
		var f *failure
		switch {
		case errors.As(err, &f):
			writeError(w, f.code, f.message)
		case err != nil:
			writeError(w, http.StatusInternalServerError, "Internal server error.", err.Error())
		default:
			code := http.StatusOK
			if s, ok := body.(status); ok {
				code, body = s.code, s.body
			}
			write(w, code, body)
		}
	}
}

func writeError(w http.ResponseWriter, code int, messages ...string) {
	write(w, code, struct {
		Errors []string `json:"errors"`
	}{messages})
}

func write(w http.ResponseWriter, code int, body any) {
	if body == nil {
		body = struct{}{}
	}
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	if err := e.Encode(body); err != nil {
		panic(err) // plain data
	}
	b := bytes.TrimRight(out.Bytes(), "\n")
	w.Header().Set("Content-Type", "application/json; charset=UTF-8")
	w.Header().Set("Content-Length", strconv.Itoa(len(b)))
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(code)
	w.Write(b)
}

// read decodes the body; a body of nothing is {}. Fields that are not known are
// ignored, as Flink's servers do.
func (r *request) read(kind string, into any) error {
	b, err := io.ReadAll(r.Body)
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		return refuse(http.StatusRequestEntityTooLarge, "The request's body is larger than %d bytes.", bodyBytesMax)
	case err != nil:
		return refuse(http.StatusBadRequest, "The request's body cannot be read: %v.", err)
	case len(bytes.TrimSpace(b)) == 0:
		return nil
	}
	if err := json.Unmarshal(b, into); err != nil {
		return refuse(http.StatusBadRequest, "Request did not match expected format %s.", kind)
	}
	return nil
}

var hexID = regexp.MustCompile(`^[0-9a-fA-F]{32}$`)

// id is a path parameter that is an ID of Flink.
func (r *request) id(name string) (string, error) {
	v := r.PathValue(name)
	if !hexID.MatchString(v) {
		return "", badPath(name, v)
	}
	return strings.ToLower(v), nil
}

func badPath(name, value string) error {
	return refuse(http.StatusBadRequest, "Bad request, could not parse parameters: Cannot resolve path parameter (%s) from value %q.", name, value)
}

func badQuery(name, value string) error {
	return refuse(http.StatusBadRequest, "Bad request, could not parse parameters: Cannot resolve query parameter (%s) from value %q.", name, value)
}

// number is a path parameter that is a number.
func (r *request) number(name string) (int64, error) {
	v := r.PathValue(name)
	n, err := strconv.ParseInt(v, 10, 64)
	if err != nil || n < 0 {
		return 0, badPath(name, v)
	}
	return n, nil
}

// list is a query parameter with commas in it; nil if it is not given.
func (r *request) list(name string) (out []string) {
	for _, v := range r.query[name] {
		for part := range strings.SplitSeq(v, ",") {
			if part != "" {
				out = append(out, part)
			}
		}
	}
	return out
}

// job is the job the path names.
func (r *request) job() (Job, error) {
	id, err := r.id("jobid")
	if err != nil {
		return nil, err
	}
	for _, j := range r.h.cluster.Jobs() {
		if j.Info().ID == id {
			return j, nil
		}
	}
	return nil, notFound("Job %s not found", id)
}

// vertex is the vertex the path names.
func (r *request) vertex() (Job, *jobgraph.Vertex, error) {
	j, err := r.job()
	if err != nil {
		return nil, nil, err
	}
	id, err := r.id("vertexid")
	if err != nil {
		return nil, nil, err
	}
	for _, v := range j.Graph().Vertices {
		if v.UID == id {
			return j, v, nil
		}
	}
	return nil, nil, notFound("JobVertex %s not found", id)
}

// subtask is the subtask the path names.
func (r *request) subtask() (Job, *jobgraph.Vertex, int, error) {
	j, v, err := r.vertex()
	if err != nil {
		return nil, nil, 0, err
	}
	n, err := r.number("subtaskindex")
	if err != nil {
		return nil, nil, 0, err
	}
	if n >= int64(v.Parallelism) {
		return nil, nil, 0, notFound("Invalid subtask index for vertex %s", v.UID)
	}
	return j, v, int(n), nil
}
