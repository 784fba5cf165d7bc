package kuberead

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/flottstream/flott/internal/doctor/snapshot"
)

const answerBytesMax = 16 << 20

type podList struct {
	Items []struct {
		Metadata struct {
			Name   string            `json:"name"`
			Labels map[string]string `json:"labels"`
		} `json:"metadata"`
		Spec struct {
			Containers []struct {
				Name      string `json:"name"`
				Resources struct {
					Limits   map[string]string `json:"limits"`
					Requests map[string]string `json:"requests"`
				} `json:"resources"`
			} `json:"containers"`
		} `json:"spec"`
		Status struct {
			Phase      string    `json:"phase"`
			Start      time.Time `json:"startTime"`
			Conditions []struct {
				Type    string `json:"type"`
				Status  string `json:"status"`
				Message string `json:"message"`
			} `json:"conditions"`
			Containers []struct {
				Restarts int   `json:"restartCount"`
				State    state `json:"state"`
				Last     state `json:"lastState"`
			} `json:"containerStatuses"`
		} `json:"status"`
	} `json:"items"`
}

type state struct {
	Terminated *struct {
		Reason   string    `json:"reason"`
		ExitCode int       `json:"exitCode"`
		Finished time.Time `json:"finishedAt"`
	} `json:"terminated"`
}

type eventList struct {
	Items []struct {
		Reason  string `json:"reason"`
		Message string `json:"message"`
		Count   int    `json:"count"`
		Object  struct {
			Name string `json:"name"`
		} `json:"involvedObject"`
	} `json:"items"`
}

// Pods reads the pods of Flink and the warnings about them.
func (c *Client) Pods(ctx context.Context) ([]snapshot.Pod, error) {
	var pods podList
	var events eventList
	base := "/api/v1/namespaces/" + url.PathEscape(c.namespace)
	if err := c.get(ctx, base+"/pods?limit=500", &pods); err != nil {
		return nil, err
	}
	eventsErr := c.get(ctx, base+"/events?limit=300&fieldSelector="+url.QueryEscape("type=Warning"), &events)
	var out []snapshot.Pod
	for _, p := range pods.Items {
		component := component(p.Metadata.Name, p.Metadata.Labels)
		if component == "" {
			continue
		}
		pod := snapshot.Pod{Name: p.Metadata.Name, Component: component, Phase: p.Status.Phase, Start: p.Status.Start}
		for _, s := range p.Spec.Containers {
			pod.CPULimit += quantity(s.Resources.Limits["cpu"])
			pod.CPURequest += quantity(s.Resources.Requests["cpu"])
			pod.MemoryLimit += int64(quantity(s.Resources.Limits["memory"]))
		}
		for _, s := range p.Status.Containers {
			pod.Restarts += s.Restarts
			for _, end := range []state{s.Last, s.State} {
				if end.Terminated != nil {
					pod.LastReason, pod.ExitCode, pod.LastTermination = end.Terminated.Reason, end.Terminated.ExitCode, end.Terminated.Finished
				}
			}
		}
		for _, s := range p.Status.Conditions {
			if s.Type == "PodScheduled" && s.Status == "False" {
				pod.UnscheduledWhy = s.Message
			}
		}
		for _, e := range events.Items {
			if e.Object.Name == pod.Name && len(pod.Events) < 20 {
				pod.Events = append(pod.Events, fmt.Sprintf("%s: %s (%d times)", e.Reason, e.Message, max(e.Count, 1)))
			}
		}
		out = append(out, pod)
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("namespace %q has no pod of Flink among %d; give --namespace", c.namespace, len(pods.Items))
	}
	return out, eventsErr
}

// component tells Flink's pods from others: by the labels of the operator and of
// native Kubernetes, or by name.
func component(name string, labels map[string]string) string {
	for _, word := range []string{"jobmanager", "taskmanager"} {
		if labels["component"] == word || labels["app.kubernetes.io/component"] == word || strings.Contains(name, word) {
			return word
		}
	}
	return ""
}

// quantity reads 500m, 2, 1Gi, 512M, …; 0 if it is none.
func quantity(s string) float64 {
	units := map[string]float64{"m": 1e-3, "": 1, "k": 1e3, "M": 1e6, "G": 1e9, "T": 1e12, "Ki": 1 << 10, "Mi": 1 << 20, "Gi": 1 << 30, "Ti": 1 << 40}
	end := strings.IndexFunc(s, func(r rune) bool { return r != '.' && (r < '0' || r > '9') })
	if end < 0 {
		end = len(s)
	}
	v, err := strconv.ParseFloat(s[:end], 64)
	if err != nil {
		return 0
	}
	return v * units[s[end:]]
}

func (c *Client) get(ctx context.Context, path string, into any) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, c.server+path, nil)
	if err != nil {
		return err
	}
	r.Header.Set("Accept", "application/json")
	if c.token != "" {
		r.Header.Set("Authorization", "Bearer "+c.token)
	}
	answer, err := c.http.Do(r)
	if err != nil {
		return fmt.Errorf("cannot read from Kubernetes: %w", err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(io.LimitReader(answer.Body, answerBytesMax))
	if err != nil {
		return fmt.Errorf("cannot read from Kubernetes: %w", err)
	}
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("Kubernetes answered %d %s to %s", answer.StatusCode, http.StatusText(answer.StatusCode), strings.SplitN(path, "?", 2)[0])
	}
	if err := json.Unmarshal(body, into); err != nil {
		return fmt.Errorf("Kubernetes answered with something else than JSON: %w", err)
	}
	return nil
}
