package cli

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"sigs.k8s.io/yaml"
)

// alertRule is one alert of charts/clausea/files/alerts.yaml.
type alertRule struct {
	Alert, Expr, For    string
	Labels, Annotations map[string]string
}

// alertRules reads the alert rules.
func alertRules(t *testing.T) (rules []alertRule) {
	t.Helper()
	text, err := os.ReadFile("../../charts/clausea/files/alerts.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Groups []struct {
			Name  string
			Rules []alertRule
		}
	}
	if err := yaml.UnmarshalStrict(text, &file); err != nil {
		t.Fatal(err)
	}
	for _, g := range file.Groups {
		rules = append(rules, g.Rules...)
	}
	return rules
}

func TestEachAlertHasARunbookAndTestsOfItsRule(t *testing.T) {
	t.Parallel()
	tests, err := os.ReadFile("../../hack/promtool/tests/alerts_test.yaml")
	if err != nil {
		t.Fatal(err)
	}
	const pages = "https://github.com/clausea/crawler/blob/main/docs/runbooks/"
	names := map[string]bool{"README": true}
	for _, r := range alertRules(t) {
		if names[r.Alert] || !strings.HasPrefix(r.Alert, "Clausea") {
			t.Errorf("the name %q is used twice, or does not begin with Clausea", r.Alert)
		}
		names[r.Alert] = true
		if s := r.Labels["severity"]; s != "warning" && s != "critical" {
			t.Errorf("%s has the severity %q", r.Alert, s)
		}
		if r.Annotations["summary"] == "" || r.Annotations["description"] == "" || r.Annotations["runbook_url"] != pages+r.Alert+".md" {
			t.Errorf("%s has the annotations %v", r.Alert, r.Annotations)
		}
		page, err := os.ReadFile("../../docs/runbooks/" + r.Alert + ".md")
		if err != nil {
			t.Error(err)
			continue
		}
		for _, part := range []string{"# " + r.Alert + "\n", "Severity: " + r.Labels["severity"], "## Meaning", "## Impact", "## Diagnosis", "## Remedy"} {
			if !strings.Contains(string(page), part) {
				t.Errorf("the runbook of %s has no %q", r.Alert, part)
			}
		}
		for _, name := range []string{r.Alert + " fires\n", r.Alert + " does not fire "} {
			if !strings.Contains(string(tests), "- name: "+name) {
				t.Errorf("hack/promtool/tests/alerts_test.yaml has no test %q", name)
			}
		}
	}
	files, err := filepath.Glob("../../docs/runbooks/*.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if name := strings.TrimSuffix(filepath.Base(f), ".md"); !names[name] {
			t.Errorf("%s is the runbook of no alert", f)
		}
	}
}

// dashboardQueries returns the queries of the Grafana dashboard.
func dashboardQueries(t *testing.T) (queries []string) {
	t.Helper()
	text, err := os.ReadFile("../../charts/clausea/files/grafana-dashboard.json")
	if err != nil {
		t.Fatal(err)
	}
	var board struct {
		Panels []struct {
			Title   string
			Type    string
			Targets []struct{ Expr string }
		}
	}
	if err := json.Unmarshal(text, &board); err != nil {
		t.Fatal(err)
	}
	for _, p := range board.Panels {
		if p.Type != "row" && len(p.Targets) == 0 {
			t.Errorf("the panel %q has no query", p.Title)
		}
		for _, target := range p.Targets {
			queries = append(queries, target.Expr)
		}
	}
	return queries
}

var (
	metricName    = regexp.MustCompile(`\b(?:clausea|go|process|leader_election|workqueue|rest_client|controller_runtime)_[a-z0-9_]+\b`)
	labelSelector = regexp.MustCompile(`\b([a-z_]+)\s*(?:=~|!~|!=|=)\s*"([^"]*)"`)
	selector      = regexp.MustCompile(`\b(clausea_[a-z0-9_]+)\{([^}]*)\}`)
)

func TestAlertsAndDashboardUseMetricsThatExist(t *testing.T) {
	t.Parallel()
	reference, err := os.ReadFile("../../docs/reference/metrics.md")
	if err != nil {
		t.Fatal(err)
	}
	queries := dashboardQueries(t)
	for _, r := range alertRules(t) {
		queries = append(queries, r.Expr)
	}
	if len(queries) < 30 {
		t.Errorf("only %d queries were found", len(queries))
	}
	foreign := []string{"go_", "process_", "leader_election_", "workqueue_", "rest_client_", "controller_runtime_"}
	for _, q := range queries {
		for _, name := range metricName.FindAllString(q, -1) {
			if slices.ContainsFunc(foreign, func(p string) bool { return strings.HasPrefix(name, p) }) {
				continue
			}
			if referenceRow(string(reference), name) == "" {
				t.Errorf("%q uses %s, which docs/reference/metrics.md does not list", q, name)
			}
		}
		for _, m := range selector.FindAllStringSubmatch(q, -1) {
			checkLabels(t, m[1], m[2], referenceRow(string(reference), m[1]))
		}
	}
}

// referenceRow returns the row of a metric in docs/reference/metrics.md, "" if there is none.
func referenceRow(reference, name string) string {
	for _, suffix := range []string{"", "_bucket", "_sum", "_count"} {
		base := strings.TrimSuffix(name, suffix)
		if i := strings.Index(reference, "| `"+base+"` | "); i >= 0 && (suffix == "" || base != name) {
			return strings.SplitN(reference[i:], "\n", 2)[0]
		}
	}
	return ""
}

// checkLabels checks that a metric has the labels of a selector, with these values.
func checkLabels(t *testing.T, name, labels, row string) {
	t.Helper()
	for _, l := range labelSelector.FindAllStringSubmatch(labels, -1) {
		switch l[1] {
		case "job", "instance", "namespace", "le", "operation":
			continue
		}
		if !strings.Contains(row, "`"+l[1]+"`:") {
			t.Errorf("%s has no label %s", name, l[1])
		}
		for _, v := range strings.Split(l[2], "|") {
			if !strings.Contains(row, "`"+v+"`") {
				t.Errorf("the label %s of %s has no value %s", l[1], name, v)
			}
		}
	}
}
