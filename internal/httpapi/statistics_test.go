package httpapi

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/clausea/crawler/internal/store"
	"github.com/clausea/crawler/internal/timestamp"
)

// clock sets the time of the statistics.
func clock(now *time.Time) func(*Options) {
	return func(o *Options) { o.Statistics.Guard.Now = func() time.Time { return *now } }
}

func TestTotalsCountTheCompaniesOfTheNamespace(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 29, 12, 0, 0, 0, time.UTC)
	a := newTestAPI(t, clock(&now))
	addChanges(t, a.store, 0, 10, func(i int, c *store.Change) {
		c.At = now.Add(-time.Duration(i) * 5 * 24 * time.Hour) // 2 in 7 days (0, 1), 7 in 30 days
		if i == 9 {
			c.Company = "other/acme"
		}
	})
	want := Totals{
		At: timestamp.Of(now), Companies: 2, Documents: 9, Changes: ChangeTotals{2, 7},
		ByType: []TypeTotals{
			{Type: "privacy_policy", Name: "Privacy policy", Documents: 5, Changes: ChangeTotals{1, 4}},
			{Type: "terms_of_service", Name: "Terms of service", Documents: 4, Changes: ChangeTotals{1, 3}},
		},
	}
	r := a.call("GET", "/v1/stats", "")
	if got := decode[Totals](t, r, 200); !reflect.DeepEqual(got, want) || r.Header.Get("Cache-Control") != "private, max-age=60" {
		t.Errorf("totals: %s", r.body)
	}
	types := decode[list[DocumentType]](t, a.call("GET", "/v1/types", ""), 200).Items
	var privacy DocumentType
	for _, d := range types {
		if d.Name == "" || d.OTAName == "" {
			t.Errorf("type %s has no name", d.Type)
		}
		if d.Type == "cookie_policy" {
			privacy = d
		}
	}
	if len(types) != 31 || privacy.OTAName != "Trackers Policy" {
		t.Errorf("%d types, with %+v", len(types), privacy)
	}

	addChanges(t, a.store, 10, 2, func(_ int, c *store.Change) { c.At = now })
	if got := decode[Totals](t, a.call("GET", "/v1/stats", ""), 200); got.Documents != 9 {
		t.Errorf("within a minute, the totals have %d documents", got.Documents)
	}
	now = now.Add(time.Minute)
	if got := decode[Totals](t, a.call("GET", "/v1/stats", ""), 200); got.Documents != 11 || got.Changes.Last7Days != 4 {
		t.Errorf("after a minute, the totals are %+v", got)
	}
}

func TestTotalsAreReadWithoutAKeyOnlyIfThatIsAllowed(t *testing.T) {
	t.Parallel()
	for _, anonymous := range []bool{false, true} {
		a := newTestAPI(t, func(o *Options) { o.Anonymous = anonymous })
		want := map[bool]int{false: 401, true: 200}[anonymous]
		for _, path := range []string{"/v1/stats", "/v1/types", "/v1/usage"} {
			if r := a.call("GET", path, "", "Authorization", ""); r.StatusCode != want {
				t.Errorf("%s without a key has status %d, want %d", path, r.StatusCode, want)
			}
		}
	}
}

func TestUsageCountsCrawlsAndChangesByDay(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 29, 23, 30, 0, 0, time.UTC)
	a := newTestAPI(t, clock(&now))
	for i, at := range []string{"2026-11-26T23:59:59Z", "2026-11-27T00:00:00Z", "2026-11-27T23:59:59Z", "2026-11-28T10:00:00Z", "2026-11-28T10:00:00Z"} {
		created, err := time.Parse(time.RFC3339, at)
		if err != nil {
			t.Fatal(err)
		}
		r := store.Run{ID: fmt.Sprint("run-", i), Company: "acme", CreatedAt: created, State: store.RunComplete, Progress: store.Progress{Fetched: 10}, Bytes: 1000, Documents: store.DocumentCounts{New: 2, Changed: 1}}
		if i == 2 {
			r.State = store.RunFailed
		}
		if i == 4 {
			r.Company = "other/acme"
		}
		if err := a.store.PutRun(t.Context(), r); err != nil {
			t.Fatal(err)
		}
	}
	addChanges(t, a.store, 0, 3, func(i int, c *store.Change) { c.At = time.Date(2026, 11, 26+i, 12, 0, 0, 0, time.UTC) })
	got := decode[Usage](t, a.call("GET", "/v1/usage?from=2026-11-27&to=2026-11-28", ""), 200)
	want := Usage{From: "2026-11-27", To: "2026-11-28", Days: []DayUsage{
		{Date: "2026-11-27", Crawls: 2, FailedCrawls: 1, Pages: 20, Bytes: 2000, NewDocuments: 4, ChangedDocuments: 2, Changes: 1},
		{Date: "2026-11-28", Crawls: 1, Pages: 10, Bytes: 1000, NewDocuments: 2, ChangedDocuments: 1, Changes: 1},
	}}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("usage: %+v, want %+v", got, want)
	}
	if got := decode[Usage](t, a.call("GET", "/v1/usage", ""), 200); len(got.Days) != 30 || got.From != "2026-10-31" || got.To != "2026-11-29" {
		t.Errorf("the default range is %s to %s with %d days", got.From, got.To, len(got.Days))
	}
	if got := decode[Usage](t, a.call("GET", "/v1/usage?from=2026-08-22", ""), 200); len(got.Days) != 100 {
		t.Errorf("the longest range has %d days", len(got.Days))
	}
	for _, query := range []string{"from=2026-08-21", "to=2026-11-30", "from=2026-11-02&to=2026-11-01", "from=yesterday", "to=2026-02-30", "from=0001-01-01"} {
		r := a.call("GET", "/v1/usage?"+query, "")
		if p := decode[Problem](t, r, 422); len(p.Errors) != 1 || !strings.HasPrefix(p.Errors[0].Location, "query.") {
			t.Errorf("%s: %s", query, r.body)
		}
	}
}
