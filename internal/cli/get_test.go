package cli

import (
	"context"
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"

	"github.com/clausea/crawler/internal/demo"
	"github.com/clausea/crawler/internal/store"
)

// crawledDemo crawls the demo company once and returns the folder of the store.
func crawledDemo(t *testing.T) (folder string) {
	t.Helper()
	site, err := demo.Start(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(site.Close)
	folder = filepath.Join(t.TempDir(), "store")
	code, out, errs := call(t, nil, "crawl", demo.Domain, "--store", folder, "--delay", "0", "--ca-file", site.CAFile, "--connect-to", ":443:"+site.Addr, "--allow-address", "127.0.0.1/32")
	if code != exitDone {
		t.Fatalf("crawl: exit code %d: %s%s", code, out, errs)
	}
	return folder
}

func get(t *testing.T, folder string, args ...string) string {
	t.Helper()
	code, out, errs := call(t, nil, append([]string{"get", "--store", folder}, args...)...)
	if code != exitDone {
		t.Fatalf("get %v: exit code %d: %s", args, code, errs)
	}
	return out
}

func TestGetShowsStoredRecords(t *testing.T) {
	t.Parallel()
	folder := crawledDemo(t)
	terms := "https://" + demo.Domain + "/legal/terms"
	for _, c := range []struct {
		args []string
		want []string
	}{
		{[]string{"histories"}, []string{"COMPANY", demo.Domain}},
		{[]string{"history", "--company", demo.Domain}, []string{"COMPANY", demo.Domain}},
		{[]string{"documents", "--company", demo.Domain}, []string{"terms_of_service", terms}},
		{[]string{"documents", terms}, []string{terms}},
		{[]string{"documents", terms, "--company", demo.Domain, "-o", "markdown"}, []string{"# "}},
		{[]string{"versions", terms}, []string{"NUMBER", "1  "}},
		{[]string{"runs"}, []string{"Complete", demo.Domain}},
		{[]string{"pages", "--company", demo.Domain}, []string{"RESULT", "fetched", "LINKED ON", terms}},
		{[]string{"pages", "--company", demo.Domain, "--reason", "fetched", "--type", "terms_of_service,imprint"}, []string{"fetched", terms}},
		{[]string{"pages", terms, "--company", demo.Domain, "-o", "yaml"}, []string{"url: " + terms, "status: 200", "type: terms_of_service"}},
	} {
		out := get(t, folder, c.args...)
		for _, w := range c.want {
			if !strings.Contains(out, w) {
				t.Errorf("get %v: want %q in\n%s", c.args, w, out)
			}
		}
	}
	var pages []store.FetchedPage
	if err := json.Unmarshal([]byte(get(t, folder, "pages", "--company", demo.Domain, "-o", "json")), &pages); err != nil {
		t.Fatal(err)
	}
	for _, p := range pages {
		if (p.Reason == "") != (p.Status == 200) || p.RunID == "" {
			t.Errorf("%s: reason %q, status %d, run %q", p.URL, p.Reason, p.Status, p.RunID)
		}
	}
	some := get(t, folder, "pages", "--run", pages[0].RunID, "--reason", "fetched", "--type", "terms_of_service", "-o", "json")
	if !strings.Contains(some, terms) || strings.Contains(some, "privacy_policy") {
		t.Errorf("the pages with terms are %s", some)
	}
	if none := get(t, folder, "pages", "--run", "unknown"); strings.Contains(none, "://") {
		t.Errorf("an unknown run has the pages %s", none)
	}
	for _, args := range [][]string{{"pages"}, {"pages", "a", "b"}, {"histories", "x"}, {"nonsense"}} {
		if code, _, errs := callUntil(context.Background(), nil, append([]string{"get", "--store", folder}, args...)...); code != exitUsage || errs == "" {
			t.Errorf("get %v: exit code %d: %s", args, code, errs)
		}
	}
	for _, what := range []string{"histories", "documents", "runs", "pages"} {
		code, out, errs := call(t, nil, "get", "--store", folder, what, "--company", "unknown", "-o", "json")
		if code != exitFailed || out != "" || !strings.Contains(errs, `no company "unknown" in the store`) {
			t.Errorf("get %s of an unknown company: exit code %d: %s%s", what, code, out, errs)
		}
	}
	if code, _, errs := callUntil(context.Background(), nil, "get", "--store", folder, "pages", "https://nowhere.example/", "--company", demo.Domain); code != exitFailed || !strings.Contains(errs, "not found") {
		t.Errorf("get of an unknown page: exit code %d: %s", code, errs)
	}
}
