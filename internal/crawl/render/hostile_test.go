package render_test

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-logr/logr/funcr"
	"golang.org/x/tools/txtar"

	"github.com/clausea/crawler/internal/crawl/crawltest"
	"github.com/clausea/crawler/internal/crawl/render"
)

// longText is enough text for a page to count as settled early.
var longText = strings.Repeat("We keep personal data for as long as your account exists. ", 20)

// hostile is one page of testdata/hostile.txtar.
type hostile struct {
	name      string
	ends      []string // permitted reasons
	refused   string   // a refusal that must occur
	text      bool     // the text must be read although the page does not settle
	truncated bool
	body      string
}

func readHostile(t *testing.T, words ...string) []hostile {
	t.Helper()
	a, err := txtar.ParseFile("testdata/hostile.txtar")
	if err != nil {
		t.Fatal(err)
	}
	var all []hostile
	fill := strings.NewReplacer(words...)
	for _, f := range a.Files {
		first, body, _ := strings.Cut(string(f.Data), "\n")
		h := hostile{name: f.Name, body: fill.Replace(body)}
		for _, part := range strings.Split(first, ", ") {
			key, value, _ := strings.Cut(part, ": ")
			switch key {
			case "ends":
				h.ends = strings.Fields(value)
			case "refused":
				h.refused = value
			case "text":
				h.text = true
			case "truncated":
				h.truncated = true
			default:
				t.Fatalf("%s: unknown property %q", f.Name, part)
			}
		}
		all = append(all, h)
	}
	if len(all) < 50 {
		t.Fatalf("read %d hostile pages, want at least 50", len(all))
	}
	return all
}

// browserPath returns the path of Chromium. It skips the test under -short.
func browserPath(t *testing.T) string {
	t.Helper()
	if testing.Short() {
		t.Skip("starts Chromium")
	}
	p, err := render.New(t.Context(), render.Config{Browser: os.Getenv("CHROMIUM")})
	if err != nil {
		t.Fatalf("%v (set CHROMIUM, or test with -short)", err)
	}
	p.Close()
	return os.Getenv("CHROMIUM")
}

// shortTempDir returns a temporary folder with a short path, because profiles contain sockets.
func shortTempDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "render")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}

// newPool returns a Pool that renders the pages of web. Unless cfg has limits, its time limits are
// so long that a loaded machine keeps them.
func newPool(t *testing.T, web *crawltest.Web, cfg render.Config) *render.Pool {
	t.Helper()
	f := web.Config()
	f.Resolver = crawltest.Resolver(t, func(name string, six bool, n int) crawltest.Answer {
		switch {
		case six:
			return crawltest.Answer{}
		case name == "inside.test":
			return crawltest.Answer{Addrs: []netip.Addr{netip.MustParseAddr("127.0.0.3")}}
		case name == "rebound.test":
			return crawltest.Answer{Addrs: []netip.Addr{netip.AddrFrom4([4]byte{127, 0, 0, byte(2 + n%8)})}}
		}
		return crawltest.Answer{}
	})
	f.Timeout = testTimeout
	cfg.Fetcher = crawltest.Fetcher(t, f)
	if cfg.Timeout == 0 {
		cfg.Timeout = testTimeout
	}
	cfg = cfg.WithStartLimits(testTimeout)
	cfg.Log = funcr.New(func(_, args string) { t.Log(args) }, funcr.Options{Verbosity: 1})
	p, err := render.New(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Close)
	return p
}

// udpCanary listens at an internal address and counts the packets that reach it.
func udpCanary(t *testing.T) (at string, hits *atomic.Int64) {
	t.Helper()
	conn, err := net.ListenPacket("udp4", "127.0.0.2:0")
	if err != nil {
		t.Skipf("NOT TESTED: cannot listen at 127.0.0.2: %v", err)
	}
	hits = &atomic.Int64{}
	done := make(chan struct{})
	go func() {
		defer close(done)
		buf := make([]byte, 2048)
		for {
			if _, _, err := conn.ReadFrom(buf); err != nil {
				return
			}
			hits.Add(1)
		}
	}()
	t.Cleanup(func() { _ = conn.Close(); <-done })
	return conn.LocalAddr().String(), hits
}

func TestHostilePagesStayWithinLimitsAndReachNoInternalAddress(t *testing.T) {
	t.Parallel()
	path, dir, web := browserPath(t), shortTempDir(t), crawltest.NewWeb(t)
	canaries := crawltest.NewCanaries(t, web.Port())
	udp, packets := udpCanary(t)
	inside := "127.0.0.2:" + web.Port()
	pages := readHostile(t, "{{in}}", inside, "{{udp}}", udp, "{{port}}", web.Port())
	web.Handle("hostile.test", hostileSite(pages, inside))
	// Pages that must reach a certain state, or that attempt to reach an internal address, get as much
	// time as a loaded machine needs. Pages that never settle but have text to be read get the default
	// time. All others get a short time.
	cfg := render.Config{Browser: path, ProfileDir: dir, MaxConcurrentPages: 2, SlotTimeout: time.Hour, MaxMemory: 700 << 20, MaxRequests: 100}
	patient := newPool(t, web, cfg)
	cfg.Timeout = render.DefaultTimeout
	limited := newPool(t, web, cfg)
	cfg.Timeout = 3 * time.Second
	short := newPool(t, web, cfg)
	var wg sync.WaitGroup // no subtests, because the number of processors limits those
	for _, h := range pages {
		p := short
		switch settles := slices.Contains(h.ends, "settled"); {
		case !slices.Contains(h.ends, "timeout"), settles && (h.refused != "" || h.truncated || h.text || strings.HasPrefix(h.name, "inside-")):
			p = patient
		case h.refused != "", h.text:
			p = limited
		}
		wg.Go(func() { h.check(t, p) })
	}
	wg.Wait()
	if n := canaries.Hits(); n != 0 {
		t.Errorf("%d connections to internal addresses", n)
	}
	if n := packets.Load(); n != 0 {
		t.Errorf("%d packets to an internal address", n)
	}
	for _, a := range web.Dialed() {
		if a.Addr() != crawltest.Allowed.Addr() {
			t.Errorf("a connection to %s was made", a)
		}
	}
	page, err := patient.Render(t.Context(), render.Request{URL: "http://hostile.test/good"})
	if err != nil || !strings.Contains(page.HTML, "made by a script") {
		t.Errorf("an ordinary page afterwards: %v, %v", page, err)
	}
	for _, p := range []*render.Pool{patient, limited, short} {
		p.Close()
	}
	checkNothingLeft(t, dir)
}

