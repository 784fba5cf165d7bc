package flinkgateway

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// Jobs asks how jobs of the cluster behind a session go: the JobManager over its REST interface where that can be
// reached, which knows rows and causes, else the gateway, which knows the state alone.
type Jobs struct {
	session *Session
	rest    *Client // nil: not reached
	where   string  // of the JobManager's REST, for messages
}

// JobReport is how a job goes.
type JobReport struct {
	Name, State string
	Start       time.Time // zero if it is not known
	// In and Out are the rows that left sources and reached sinks, as far as they went from task to task; ok is false
	// when nobody tells.
	In, Out int64
	Rows    bool
}

// Ended says that the state will not change any more.
func (r JobReport) Ended() bool {
	return slices.Contains([]string{"FINISHED", "CANCELED", "FAILED"}, r.State)
}

const reachTimeout = 2 * time.Second

// Jobs finds the JobManager. Address is where its REST interface is, as the user says; if it is empty the cluster's
// configuration says.
func (s *Session) Jobs(ctx context.Context, address string) (*Jobs, error) {
	j := &Jobs{session: s, where: address}
	if address == "" {
		j.where = s.restAddress(ctx)
	}
	if j.where == "" {
		return j, nil
	}
	c := &Client{address: strings.TrimRight(j.where, "/"), http: s.client.http, header: s.client.header, pause: s.client.pause}
	if !strings.Contains(c.address, "://") {
		c.address = scheme(s.client.address) + c.address
	}
	ctx, cancel := context.WithTimeout(ctx, reachTimeout)
	defer cancel()
	var config struct {
		Version string `json:"flink-version"`
	}
	err := c.call(ctx, http.MethodGet, "/config", nil, &config)
	switch {
	case err == nil && config.Version != "":
		j.rest = c
	case address != "":
		return nil, fmt.Errorf("%s is not the REST endpoint of a JobManager that answers (%w)", address, orMissing(err))
	}
	return j, nil
}

func orMissing(err error) error {
	if err == nil {
		return errors.New("it does not tell Flink's version")
	}
	return err
}

func scheme(address string) string {
	before, _, _ := strings.Cut(address, "://")
	return before + "://"
}

// restAddress is the JobManager's REST address by the configuration; a loopback one means the gateway's machine.
func (s *Session) restAddress(ctx context.Context) string {
	properties, err := s.Properties(ctx)
	if err != nil || properties["rest.address"] == "" {
		return ""
	}
	host, port := properties["rest.address"], properties["rest.port"]
	if port == "" {
		port = "8081"
	}
	if gateway, err := url.Parse(s.client.address); err == nil && (host == "localhost" || host == "0.0.0.0" || strings.HasPrefix(host, "127.")) {
		host = gateway.Hostname()
	}
	return net.JoinHostPort(host, port)
}

// Where is the address of the JobManager's REST interface; reached is false if nobody answers there.
func (j *Jobs) Where() (address string, reached bool) { return j.where, j.rest != nil }

// Read tells how a job goes.
func (j *Jobs) Read(ctx context.Context, id string) (JobReport, error) {
	if j.rest == nil {
		return j.describe(ctx, id)
	}
	var answer struct {
		Name     string `json:"name"`
		State    string `json:"state"`
		Start    int64  `json:"start-time"` // ms
		Vertices []struct {
			ID      string `json:"id"`
			Metrics struct {
				In  int64 `json:"read-records"`
				Out int64 `json:"write-records"`
			} `json:"metrics"`
		} `json:"vertices"`
		Plan struct {
			Nodes []struct {
				ID     string `json:"id"`
				Inputs []struct {
					ID string `json:"id"`
				} `json:"inputs"`
			} `json:"nodes"`
		} `json:"plan"`
	}
	if err := j.rest.call(ctx, http.MethodGet, "/jobs/"+url.PathEscape(id), nil, &answer); err != nil {
		return JobReport{}, err
	}
	r := JobReport{Name: answer.Name, State: answer.State, Start: time.UnixMilli(answer.Start), Rows: len(answer.Vertices) > 1}
	read, has := map[string]bool{}, map[string]bool{}
	for _, n := range answer.Plan.Nodes {
		for _, in := range n.Inputs {
			read[in.ID], has[n.ID] = true, true
		}
	}
	for _, v := range answer.Vertices {
		if !has[v.ID] {
			r.In += v.Metrics.Out
		}
		if !read[v.ID] {
			r.Out += v.Metrics.In
		}
	}
	return r, nil
}

// describe asks the gateway.
func (j *Jobs) describe(ctx context.Context, id string) (r JobReport, err error) {
	op, err := j.session.Submit(ctx, "DESCRIBE JOB '"+id+"'", nil)
	if err != nil {
		return r, err
	}
	defer op.Close(context.WithoutCancel(ctx))
	for page, err := range op.Pages(ctx) {
		if err != nil {
			return r, err
		}
		for _, row := range page.Rows {
			for i, f := range row.Fields {
				switch {
				case f == nil || i >= len(page.Columns):
				case page.Columns[i].Name == "job name":
					r.Name = *f
				case page.Columns[i].Name == "status":
					r.State = *f
				}
			}
		}
	}
	if r.State == "" {
		return r, fmt.Errorf("the SQL gateway does not know job %s any more", id)
	}
	return r, nil
}

// Cause is why a job failed.
func (j *Jobs) Cause(ctx context.Context, id string) error {
	if j.rest == nil {
		return fmt.Errorf("the SQL gateway does not tell why; the JobManager would, but its REST endpoint %s cannot be reached from here; --target-rest HOST:PORT names another", j.where)
	}
	var answer struct {
		History struct {
			Entries []struct {
				Stack string `json:"stacktrace"`
			} `json:"entries"`
		} `json:"exceptionHistory"`
		Root string `json:"root-exception"`
	}
	if err := j.rest.call(ctx, http.MethodGet, "/jobs/"+url.PathEscape(id)+"/exceptions", nil, &answer); err != nil {
		return err
	}
	text := answer.Root
	if len(answer.History.Entries) > 0 {
		text = answer.History.Entries[0].Stack
	}
	if text == "" {
		return fmt.Errorf("the JobManager at %s has kept no cause", j.where)
	}
	return &Failure{HTTPStatus: http.StatusOK, Causes: causesOf(text)}
}

// Cancel ends a job at once.
func (j *Jobs) Cancel(ctx context.Context, id string) error {
	if j.rest != nil {
		// The answer has no body.
		return j.rest.send(ctx, http.MethodPatch, "/jobs/"+url.PathEscape(id)+"?mode=cancel")
	}
	return j.session.Execute(ctx, "STOP JOB '"+id+"'")
}
