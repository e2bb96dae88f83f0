package schema

import (
	"bytes"
	"cmp"
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
		obj, err := decodeJSON(bytes.NewReader(j))
		if err != nil {
			t.Fatal(err)
		}
		return obj
	}
	obj := parse(manifest)
	k, err := ForKind(obj["kind"].(string))
	if err != nil {
		t.Fatal(err)
	}
	var before map[string]any
	if old != "" {
		before = parse(old)
		if err := k.Admit(t.Context(), before, nil).ToAggregate(); err != nil {
			t.Fatalf("the old object is invalid: %v", err)
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
		t.Errorf("only %d samples were tested", n)
	}
}

const companyOf = "apiVersion: crawl.clausea.co/v1alpha1\nkind: Company\nmetadata: {name: x}\nspec: "
const jobOf = "apiVersion: crawl.clausea.co/v1alpha1\nkind: CrawlJob\nmetadata: {name: x}\nspec: "

func TestErrorsOfInvalidManifestsNameTheField(t *testing.T) {
	t.Parallel()
	b, err := os.ReadFile("testdata/refused.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var cases []struct {
		Kind, Name, Field, Remedy string
		Spec, Old                 map[string]any
	}
	if err := yaml.UnmarshalStrict(b, &cases); err != nil {
		t.Fatal(err)
	}
	if len(cases) < 24 {
		t.Errorf("only %d manifests are tested", len(cases))
	}
	manifest := func(kind, name string, spec map[string]any) string {
		m, err := yaml.Marshal(map[string]any{
			"apiVersion": "crawl.clausea.co/v1alpha1", "kind": kind, "metadata": map[string]any{"name": cmp.Or(name, "x")}, "spec": spec,
		})
		if err != nil {
			t.Fatal(err)
		}
		return string(m)
	}
	for _, c := range cases {
		old := ""
		if c.Old != nil {
			old = manifest(c.Kind, c.Name, c.Old)
		}
		msg := admit(t, manifest(c.Kind, c.Name, c.Spec), old)
		if !strings.Contains(msg, c.Field) || !strings.Contains(msg, c.Remedy) {
			t.Errorf("%v\nfails with %q, want %s and %q", c.Spec, msg, c.Field, c.Remedy)
		}
	}
}

func TestALongDomainGetsAUniqueName(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("a", 63) + ".co.uk"
	whole := func(h string) string { return h }
	one, err := CompanyFromTarget(t.Context(), long, whole)
	if err != nil {
		t.Fatal(err)
	}
	other, err := CompanyFromTarget(t.Context(), strings.Repeat("a", 63)+".co.jp", whole)
	if err != nil {
		t.Fatal(err)
	}
	if one.Name == other.Name || string(one.Spec.Domains[0]) != long {
		t.Errorf("%s has the name %s and the domains %v, another domain has the name %s", long, one.Name, one.Spec.Domains, other.Name)
	}
}

func TestATimeLimitUpToTheDeadlineIsAdmitted(t *testing.T) {
	t.Parallel()
	for _, manifest := range []string{
		companyOf + "{domains: [example.com], crawl: {timeLimit: 1s}}",
		companyOf + "{domains: [example.com], crawl: {timeLimit: 168h}}",
		jobOf + "{companyRef: {name: a}, limits: {timeLimit: 1h}}", // the default deadline
		jobOf + "{companyRef: {name: a}, limits: {timeLimit: 168h}, activeDeadlineSeconds: 604800}",
	} {
		if msg := admit(t, manifest, ""); msg != "" {
			t.Errorf("%s\n%s", manifest, msg)
		}
	}
}

func TestStopAndSuspendAreMutable(t *testing.T) {
	t.Parallel()
	if msg := admit(t, jobOf+"{companyRef: {name: a}, suspend: true, stop: true}", jobOf+"{companyRef: {name: a}}"); msg != "" {
		t.Error(msg)
	}
}

