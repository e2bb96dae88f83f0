package run

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/clausea/crawler/internal/crawl"
	"github.com/clausea/crawler/internal/store"
)

// lastFound returns how a report has the document with an ID.
func lastFound(rep Report, id string) Found {
	for _, f := range rep.Documents {
		if f.ID == id {
			return f
		}
	}
	return Found{}
}

// A page that loses the text of its document does so in two ways: it becomes a page of
// another kind, or it still looks like the document but has hardly any text.
func TestABrokenDocumentHasItsStateUntilItRecovers(t *testing.T) {
	t.Parallel()
	good := policy("Privacy Policy")
	for name, page := range map[string]string{
		"another page": "<!doctype html><html lang=en><title>Harbour</title><main><p>Loading...</p></main>",
		"lost text": "<!doctype html><html lang=en><title>Privacy Policy</title><main><h1>Privacy Policy</h1>" +
			strings.Repeat("<p>This privacy policy explains how we process personal data, your rights and consent.</p>", 3) + "</main>",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			onBothStores(t, func(t *testing.T, st store.Store) {
				w := newWeb(t, map[string]string{"/": home("/privacy", "Privacy Policy", "/terms", "Terms of Service"), "/privacy": good, "/terms": policy("Terms of Service")})
				r := w.runner(t, st)
				crawlOnce(t, r)
				before := find(t, st, "/privacy")
				w.set("/privacy", page)
				var since store.Document
				for n := range 2 {
					rep := crawlOnce(t, r)
					d := find(t, st, "/privacy")
					checkBroken(t, rep, before, d)
					if n == 0 {
						since = d
					} else if !d.StateSince.Equal(since.StateSince) {
						t.Errorf("the document is Broken since %s, before it was since %s", d.StateSince, since.StateSince)
					}
				}
				w.set("/privacy", "503") // says nothing about a Broken document
				if f := lastFound(crawlOnce(t, r), before.ID); f.Change != Unreachable || f.State != store.DocumentBroken || f.LastFailure.Reason != "server_error" {
					t.Errorf("an unreachable page reports %s, %+v", f.Change, f.Document)
				}
				w.set("/privacy", good)
				f := lastFound(crawlOnce(t, r), before.ID)
				if f.Change != Recovered || f.State != store.DocumentPresent || f.StateReason != "" || f.StateSince.Equal(since.StateSince) || f.Versions != 1 {
					t.Errorf("after the recovery it is %s, %+v", f.Change, f.Document)
				}
				if got := feed(t, st, before.ID); !slices.Equal(got, []string{"Created 0-1", "Broken 1-1", "Recovered 1-1"}) {
					t.Errorf("the feed has %v", got)
				}
			})
		})
	}
}

// checkBroken checks that a crawl found the document before to be Broken, and stored it as d.
func checkBroken(t *testing.T, rep Report, before, d store.Document) {
	t.Helper()
	f := lastFound(rep, before.ID)
	if f.Change != Broken || f.Reason == "" || d.State != store.DocumentBroken || d.StateReason != string(f.Reason) {
		t.Fatalf("run %s reports %s by %q and stores %+v", rep.Run.ID, f.Change, f.Reason, d)
	}
	if !d.LastSeen.Equal(before.LastSeen) || !d.LastChecked.After(before.LastChecked) || !d.LastFailure.At.Equal(d.LastChecked) || d.LastFailure.Reason != d.StateReason || d.Versions != 1 {
		t.Errorf("run %s: the document was %+v and is %+v", rep.Run.ID, before, d)
	}
	if c := rep.Run.Documents; c.Broken != 1 || c.Unchanged != 1 {
		t.Errorf("run %s counts %+v", rep.Run.ID, c)
	}
}

func TestARemovedDocumentIsReportedOnceAndRestored(t *testing.T) {
	t.Parallel()
	onBothStores(t, func(t *testing.T, st store.Store) {
		w := newWeb(t, map[string]string{"/": home("/privacy", "Privacy Policy", "/terms", "Terms of Service"), "/privacy": policy("Privacy Policy"), "/terms": policy("Terms of Service")})
		r := w.runner(t, st)
		crawlOnce(t, r)
		id := find(t, st, "/terms").ID
		for _, step := range []struct {
			page, change string
			state        store.DocumentState
		}{
			{"500", Unreachable, store.DocumentUnreachable},
			{"", Removed, store.DocumentRemoved},
			{"", "", store.DocumentRemoved},
			{strings.Replace(policy("Terms of Service"), "</main>", "<h2>Disputes</h2><p>Disputes are decided by arbitration in Lisbon.</p></main>", 1), Changed, store.DocumentPresent},
		} {
			w.set("/terms", step.page)
			f := lastFound(crawlOnce(t, r), id)
			if d := find(t, st, "/terms"); f.Change != step.change || d.State != step.state {
				t.Errorf("with the page %.20q the terms are %q and %s, want %q and %s", step.page, f.Change, d.State, step.change, step.state)
			}
		}
		if got := feed(t, st, id); !slices.Equal(got, []string{"Created 0-1", "Removed 1-1", "Restored 1-2", "Changed 1-2"}) {
			t.Errorf("the feed has %v", got)
		}
	})
}

