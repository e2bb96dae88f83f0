package crawl_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/clausea/crawler/internal/crawl"
	"github.com/clausea/crawler/internal/crawl/crawltest"
)

// checkCounters fails the test if the counters and the outcomes differ.
func checkCounters(t *testing.T, res crawl.Result, recorder *crawltest.Recorder) {
	t.Helper()
	want := map[crawl.SkipReason]int{}
	for _, reason := range recorder.Skips() {
		want[reason]++
	}
	if !maps.Equal(want, res.Progress.Skipped) {
		t.Errorf("counted %v,\nreported %v", res.Progress.Skipped, want)
	}
}

// everyLink has every kind of link, each with its reason, which is empty if it is
// fetched.
var everyLink = []struct {
	ref, at string
	reason  crawl.SkipReason
}{
	{"/plain", "", ""},
	{"/gone", "", crawl.SkipNotFound},
	{"/denied", "", crawl.SkipAccessDenied},
	{"/broken", "", crawl.SkipServerError},
	{"/picture.html", "", crawl.SkipContentType},
	{"/large", "", crawl.SkipTooLarge},
	{"/moved", "", crawl.SkipRedirect},
	{"/ring", "", crawl.SkipRedirectLoop},
	{"/badredirect", "", crawl.SkipBadRedirect},
	{"/disallowed", "", crawl.SkipRobots},
	{"/photo.jpg", "", crawl.SkipFileType},
	{"http://other.example/", "http://other.example/", crawl.SkipOutOfScope},
	{"http://10.1.2.3/", "http://10.1.2.3/", crawl.SkipOutOfScope},
	{"ftp://public.example/", "ftp://public.example/", crawl.SkipScheme},
	{"http://user:secret@public.example/", "http://user:secret@public.example/", crawl.SkipUserinfo},
	{"http://[::1", "http://[::1", crawl.SkipInvalidURL},
	{"/a/a/a", "", crawl.SkipRepeatedSegment},
	{"/denypath/x", "", crawl.SkipDeniedPath},
	{"/soft", "", crawl.SkipSoftError},
}

func everyLinkSite(w *crawltest.Web, without string) {
	w.Handle("public.example", http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		rw.Header().Set("Content-Type", "text/html")
		switch r.URL.Path {
		case "/robots.txt":
			_, _ = fmt.Fprint(rw, "User-agent: *\nDisallow: /disallowed\n")
		case "/":
			var refs []string
			for _, l := range everyLink {
				if l.ref != without {
					refs = append(refs, l.ref)
				}
			}
			_, _ = fmt.Fprint(rw, crawltest.HTML("home", append(refs, "/nofollow", "mailto:a@b.example", "#x", "javascript:x()")...))
		case "/gone":
			http.NotFound(rw, r)
		case "/denied":
			rw.WriteHeader(http.StatusForbidden)
		case "/broken":
			rw.WriteHeader(http.StatusNotImplemented)
		case "/picture.html":
			rw.Header().Set("Content-Type", "image/png")
		case "/large":
			_, _ = rw.Write(make([]byte, 9<<20))
		case "/moved":
			http.Redirect(rw, r, "/target", http.StatusFound)
		case "/ring":
			http.SetCookie(rw, &http.Cookie{Name: "a", Value: "b"})
			http.Redirect(rw, r, "/ring", http.StatusFound)
		case "/badredirect":
			rw.Header().Set("Location", "http://%zz/")
			rw.WriteHeader(http.StatusFound)
		case "/nofollow":
			_, _ = fmt.Fprint(rw, `<meta name=robots content=nofollow>`+crawltest.PlainHTML("nofollow", "/behind"))
		case "/deep/deep":
			_, _ = fmt.Fprint(rw, crawltest.HTML(r.URL.Path))
		default:
			_, _ = fmt.Fprint(rw, crawltest.HTML(r.URL.Path, "/beyond"+strings.ReplaceAll(r.URL.Path, "/", "")))
		}
	}))
}

func classifySoftErrors(p *crawl.Page) crawl.Verdict {
	return crawl.Verdict{SoftError: strings.HasSuffix(p.URL, "/soft")}
}