func TestATargetAndAManifestYieldTheSameCompany(t *testing.T) {
	t.Parallel()
	last2 := func(h string) string {
		p := strings.Split(h, ".")
		return strings.Join(p[len(p)-2:], ".")
	}
	fromURL, err := CompanyFromTarget(t.Context(), "https://www.example.com/about", last2)
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
	for _, upper := range []string{"HTTPS://www.example.com/about", "Https://www.example.com/about"} {
		c, err := CompanyFromTarget(t.Context(), upper, last2)
		if err != nil {
			t.Fatal(err)
		}
		if got, _ := yaml.Marshal(c); !bytes.Equal(got, a) {
			t.Errorf("the target %s yields %s", upper, got)
		}
	}
	if c, err := CompanyFromTarget(t.Context(), "HTTP://Example.com", last2); err != nil || string(c.Spec.Domains[0]) != "example.com" || !strings.EqualFold(c.Spec.Seeds[0].URL, "http://example.com") {
		t.Errorf("%v, %v", c, err)
	}
	if got := fromURL.Spec.ExpectedTypes; len(got) != 2 {
		t.Errorf("the default of expectedTypes is %v", got)
	}
	for _, bad := range []string{"", "localhost", "ftp://example.com", "https://u:p@example.com", "a b.com", "https://"} {
		if c, err := CompanyFromTarget(t.Context(), bad, last2); err == nil {
			t.Errorf("the target %q yields %v", bad, c.Spec.Domains)
		}
	}
	for _, bad := range []string{"", "- a", "kind: Company", "{", companyOf + "{domains: [a.example]}\n---\n" + companyOf + "{domains: [a.example]}"} {
		if _, err := ReadCompany(t.Context(), strings.NewReader(bad)); err == nil {
			t.Errorf("the manifest %q was accepted", bad)
		}
	}
}

func TestAManifestWithoutATypeSaysWhatToAdd(t *testing.T) {
	t.Parallel()
	for manifest, want := range map[string]string{
		"metadata: {name: x}":                                       "has no apiVersion and no kind: add apiVersion: crawl.clausea.co/v1alpha1 and kind: Company",
		"kind: Company\nmetadata: {name: x}":                        "has no apiVersion: add apiVersion: crawl.clausea.co/v1alpha1",
		"apiVersion: crawl.clausea.co/v1alpha1\nspec: {}":           "has no kind: add kind: Company",
		"apiVersion: v1\nkind: Company":                             "contains apiVersion v1, kind Company: use apiVersion: crawl.clausea.co/v1alpha1 and kind: Company",
		"apiVersion: crawl.clausea.co/v1alpha1\nkind: Pod":          "contains apiVersion crawl.clausea.co/v1alpha1, kind Pod: use",
		"apiVersion: v1\nkind: List\nitems: [{kind: Company}]":      "has no apiVersion: add",
		"apiVersion: [a]\nkind: {b: c}\nmetadata: {name: anything}": "contains apiVersion [a], kind map[b:c]: use",
	} {
		_, err := ReadManifests(strings.NewReader(manifest))
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "nil") {
			t.Errorf("%q: %v, want %q", manifest, err, want)
		}
		if strings.Contains(manifest, "List") {
			continue
		}
		if _, err := ReadCompany(t.Context(), strings.NewReader(manifest)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: ReadCompany: %v, want %q", manifest, err, want)
		}
	}
}

func TestADomainMayBeInItsOwnScript(t *testing.T) {
	t.Parallel()
	c, err := CompanyFromTarget(t.Context(), "https://Lärkmühle.de/über?x=1", func(host string) string { return host })
	if err != nil {
		t.Fatal(err)
	}
	if d, seed := c.Spec.Domains[0], c.Spec.Seeds[0].URL; d != "xn--lrkmhle-5wa3t.de" || seed != "https://xn--lrkmhle-5wa3t.de/über?x=1" {
		t.Errorf("domain %s, seed %s", d, seed)
	}
	for domain, ok := range map[string]bool{"lärkmühle.de": true, "例え.テスト": true, "почта.рф": true, "Lärkmühle.de": false, "lärk mühle.de": false, "https://lärkmühle.de": false} {
		_, err := ReadCompany(t.Context(), strings.NewReader("apiVersion: crawl.clausea.co/v1alpha1\nkind: Company\nmetadata: {name: a}\nspec: {domains: ['"+domain+"'], seeds: [{url: 'https://lärkmühle.de/'}]}"))
		if (err == nil) != ok {
			t.Errorf("%s: %v", domain, err)
		}
	}
}
