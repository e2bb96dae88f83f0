package site

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// Sizes of the generated legal documents in bytes. Small sizes are more frequent than
// large ones; the mean is 137 KiB.
const (
	minDocument = 40 << 10
	maxDocument = 331 << 10
	// documentLinks is the number of links to other documents.
	documentLinks = 40
)

// NewDocuments returns a site of generated legal documents, each with a different text.
func NewDocuments(pages int) (*Site, error) {
	s := &Site{Pages: pages}
	s.page = s.document
	return s, s.fill()
}

// kinds are the types of documents, each with a subject of its own.
var kinds = []struct{ title, matter string }{
	{"Privacy Policy", "personal data"},
	{"Terms of Service", "the service"},
	{"Cookie Policy", "cookies and similar technologies"},
	{"Data Processing Agreement", "customer personal data"},
	{"Acceptable Use Policy", "the platform"},
	{"Refund Policy", "refunds and cancelled orders"},
}

// Parts of sentences: party, modal verb, action, object and condition.
var (
	parties = strings.Fields("we you customers users partners subprocessors controllers processors administrators visitors subscribers sellers")
	modals  = []string{"may", "must", "will", "shall", "agree to", "may not", "are required to", "reserve the right to"}
	acts    = []string{"collect", "process", "share", "delete", "disclose", "retain", "transfer", "access", "modify", "suspend", "terminate", "review", "notify us of", "object to", "license", "restrict", "correct", "store", "protect", "use"}
	objects = []string{"account information", "payment details", "usage data", "device identifiers", "location data", "any content", "the agreement", "these terms", "personal information", "log files", "the subscription", "confidential information", "intellectual property", "communications", "preferences", "security measures", "third-party services", "records of processing"}
	grounds = []string{"where the law requires it", "for the purposes set out in this section", "with your prior consent", "within thirty days of the request", "unless otherwise agreed in writing", "to the extent permitted by applicable law", "on the basis of our legitimate interests", "without undue delay", "in accordance with Article 28", "at any time and without liability", "as described in the annex", "for as long as the account remains active", "subject to appropriate safeguards", "in the European Economic Area"}
	topics  = []string{"Information we collect", "How it is used", "Your rights", "Limitation of liability", "Sharing and disclosure", "Retention", "International transfers", "Termination", "Governing law", "Security", "Children", "Changes", "Contact", "Definitions", "Payment", "Warranties", "Indemnification", "Dispute resolution"}
)

// legalText generates sentences.
type legalText struct {
	*prose
	matter string
}

func pick(p *prose, of []string) string { return of[p.r.IntN(len(of))] }

// sentence appends a sentence. Some contain a generated word, so that all pages differ.
func (l *legalText) sentence(b []byte) []byte {
	object := pick(l.prose, objects)
	if l.r.IntN(3) == 0 {
		object = l.matter
	}
	who := pick(l.prose, parties)
	b = append(append(b, who[0]-0x20), who[1:]...)
	b = fmt.Appendf(b, " %s %s %s", pick(l.prose, modals), pick(l.prose, acts), object)
	if l.r.IntN(2) == 0 {
		b = fmt.Appendf(b, " and %s of the %s", pick(l.prose, objects), l.word())
	}
	if l.r.IntN(3) > 0 {
		b = fmt.Appendf(b, ", %s", pick(l.prose, grounds))
	}
	return append(b, ". "...)
}

// document returns page i. About a quarter is styles, scripts, a menu and a footer; the
// rest is a numbered text in nested elements with lists, tables and links.
func (s *Site) document(i int) []byte {
	r := rand.New(rand.NewPCG(uint64(i), 11))
	k := kinds[i%len(kinds)]
	l := &legalText{newProse(r), k.matter}
	size := minDocument + int(min(r.Float64(), r.Float64())*(maxDocument-minDocument))
	b := make([]byte, 0, size+8192)
	b = fmt.Appendf(b, "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<title>%s | Harbour %d</title>\n<style>\n", k.title, i)
	for len(b) < size/8 {
		b = fmt.Appendf(b, ".%s-%d>.%s{margin:%dpx %dpx;padding:%dem;color:#%06x}\n", l.word(), r.IntN(99), l.word(), r.IntN(32), r.IntN(32), r.IntN(9), r.IntN(1<<24))
	}
	b = append(b, "</style>\n</head>\n<body class=\"site\">\n<header class=\"site-header\"><nav><ul class=\"menu\">\n"...)
	for n := range documentLinks {
		to := firstPage + r.IntN(s.Pages)
		if n == 0 {
			to = firstPage + (i+1)%s.Pages
		}
		b = fmt.Appendf(b, "<li class=\"menu-item\"><a href=\"/p/%d\">%s</a></li>\n", to, kinds[(to-firstPage)%len(kinds)].title)
	}
	b = fmt.Appendf(b, "</ul></nav></header>\n<main><div class=\"wrap\"><div class=\"legal-content\">\n<h1>%s</h1>\n<p class=\"date\">Last updated: %d March %d</p>\n", k.title, 1+i%28, 2019+i%6)
	for n := 1; len(b) < size*7/8; n++ {
		b = l.section(b, n)
	}
	b = append(b, "</div></div></main>\n<footer class=\"site-footer\"><p>Harbour Ltd. All rights reserved.</p></footer>\n<script>window.state=["...)
	for len(b) < size-32 {
		b = fmt.Appendf(b, "{\"key\":\"%s\",\"n\":%d},", l.word(), r.IntN(1e6))
	}
	return append(b, "0]</script>\n</body>\n</html>\n"...)
}

// section appends a numbered section.
func (l *legalText) section(b []byte, n int) []byte {
	b = fmt.Appendf(b, "<section id=\"s%d\" class=\"section\"><h2 class=\"heading\"><span class=\"number\">%d.</span> %s</h2>\n", n, n, pick(l.prose, topics))
	for range 2 + l.r.IntN(4) {
		switch l.r.IntN(8) {
		case 0:
			b = append(b, "<ul class=\"list\">\n"...)
			for range 3 + l.r.IntN(6) {
				b = append(l.sentence(append(b, "<li class=\"list-item\"><span>"...)), "</span></li>\n"...)
			}
			b = append(b, "</ul>\n"...)
		case 1:
			b = append(b, "<table class=\"grid\"><tr><th>Purpose</th><th>Basis</th></tr>\n"...)
			for range 2 + l.r.IntN(5) {
				b = fmt.Appendf(b, "<tr><td>%s %s</td><td>%s</td></tr>\n", pick(l.prose, acts), pick(l.prose, objects), pick(l.prose, grounds))
			}
			b = append(b, "</table>\n"...)
		default:
			b = append(b, "<div class=\"paragraph rich-text\"><p class=\"text\">"...)
			for range 2 + l.r.IntN(4) {
				b = l.sentence(b)
			}
			b = fmt.Appendf(b, "See <a href=\"#s%d\" class=\"ref\">section %d</a> and <strong>%s</strong>.</p></div>\n", 1+l.r.IntN(n), n, l.word())
		}
	}
	return append(b, "</section>\n"...)
}

// companyEvery is the distance of two legal documents among the pages of a company's site.
const companyEvery = 10

// NewCompany returns the site of a company: every tenth page is a legal document, the others are
// ordinary pages.
func NewCompany(pages int) (*Site, error) {
	s := &Site{Pages: pages}
	s.page = func(i int) []byte {
		if i%companyEvery == 1 {
			return s.document(i)
		}
		return s.ordinary(i)
	}
	return s, s.fill()
}
