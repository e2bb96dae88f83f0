package cli

import (
	"regexp"
	"strings"
	"testing"

	"github.com/clausea/crawler/internal/demo"
)

func TestCrawlFindsTheDocumentsOfTheDemoSiteAndReportsTheirChanges(t *testing.T) {
	t.Parallel()
	site, err := demo.Start(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(site.Close)
	folder := t.TempDir()
	crawl := func() string {
		t.Helper()
		code, out, errs := call(t, nil, "crawl", demo.Domain, "--store", folder, "--delay", "0", "--ca-file", site.CAFile, "--connect-to", ":443:"+site.Addr, "--allow-address", "127.0.0.1/32")
		if code != exitDone {
			t.Fatalf("crawl: exit code %d: %s%s", code, out, errs)
		}
		return out
	}
	first := crawl()
	for path, typ := range map[string]string{
		"/legal/terms": "terms_of_service", "/legal/privacy": "privacy_policy", "/legal/cookies": "cookie_policy",
		"/legal/dpa": "data_processing_agreement", "/legal/subprocessors": "subprocessors", "/legal/acceptable-use": "acceptable_use_policy",
		"/legal/refunds": "", "/legal/sla": "service_level_agreement", "/de/impressum": "imprint", "/de/datenschutz": "privacy_policy",
		"/fr/cgu": "terms_of_service", "/es/privacidad": "privacy_policy", "/ja/terms": "terms_of_service",
	} {
		if !reportRow(typ, "Created", path).MatchString(first) {
			t.Errorf("%s is not found as %s:\n%s", path, typ, first)
		}
	}
	site.Advance()
	second := crawl()
	for path, change := range map[string]string{
		"/legal/privacy": "Changed", "/legal/community": "Created", "/legal/fair-use": "Moved", "/legal/terms": "Unchanged",
	} {
		if !reportRow("", change, path).MatchString(second) {
			t.Errorf("%s is not reported as %s:\n%s", path, change, second)
		}
	}
	if n := len(regexp.MustCompile(`(?m) Changed +https:`).FindAllString(second, -1)); n != 1 {
		t.Errorf("%d documents are reported as changed, want 1:\n%s", n, second)
	}
	if _, trap := site.RequestCounts(); trap != 0 {
		t.Errorf("the crawls sent %d requests to the trap", trap)
	}
}

// reportRow matches the row of a document in the report of clausea crawl.
func reportRow(typ, change, path string) *regexp.Regexp {
	return regexp.MustCompile(`(?m)^` + typ + `.* ` + change + ` +https://harbour\.example` + path + `$`)
}

func TestCrawlOfAnInternalAddressSaysHowToAllowIt(t *testing.T) {
	t.Parallel()
	code, out, errs := call(t, nil, "crawl", "--no-store", "--delay", "0", "127.0.0.1")
	if strings.Contains(out, "--allow-address") || !strings.Contains(out, "127.0.0.1: The crawl failed.\n") {
		t.Errorf("the report repeats the message on standard error:\n%s", out)
	}
	if code != exitFailed || !strings.Contains(errs, "no internal IP address (127.0.0.1:443)") || !strings.Contains(errs, "--allow-address") {
		t.Errorf("exit code %d: %s", code, errs)
	}
}
