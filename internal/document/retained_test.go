package document_test

import (
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/clausea/crawler/internal/document"
)

// A crawl remembers the title, the language and the dates of each document. The test compares the heap of
// the process, so it does not run in parallel with others.
func TestWhatACrawlRemembersOfADocumentDoesNotHoldItsPage(t *testing.T) {
	const pages, size, limit = 16, 128 << 10, 512 << 10
	read := func(i int) document.Document {
		var b strings.Builder
		fmt.Fprintf(&b, "<html lang=\"en-GB\"><title>Privacy Policy %d</title><main><h1>Privacy Policy %d</h1><p>Effective date: 3 March 2024. Last updated: 1 March 2024.</p>", i, i)
		for n := 0; b.Len() < size; n++ {
			fmt.Fprintf(&b, "<p>%d. We process personal data to perform the contract number %d.</p>", n, n*i)
		}
		d, err := document.Read(document.Input{URL: "https://example.com/privacy", Body: []byte(b.String()), ContentType: "text/html; charset=utf-8", Now: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)})
		if err != nil {
			t.Fatal(err)
		}
		d.Markdown, d.Text, d.Subprocessors, d.Removed = "", "", nil, nil
		return d
	}
	read(0) // loads what every document needs
	heap := func() uint64 {
		runtime.GC()
		runtime.GC() // the first one may only move objects of a sync.Pool
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	before := heap()
	kept := make([]document.Document, 0, pages)
	for i := range pages {
		kept = append(kept, read(i+1))
	}
	after := heap()
	if kept[1].Title != "Privacy Policy 2" || kept[1].EffectiveDate != "2024-03-03" || kept[1].Jurisdiction != "GB" {
		t.Errorf("the document has the title %q, the date %q and the jurisdiction %q", kept[1].Title, kept[1].EffectiveDate, kept[1].Jurisdiction)
	}
	if after > before+limit {
		t.Errorf("%d documents hold %d KiB, which is more than their strings", pages, (after-before)>>10)
	}
	runtime.KeepAlive(kept)
}
