package dashboardtest

import (
	"html"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"
)

// fetcher requests pages without a browser.
type fetcher struct {
	s       *system
	client  *http.Client
	cookies []*http.Cookie
}

// reply is a response whose body was read.
type reply struct {
	StatusCode int
	Header     http.Header
	Cookies    []*http.Cookie
}

// signedIn returns a fetcher of the owner.
func (s *system) signedIn() *fetcher {
	s.t.Helper()
	f := &fetcher{s: s, client: &http.Client{Timeout: time.Minute, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
	r, _ := f.do(http.MethodPost, "/dashboard/sign-in", url.Values{"password": {password}})
	if f.cookies = r.Cookies; r.StatusCode != http.StatusSeeOther {
		s.t.Fatalf("sign in: status %d", r.StatusCode)
	}
	return f
}

// do sends a request and returns the response with its body.
func (f *fetcher) do(method, path string, form url.Values) (reply, string) {
	f.s.t.Helper()
	req, err := http.NewRequestWithContext(f.s.t.Context(), method, f.s.url+path, strings.NewReader(form.Encode()))
	if err != nil {
		f.s.t.Fatal(err)
	}
	for _, c := range f.cookies {
		req.AddCookie(c)
	}
	if form != nil {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		req.Header.Set("Sec-Fetch-Site", "same-origin")
	}
	r, err := f.client.Do(req)
	if err != nil {
		f.s.t.Fatal(err)
	}
	defer func() { _ = r.Body.Close() }()
	body, err := io.ReadAll(r.Body)
	if err != nil {
		f.s.t.Fatal(err)
	}
	return reply{r.StatusCode, r.Header, r.Cookies()}, string(body)
}

var hrefPattern = regexp.MustCompile(` href="(/dashboard/[^"#]*)`)

func TestNoLinkOfAPageLeadsToAnError(t *testing.T) {
	t.Parallel()
	s := startSystem(t)
	s.seed()
	f := s.signedIn()
	followed := map[string]bool{}
	for _, page := range s.pages() {
		if strings.HasSuffix(page, "no-such-page") {
			continue
		}
		_, body := f.do(http.MethodGet, page, nil)
		shapes := map[string]int{}
		for _, match := range hrefPattern.FindAllStringSubmatch(body, -1) {
			link := html.UnescapeString(match[1])
			// A list has the same links for each of its rows.
			shape := digits.ReplaceAllString(link, "0")
			if shapes[shape]++; followed[link] || shapes[shape] > 3 {
				continue
			}
			followed[link] = true
			if r, body := f.do(http.MethodGet, link, nil); r.StatusCode >= http.StatusBadRequest {
				t.Errorf("%s links to %s, which has the status %d: %.300s", page, link, r.StatusCode, mainText(body))
			}
		}
	}
	if len(followed) < 50 {
		t.Errorf("the pages have %d links, want at least 50", len(followed))
	}
}

var (
	digits = regexp.MustCompile(`[0-9]+`)
	tags   = regexp.MustCompile(`<[^>]*>|\s+`)
)

// mainText returns the text of the main part of a page.
func mainText(body string) string {
	_, text, _ := strings.Cut(body, "<main")
	return tags.ReplaceAllString(text, " ")
}
