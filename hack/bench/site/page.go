package site

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
)

// The number of links on a page, and the bounds of its size in bytes. Small sizes are
// more frequent than large ones: the density falls linearly, and the mean is 44 KiB.
const (
	linksPerPage = 75
	minSize      = 16 << 10
	maxSize      = 100 << 10
)

// randomSize returns a random page size.
func randomSize(r *rand.Rand) int {
	x := min(r.Float64(), r.Float64())
	return minSize + int(x*(maxSize-minSize))
}

// ordinary returns page i: styles, a menu, a text with links, a footer and a script with
// data, in about the proportions of real pages.
func (s *Site) ordinary(i int) []byte {
	r := rand.New(rand.NewPCG(uint64(i), 7))
	p := newProse(r)
	size := randomSize(r)
	b := make([]byte, 0, size+4096)
	b = fmt.Appendf(b, "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width\">\n<title>Page %d</title>\n<link rel=\"canonical\" href=\"/p/%d\">\n<style>\n", i, firstPage+i)
	for len(b) < size/12 {
		b = fmt.Appendf(b, ".%s-%d{margin:%dpx %dpx;color:#%06x}\n", p.word(), r.IntN(99), r.IntN(32), r.IntN(32), r.IntN(1<<24))
	}
	b = append(b, "</style>\n</head>\n<body class=\"page\">\n<header class=\"top\"><nav class=\"menu\"><ul>\n"...)
	refs := s.links(i, r)
	menu, text, foot := refs[:25], refs[25:60], refs[60:]
	for _, ref := range menu {
		label := "Terms"
		if strings.HasPrefix(ref, "/missing/") {
			label = "Policy" // scores lower, see links
		}
		b = fmt.Appendf(b, "<li class=\"menu-item item-%d\"><a class=\"menu-link\" href=\"%s\">%s: %s %s</a></li>\n", r.IntN(99), ref, label, p.word(), p.word())
	}
	b = append(b, "</ul></nav></header>\n<main id=\"content\"><article>\n"...)
	b = append(p.append(append(b, "<h1>"...), 5), "</h1>\n"...)
	for body := size * 3 / 4; len(b) < body || len(text) > 0; {
		if r.IntN(6) == 0 {
			b = append(p.append(append(b, "<h2 class=\"title\">"...), 4), "</h2>\n"...)
		}
		b = append(b, "<div class=\"block\"><p>"...)
		b = p.append(b, 25+r.IntN(40))
		if left := max((body-len(b))/400, 1); len(text) > 0 && r.IntN(left) < len(text) {
			b = fmt.Appendf(b, " <a href=\"%s\" title=\"%s\">terms: %s</a> ", text[0], p.word(), p.word())
			text = text[1:]
		}
		b = append(p.append(b, 10), "</p></div>\n"...)
	}
	b = append(b, "</article></main>\n<footer class=\"bottom\">\n"...)
	for _, ref := range foot {
		b = fmt.Appendf(b, "<a class=\"foot\" href=\"%s\">Terms: %s</a>\n", ref, p.word())
	}
	b = append(b, "</footer>\n<script type=\"application/json\">["...)
	for len(b) < size-64 {
		b = fmt.Appendf(b, "{\"id\":%d,\"name\":\"%s\",\"price\":%d},", r.IntN(1e6), p.word(), r.IntN(1e4))
	}
	return append(b, "0]</script>\n</body>\n</html>\n"...)
}

// links returns the links of a page. One has tracking parameters and one a fragment; one
// each leads to a redirect, a missing page, a forbidden page and the calendar. Redirects
// and missing pages are few, because they are cheap and would lower a crawler's mean. The
// URL of a forbidden page names a legal document, so that only robots.txt keeps the engine
// from requesting it. Links to missing pages score lower: the engine lowers the rank of a
// host's URLs after consecutive missing pages, and must meet the forbidden ones first.
func (s *Site) links(i int, r *rand.Rand) []string {
	refs := make([]string, linksPerPage)
	few := max(s.Pages/40, 1)
	for l := range refs {
		to := fmt.Sprintf("/p/%d", firstPage+r.IntN(s.Pages))
		switch l {
		case 10:
			to = fmt.Sprintf("/p/%d", firstPage+(i+1)%s.Pages) // makes every page reachable
		case 11:
			to += "?utm_source=menu&amp;utm_medium=link"
		case 12:
			to += "#section-" + strconv.Itoa(r.IntN(9))
		case 13:
			to = fmt.Sprintf("/moved/%d", r.IntN(few))
		case 14:
			to = fmt.Sprintf("/missing/%d", r.IntN(few))
		case 15:
			to = fmt.Sprintf("/private/terms/%d", r.IntN(s.Pages))
		case 16:
			to = fmt.Sprintf("/calendar?month=%d", r.IntN(24))
		}
		refs[l] = to
	}
	return refs
}
