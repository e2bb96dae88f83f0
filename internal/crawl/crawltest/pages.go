package crawltest

import (
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"strings"
)

// Prose returns a text of made-up words that depends on the key only.
func Prose(key string, words int) string {
	h := fnv.New64a()
	_, _ = h.Write([]byte(key))
	r := rand.New(rand.NewPCG(h.Sum64(), 1))
	var b strings.Builder
	for range words {
		for range 2 + r.IntN(3) {
			b.WriteByte("bcdfghjklmnprstvz"[r.IntN(17)])
			b.WriteByte("aeiou"[r.IntN(5)])
		}
		b.WriteByte(' ')
	}
	return b.String()
}

// HTML returns a page with a text that depends on key. The text of each link is LegalText
// and words that depend on the URL, so that a crawl follows it.
func HTML(key string, links ...string) string { return page(key, LegalText+" ", links) }

// LegalText is a link text that suggests a legal document, whatever the URL.
const LegalText = "Terms and Conditions"

// PlainHTML is like HTML with link texts that suggest no legal document.
func PlainHTML(key string, links ...string) string { return page(key, "", links) }

func page(key, text string, links []string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "<!doctype html><html lang=en><title>%s</title><main><p>%s</p>", key, Prose(key, 60))
	for _, l := range links {
		fmt.Fprintf(&b, "<a href=\"%s\">%s%s</a>\n", l, text, Prose(l, 2))
	}
	b.WriteString("</main></html>")
	return b.String()
}
