package dashboardtest

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/clausea/crawler/internal/oidc"
	"github.com/clausea/crawler/internal/store"
)

// parameters are the values of the parameters of routes, by the first segment of the path.
var parameters = map[string]string{"companies": seededCompany, "documents": seededDocument, "changes": seededChange, "crawls": seededRun, "webhooks": seededWebhook, "keys": "key00000", "sessions": "session"}

// pages returns the paths of all pages of the server.
func (s *system) pages() (paths []string) {
	s.t.Helper()
	for _, r := range s.dashboard.Routes() {
		if r.Kind != "page" {
			continue
		}
		paths = append(paths, s.pathOf(r.Path))
	}
	return append(paths, "/dashboard/no-such-page")
}

// pathOf returns the path of a route with the values of its parameters.
func (s *system) pathOf(path string) string {
	s.t.Helper()
	segments := strings.Split(strings.TrimSuffix(path, "{$}"), "/")
	for i, p := range segments {
		switch {
		case p == "{n}" || p == "{version}":
			segments[i] = "2"
		case p == "{delivery}":
			segments[i] = store.DeliveryID(seededWebhook, seededChange)
		case strings.HasPrefix(p, "{"):
			if segments[i] = parameters[segments[2]]; segments[i] == "" {
				s.t.Errorf("parameters has no value for the path %s", path)
			}
		}
	}
	return strings.Join(segments, "/")
}

// maxWeight limits the HTML, CSS and JavaScript of a page, in bytes, decompressed.
const maxWeight = 150 << 10

// weightScript returns the sum of the sizes of the HTML, CSS and JavaScript of the page.
const weightScript = `performance.getEntries().filter((e) => e.entryType === "navigation" || e.entryType === "resource" && /\.(css|js)(\?|$)/.test(e.name))
	.reduce((n, e) => n + e.decodedBodySize, 0)`

// axeScript returns the violations of WCAG 2.2 AA and of best practices as a JSON text.
const axeScript = `axe.run(document, {resultTypes: ["violations"]}).then((r) => JSON.stringify(r.violations.map((v) =>
	v.id + ": " + v.help + ": " + v.nodes.slice(0, 3).map((n) => n.target.join(" ")).join(" | "))))`

func TestEveryPageIsAccessibleSmallAndFitsAPhone(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("starts Chromium")
	}
	for _, c := range []struct {
		name string
		seed bool
	}{{"an empty system", false}, {"a crowded system", true}} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := startSystem(t)
			if c.seed {
				s.seed()
			}
			checkPages(t, s, c.seed)
		})
	}
}

func TestTheSignInPageWithAnIdentityProviderIsAccessibleSmallAndFitsAPhone(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("starts Chromium")
	}
	provider, err := oidc.New(oidc.Options{Issuer: "https://identity-provider-with-a-long-name.example", ClientID: "clausea", ClientSecret: "secret"})
	if err != nil {
		t.Fatal(err)
	}
	s := startSystemWith(t, provider)
	b := startBrowser(t, s.url)
	checkPage(t, b, "/dashboard/sign-in", "provider-")
	if link := evaluate[string](b, `document.querySelector("a[href^='/dashboard/oidc/start']").innerText`); !strings.Contains(link, provider.Name()) {
		t.Errorf("the link of the provider is %q", link)
	}
}

// checkPages checks all pages of s.
func checkPages(t *testing.T, s *system, seeded bool) {
	t.Helper()
	b := startBrowser(t, s.url)
	prefix := "empty-"
	if seeded {
		prefix = ""
	}
	paths := s.pages()
	b.look("light", 1280)
	checkPage(t, b, "/dashboard/sign-in", prefix)
	b.signIn()
	for _, path := range paths {
		if !seeded && parameterized(path) {
			continue
		}
		checkPage(t, b, path, prefix)
	}
}

// parameterized reports whether a path names a seeded record.
func parameterized(path string) bool {
	for _, value := range parameters {
		if strings.Contains(path+"/", "/"+value+"/") {
			return true
		}
	}
	return false
}

// checkPage checks a page in light and dark, and on a narrow screen.
func checkPage(t *testing.T, b *browser, path, prefix string) {
	t.Helper()
	name := prefix + fileName(path)
	b.look("light", 1280)
	b.takeFaults()
	b.open(path)
	for _, f := range b.takeFaults() {
		if !strings.Contains(f, "status of 404") || !strings.HasSuffix(path, "no-such-page") {
			t.Errorf("%s: %s", path, f)
		}
	}
	if !strings.HasSuffix(path, "no-such-page") && evaluate[int](b, `performance.getEntriesByType("navigation")[0].responseStatus`) != 200 {
		t.Errorf("%s: the page is an error: %.300s", path, evaluate[string](b, "document.querySelector('main').innerText"))
	}
	if n := evaluate[int](b, weightScript); n > maxWeight || n == 0 {
		t.Errorf("%s: HTML, CSS and JavaScript have %d bytes, want at most %d", path, n, maxWeight)
	}
	for _, scheme := range []string{"light", "dark"} {
		b.look(scheme, 1280)
		b.screenshot(name + "-" + scheme)
		for _, v := range violations(t, b) {
			t.Errorf("%s, %s: %s", path, scheme, v)
		}
	}
	b.look("light", 360)
	if n := evaluate[int](b, "document.scrollingElement.scrollWidth"); n > 360 {
		t.Errorf("%s: at a width of 360 px, the page is %d px wide: %s", path, n, evaluate[string](b, widest))
	}
	b.screenshot(name + "-narrow")
}

// widest names elements that reach beyond the window and are not inside a scrolling element.
const widest = `[...document.querySelectorAll("body *")].filter((e) => e.getBoundingClientRect().right > 361 && !e.closest(".table-wrap, pre"))
	.slice(0, 5).map((e) => e.tagName + "." + e.className + " " + Math.round(e.getBoundingClientRect().right)).join(", ")`

// violations returns what axe finds. axe is injected, so that the policy of the page holds.
func violations(t *testing.T, b *browser) (out []string) {
	t.Helper()
	if !evaluate[bool](b, `typeof axe === "object"`) {
		source, err := os.ReadFile(os.Getenv("AXE"))
		if err != nil {
			t.Fatalf("read axe: %v (AXE is the path that hack/axe/get.sh prints)", err)
		}
		evaluate[bool](b, string(source)+"; true")
	}
	if err := json.Unmarshal([]byte(evaluate[string](b, axeScript)), &out); err != nil {
		t.Fatal(err)
	}
	return out
}
