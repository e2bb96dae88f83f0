package soak

import (
	"math"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"
)

func TestSlopeIsThatOfTheLineThroughTheSamples(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 29, 12, 0, 0, 0, time.UTC)
	var samples []sample
	for i := range 60 {
		noise := float64(i%2*2-1) * 3 * mebibyte
		samples = append(samples, sample{at: at.Add(time.Duration(i) * interval), anonymous: 100*mebibyte + float64(i)/60*5*mebibyte + noise})
	}
	per10m, e := slope(samples, func(s sample) float64 { return s.anonymous })
	if got, tolerance := per10m/mebibyte, e/mebibyte; math.Abs(got-5) > 2*tolerance || tolerance > 1.5 {
		t.Errorf("the slope is %.2f ± %.2f MiB, want 5", got, tolerance)
	}
}

func TestOnlyWholePagesOfTheCurrentCrawlMustBeStored(t *testing.T) {
	t.Parallel()
	w := newWeb(1 << 10)
	get := func(document page) string {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "https://"+domain(document.company)+document.path(), nil)
		out := httptest.NewRecorder()
		w.ServeHTTP(out, r)
		return out.Body.String()
	}
	first, second := page{3, 1}, page{3, 2}
	w.publish(3, first.document)
	w.beginCrawl(3)
	at, edition, err := readMarker(get(first))
	if err != nil || at != first || edition != 1 {
		t.Errorf("the page is edition %d of %v, %v", edition, at, err)
	}
	if got := w.servedInCrawl(3); len(got) != 1 || got[first] != 1 {
		t.Errorf("served %v", got)
	}
	w.setFault(3, failing)
	get(second)
	if got := w.servedInCrawl(3); len(got) != 0 {
		t.Errorf("a failing site has served %v", got)
	}
	w.setFault(3, none)
	get(second)
	w.beginCrawl(3)
	if got := w.servedInCrawl(3); len(got) != 0 {
		t.Errorf("a new crawl has served %v", got)
	}
}
