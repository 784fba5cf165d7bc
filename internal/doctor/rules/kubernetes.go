package rules

import "github.com/flottstream/flott/internal/doctor/snapshot"

var kubernetesRules = []Rule{
	{
		ID: "FLT422", Cause: "slots-exhausted", Title: "Pods are not scheduled", Level: Critical, Needs: []snapshot.Part{snapshot.Kubernetes}, Cluster: unscheduled, Stage: 0, Explains: []string{"FLT409", "FLT403", "FLT415"},
		Doc: Doc{
			Symptom:   "Pods Pending; the job waits for slots.",
			Cause:     "Kubernetes finds no node for a pod of Flink, so its slots never come.",
			See:       "kubectl describe pod: FailedScheduling.",
			Remedy:    "More nodes, smaller requests, or a toleration, as the message says.",
			Reproduce: "kubernetes.taskmanager.cpu.amount above the largest node.",
			Source:    "Runbook, scenario 3.",
		},
	},
	{
		ID: "FLT423", Cause: "taskmanager-lost", Title: "Pods end again and again", Level: Warning, Needs: []snapshot.Part{snapshot.Kubernetes}, Cluster: endedPods, Stage: 0, Explains: []string{"FLT402", "FLT401", "FLT403"},
		Doc: Doc{
			Symptom:   "kubectl get pods: RESTARTS grows.",
			Cause:     "Containers of Flink were restarted by Kubernetes for another reason than memory: a crash, a failing probe, an eviction.",
			See:       "kubectl get pods: RESTARTS; kubectl logs --previous.",
			Remedy:    "By the reason and exit code.",
			Reproduce: "A liveness probe on the wrong port.",
			Source:    "Runbook, section 3.",
		},
	},
}

func unscheduled(c *Case) {
	for _, p := range c.S.Pods {
		if p.UnscheduledWhy == "" {
			continue
		}
		f := c.found(Critical, say("pod %s is not scheduled", p.Name))
		f.because("%s", firstLine(p.UnscheduledWhy, 200))
		f.remedy("more nodes, or smaller requests: kubernetes.taskmanager.cpu.amount, taskmanager.memory.process.size")
		f.expect("the pod runs and registers its slots")
	}
}

func endedPods(c *Case) {
	for _, p := range c.S.Pods {
		if p.Restarts < 2 || p.LastReason == "OOMKilled" || p.ExitCode == 137 || p.ExitCode == 0 {
			continue
		}
		f := c.found(Warning, say("pod %s was restarted %d times", p.Name, p.Restarts))
		f.because("%s, exit code %d at %s", firstOf(p.LastReason, "?"), p.ExitCode, stamp(p.LastTermination))
		for _, e := range p.Events[:min(len(p.Events), 2)] {
			f.because("%s", firstLine(e, 200))
		}
		f.remedy("kubectl logs --previous %s", p.Name)
	}
}