func TestEveryURLThatIsNotFetchedHasAReason(t *testing.T) {
	t.Parallel()
	w := crawltest.NewWeb(t)
	everyLinkSite(w, "")
	plan := crawltest.Plan("public.example", "no URL at all")
	plan.Deny = []string{"/denypath/"}
	plan.MaxDepth = 2
	recorder := &crawltest.Recorder{Classify: classifySoftErrors}
	res := crawltest.Crawl(t, crawltest.Engine(t, w.Config()), plan, recorder)
	pages, skips := recorder.Pages(), recorder.Skips()
	for _, l := range everyLink {
		at := l.at
		if at == "" {
			at = "http://public.example" + l.ref
		}
		if l.reason == "" && pages[at] != 1 || skips[at] != l.reason {
			t.Errorf("%s has the reason %q and was fetched %d times; want %q", l.ref, skips[at], pages[at], l.reason)
		}
	}
	for at, want := range map[string]crawl.SkipReason{
		"http://public.example/behind":       crawl.SkipNoFollow,
		"http://public.example/beyondsoft":   crawl.SkipNotFollowed,
		"http://public.example/beyondtarget": "",
		"no URL at all":                      crawl.SkipInvalidURL,
	} {
		if got := skips[at]; got != want {
			t.Errorf("%s is skipped for %q, want %q", at, got, want)
		}
	}
	if res.Progress.Queued != 0 {
		t.Errorf("%d URLs are queued after the end", res.Progress.Queued)
	}
	checkCounters(t, res, recorder)
}

func TestACrawlWithoutATimeLimitIsNotEndedByTime(t *testing.T) {
	t.Parallel()
	w := crawltest.NewWeb(t)
	w.Site("public.example", map[string]string{"/": crawltest.HTML("home", "/privacy"), "/privacy": crawltest.HTML("privacy")})
	plan := crawltest.Plan("public.example")
	plan.TimeLimit = 0
	recorder := &crawltest.Recorder{}
	if res := crawltest.Crawl(t, crawltest.Engine(t, w.Config()), plan, recorder); res.Reason != crawl.StopFrontierEmpty || len(recorder.Pages()) != 2 {
		t.Errorf("the crawl ends with %s after %v", res.Reason, recorder.Pages())
	}
}

func TestWhatIsLeftInTheFrontierHasAReason(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(*crawl.Plan)
		html   func(key string, links ...string) string
		end    crawl.StopReason
		reason crawl.SkipReason
	}{
		"page limit": {func(p *crawl.Plan) { p.MaxPages = 3 }, crawltest.HTML, crawl.StopPageLimit, crawl.SkipPageLimit},
		"time limit": {func(p *crawl.Plan) { p.TimeLimit = 1 }, crawltest.HTML, crawl.StopTimeLimit, crawl.SkipTimeLimit},
		"low score":  {func(*crawl.Plan) {}, crawltest.PlainHTML, crawl.StopConverged, crawl.SkipLowScore},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := crawltest.NewWeb(t)
			pages := map[string]string{}
			var links []string
			for n := range 20 {
				at := "/" + strings.TrimSpace(crawltest.Prose(fmt.Sprint(n), 1))
				links = append(links, at)
				pages[at] = crawltest.HTML(at)
			}
			pages["/"] = c.html("home", links...)
			w.Site("public.example", pages)
			plan := crawltest.Plan("public.example")
			c.change(&plan)
			recorder := &crawltest.Recorder{}
			res := crawltest.Crawl(t, crawltest.Engine(t, w.Config()), plan, recorder)
			if res.Reason != c.end {
				t.Fatalf("the crawl ends with %s, want %s", res.Reason, c.end)
			}
			checkCounters(t, res, recorder)
			for at := range pages {
				at = "http://public.example" + at
				if recorder.Pages()[at] == 0 && recorder.Skips()[at] != c.reason && len(recorder.Pages()) > 0 {
					t.Errorf("%s is skipped for %q, want %s", at, recorder.Skips()[at], c.reason)
				}
			}
			if n := res.Progress.Skipped[c.reason]; n == 0 {
				t.Errorf("no URL is counted as %s: %v", c.reason, res.Progress.Skipped)
			}
		})
	}
}

