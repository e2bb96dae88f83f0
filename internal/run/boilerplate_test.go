package run

import (
	"fmt"
	"strings"
	"testing"
)

// titles are the titles of documents whose URLs are in one folder.
var titles = []string{
	"Privacy Policy", "Terms of Service", "Cookie Policy", "Acceptable Use Policy", "Data Processing Agreement",
	"Refund Policy", "Service Level Agreement", "Copyright Policy", "Community Guidelines", "Security Policy",
	"Accessibility Statement", "Developer Terms", "Children's Privacy Policy", "Law Enforcement Guidelines",
}

// pageBelowMenu returns the page of a document below a long menu that is marked up like
// text. The words of the document are specific to its subject.
func pageBelowMenu(title string, at int) string {
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

func TestDocumentsBelowALongMenuAreFound(t *testing.T) {
	t.Parallel()
	pages, links := map[string]string{}, []string{}
	for i, title := range titles {
		at := fmt.Sprintf("/legal/%c", 'a'+i)
		pages[at] = pageBelowMenu(title, i)
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
			t.Errorf("%s was not found: %s", at, rep.Run.Message)
		}
	}
}

// cityPage returns a policy with the name of a city in each sentence.
func cityPage(n int, menu string) string {
	city := fmt.Sprintf("Nor%c%cwick", 'a'+n/20%20, 'a'+n%20)
	var b strings.Builder
	fmt.Fprintf(&b, "<!doctype html><html lang=en><title>Privacy Policy of %s</title>%s<main><h1>Privacy Policy of %s</h1>", city, menu, city)
	for i, what := range []string{"collect your name and address", "use cookies and similar means", "share data with our processors", "keep records for some years", "answer requests for erasure", "encrypt what is stored", "transfer data abroad under clauses", "rely on consent or a contract", "protect children's data", "change this policy by notice"} {
		fmt.Fprintf(&b, "<h2>%d. Of the harbour of %s</h2><p>In %s we %s, and each visitor of %s has the right to object to the controller of %s; personal data that %s has no need of are deleted.</p>", i, city, city, what, city, city, city)
	}
	for i := range 3 {
		fmt.Fprintf(&b, "<a href='/legal/nor%c%cwick'>Privacy Policy of the next city</a> ", 'a'+(3*n+i+1)/20%20, 'a'+(3*n+i+1)%20)
	}
	return b.String() + "</main>"
}

func TestPagesThatDifferOnlyInANameAreATrap(t *testing.T) {
	t.Parallel()
	for name, menu := range map[string]string{"alone": "", "under a menu": "<div>" + strings.Repeat("<div><a href='/boats'>Boats of the harbour, pier by pier</a></div>", 300) + "</div>"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			pages := map[string]string{"/": home("/legal/noraawick", "Privacy Policy", "/terms", "Terms of Service"), "/terms": policy("Terms of Service")}
			for n := range 400 {
				pages[fmt.Sprintf("/legal/nor%c%cwick", 'a'+n/20, 'a'+n%20)] = cityPage(n, menu)
			}
			rep := crawlOnce(t, newWeb(t, pages).runner(t, nil), func(tk *Task) { tk.Plan.MaxPages = 200 })
			if rep.Run.StopReason == "PageLimit" || len(rep.Documents) > 20 {
				t.Errorf("the crawl found %d documents and ended with %s", len(rep.Documents), rep.Run.StopReason)
			}
		})
	}
}
