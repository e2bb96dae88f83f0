package cli

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/clausea/crawler/api/v1alpha1"
	"github.com/clausea/crawler/internal/crawl"
	"github.com/clausea/crawler/internal/settings"
)

func TestOnlyCrawlHasATimeLimitByDefault(t *testing.T) {
	t.Parallel()
	load := func(command string, env map[string]string) *settings.Values {
		v, err := settings.New().Load(command, environment(env))
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	if got := crawlOptions(load(settings.CommandCrawl, nil)).TimeLimit; got != 30*time.Minute {
		t.Errorf("crawl: the time limit is %s", got)
	}
	for _, command := range []string{settings.CommandStandalone, settings.CommandOperator, settings.CommandWorker} {
		if got := crawlJobOptions(load(command, nil)).TimeLimit; got != 0 {
			t.Errorf("%s: the time limit is %s, want none", command, got)
		}
		o := crawlJobOptions(load(command, map[string]string{
			"CLAUSEA_MAX_PAGES": "7", "CLAUSEA_MAX_DEPTH": "0", "CLAUSEA_DELAY": "3s", "CLAUSEA_TIMEOUT": "30m", "CLAUSEA_LANGUAGES": "de,fr", "CLAUSEA_RENDER": "Always",
		}))
		if o.MaxPages != 7 || o.MaxDepth != 0 || o.Delay != 3*time.Second || o.TimeLimit != 30*time.Minute || strings.Join(o.Languages, " ") != "de fr" || o.Render != crawl.RenderAlways {
			t.Errorf("%s: the options are %+v", command, *o)
		}
	}
}

func TestEachLimitOfTheAPIHasASettingAndConfigPrintNamesIt(t *testing.T) {
	t.Parallel()
	limits := reflect.TypeFor[v1alpha1.CrawlLimits]()
	fields := map[string]bool{}
	for i := range limits.NumField() {
		name, _, _ := strings.Cut(limits.Field(i).Tag.Get("json"), ",")
		fields[name] = true
	}
	code, stdout, stderr := call(t, nil, "config", "print")
	if code != exitDone {
		t.Fatalf("exit code %d: %s", code, stderr)
	}
	_, note, _ := strings.Cut(stdout, "The spec.crawl of a Company and the spec.limits of a CrawlJob override ")
	for _, row := range settings.Table() {
		if row.LimitField == "" {
			continue
		}
		if !fields[row.LimitField] {
			t.Errorf("%s names %s, which is no limit or belongs to another setting", row.Name, row.LimitField)
		}
		delete(fields, row.LimitField)
		if !strings.Contains(note, row.Name) {
			t.Errorf("config print does not name %s: %q", row.Name, note)
		}
	}
	if len(fields) > 0 {
		t.Errorf("no setting is the default of %v", fields)
	}
}

// pageTimes records the times of the requests for pages, by host.
type pageTimes struct {
	mu sync.Mutex
	at map[string][]time.Time
}

func (p *pageTimes) record(r *http.Request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.at[r.Host] = append(p.at[r.Host], time.Now())
}

// of returns the number of requests to a host and the shortest time between two of them.
func (p *pageTimes) of(host string) (requests int, shortest time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	shortest = time.Hour
	for i, at := range p.at[host] {
		if i > 0 {
			shortest = min(shortest, at.Sub(p.at[host][i-1]))
		}
	}
	return len(p.at[host]), shortest
}

func TestCrawlSettingsOfStandaloneAreDefaultsThatCompanyAndCrawlJobOverride(t *testing.T) {
	t.Parallel()
	w := newTestSites(t, 3)
	times := &pageTimes{at: map[string][]time.Time{}}
	w.beforeResponse = times.record
	folder := t.TempDir()
	r := startStandaloneWithEnv(t, w, []string{"CLAUSEA_MAX_PAGES=3", "CLAUSEA_DELAY=2s"}, folder)
	r.port(t)
	text := fmt.Sprintf(`apiVersion: crawl.clausea.co/v1alpha1
kind: CrawlJob
metadata: {name: defaults}
spec: {company: {domains: [%[1]s]}}
---
apiVersion: crawl.clausea.co/v1alpha1
kind: CrawlJob
metadata: {name: company}
spec: {company: {domains: [%[2]s], crawl: {maxPages: 4}}}
---
apiVersion: crawl.clausea.co/v1alpha1
kind: CrawlJob
metadata: {name: limits}
spec: {company: {domains: [%[3]s], crawl: {maxPages: 4}}, limits: {maxPages: 5, delay: 1ms}}
`, w.names[0], w.names[1], w.names[2])
	manifest := filepath.Join(t.TempDir(), "jobs.yaml")
	if err := os.WriteFile(manifest, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if code, out, errs := call(t, nil, "apply", "--store", folder, "-f", manifest); code != exitDone {
		t.Fatalf("apply: exit code %d: %s%s", code, out, errs)
	}
	for i, job := range []string{"defaults", "company", "limits"} {
		if code, _, errs := call(t, nil, "wait", "--store", folder, "--for=condition=Complete", "crawljob/"+job, "--timeout", waitTimeout.String()); code != exitDone {
			t.Fatalf("wait for CrawlJob %s: exit code %d: %s\n%s", job, code, errs, r.output())
		}
		requests, shortest := times.of(w.names[i])
		if want := 3 + i; requests != want {
			t.Errorf("CrawlJob %s fetched %d pages, want %d", job, requests, want)
		}
		// The default delay is 1 s, and a server may notice a request late.
		if overridden := job == "limits"; overridden != (shortest < 1500*time.Millisecond) {
			t.Errorf("CrawlJob %s sent two requests within %s", job, shortest)
		}
	}
}
