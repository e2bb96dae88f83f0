package cli

import (
	"bytes"
	"regexp"
	"strings"
	"testing"
)

func TestTheDemoFindsAllAndShowsWhatChanged(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	if code := newApp().main(t.Context(), []string{"demo", "--store", t.TempDir()}, &out, &out); code != exitDone {
		t.Fatalf("it ends with %d\n%s", code, &out)
	}
	first, second, ok := strings.Cut(out.String(), "The second crawl:")
	if !ok {
		t.Fatalf("there is no second crawl:\n%s", &out)
	}
	for path, typ := range map[string]string{
		"/legal/terms": "terms_of_service", "/legal/privacy": "privacy_policy", "/legal/cookies": "cookie_policy",
		"/legal/dpa": "data_processing_agreement", "/legal/subprocessors": "subprocessors", "/legal/acceptable-use": "acceptable_use_policy",
		"/legal/refunds": "", "/legal/sla": "service_level_agreement", "/de/impressum": "imprint", "/de/datenschutz": "privacy_policy",
		"/fr/cgu": "terms_of_service", "/es/privacidad": "privacy_policy", "/ja/terms": "terms_of_service",
	} {
		if !row(typ, "New", path).MatchString(first) {
			t.Errorf("%s is not found as %s", path, typ)
		}
	}
	for path, change := range map[string]string{
		"/legal/privacy": "Changed", "/legal/community": "New", "/legal/fair-use": "Moved", "/legal/terms": "Unchanged",
	} {
		if !row("", change, path).MatchString(second) {
			t.Errorf("%s is not said to be %s", path, change)
		}
	}
	for _, want := range []string{
		"/legal/fair-use has moved here from https://harbour.example/legal/acceptable-use",
		"[-three-] {+seven+}", " 0 of them in the site's endless calendar",
	} {
		if !strings.Contains(second, want) {
			t.Errorf("it doesn't say %q", want)
		}
	}
	if n := strings.Count(second, "Changed "); n != 1 {
		t.Errorf("%d documents are said to have changed, not one", n)
	}
	if t.Failed() {
		t.Log(out.String())
	}
}

// row is a document's line in the closing table.
func row(typ, change, path string) *regexp.Regexp {
	return regexp.MustCompile(`(?m)^` + typ + `.* ` + change + ` +https://harbour\.example` + path + `$`)
}
