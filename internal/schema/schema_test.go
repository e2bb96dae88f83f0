package schema

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"sigs.k8s.io/yaml"
)

const samples = "../../config/samples"

func admit(t *testing.T, manifest, old string) string {
	t.Helper()
	parse := func(s string) map[string]any {
		j, err := yaml.YAMLToJSON([]byte(s))
		if err != nil {
			t.Fatal(err)
		}
		obj, err := object(bytes.NewReader(j))
		if err != nil {
			t.Fatal(err)
		}
		return obj
	}
	obj := parse(manifest)
	k, err := Of(obj["kind"].(string))
	if err != nil {
		t.Fatal(err)
	}
	var before map[string]any
	if old != "" {
		before = parse(old)
		if err := k.Admit(t.Context(), before, nil).ToAggregate(); err != nil {
			t.Fatalf("the object before the change is refused: %v", err)
		}
	}
	if err := k.Admit(t.Context(), obj, before).ToAggregate(); err != nil {
		return err.Error()
	}
	return ""
}

func TestEverySampleIsAdmitted(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob(samples + "/*.yaml")
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, name := range files {
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if filepath.Base(name) == "kustomization.yaml" {
			continue
		}
		n++
		if msg := admit(t, string(b), ""); msg != "" {
			t.Errorf("%s: %s", name, msg)
		}
	}
	if n < 4 {
		t.Errorf("only %d samples were tried", n)
	}
}

const companyOf = "apiVersion: crawl.clausea.co/v1alpha1\nkind: Company\nmetadata: {name: x}\nspec: "
const jobOf = "apiVersion: crawl.clausea.co/v1alpha1\nkind: CrawlJob\nmetadata: {name: x}\nspec: "

func TestBadManifestsAreRefusedByNameOfTheField(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ manifest, old, field, remedy string }{
		{companyOf + "{}", "", "spec.domains", "Required"},
		{companyOf + "{domains: []}", "", "spec.domains", "at least 1"},
		{companyOf + "{domains: ['https://example.com/']}", "", "spec.domains[0]", "write example.com"},
		{companyOf + "{domains: [Example.com]}", "", "spec.domains[0]", "lower case"},
		{companyOf + "{domains: [example.com, example.com]}", "", "spec.domains", "remove the duplicate"},
		{companyOf + "{domains: [localhost]}", "", "spec.domains[0]", "write example.com"},
		{companyOf + "{domains: [example.com], seeds: [{url: 'ftp://example.com'}]}", "", "spec.seeds[0].url", "write https://"},
		{companyOf + "{domains: [example.com], seeds: [{url: 'https://u:p@example.com'}]}", "", "spec.seeds[0].url", "without user name"},
		{companyOf + "{domains: [example.com], seeds: [{url: 'https://example.com', type: privacy}]}", "", "spec.seeds[0].type", "supported values"},
		{companyOf + "{domains: [example.com], paths: {allow: [legal]}}", "", "spec.paths.allow[0]", "write /legal/"},
		{companyOf + "{domains: [example.com], crawl: {maxPages: 0}}", "", "spec.crawl.maxPages", "leave it out"},
		{companyOf + "{domains: [example.com], crawl: {maxPages: many}}", "", "spec.crawl.maxPages", "integer"},
		{companyOf + "{domains: [example.com], crawl: {maxDepth: 51}}", "", "spec.crawl.maxDepth", "to 50"},
		{companyOf + "{domains: [example.com], crawl: {delay: fast}}", "", "spec.crawl.delay", "write 500ms"},
		{companyOf + "{domains: [example.com], crawl: {delay: 10m}}", "", "spec.crawl.delay", "to 5m"},
		{companyOf + "{domains: [example.com], crawl: {render: Sometimes}}", "", "spec.crawl.render", "supported values"},
		{companyOf + "{domains: [example.com], crawl: {languages: [english!]}}", "", "spec.crawl.languages[0]", "write en"},
		{companyOf + "{domains: [example.com], expectedTypes: [privacy_policy, privacy_policy]}", "", "spec.expectedTypes", "remove the duplicate"},
		{companyOf + "{domains: [example.com], schedule: {cron: daily}}", "", "spec.schedule.cron", "write \"30 2"},
		{companyOf + "{domains: [example.com], schedule: {cron: '@daily', timeZone: 'GMT+/x y'}}", "", "spec.schedule.timeZone", "write Europe/Paris"},
		{companyOf + "{domains: [example.com], schedule: {cron: '@daily', jitter: 25h}}", "", "spec.schedule.jitter", "to 24h"},
		{companyOf + "{domains: [example.com], historyLimits: {failed: -1}}", "", "spec.historyLimits.failed", "leave it out"},
		{companyOf + "{domains: [example.com], deletionPolicy: Keep}", "", "spec.deletionPolicy", "supported values"},
		{companyOf + "{domains: [example.com], shedule: {}}", "", "spec.shedule", "correct its name"},
		{jobOf + "{}", "", "spec", "company"},
		{jobOf + "{companyRef: {name: a}, company: {domains: [example.com]}}", "", "spec", "company"},
		{jobOf + "{companyRef: {name: a}, backoffLimit: -1}", "", "spec.backoffLimit", ""},
		{jobOf + "{companyRef: {name: a}, execution: Pod}", "", "spec.execution", "supported values"},
		{jobOf + "{companyRef: {name: b}}", jobOf + "{companyRef: {name: a}}", "spec", ""},
		{jobOf + "{companyRef: {name: a}, priority: 5}", jobOf + "{companyRef: {name: a}}", "spec.priority", ""},
	} {
		msg := admit(t, c.manifest, c.old)
		if !strings.Contains(msg, c.field) || !strings.Contains(msg, c.remedy) {
			t.Errorf("%s\nsays %q, wanted %s and %q", c.manifest, msg, c.field, c.remedy)
		}
	}
}

