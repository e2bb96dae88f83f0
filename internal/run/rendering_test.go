package run_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"path"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/go-logr/logr/funcr"
	"golang.org/x/tools/txtar"

	"github.com/clausea/crawler/internal/crawl"
	"github.com/clausea/crawler/internal/crawl/fetch"
	"github.com/clausea/crawler/internal/crawl/netguard"
	"github.com/clausea/crawler/internal/crawl/render"
	"github.com/clausea/crawler/internal/run"
	"github.com/clausea/crawler/internal/run/queue"
	"github.com/clausea/crawler/internal/store"
	"github.com/clausea/crawler/internal/store/sqlite"
)

// spa is one single-page site of testdata/sites: its files, and the documents that a crawl
// must find.
type spa struct {
	name  string
	host  string
	want  map[string]string // URL to type
	files map[string]string // host and path to content
}

func readSites(t *testing.T) []*spa {
	t.Helper()
	names, err := filepath.Glob("testdata/sites/*.txtar")
	if err != nil || len(names) < 20 {
		t.Fatalf("%d single-page sites in testdata, %v", len(names), err)
	}
	var all []*spa
	for _, name := range names {
		raw, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, parseSite(t, strings.TrimSuffix(filepath.Base(name), ".txtar"), raw))
	}
	return all
}

func parseSite(t *testing.T, name string, raw []byte) *spa {
	t.Helper()
	id := "spa" + name[:2]
	s := &spa{name: name, host: id + ".test", want: map[string]string{}, files: map[string]string{}}
	words := []string{"{{company}}", "Kitchen " + id, "{{id}}", id}
	for _, part := range []string{"home", "privacy", "terms"} {
		text, err := fs.ReadFile(os.DirFS("testdata/sites"), part+".html")
		if err != nil {
			t.Fatal(err)
		}
		plain := strings.ReplaceAll(string(text), "{{company}}", "Kitchen "+id)
		quoted, err := json.Marshal(plain) // <, > and & are escaped, as in a script element
		if err != nil {
			t.Fatal(err)
		}
		words = append(words, "{{"+part+".html}}", plain, "{{"+part+".json}}", string(quoted))
	}
	fill := strings.NewReplacer(words...)
	a := txtar.Parse(raw)
	for _, line := range strings.Split(string(a.Comment), "\n") {
		if f := strings.Fields(line); len(f) == 3 && f[0] == "want:" {
			s.want["http://"+s.host+f[2]] = f[1]
		}
	}
	for _, f := range a.Files {
		name := fill.Replace(f.Name)
		if !strings.Contains(strings.SplitN(name, "/", 2)[0], ".test") {
			name = s.host + "/" + name
		}
		s.files[name] = fill.Replace(string(f.Data))
	}
	return s
}

// ServeHTTP serves the empty shell for every path without a file, as such sites do.
func (s *spa) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	name := r.Host + r.URL.Path
	if r.Host != s.host {
		w.Header().Set("Access-Control-Allow-Origin", r.Header.Get("Origin"))
		w.Header().Set("Access-Control-Allow-Headers", "x-client")
		if r.Method == http.MethodOptions {
			w.WriteHeader(http.StatusNoContent)
			return
		}
		if strings.HasPrefix(r.Host, "api.") && r.Header.Get("X-Client") != "web" && path.Ext(name) == ".json" {
			http.Error(w, "the header X-Client is missing", http.StatusForbidden)
			return
		}
	}
	switch {
	case r.Method == http.MethodPost && r.URL.Path == "/graphql":
		var q struct{ Variables map[string]string }
		_ = json.NewDecoder(io.LimitReader(r.Body, 1<<16)).Decode(&q)
		name += "/" + q.Variables["slug"]
	case r.URL.Path == "/session":
		http.SetCookie(w, &http.Cookie{Name: "session", Value: "s1", Path: "/", HttpOnly: true})
	case strings.HasPrefix(r.URL.Path, "/content/") && s.files[s.host+"/session"] != "":
		if a, b := cookie(r, "session"), cookie(r, "seen"); a != "s1" || b != "1" {
			http.Error(w, "no session", http.StatusForbidden)
			return
		}
	case r.URL.Path == "/never":
		<-r.Context().Done()
		return
	}
	body, ok := s.files[name]
	if !ok && r.Host == s.host && path.Ext(name) == "" || strings.HasSuffix(name, s.host+"/") {
		body, ok = s.files[s.host+"/index.html"], true
	}
	if !ok {
		http.NotFound(w, r)
		return
	}
	kind := map[string]string{".js": "text/javascript", ".mjs": "text/javascript", ".json": "application/json"}[path.Ext(name)]
	if kind == "" {
		kind = "text/html; charset=utf-8"
	}
	w.Header().Set("Content-Type", kind)
	_, _ = fmt.Fprint(w, body)
}

