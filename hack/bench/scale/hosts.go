package scale

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"os"
	"strings"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/clausea/crawler/hack/bench/site"
	"github.com/clausea/crawler/internal/crawl/fetch"
	"github.com/clausea/crawler/internal/crawl/netguard"
)

// hostName returns the name of a host, which the certificate of the server covers.
func hostName(i int) string { return fmt.Sprintf("h%03d.%s", i, site.Domain) }

// hosts serves the same small site on every host: a home page, three legal documents of about
// 2,300 words and four other pages. It records the requests.
type hosts struct {
	pages map[string]string

	mu  sync.Mutex
	all []string
}

// sentence is repeated in the documents.
const sentence = "We process personal data under this %s, the agreement is governed by the law of the seat of the company, and your rights, our liability and the consent that you gave are set out in section %d below. "

func newHosts() *hosts {
	h := &hosts{pages: map[string]string{"/robots.txt": "User-agent: *\nAllow: /\n"}}
	var home strings.Builder
	home.WriteString("<!doctype html><html lang=en><title>Harbour</title><main><p>We build boats and mend nets.</p></main><footer>")
	for path, title := range map[string]string{"/privacy": "Privacy Policy", "/terms": "Terms of Service", "/cookies": "Cookie Policy"} {
		fmt.Fprintf(&home, "<a href='%s'>%s</a> ", path, title)
		var b strings.Builder
		fmt.Fprintf(&b, "<!doctype html><html lang=en><title>%s</title><main><h1>%s</h1>", title, title)
		for n := range 15 {
			fmt.Fprintf(&b, "<section><h2>%d. Section</h2>", n+1)
			for range 4 {
				fmt.Fprintf(&b, "<p>"+sentence+"</p>", strings.ToLower(title), n+1)
			}
			b.WriteString("</section>")
		}
		h.pages[path] = b.String() + "</main>"
	}
	for n, title := range []string{"About", "Boats", "Nets", "Contact"} {
		path := fmt.Sprintf("/page-%d", n)
		fmt.Fprintf(&home, "<a href='%s'>%s</a> ", path, title)
		h.pages[path] = "<!doctype html><html lang=en><title>" + title + "</title><main><h1>" + title + "</h1>" + strings.Repeat("<p>The harbour has boats, nets and a small crane.</p>", 40) + "</main>"
	}
	h.pages["/"] = home.String() + "</footer>"
	return h
}

// ServeHTTP implements http.Handler.
func (h *hosts) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h.mu.Lock()
	h.all = append(h.all, "https://"+r.Host+r.URL.RequestURI())
	h.mu.Unlock()
	page, ok := h.pages[r.URL.Path]
	if !ok {
		http.NotFound(w, r)
		return
	}
	if r.URL.Path != "/robots.txt" {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
	}
	fmt.Fprint(w, page)
}

// requests returns the URLs of all requests so far.
func (h *hosts) requests() []string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return append([]string(nil), h.all...)
}

// fetchList sends the requests of a list with the fetcher of the crawler: the arguments are the
// address of the server, the file with its certificate authority, and the list.
func fetchList(args []string) error {
	if len(args) != 3 {
		return errors.New("fetch: the arguments are ADDRESS CA-FILE LIST")
	}
	to, err := fetch.ParseConnectTo(":443:" + args[0])
	if err != nil {
		return err
	}
	f, err := fetch.New(fetch.Config{Guard: netguard.New([]netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}), CAFile: args[1], ConnectTo: []fetch.ConnectTo{to}})
	if err != nil {
		return err
	}
	defer f.Close()
	list, err := os.ReadFile(args[2])
	if err != nil {
		return fmt.Errorf("read the list of requests: %w", err)
	}
	byHost := map[string][]string{}
	for u := range strings.Lines(string(list)) {
		u = strings.TrimSpace(u)
		host, _, _ := strings.Cut(strings.TrimPrefix(u, "https://"), "/")
		byHost[host] = append(byHost[host], u)
	}
	g, ctx := errgroup.WithContext(context.Background())
	for _, urls := range byHost {
		g.Go(func() error {
			for _, u := range urls {
				if _, err := f.Do(ctx, fetch.Request{URL: u, NoRedirects: true}); err != nil {
					return err
				}
			}
			return nil
		})
	}
	return g.Wait()
}
