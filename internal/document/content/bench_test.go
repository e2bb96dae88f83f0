package content

import (
	"fmt"
	"strings"
	"testing"
)

// newPage returns a typical page of about size bytes: mostly scripts and styles, then
// menus and a document in sections.
func newPage(size int) []byte {
	var b strings.Builder
	b.WriteString("<!doctype html><html lang=en><head><title>Privacy Policy | Example</title><style>")
	for i := range 300 {
		fmt.Fprintf(&b, ".c%d{color:#%06x;margin:%dpx}\n", i, i, i)
	}
	b.WriteString("</style></head><body class='page'><header class=site-header><nav class=main-nav><ul>")
	for i := range 120 {
		fmt.Fprintf(&b, `<li class="nav-item menu-item-%d"><a class="nav-link" href="/products/%d">Product number %d</a></li>`, i, i, i)
	}
	b.WriteString("</ul></nav></header><main><article><h1>Privacy Policy</h1>")
	for i := 0; b.Len() < size-20_000; i++ {
		fmt.Fprintf(&b, `<section id="s%d" class="section section--text"><h2>%d. What we collect</h2><p class="text text--body">We collect <b>personal data</b> that you give us when you
 open an <a href="/account/%d">account</a>: your name, your e-mail address &amp; your telephone_number. We process it to perform our contract with you.</p><ul><li>for as long as you
 are our customer;</li><li>and for <em>three years</em> after that.</li></ul></section>`, i, i, i)
	}
	b.WriteString("</article></main><footer class=site-footer><ul>")
	for i := range 60 {
		fmt.Fprintf(&b, `<li><a href="/about/%d">About us %d</a></li>`, i, i)
	}
	b.WriteString("</ul><p>© 2024 Example</p></footer><script>")
	for i := range 400 {
		fmt.Fprintf(&b, "function f%d(a){return a<%d&&a>0}\n", i, i)
	}
	b.WriteString("</script></body></html>")
	return []byte(b.String())
}

func BenchmarkExtractHTML(b *testing.B) {
	for _, size := range []int{20_000, 137_000, 1_000_000, 8_000_000} {
		body := newPage(size)
		b.Run(fmt.Sprintf("%dKB", size/1000), func(b *testing.B) {
			b.SetBytes(int64(len(body)))
			b.ReportAllocs()
			for b.Loop() {
				ExtractHTML(body, "https://www.example.com/privacy")
			}
		})
	}
}

func BenchmarkBuildTree(b *testing.B) {
	body := string(newPage(137_000))
	b.SetBytes(int64(len(body)))
	b.ReportAllocs()
	for b.Loop() {
		buildTree(body)
	}
}
