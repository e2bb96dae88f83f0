package run

import (
	"fmt"
	"strings"
	"testing"
)

// titles are of documents whose addresses stand in one folder.
var titles = []string{
	"Privacy Policy", "Terms of Service", "Cookie Policy", "Acceptable Use Policy", "Data Processing Agreement",
	"Refund Policy", "Service Level Agreement", "Copyright Policy", "Community Guidelines", "Security Policy",
	"Accessibility Statement", "Developer Terms", "Children's Privacy Policy", "Law Enforcement Guidelines",
}

// underMenu is a document's page below a menu of many screens that is marked up as
// any text is. Its own words are of its subject alone.
func underMenu(title string, at int) string {
	var b strings.Builder
	b.WriteString("<!doctype html><html lang=en><title>" + title + "</title><div class=m>")
	for i := range 400 {
		fmt.Fprintf(&b, "<div><a href='/boats/%c%c'>Boats of the harbour of Northwick, pier %c, berth %c</a></div>", 'a'+i%20, 'a'+i/20, 'a'+i%20, 'a'+i/20)
	}
	b.WriteString("</div><main><h1>" + title + "</h1>")
	verbs := []string{"collect", "share", "keep", "erase", "publish", "license", "suspend", "refund", "transfer", "audit", "encrypt", "review", "amend", "disclose"}
	for i := range 10 {
		verb := verbs[(i*3+at)%len(verbs)]
		fmt.Fprintf(&b, "<p>Under this %s, as part %c of it, we may %s what you give us only as applicable law permits; your rights to %s it, and our liability where we %s it, are governed by this agreement and the %s.</p>",
			strings.ToLower(title), 'a'+i, verb, verb, verb, title)
	}
	return b.String() + "</main>"
}

func TestDocumentsUnderAMenuOfManyScreensAreAllFound(t *testing.T) {
	t.Parallel()
	pages, links := map[string]string{}, []string{}
	for i, title := range titles {
		at := fmt.Sprintf("/legal/%c", 'a'+i)
		pages[at] = underMenu(title, i)
		links = append(links, at, title)
	}
	pages["/"] = home(links...)
	rep := crawlOnce(t, newWeb(t, pages).runner(t, nil), func(tk *Task) { tk.Plan.MaxPages = 40 })
	found := map[string]bool{}
	for _, d := range rep.Documents {
		found[strings.TrimPrefix(d.URL, "https://example.com")] = true
	}
	for at := range pages {
		if at != "/" && !found[at] {
			t.Errorf("%s was not found; left were %v", at, rep.Run.Message)
		}
	}
}
