package run

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/clausea/crawler/internal/store"
	"github.com/clausea/crawler/internal/store/sqlite"
)

// web is a company's site whose pages a test sets and changes.
type web struct {
	site
	mu    sync.Mutex
	pages map[string]string // by path: a number is a status, a path a redirect, held no response
}

// held is a page that gets no response until the client gives up.
const held = "held"

func newWeb(t *testing.T, pages map[string]string) *web {
	t.Helper()
	w := &web{pages: pages}
	w.Server = httptest.NewTLSServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		w.mu.Lock()
		body, ok := w.pages[r.URL.Path]
		w.mu.Unlock()
		status := 0
		_, _ = fmt.Sscanf(body, "%d", &status)
		switch {
		case !ok && r.URL.Path == "/robots.txt":
		case !ok:
			http.NotFound(rw, r)
		case strings.HasPrefix(body, "/"):
			http.Redirect(rw, r, body, http.StatusMovedPermanently)
		case status > 0:
			rw.WriteHeader(status)
		case body == held:
			<-r.Context().Done()
		default:
			rw.Header().Set("Content-Type", "text/html; charset=utf-8")
			fmt.Fprint(rw, body)
		}
	}))
	t.Cleanup(w.Close)
	return w
}

func (w *web) set(path, body string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if body == "" {
		delete(w.pages, path)
		return
	}
	w.pages[path] = body
}

// home returns a page with links, given as pairs of path and text.
func home(links ...string) string {
	var b strings.Builder
	b.WriteString("<!doctype html><html lang=en><title>Harbour</title><main><p>We build boats and mend nets.</p></main><footer>")
	for i := 0; i < len(links); i += 2 {
		fmt.Fprintf(&b, "<a href='%s'>%s</a> ", links[i], links[i+1])
	}
	return b.String() + "</footer>"
}

// policy returns the page of a document.
func policy(title string) string {
	topic := strings.ToLower(title)
	return "<!doctype html><html lang=en><title>" + title + "</title><main><h1>" + title + "</h1>" +
		strings.Repeat("<p>We process personal data under this "+topic+" and the agreement is governed by applicable law; your rights, our liability and the consent you gave are set out below.</p>", 12) + "</main>"
}

func openStore(t *testing.T) store.Store {
	t.Helper()
	s, err := sqlite.Open(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close(t.Context()) })
	return s
}

func crawlOnce(t *testing.T, r *Runner, change ...func(*Task)) Report {
	t.Helper()
	tk := task()
	for _, c := range change {
		c(&tk)
	}
	rep, err := execute(t.Context(), r, tk, nil)
	if err != nil {
		t.Fatal(err)
	}
	return rep
}

// execute executes a run as a worker does that has claimed it. It resumes the newest run of
// the company if that was interrupted.
func execute(ctx context.Context, r *Runner, t Task, progress ProgressFunc) (Report, error) {
	if r.Store == nil {
		return r.ExecuteUnstored(ctx, t, progress)
	}
	lease, err := r.Store.AcquireLease(ctx, LeaseName(t.Company), r.WorkerID, r.leaseDuration())
	if err != nil {
		return Report{}, err
	}
	newest, _, err := r.Store.QueryRuns(ctx, store.RunQuery{Companies: []string{t.Company}, ListOptions: store.ListOptions{Limit: 1}})
	if err != nil {
		return Report{}, err
	}
	rec := store.Run{ID: NewID(), Company: t.Company, CreatedAt: time.Now().UTC()}
	if len(newest) == 1 && newest[0].State == store.RunInterrupted {
		rec = newest[0]
	}
	return r.Execute(ctx, t, rec, lease, progress)
}
