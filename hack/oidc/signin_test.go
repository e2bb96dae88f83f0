package oidc

import (
	"context"
	"html"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// loginID is the field that the form of the provider needs.
var loginID = regexp.MustCompile(`name="id" value="([^"]*)"`)

// signIn does what a browser and a user do, and returns the last response and its body. user is the
// account at the provider.
func (s system) signIn(t *testing.T, user string) reply {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	c := s.client(jar)
	r := fetch(t, c, http.MethodGet, s.dashboard.URL+"/dashboard/oidc/start?to=%2Fdashboard%2Fcompanies", nil)
	id := loginID.FindStringSubmatch(r.body)
	if r.url.Host != s.provider.Listener.Addr().String() || id == nil {
		t.Fatalf("%s: status %d: %s", r.url, r.status, r.body)
	}
	form := url.Values{"id": {html.UnescapeString(id[1])}, "username": {user}, "password": {password}}
	return fetch(t, c, http.MethodPost, s.provider.URL+"/login/username", form)
}

// reply is the last response of a request, after redirects.
type reply struct {
	url    *url.URL
	status int
	body   string
}

// fetch follows redirects.
func fetch(t *testing.T, c *http.Client, method, target string, form url.Values) reply {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, target, strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	if form != nil {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	r, err := c.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = r.Body.Close() }()
	b, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	return reply{r.Request.URL, r.StatusCode, string(b)}
}

func TestAUserOfAProviderSignsIn(t *testing.T) {
	s := start(t)
	r := s.signIn(t, operator)
	if r.status != http.StatusOK || r.url.String() != s.dashboard.URL+"/dashboard/companies" || !strings.Contains(r.body, "oidc:test-user@zitadel.ch (operator)") {
		t.Errorf("%s: status %d: %s", r.url, r.status, r.body)
	}
	r = s.signIn(t, stranger)
	if r.status != http.StatusForbidden || !strings.Contains(r.body, "oidc:test-user2@zitadel.ch") {
		t.Errorf("a user without a role: %s: status %d: %s", r.url, r.status, r.body)
	}
}

func TestAUserOfAProviderSignsInWithChromium(t *testing.T) {
	if testing.Short() {
		t.Skip("starts Chromium")
	}
	s := start(t)
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(os.Getenv("CHROMIUM")), chromedp.Flag("ignore-certificate-errors", true))
	if os.Geteuid() == 0 {
		options = append(options, chromedp.NoSandbox)
	}
	ctx, cancel := chromedp.NewExecAllocator(context.WithoutCancel(t.Context()), options...)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	if err := chromedp.Do(ctx, chromedp.Navigate("about:blank")); err != nil {
		t.Fatalf("start Chromium: %v (make test sets CHROMIUM)", err)
	}
	ctx, cancel = context.WithTimeout(ctx, time.Minute)
	t.Cleanup(cancel)
	if err := chromedp.Do(ctx,
		chromedp.Navigate(s.dashboard.URL+"/dashboard/sign-in?to=%2Fdashboard%2Fcompanies"), chromedp.Click(`a[href*="/oidc/start"]`),
		chromedp.SendKeys(`input[name="username"]`, operator), chromedp.SendKeys(`input[name="password"]`, password+"\r"), chromedp.WaitVisible("header.top"),
	); err != nil {
		t.Fatal(err)
	}
	text, err := chromedp.Run(ctx, chromedp.Evaluate[string](`location.pathname + " " + document.querySelector(".who").textContent`))
	if err != nil || !strings.HasPrefix(text, "/dashboard/companies") || !strings.Contains(text, "oidc:test-user@zitadel.ch (operator)") {
		t.Errorf("the page after the sign-in is %q, error %v", text, err)
	}
}
