package httpapi

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"testing"

	"github.com/clausea/crawler/internal/evidence"
	"github.com/clausea/crawler/internal/exchange"
	"github.com/clausea/crawler/internal/store"
)

// evidenceOf downloads an evidence pack and verifies it.
func (a *testAPI) evidenceOf(path string, key ed25519.PublicKey) evidence.Report {
	a.t.Helper()
	r := a.call("GET", path, "")
	if r.StatusCode != 200 || r.Header.Get("Content-Type") != typeZIP {
		a.t.Fatalf("%s: %d %s", path, r.StatusCode, r.body)
	}
	checkInertHeaders(a.t, path, r)
	if again := a.call("GET", path, "", "If-None-Match", r.Header.Get("ETag")); again.StatusCode != 304 {
		a.t.Errorf("%s with its ETag gives %d", path, again.StatusCode)
	}
	report, err := evidence.Verify(bytes.NewReader(r.body), int64(len(r.body)), key)
	if err != nil {
		a.t.Fatal(err)
	}
	return report
}

func TestAnEvidencePackCanBeVerifiedOffline(t *testing.T) {
	t.Parallel()
	private := ed25519.NewKeyFromSeed(bytes.Repeat([]byte{7}, ed25519.SeedSize))
	a := newTestAPI(t, func(o *Options) { o.Documents.EvidenceKey = private })
	d := a.addDocument("acme", "a1", "one", "two")
	sum := sha256.Sum256([]byte("<p>two</p>"))
	page := store.FetchedPage{Company: "acme", URL: d.URL, RunID: "run-2", Status: 200, ETag: `"x"`, BodyHash: hex.EncodeToString(sum[:]), FetchedAt: day(2), DocumentID: "a1"}
	if err := a.store.PutPages(t.Context(), store.Fence{}, []store.FetchedPage{page}); err != nil {
		t.Fatal(err)
	}
	key, err := evidence.ParsePublicKey(decode[EvidenceKey](t, a.call("GET", "/v1/evidence-key", ""), 200).Key)
	if err != nil {
		t.Fatal(err)
	}
	r := a.evidenceOf("/v1/documents/a1/evidence", key)
	if m := r.Metadata; m.Version != 2 || m.Company != "acme" || m.URL != d.URL || !m.FetchedAt.Equal(day(2)) || m.Response == nil || m.Response.ETag != `"x"` || !slices.Contains(m.NotRecorded, "tls") || len(r.Manifest.Files) != 3 {
		t.Errorf("the report is %+v", r)
	}
	if m := a.evidenceOf("/v1/documents/a1/evidence?version=1", key).Metadata; m.Version != 1 || m.Response != nil || !slices.Contains(m.NotRecorded, "response") {
		t.Errorf("the metadata of version 1 are %+v", m)
	}
	packed, err := exchange.Exchange{URL: d.URL, Status: 200, TLS: &exchange.TLS{Version: "TLS 1.3"}}.Pack()
	if err != nil {
		t.Fatal(err)
	}
	v := store.Version{DocumentID: "b1", ContentHash: "b", FetchedAt: day(1), URL: d.URL + "/b", RunID: "run-1", Exchange: packed}
	b := store.Document{ID: "b1", Company: "acme", URL: v.URL}
	if _, err := a.store.CommitDocument(t.Context(), store.Fence{}, store.Commit{Document: b, Create: true, Versions: []store.NewVersion{{Version: v, Text: "b"}}}); err != nil {
		t.Fatal(err)
	}
	if m := a.evidenceOf("/v1/documents/b1/evidence", key).Metadata; m.Exchange == nil || m.Exchange.TLS.Version != "TLS 1.3" || slices.Contains(m.NotRecorded, "tls") {
		t.Errorf("the metadata of a version with its exchange are %+v", m)
	}
	for path, want := range map[string]int{"a1/evidence?version=3": 404, "a1/evidence?version=x": 422, "zz/evidence": 404} {
		decode[Problem](t, a.call("GET", "/v1/documents/"+path, ""), want)
	}
}

func TestWithoutAKeyEvidencePacksAreNotSigned(t *testing.T) {
	t.Parallel()
	a := newTestAPI(t, nil)
	a.addDocument("acme", "a1", "one")
	if r := a.evidenceOf("/v1/documents/a1/evidence?version=latest", nil); r.Signer != nil {
		t.Errorf("the signer is %x", r.Signer)
	}
	decode[Problem](t, a.call("GET", "/v1/evidence-key", ""), 404)
}
