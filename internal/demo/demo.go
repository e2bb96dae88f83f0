// Package demo serves the site of a fictional company. The site has legal documents in five
// languages, a crawler trap, and a second state in which documents are changed, moved and
// added. It is used by `clausea standalone --demo` and by tests.
package demo

import (
	"context"
	"crypto/tls"
	_ "embed"
	"encoding/pem"
	"fmt"
	"html"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"time"

	"golang.org/x/tools/txtar"
)

//go:embed site.txtar
var archive []byte

// Manifest is the Company resource of the demo company.
//
//go:embed company.yaml
var Manifest string

// CompanyName is the name of the company in its manifest.
const CompanyName = "harbour"

// Domain is the domain of the demo company. The top-level domain .example is reserved
// (RFC 2606).
const Domain = "harbour.example"

// Site is the site of the demo company, served over TLS on loopback.
type Site struct {
	// Addr is the host:port that the server listens on.
	Addr string
	// CAFile is the PEM file of the certificate authority.
	CAFile string

	server   *httptest.Server
	dir      string
	second   atomic.Bool
	pages    map[string]string
	fetched  atomic.Int64
	calendar atomic.Int64
	held     atomic.Pointer[hold]
}

// hold blocks requests after the first `after` ones until released is closed.
type hold struct {
	after    int64
	released chan struct{}
}

// Start serves the first state of the site until Close is called. Its certificate is valid for the
// domain of the company and for hosts.
func Start(ctx context.Context, hosts ...string) (*Site, error) {
	dir, err := os.MkdirTemp("", "clausea-demo")
	if err != nil {
		return nil, fmt.Errorf("start the demo site: %w", err)
	}
	s := &Site{dir: dir, CAFile: filepath.Join(dir, "ca.pem"), pages: map[string]string{}}
	for _, f := range txtar.Parse(archive).Files {
		s.pages[f.Name] = string(f.Data)
	}
	s.server = httptest.NewUnstartedServer(http.HandlerFunc(s.serve))
	s.server.Config.BaseContext = func(net.Listener) context.Context { return ctx }
	cert, err := certificate(append([]string{Domain, "www." + Domain}, hosts...)...)
	if err != nil {
		_ = os.RemoveAll(dir)
		return nil, fmt.Errorf("start the demo site: %w", err)
	}
	s.server.TLS = &tls.Config{Certificates: []tls.Certificate{cert}, MinVersion: tls.VersionTLS12}
	s.server.StartTLS()
	s.Addr = s.server.Listener.Addr().String()
	block := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cert.Certificate[0]})
	if err := os.WriteFile(s.CAFile, block, 0o600); err != nil {
		s.Close()
		return nil, fmt.Errorf("start the demo site: %w", err)
	}
	return s, nil
}

// Advance switches the site to its second state: the privacy policy is changed, the
// acceptable use policy has moved, and community guidelines are added.
func (s *Site) Advance() { s.second.Store(true) }

// Revert switches the site back to its first state.
func (s *Site) Revert() { s.second.Store(false) }

// RequestCounts returns the number of requests that were served, in total and for the trap.
func (s *Site) RequestCounts() (all, trap int64) { return s.fetched.Load(), s.calendar.Load() }

// Hold blocks requests after the first n until release is called, so that a test can act
// during a crawl. Blocked requests are counted once they are served. Calling Hold again
// releases the previous hold.
func (s *Site) Hold(n int64) (release func()) {
	h := &hold{after: n, released: make(chan struct{})}
	if old := s.held.Swap(h); old != nil {
		close(old.released)
	}
	return func() {
		if s.held.CompareAndSwap(h, nil) {
			close(h.released)
		}
	}
}

// Close stops the server and removes its files.
func (s *Site) Close() {
	if h := s.held.Swap(nil); h != nil {
		close(h.released)
	}
	s.server.Close()
	_ = os.RemoveAll(s.dir)
}

const (
	movedFrom = "/legal/acceptable-use"
	movedTo   = "/legal/fair-use"
)

func (s *Site) serve(w http.ResponseWriter, r *http.Request) {
	n := s.fetched.Add(1)
	if h := s.held.Load(); h != nil && n > h.after {
		s.fetched.Add(-1)
		select {
		case <-h.released:
		case <-r.Context().Done():
			return
		}
		s.fetched.Add(1)
	}
	p := r.URL.Path
	switch {
	case p == "/robots.txt":
		_, _ = fmt.Fprintf(w, "User-agent: *\nDisallow: /admin/\nSitemap: https://%s/sitemap.xml\n", Domain)
		return
	case p == "/sitemap.xml":
		w.Header().Set("Content-Type", "application/xml")
		_, _ = fmt.Fprintf(w, `<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"><url><loc>https://%[1]s/</loc></url><url><loc>https://%[1]s/ja/terms</loc></url></urlset>`, Domain)
		return
	case p == "/calendar":
		s.calendar.Add(1)
		s.calendarPage(w, r)
		return
	case s.second.Load() && p == movedFrom:
		http.Redirect(w, r, movedTo, http.StatusMovedPermanently)
		return
	}
	text, ok := s.page(p)
	if !ok {
		w.WriteHeader(http.StatusNotFound)
		text = "en|Not found\n<h1>Not found</h1><p>There is no such page.</p>"
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = w.Write([]byte(s.layout(text)))
}

// page returns the content of a path in the current state of the site.
func (s *Site) page(p string) (string, bool) {
	if s.second.Load() {
		if text, ok := s.pages[p+"#2"]; ok {
			return text, true
		}
		if p == movedTo {
			p = movedFrom
		}
	}
	text, ok := s.pages[p]
	return text, ok
}

// calendarPage is a crawler trap: each month links to the next one, endlessly.
func (s *Site) calendarPage(w http.ResponseWriter, r *http.Request) {
	month, err := time.Parse("2006-01", r.URL.Query().Get("month"))
	if err != nil {
		month = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	}
	next := month.AddDate(0, 1, 0).Format("2006-01")
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = w.Write([]byte(s.layout("en|Tides in " + month.Format("January 2006") + "\n<h1>Tides</h1><p><a href=\"/calendar?month=" + next + "\">Next month</a></p>")))
}

func (s *Site) layout(page string) string {
	head, body, _ := strings.Cut(page, "\n")
	lang, title, _ := strings.Cut(head, "|")
	extra, use := "", movedFrom
	if s.second.Load() {
		extra, use = ` · <a href="/legal/community">Community guidelines</a>`, movedTo
	}
	body = strings.ReplaceAll(body, `href="`+movedFrom+`"`, `href="`+use+`"`)
	return `<!doctype html><html lang="` + lang + `"><head><meta charset="utf-8"><title>` + html.EscapeString(title) + `</title></head><body>
<header><nav><a href="/">Home</a> · <a href="/blog/spring">News</a> · <a href="/calendar">Tides</a></nav></header>
<main>` + body + `</main>
<footer><a href="/legal">Legal</a> · <a href="/legal/terms">Terms</a> · <a href="/legal/privacy">Privacy</a> · <a href="/legal/cookies">Cookies</a> · <a href="/de/impressum">Impressum</a> · <a href="/de/datenschutz">Datenschutz</a> · <a href="/fr/cgu">Conditions d'utilisation</a> · <a href="/es/privacidad">Privacidad</a> · <a href="/ja/terms">利用規約</a>` + extra + `</footer></body></html>`
}
