package run

import (
	"testing"

	"github.com/clausea/crawler/internal/store"
)

func TestEachVersionHasTheExchangeThatFetchedIt(t *testing.T) {
	t.Parallel()
	st := openStore(t)
	w := newWeb(t, map[string]string{"/": home("/terms", "Terms of Service"), "/terms": policy("Terms of Service")})
	crawlOnce(t, w.runner(t, st))
	w.set("/terms", policy("Terms of Service")+"<p>The harbour company may end the contract within 14 days after a written notice to the customer.</p>")
	rep := crawlOnce(t, w.runner(t, st))
	if len(rep.Documents) != 1 {
		t.Fatalf("the crawl found %v", changes(rep))
	}
	versions, _, err := st.ListVersions(t.Context(), rep.Documents[0].ID, store.ListOptions{})
	if err != nil || len(versions) != 2 {
		t.Fatalf("%d versions, %v", len(versions), err)
	}
	for _, v := range versions {
		x, err := v.Exchange.Unpack()
		if err != nil || x == nil {
			t.Fatalf("version %d has no exchange: %v", v.Number, err)
		}
		if x.URL != v.URL || x.Status != 200 || !x.Received.Equal(v.FetchedAt) || len(x.RequestHeaders) == 0 || len(x.ResponseHeaders) == 0 {
			t.Errorf("the exchange of version %d is %+v, its URL %s", v.Number, x, v.URL)
		}
	}
}