// check renders the page and checks how that ends.
func (h hostile) check(t *testing.T, pool *render.Pool) {
	t.Helper()
	page, err := pool.Render(t.Context(), render.Request{URL: "http://hostile.test/" + h.name})
	end := render.Reason("")
	var e *render.Error
	switch {
	case errors.As(err, &e):
		end = e.Reason
	case err != nil:
		t.Errorf("%s: %v is not a *render.Error", h.name, err)
	default:
		end = page.EndReason
	}
	if !slices.Contains(h.ends, string(end)) {
		t.Errorf("%s ends with %s (%v), want one of %v", h.name, end, err, h.ends)
	}
	if page == nil {
		return
	}
	t.Logf("%s: %s, %d requests, refused %v", h.name, end, page.Requests, page.Refused)
	if h.refused != "" && page.Refused[render.Refusal(h.refused)] == 0 {
		t.Errorf("%s: refused %v, want %s among them", h.name, page.Refused, h.refused)
	}
	if h.text && !strings.Contains(page.HTML, "Here is some text") {
		t.Errorf("%s: the text was not read: %.200q", h.name, page.HTML)
	}
	if page.Truncated != h.truncated {
		t.Errorf("%s: truncated is %v", h.name, page.Truncated)
	}
}

// hostileSite serves the pages and what they request from their own site.
func hostileSite(pages []hostile, inside string) http.Handler {
	mux := http.NewServeMux()
	html := func(path, body string) {
		mux.HandleFunc("GET "+path, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			w.Header().Set("Reporting-Endpoints", `default="http://`+inside+`/report"`)
			w.Header().Set("NEL", `{"report_to":"default","max_age":1000,"failure_fraction":1.0,"success_fraction":1.0}`)
			w.Header().Set("Report-To", `{"group":"default","max_age":1000,"endpoints":[{"url":"http://`+inside+`/nel"}]}`)
			w.Header().Set("Link", `<http://`+inside+`/early.js>; rel=preload; as=script`)
			_, _ = fmt.Fprint(w, body)
		})
	}
	special := map[string]http.HandlerFunc{
		"download-itself": attachment, "document-huge": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/html")
			for range 12 {
				_, _ = fmt.Fprint(w, strings.Repeat("word ", 200<<10))
			}
		},
		"inside-by-its-own-redirect": func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "http://"+inside+"/", http.StatusFound)
		},
	}
	for _, p := range pages {
		if f := special[p.name]; f != nil {
			mux.HandleFunc("/"+p.name, f)
			continue
		}
		html("/"+p.name, p.body)
	}
	html("/good", "<body><script>document.write('<p>made by a script. "+longText+"</p>')</script>")
	html("/elsewhere", "<body><script>location.href = '/elsewhere?n=' + Math.random()</script>")
	mux.HandleFunc("/attachment", attachment)
	mux.HandleFunc("/ring", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "/ring?"+r.URL.RawQuery+"0", http.StatusFound)
	})
	mux.HandleFunc("/to-inside", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "http://"+inside+"/", http.StatusTemporaryRedirect)
	})
	mux.HandleFunc("/worker-inside", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/javascript")
		_, _ = fmt.Fprintf(w, "fetch('http://%s/', {mode: 'no-cors'}).catch(() => {}); try { importScripts('http://%s/i.js') } catch {}", inside, inside)
	})
	mux.HandleFunc("/never", func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	mux.HandleFunc("/drip", func(w http.ResponseWriter, r *http.Request) {
		tick := time.NewTicker(50 * time.Millisecond)
		defer tick.Stop()
		for {
			if _, err := fmt.Fprint(w, " "); err != nil {
				return
			}
			w.(http.Flusher).Flush()
			select {
			case <-tick.C:
			case <-r.Context().Done():
				return
			}
		}
	})
	return mux
}

func attachment(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/html")
	w.Header().Set("Content-Disposition", "attachment; filename=x.html")
	_, _ = fmt.Fprint(w, "<p>text")
}

// checkNothingLeft fails the test if dir contains files or belongs to a running process.
func checkNothingLeft(t *testing.T, dir string) {
	t.Helper()
	if left, _ := os.ReadDir(dir); len(left) > 0 {
		t.Errorf("%d profiles are left, for example %s", len(left), left[0].Name())
	}
	lines, _ := filepath.Glob("/proc/[0-9]*/cmdline")
	for _, name := range lines {
		line, err := os.ReadFile(name)
		if err == nil && strings.Contains(string(line), dir) {
			t.Errorf("a process is left: %.100s", strings.ReplaceAll(string(line), "\x00", " "))
		}
	}
}