func TestStopAndSuspendOfAJobCanBeSet(t *testing.T) {
	t.Parallel()
	if msg := admit(t, jobOf+"{companyRef: {name: a}, suspend: true, stop: true}", jobOf+"{companyRef: {name: a}}"); msg != "" {
		t.Error(msg)
	}
}

func TestAURLADomainAndAManifestBecomeTheSameCompany(t *testing.T) {
	t.Parallel()
	last2 := func(h string) string {
		p := strings.Split(h, ".")
		return strings.Join(p[len(p)-2:], ".")
	}
	fromURL, err := CompanyFor(t.Context(), "https://www.example.com/about", last2)
	if err != nil {
		t.Fatal(err)
	}
	fromFile, err := ReadCompany(t.Context(), strings.NewReader("apiVersion: crawl.clausea.co/v1alpha1\nkind: Company\nmetadata: {name: example.com}\nspec: {domains: [example.com], seeds: [{url: 'https://www.example.com/about'}]}"))
	if err != nil {
		t.Fatal(err)
	}
	a, _ := yaml.Marshal(fromURL)
	b, _ := yaml.Marshal(fromFile)
	if !bytes.Equal(a, b) {
		t.Errorf("%s\ndiffers from\n%s", a, b)
	}
	if got := fromURL.Spec.ExpectedTypes; len(got) != 2 {
		t.Errorf("the expected types' default is %v", got)
	}
	for _, bad := range []string{"", "localhost", "ftp://example.com", "https://u:p@example.com", "a b.com", "https://"} {
		if c, err := CompanyFor(t.Context(), bad, last2); err == nil {
			t.Errorf("%q became %v", bad, c.Spec.Domains)
		}
	}
	for _, bad := range []string{"", "- a", "kind: Company", "{", companyOf + "{domains: [a.example]}\n---\n" + companyOf + "{domains: [a.example]}"} {
		if _, err := ReadCompany(t.Context(), strings.NewReader(bad)); err == nil {
			t.Errorf("the manifest %q was taken", bad)
		}
	}
}
