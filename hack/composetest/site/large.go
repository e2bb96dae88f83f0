package main

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
)

// The sizes of the large company.
const (
	largePages       = 800
	linksPerPage     = 20
	sentencesPerPage = 450
	wordsPerSentence = 20
)

// largeWords are the words of the texts and paths of the large company.
var largeWords = strings.Fields(`account agreement applicable arbitration authority billing breach cancel claim
	client compliance condition confidential consent content contract controller cookie copyright court customer
	damage data delete delivery device dispute duty effective email event exclusion export fee file force governing
	guarantee harm host identity indemnify information invoice jurisdiction language law lawful liability license
	limit location loss maintain material merchant network notice obligation offer order owner parcel party payment
	penalty period permission personal platform policy privacy processor product profile property provider purchase
	purpose recipient record refund registration regulation remedy renewal request retention right sanction security
	seller service storage subscription supplier support tariff tax term third trademark transfer transit trial user
	vendor version waiver warranty website withdrawal`)

// large is the site of a company with many long documents, whose texts and paths have little in
// common.
type large struct {
	paths []string
	pages map[string]int
}

func newLarge() *large {
	l := &large{pages: map[string]int{}}
	r := rand.New(rand.NewPCG(1, 2))
	for len(l.paths) < largePages {
		path := "/legal/" + largeWords[r.IntN(len(largeWords))] + "/" + largeWords[r.IntN(len(largeWords))] + "-terms"
		if _, ok := l.pages[path]; !ok {
			l.pages[path] = len(l.paths)
			l.paths = append(l.paths, path)
		}
	}
	l.pages["/"] = 0
	return l
}

// ServeHTTP serves a page, which links to pages further down a tree.
func (l *large) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	n, ok := l.pages[r.URL.Path]
	if !ok {
		http.NotFound(w, r)
		return
	}
	random := rand.New(rand.NewPCG(3, uint64(n)))
	title := strings.ReplaceAll(strings.TrimPrefix(l.paths[n], "/legal/"), "/", " ")
	var b strings.Builder
	fmt.Fprintf(&b, "<!doctype html><html lang=en><head><title>%s</title></head><body><main><h1>Terms: %[1]s</h1>\n", title)
	for range sentencesPerPage {
		b.WriteString("<p>You agree that the")
		for range wordsPerSentence {
			b.WriteString(" " + largeWords[random.IntN(len(largeWords))])
		}
		b.WriteString(" applies.</p>\n")
	}
	b.WriteString("</main><footer>")
	for i := n*linksPerPage + 1; i <= (n+1)*linksPerPage && i < largePages; i++ {
		fmt.Fprintf(&b, `<a href="%s">Terms %s</a> `, l.paths[i], strings.TrimPrefix(l.paths[i], "/legal/"))
	}
	b.WriteString("</footer></body></html>")
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = w.Write([]byte(b.String()))
}
