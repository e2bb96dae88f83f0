package run

import (
	"slices"
	"strings"
	"testing"

	"github.com/clausea/crawler/internal/store"
)

func correct(t *testing.T, st store.Store, c store.Correction) {
	t.Helper()
	c.Company = testCompany
	if err := st.PutCorrection(t.Context(), c); err != nil {
		t.Fatal(err)
	}
}

func TestAPageThatIsNotALegalDocumentIsNeitherReportedNorStored(t *testing.T) {
	t.Parallel()
	onBothStores(t, func(t *testing.T, st store.Store) {
		w := newWeb(t, map[string]string{"/": home("/privacy", "Privacy Policy", "/terms", "Terms of Service"), "/privacy": policy("Privacy Policy"), "/terms": policy("Terms of Service")})
		r := w.runner(t, st)
		crawlOnce(t, r)
		d := find(t, st, "/terms")
		correct(t, st, store.Correction{DocumentID: d.ID, NotLegal: true})
		w.set("/terms", strings.Replace(policy("Terms of Service"), "</main>", "<p>Disputes are decided by arbitration in Lisbon.</p></main>", 1))
		rep := crawlOnce(t, r)
		if got := changes(rep); len(got) != 1 || got[termsURL] != "" || rep.Run.Documents != (store.DocumentCounts{Unchanged: 1}) {
			t.Errorf("the crawl reports %v, %+v", got, rep.Run.Documents)
		}
		if c := rep.Run.Coverage[1]; c.State != store.CoverageMissing {
			t.Errorf("coverage: %+v", c)
		}
		if now := find(t, st, "/terms"); now.ID != d.ID || now.Versions != 1 || !now.NotLegal || now.State != store.DocumentPresent {
			t.Errorf("the document is %+v", now)
		}
		if err := st.DeleteCorrection(t.Context(), d.ID); err != nil {
			t.Fatal(err)
		}
		if got := changes(crawlOnce(t, r))[termsURL]; got != "terms_of_service Changed" {
			t.Errorf("without the correction the crawl reports %q", got)
		}
		if now := find(t, st, "/terms"); now.ID != d.ID || now.Versions != 2 || now.NotLegal {
			t.Errorf("without the correction the document is %+v", now)
		}
	})
}

func TestAPageAtAnotherURLOfADocumentIsAVersionOfIt(t *testing.T) {
	t.Parallel()
	onBothStores(t, func(t *testing.T, st store.Store) {
		w := newWeb(t, map[string]string{
			"/": home("/privacy", "Privacy Policy", "/terms", "Terms of Service", "/a/shop-terms", "Terms of Service"), "/privacy": policy("Privacy Policy"), "/terms": policy("Terms of Service"),
			"/a/shop-terms": strings.Replace(policy("Terms of Service"), "</main>", "<p>The shop is open at noon.</p></main>", 1),
		})
		r := w.runner(t, st)
		crawlOnce(t, r)
		d, other := find(t, st, "/terms"), find(t, st, "/a/shop-terms")
		correct(t, st, store.Correction{DocumentID: other.ID, SameAs: d.ID})

		// The document is at its own URL: the other one adds nothing.
		rep := crawlOnce(t, r)
		if got := changes(rep); len(got) != 2 || got[termsURL] != "terms_of_service Unchanged" {
			t.Errorf("with both URLs the crawl reports %v", got)
		}

		// Its own URL is gone.
		w.set("/terms", "")
		rep = crawlOnce(t, r)
		if f := lastFound(rep, d.ID); f.Change != Changed || f.State != store.DocumentPresent || len(rep.Documents) != 2 {
			t.Errorf("with the other URL alone the crawl reports %v", changes(rep))
		}
		v, text, err := st.VersionText(t.Context(), d.ID, 0)
		if err != nil || v.Number != 2 || v.URL != other.URL || !strings.Contains(text, "noon") {
			t.Errorf("the newest version is %+v, %v", v, err)
		}
		if again := lastFound(crawlOnce(t, r), d.ID); again.Change != Unchanged || again.Versions != 2 {
			t.Errorf("the next crawl reports %s, %+v", again.Change, again.Document)
		}
		if now := find(t, st, "/a/shop-terms"); now.ID != other.ID || now.Versions != 1 || !now.NotLegal {
			t.Errorf("the record of the other URL is %+v", now)
		}
		if got := feed(t, st, d.ID); !slices.Equal(got, []string{"Created 0-1", "Changed 1-2"}) {
			t.Errorf("the feed has %v", got)
		}
	})
}

func TestACorrectedTypeCoversThatType(t *testing.T) {
	t.Parallel()
	w := newWeb(t, map[string]string{"/": home("/privacy", "Privacy Policy", "/rules", "Rules"), "/privacy": policy("Privacy Policy"), "/rules": policy("Cookie Policy")})
	st := openStore(t)
	r := w.runner(t, st)
	crawlOnce(t, r)
	d := find(t, st, "/rules")
	if d.Type == "terms_of_service" {
		t.Fatalf("the document is %+v", d)
	}
	correct(t, st, store.Correction{DocumentID: d.ID, Type: "terms_of_service"})
	rep := crawlOnce(t, r)
	if c := rep.Run.Coverage[1]; c.State != store.CoverageFound || c.DocumentID != d.ID {
		t.Errorf("coverage: %+v", c)
	}
	w.set("/rules", "")
	w.set("/a/rules", policy("Cookie Policy"))
	w.set("/", home("/privacy", "Privacy Policy", "/a/rules", "Rules"))
	if got := changes(crawlOnce(t, r))["https://example.com/a/rules"]; got != "terms_of_service Moved" {
		t.Errorf("the moved document is %q", got)
	}
}
