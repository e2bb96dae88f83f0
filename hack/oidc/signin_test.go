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
func (s system) signIn(t *testing.T, user string) (*http.Response, string) {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	c := s.client(jar)
	r, body := fetch(t, c, http.MethodGet, s.dashboard.URL+"/dashboard/oidc/start?to=%2Fdashboard%2Fcompanies", nil)
	id := loginID.FindStringSubmatch(body)
	if r.Request.URL.Host != s.provider.Listener.Addr().String() || id == nil {
		t.Fatalf("%s: status %d: %s", r.Request.URL, r.StatusCode, body)
	}
	form := url.Values{"id": {html.UnescapeString(id[1])}, "username": {user}, "password": {password}}
	return fetch(t, c, http.MethodPost, s.provider.URL+"/login/username", form)
}

// fetch follows redirects.
func fetch(t *testing.T, c *http.Client, method, target string, form url.Values) (*http.Response, string) {
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
	return r, string(b)
}

func TestAUserOfAProviderSignsIn(t *testing.T) {
	s := start(t)
	r, body := s.signIn(t, operator)
	if r.StatusCode != http.StatusOK || r.Request.URL.String() != s.dashboard.URL+"/dashboard/companies" || !strings.Contains(body, "oidc:test-user@zitadel.ch (operator)") {
		t.Errorf("%s: status %d: %s", r.Request.URL, r.StatusCode, body)
	}
	r, body = s.signIn(t, stranger)
	if r.StatusCode != http.StatusForbidden || !strings.Contains(body, "oidc:test-user2@zitadel.ch") {
		t.Errorf("a user without a role: %s: status %d: %s", r.Request.URL, r.StatusCode, body)
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
