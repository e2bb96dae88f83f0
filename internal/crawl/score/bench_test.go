package score

import (
	"net/url"
	"testing"
)

// sampleLinks are links of a typical page. Most do not lead to a document.
var sampleLinks = []struct{ url, text, region string }{
	{"https://www.example.com/en-gb/products/winter/boots?color=brown&size=42", "Winter boots", "nav"},
	{"https://www.example.com/about-us/careers", "Careers", "footer"},
	{"https://www.example.com/legal/privacy-policy", "Privacy Policy", "footer"},
	{"https://help.example.com/hc/en-us/articles/360001234567-How-do-I-return-an-order", "How do I return an order?", "main"},
	{"https://www.example.com/de/allgemeine-geschaeftsbedingungen", "Allgemeine Geschäftsbedingungen", "footer"},
	{"https://blog.example.com/2024/05/17/what-we-learned-from-ten-years-of-shipping-boots", "What we learned from ten years of shipping boots around the world", "main"},
	{"https://www.example.com/", "", "header"},
	{"https://www.example.com/ja/terms", "利用規約", "footer"},
}

func BenchmarkOf(b *testing.B) {
	urls := make([]*url.URL, len(sampleLinks))
	for i, l := range sampleLinks {
		u, err := url.Parse(l.url)
		if err != nil {
			b.Fatal(err)
		}
		urls[i] = u
	}
	b.ReportAllocs()
	for i := range b.N {
		l := &sampleLinks[i%len(sampleLinks)]
		Of(urls[i%len(sampleLinks)], l.text, l.region, 1)
	}
}
