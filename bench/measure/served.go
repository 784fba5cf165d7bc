package measure

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/pprof"
	"os"
	"strconv"
	"sync"

	"github.com/flottstream/flott/internal/checkpoint"
	"github.com/flottstream/flott/internal/config"
	"github.com/flottstream/flott/internal/connector"
	"github.com/flottstream/flott/internal/embedded"
)

// ServedJob is a script for a process that only runs it, as `flott run` does, and answers questions about its job over HTTP.
type ServedJob struct {
	Script   string
	Settings map[string]string
	Resume   bool
}

// Serve runs the job whose JSON it reads from in. It writes its address to out, before the job starts. More connectors may be
// given to scripts.
func Serve(ctx context.Context, in io.Reader, out io.Writer, more ...connector.Factory) error {
	var job ServedJob
	if err := json.NewDecoder(in).Decode(&job); err != nil {
		return fmt.Errorf("standard input holds no job: %w", err)
	}
	cfg := config.New()
	for key, value := range job.Settings {
		if err := cfg.Set(key, value); err != nil {
			return err
		}
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	defer listener.Close()
	fmt.Fprintln(out, listener.Addr())
	s := server{ready: make(chan struct{})}
	go http.Serve(listener, s.routes()) // ends with the listener
	log := slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))
	engine := embedded.New(os.Stderr, os.Stderr, log)
	for _, f := range more {
		engine.Connectors()[f.Name()] = f
	}
	host := &embedded.Host{Engine: engine, Config: cfg, Out: os.Stderr, Resume: job.Resume, Started: s.started}
	return host.NewSession().Run(ctx, job.Script, host)
}

// server answers about the first job, once there is one.
type server struct {
	once  sync.Once
	ready chan struct{} // closed when job is set
	job   *embedded.Execution
}

func (s *server) started(x *embedded.Execution) {
	s.once.Do(func() {
		s.job = x
		close(s.ready)
	})
}

// routes are the questions; profiles of the process are at /debug/pprof.
func (s *server) routes() *http.ServeMux {
	mux := http.NewServeMux()
	handle := func(path string, answer func(x *embedded.Execution, r *http.Request) (any, error)) {
		mux.HandleFunc("GET "+path, func(w http.ResponseWriter, r *http.Request) {
			select {
			case <-s.ready:
			case <-r.Context().Done():
				return
			}
			body, err := answer(s.job, r)
			if err != nil {
				http.Error(w, err.Error(), http.StatusNotFound)
				return
			}
			json.NewEncoder(w).Encode(body) // who asked may have gone
		})
	}
	mux.HandleFunc("GET /debug/pprof/", pprof.Index)
	mux.HandleFunc("GET /debug/pprof/profile", pprof.Profile)
	handle("/rows", func(x *embedded.Execution, _ *http.Request) (any, error) { return rowsOf(x), nil })
	handle("/vertices", func(x *embedded.Execution, _ *http.Request) (any, error) {
		var ids []string
		for _, v := range x.Graph().Vertices {
			ids = append(ids, v.UID)
		}
		return ids, nil
	})
	handle("/checkpoints", func(x *embedded.Execution, _ *http.Request) (any, error) {
		var answer checkpoint.Statistics
		x.History(func(h *checkpoint.History) { answer = h.Statistics() })
		return answer, nil
	})
	handle("/checkpoints/details/{id}/subtasks/{vertex}", func(x *embedded.Execution, r *http.Request) (any, error) {
		id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
		if err != nil {
			return nil, err
		}
		var answer checkpoint.TaskDetails
		found := false
		x.History(func(h *checkpoint.History) { answer, found = h.Task(id, r.PathValue("vertex")) })
		if !found {
			return nil, errors.New("there is no such checkpoint or vertex")
		}
		return answer, nil
	})
	return mux
}

// RowCount is what an operator took and gave.
type RowCount struct{ In, Out int64 }

func rowsOf(x *embedded.Execution) map[string]RowCount {
	rows := map[string]RowCount{}
	for _, m := range x.Metrics().Read(nil) {
		name := m.Vars["operator_name"]
		if name == "" {
			continue
		}
		r := rows[name]
		switch m.Name {
		case "numRecordsIn":
			r.In += int64(m.Value)
		case "numRecordsOut":
			r.Out += int64(m.Value)
		}
		rows[name] = r
	}
	return rows
}
