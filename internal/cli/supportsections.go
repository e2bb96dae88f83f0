package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"runtime"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/clausea/crawler/api/v1alpha1"
	"github.com/clausea/crawler/internal/kubestore"
	"github.com/clausea/crawler/internal/store"
)

const (
	maxBundleRuns   = 100
	maxBundleEvents = 200
	maxCountedRuns  = 20 * store.MaxLimit
)

// bundleSections returns the parts of a support bundle in their order.
func (a *app) bundleSections(f resourceFlags) []section {
	return []section{
		{"version.json", "version and build of this program", func(context.Context) (any, error) { return buildFacts(), nil }},
		{"environment.json", "operating system, processors, memory limit, names of variables", func(context.Context) (any, error) { return a.environmentFacts(), nil }},
		{"settings.json", "settings with their sources, secrets redacted", func(context.Context) (any, error) { return a.values.Effective(), nil }},
		{"store.txt", "kind and health of the store, and pending migrations", func(ctx context.Context) (any, error) { return checkStore(ctx, a.values) }},
		{"counts.json", "numbers of records", a.bundleCounts},
		{"failed-runs.json", "the last failed runs of crawls with their reasons", a.bundleRuns},
		{"resources.json", "conditions of Companies and CrawlJobs", func(ctx context.Context) (any, error) { return a.bundleResources(ctx, f) }},
		{"events.json", "recent warnings about Companies and CrawlJobs", func(ctx context.Context) (any, error) { return a.bundleEvents(ctx, f) }},
		{"metrics.txt", "metrics of the process on this machine, with its goroutines", a.bundleMetrics},
	}
}

func buildFacts() any {
	facts := struct {
		Version  string            `json:"version"`
		Go       string            `json:"go"`
		Platform string            `json:"platform"`
		Settings map[string]string `json:"settings"`
		Modules  map[string]string `json:"modules"`
	}{buildVersion(), runtime.Version(), runtime.GOOS + "/" + runtime.GOARCH, map[string]string{}, map[string]string{}}
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, s := range info.Settings {
			facts.Settings[s.Key] = s.Value
		}
		for _, m := range info.Deps {
			facts.Modules[m.Path] = m.Version
		}
	}
	return facts
}

// environmentFacts describes where the command runs. Of environment variables, it has only names.
func (a *app) environmentFacts() any {
	var names []string
	for _, name := range []string{
		"GOMEMLIMIT", "GOGC", "GOMAXPROCS", "GODEBUG", "TZ", "KUBECONFIG", "KUBERNETES_SERVICE_HOST", "RAILWAY_ENVIRONMENT", "RAILWAY_REPLICA_ID",
		"HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "SSL_CERT_FILE", "OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_TRACES_SAMPLER", "OTEL_SDK_DISABLED",
	} {
		if a.variable(name) != "" {
			names = append(names, name)
		}
	}
	zone, offset := time.Now().Zone()
	return map[string]any{
		"time": time.Now().UTC(), "timeZone": zone, "timeZoneOffsetSeconds": offset, "processors": runtime.NumCPU(), "goMaxProcs": runtime.GOMAXPROCS(0),
		"goMemoryLimit": debug.SetMemoryLimit(-1), "goroutinesOfThisCommand": runtime.NumGoroutine(), "cgroupMemoryLimit": cgroupMemoryLimit(), "variablesThatAreSet": names,
	}
}

// cgroupMemoryLimit returns the memory limit of the control group, "" if it is not known.
func cgroupMemoryLimit() string {
	for _, file := range []string{"/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"} {
		if text, err := os.ReadFile(file); err == nil {
			return strings.TrimSpace(string(text))
		}
	}
	return ""
}

// bundleCounts counts records.
func (a *app) bundleCounts(ctx context.Context) (any, error) {
	s, err := openForReading(ctx, a.values)
	if err != nil {
		return nil, err
	}
	defer closeStore(ctx, s)
	companies, documents, err := s.Counts(ctx)
	if err != nil {
		return nil, err
	}
	counts := map[string]int64{"companiesWithDocuments": companies, "documents": documents}
	for _, state := range []store.RunState{store.RunPending, store.RunRunning, store.RunInterrupted, store.RunComplete, store.RunFailed} {
		opts := store.ListOptions{Limit: store.MaxLimit}
		for n := 0; n < maxCountedRuns; {
			runs, next, err := s.ListRunsByState(ctx, state, opts)
			if err != nil {
				return nil, err
			}
			counts["runs"+string(state)] += int64(len(runs))
			n += len(runs)
			if opts.Continue = next; next == "" {
				break
			}
		}
	}
	webhooks, _, err := s.ListWebhooks(ctx, store.ListOptions{Limit: store.MaxLimit})
	if err != nil {
		return nil, err
	}
	for _, w := range webhooks {
		counts["webhooks"+string(w.State)]++
	}
	return counts, nil
}