func TestAURLThatIsSkippedAndFetchedLaterCountsAsFetched(t *testing.T) {
	t.Parallel()
	w := crawltest.NewWeb(t)
	w.Site("public.example", map[string]string{
		"/":        crawltest.HTML("home", "/a-first", "/b-then"),
		"/a-first": `<meta name=robots content=nofollow>` + crawltest.PlainHTML("first", "/target", "/never"),
		"/b-then":  crawltest.HTML("then", "/target"),
		"/target":  crawltest.HTML("target"),
		"/never":   crawltest.HTML("never"),
	})
	recorder := &crawltest.Recorder{}
	res := crawltest.Crawl(t, crawltest.Engine(t, w.Config()), crawltest.Plan("public.example"), recorder)
	if recorder.Pages()["http://public.example/target"] != 1 || res.Progress.Skipped[crawl.SkipNoFollow] != 1 {
		t.Errorf("pages %v, skipped %v", recorder.Pages(), res.Progress.Skipped)
	}
}

// panickyObserver panics on one page.
type panickyObserver struct{ crawltest.Recorder }

func (f *panickyObserver) Page(ctx context.Context, p *crawl.Page) (crawl.Verdict, error) {
	if strings.HasSuffix(p.URL, "/poison") {
		panic("a page that breaks the parser")
	}
	return f.Recorder.Page(ctx, p)
}

func TestAPageThatPanicsFailsAlone(t *testing.T) {
	t.Parallel()
	w := crawltest.NewWeb(t)
	w.Site("public.example", map[string]string{"/": crawltest.HTML("home", "/poison", "/other"), "/poison": crawltest.HTML("poison"), "/other": crawltest.HTML("other")})
	recorder := &panickyObserver{}
	res := crawltest.Crawl(t, crawltest.Engine(t, w.Config()), crawltest.Plan("public.example"), recorder)
	if recorder.Pages()["http://public.example/other"] != 1 || res.Progress.Skipped[crawl.SkipInternal] != 1 || res.Progress.Failed != 1 {
		t.Errorf("%d failed, skipped %v", res.Progress.Failed, res.Progress.Skipped)
	}
	checkCounters(t, res, &recorder.Recorder)
}

// checkpointRecorder remembers the checkpoints of a crawl, and stops it after some pages.
type checkpointRecorder struct {
	crawltest.Recorder
	entries [][]byte
	left    atomic.Int64
	stop    context.CancelFunc
}

func (j *checkpointRecorder) Save(_ context.Context, e []byte, snapshot bool) error {
	if snapshot {
		j.entries = nil
	}
	j.entries = append(j.entries, slices.Clone(e))
	return nil
}

func (j *checkpointRecorder) Page(ctx context.Context, p *crawl.Page) (crawl.Verdict, error) {
	if j.left.Add(-1) == 0 {
		j.stop()
	}
	return j.Recorder.Page(ctx, p)
}

func TestACrawlThatResumesCountsEachURLOnce(t *testing.T) {
	t.Parallel()
	w := crawltest.NewWeb(t)
	everyLinkSite(w, "/broken") // without the link that is retried, which takes long
	plan := crawltest.Plan("public.example")
	complete := &crawltest.Recorder{}
	want := crawltest.Crawl(t, crawltest.Engine(t, w.Config()), plan, complete)
	for stopAfter := range int64(12) {
		first := &checkpointRecorder{}
		ctx, cancel := context.WithCancel(t.Context())
		first.stop = cancel
		first.left.Store(stopAfter + 1)
		if _, err := crawltest.Engine(t, w.Config()).Run(ctx, plan, crawl.Deps{Observer: first, Checkpoints: first}); err != nil && !errors.Is(err, context.Canceled) {
			t.Fatal(err)
		}
		cancel()
		second := &checkpointRecorder{stop: func() {}}
		got, err := crawltest.Engine(t, w.Config()).Run(t.Context(), plan, crawl.Deps{Observer: second, Checkpoints: second, Resume: first.entries})
		if err != nil {
			t.Fatal(err)
		}
		pages := first.Pages()
		for at, n := range second.Pages() {
			pages[at] += n
		}
		for at := range complete.Pages() {
			if pages[at] == 0 {
				t.Errorf("stopped after %d pages: %s was lost", stopAfter+1, at)
			}
		}
		if !maps.Equal(got.Progress.Skipped, want.Progress.Skipped) {
			t.Errorf("stopped after %d pages: skipped %v,\nwant %v", stopAfter+1, got.Progress.Skipped, want.Progress.Skipped)
		}
		if got.Progress.Fetched != want.Progress.Fetched {
			t.Errorf("stopped after %d pages: %d fetched, want %d", stopAfter+1, got.Progress.Fetched, want.Progress.Fetched)
		}
	}
}