func cookie(r *http.Request, name string) string {
	c, err := r.Cookie(name)
	if err != nil {
		return ""
	}
	return c.Value
}

// serveSites serves the sites by host name and returns a Fetcher that reaches them.
func serveSites(t *testing.T, sites []*spa) *fetch.Fetcher {
	t.Helper()
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for _, s := range sites {
			if strings.Contains(r.Host, strings.TrimSuffix(s.host, ".test")) {
				s.ServeHTTP(w, r)
				return
			}
		}
		http.NotFound(w, r)
	}))
	t.Cleanup(srv.Close)
	f, err := fetch.New(fetch.Config{
		Guard:     netguard.New([]netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}),
		ConnectTo: []fetch.ConnectTo{{Port: "80", ToHost: "127.0.0.1", ToPort: srv.URL[strings.LastIndex(srv.URL, ":")+1:]}},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(f.Close)
	return f
}

func (s *spa) task(mode crawl.RenderMode) run.Task {
	options := crawl.DefaultOptions()
	options.Delay, options.MaxPages, options.Render = 0, 60, mode
	return run.Task{Company: s.name, Plan: crawl.Plan{
		Domains: []string{s.host}, Seeds: []crawl.Seed{{URL: "http://" + s.host + "/"}},
		ExpectedTypes: []string{"privacy_policy", "terms_of_service"}, Options: options,
	}}
}

func TestDocumentsOfSinglePageSitesAreFoundByRendering(t *testing.T) {
	if testing.Short() {
		t.Skip("starts Chromium")
	}
	t.Parallel()
	sites := readSites(t)
	f := serveSites(t, sites)
	pool, err := render.New(t.Context(), render.Config{Browser: os.Getenv("CHROMIUM"), Fetcher: f, Timeout: time.Minute})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	engine := crawl.New(f)
	engine.Renderer = pool
	engine.Log = funcr.New(func(_, args string) { t.Log(args) }, funcr.Options{Verbosity: 1})
	for _, s := range sites {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			rep, err := (&run.Runner{Engine: engine}).ExecuteUnstored(t.Context(), s.task(crawl.RenderAuto), nil)
			if err != nil {
				t.Fatal(err)
			}
			found := map[string]string{}
			for _, d := range rep.Documents {
				found[d.URL] = d.Type
			}
			for at, kind := range s.want {
				if found[at] != kind {
					t.Errorf("%s is %q, want %s", at, found[at], kind)
				}
			}
			if t.Failed() {
				t.Logf("found %v, skipped %v", found, rep.Result.Progress.Skipped)
			}
		})
	}
}

func TestARunReportsPagesThatNeedABrowser(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile("testdata/sites/02-fetch-json.txtar")
	if err != nil {
		t.Fatal(err)
	}
	s := parseSite(t, "02-fetch-json", raw)
	dir := t.TempDir()
	st, err := sqlite.Open(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = st.Close(context.WithoutCancel(t.Context())) })
	pool := &queue.Pool{Store: st, Runner: &run.Runner{Engine: crawl.New(serveSites(t, []*spa{s})), Store: st, WorkerID: "test"}}
	rep, err := pool.Crawl(t.Context(), s.task(crawl.RenderNever), nil)
	if err != nil {
		t.Fatal(err)
	}
	if rep.Result.Progress.Skipped[crawl.SkipNeedsBrowser] == 0 || !strings.Contains(rep.Run.Message, "need a browser") {
		t.Errorf("%q, skipped %v", rep.Run.Message, rep.Result.Progress.Skipped)
	}
	pages, _, err := st.QueryPages(t.Context(), store.PageQuery{RunID: rep.Run.ID, ListOptions: store.ListOptions{Limit: 100}})
	if err != nil {
		t.Fatal(err)
	}
	reasons := map[string]string{}
	for _, p := range pages {
		reasons[p.URL] = p.Reason
	}
	if reasons["http://"+s.host+"/"] != string(crawl.SkipNeedsBrowser) {
		t.Errorf("the skip reasons are %v", reasons)
	}
}