// A crawl that fails as a whole says nothing about the documents.
func TestARunThatFailsDoesNotChangeStates(t *testing.T) {
	t.Parallel()
	w, st, r := newTwoPolicies(t)
	for _, path := range []string{"/", "/privacy", "/cookies"} {
		w.set(path, "403")
	}
	rep := crawlOnce(t, r)
	docs, _, err := st.ListDocuments(t.Context(), testCompany, store.ListOptions{})
	if err != nil || rep.Run.StopReason != string(crawl.StopAccessDenied) || len(docs) != 2 {
		t.Fatalf("the run ended by %s with %d documents, %v", rep.Run.StopReason, len(docs), err)
	}
	for _, d := range docs {
		if d.State != store.DocumentPresent || !d.LastFailure.At.IsZero() {
			t.Errorf("after a refused crawl the document is %+v", d)
		}
	}
}

func TestAChangeSummarizesWhatChanged(t *testing.T) {
	t.Parallel()
	page := func(updated, extra string) string {
		return strings.Replace(policy("Terms of Service"), "</main>", fmt.Sprintf("<p>Last updated: %s</p><h2>Disputes</h2><p>Disputes are decided by courts%s.</p></main>", updated, extra), 1)
	}
	w := newWeb(t, map[string]string{"/": home("/privacy", "Privacy Policy", "/terms", "Terms of Service"), "/privacy": policy("Privacy Policy"), "/terms": page("1 March 2024", "")})
	st := openStore(t)
	r := w.runner(t, st)
	crawlOnce(t, r)
	id := find(t, st, "/terms").ID
	w.set("/terms", page("1 March 2024", " of arbitration in Lisbon"))
	crawlOnce(t, r)
	w.set("/terms", strings.Replace(page("2 April 2024", " of arbitration in Porto"), "<main>", "<footer><a href=/about>About us</a></footer><main>", 1))
	rep := crawlOnce(t, r)
	list, _, err := st.ListChanges(t.Context(), store.ChangeQuery{DocumentIDs: []string{id}, Order: store.OldestFirst})
	if err != nil || len(list) != 3 {
		t.Fatalf("the feed has %+v, %v", list, err)
	}
	silent, dated := list[1], list[2]
	if s := silent.Summary; !silent.Silent || s.Added != 4 || s.Removed != 0 || !slices.Equal(s.Headings, []string{"Disputes"}) || !slices.Contains(s.Labels, "disputes") || s.Coarse {
		t.Errorf("the silent change is %+v", silent)
	}
	if want := []store.InsignificantEdits{{Rule: "site_boilerplate", Edits: 1}}; len(silent.Summary.Insignificant) != 0 || !slices.Equal(dated.Summary.Insignificant, want) {
		t.Errorf("the insignificant edits are %+v and %+v, want none and %+v", silent.Summary.Insignificant, dated.Summary.Insignificant, want)
	}
	if dated.Silent || dated.From != 2 || dated.To != 3 || dated.RunID != rep.Run.ID || dated.URL != termsURL || dated.DocumentType != "terms_of_service" || dated.Company != testCompany || dated.At.IsZero() {
		t.Errorf("the change with a new date is %+v", dated)
	}
}

func TestAnAnnouncedDateIsReportedOnce(t *testing.T) {
	t.Parallel()
	soonDate := time.Now().UTC().AddDate(0, 1, 0)
	page := func(extra string) string {
		return strings.Replace(policy("Terms of Service"), "</h1>", "</h1><p>Effective date: "+soonDate.Format("2 January 2006")+"</p><p>"+extra+"</p>", 1)
	}
	w := newWeb(t, map[string]string{"/": home("/privacy", "Privacy Policy", "/terms", "Terms of Service"), "/privacy": policy("Privacy Policy"), "/terms": page("")})
	st := openStore(t)
	r := w.runner(t, st)
	crawlOnce(t, r)
	w.set("/terms", page("Disputes are decided by arbitration in Lisbon."))
	crawlOnce(t, r)
	d := find(t, st, "/terms")
	if got := feed(t, st, d.ID); !slices.Equal(got, []string{"Created 0-1", "EffectiveSoon 0-1", "Changed 1-2"}) {
		t.Errorf("the feed has %v; the document is %+v", got, d)
	}
	soon, _, err := st.ListChanges(t.Context(), store.ChangeQuery{Kinds: []store.ChangeKind{store.ChangeEffectiveSoon}})
	if err != nil || len(soon) != 1 || soon[0].EffectiveDate != soonDate.Format(time.DateOnly) {
		t.Errorf("the announcement is %+v, %v", soon, err)
	}
}