// failedRun is what a support bundle has of a run.
type failedRun struct {
	ID         string         `json:"id"`
	Company    string         `json:"company"`
	CrawlJob   string         `json:"crawlJob"`
	Trigger    string         `json:"trigger"`
	StopReason string         `json:"stopReason"`
	Message    string         `json:"message"`
	Attempts   int32          `json:"attempts"`
	CreatedAt  time.Time      `json:"createdAt"`
	StartedAt  time.Time      `json:"startedAt"`
	FinishedAt time.Time      `json:"finishedAt"`
	Progress   store.Progress `json:"progress"`
}

// bundleRuns returns the last failed runs.
func (a *app) bundleRuns(ctx context.Context) (any, error) {
	s, err := openForReading(ctx, a.values)
	if err != nil {
		return nil, err
	}
	defer closeStore(ctx, s)
	runs, _, err := s.QueryRuns(ctx, store.RunQuery{States: []store.RunState{store.RunFailed}, ListOptions: store.ListOptions{Limit: maxBundleRuns}})
	if err != nil {
		return nil, err
	}
	out := []failedRun{}
	for i := range runs {
		r := &runs[i]
		out = append(out, failedRun{
			r.ID, r.Company, r.CrawlJob.Name, string(r.Trigger), r.StopReason, r.Message, r.Attempts, r.CreatedAt, r.StartedAt, r.FinishedAt, r.Progress,
		})
	}
	return out, nil
}

// bundledResource is what a support bundle has of a resource.
type bundledResource struct {
	Kind       string `json:"kind"`
	Name       string `json:"name"`
	Generation int64  `json:"generation"`
	Deleting   bool   `json:"deleting,omitempty"`
	Conditions []any  `json:"conditions"`
}

// bundleResources returns the conditions of Companies and CrawlJobs. Their specs stay out.
func (a *app) bundleResources(ctx context.Context, f resourceFlags) (any, error) {
	r, err := a.openResources(ctx, f, openForReading)
	if err != nil {
		return nil, err
	}
	defer r.close()
	out := []bundledResource{}
	for _, kind := range []string{"Company", "CrawlJob"} {
		list := &unstructured.UnstructuredList{}
		list.SetGroupVersionKind(v1alpha1.GroupVersion.WithKind(kind + "List"))
		if err := r.List(ctx, list); err != nil {
			return nil, err
		}
		for i := range list.Items {
			o := &list.Items[i]
			conditions, _, err := unstructured.NestedSlice(o.Object, "status", "conditions")
			if err != nil {
				return nil, fmt.Errorf("read the conditions of %s %s: %w", kind, displayName(o), err)
			}
			out = append(out, bundledResource{kind, o.GetNamespace() + "/" + o.GetName(), o.GetGeneration(), o.GetDeletionTimestamp() != nil, conditions})
		}
	}
	return out, nil
}

// bundleEvents returns the last warnings in the store.
func (a *app) bundleEvents(ctx context.Context, f resourceFlags) (any, error) {
	if f.kubernetes {
		return nil, errors.New("the events of a cluster are not read; add the output of kubectl get events -A --field-selector type=Warning")
	}
	r, err := a.openResources(ctx, f, openForReading)
	if err != nil {
		return nil, err
	}
	defer r.close()
	events, err := kubestore.ListEvents(ctx, r.store, kubestore.EventSelector{})
	if err != nil {
		return nil, err
	}
	events = slices.DeleteFunc(events, func(e kubestore.Event) bool { return e.Type != "Warning" })
	return events[max(0, len(events)-maxBundleEvents):], nil
}

// bundleMetrics requests the metrics of the process on this machine.
func (a *app) bundleMetrics(ctx context.Context) (any, error) {
	url := "http://127.0.0.1:" + strconv.Itoa(a.values.MetricsPort) + "/metrics"
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return nil, err
	}
	res, err := (&http.Transport{DisableKeepAlives: true}).RoundTrip(req)
	if err != nil {
		return nil, fmt.Errorf("no process serves metrics at %s; set --metrics-port, or run this command beside the process: %w", url, err)
	}
	defer func() { _ = res.Body.Close() }()
	if res.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("request %s: the status is %d", url, res.StatusCode)
	}
	text, err := io.ReadAll(io.LimitReader(res.Body, maxSection))
	if err != nil {
		return nil, fmt.Errorf("request %s: %w", url, err)
	}
	return string(text), nil
}
