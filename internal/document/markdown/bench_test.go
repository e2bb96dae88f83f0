package markdown

import (
	"strings"
	"testing"
)

func BenchmarkPlainText(b *testing.B) {
	md := strings.Repeat("## 1. What we collect\n\nWe collect **personal data** that you give us when you open an [account](https://example.com/account): your name, your telephone\\_number.\n\n- for as long as you are our customer;\n", 500)
	b.SetBytes(int64(len(md)))
	b.ReportAllocs()
	for b.Loop() {
		PlainText(md)
	}
}

func BenchmarkParse(b *testing.B) {
	md := strings.Repeat("## 3. Retention\n\nWe keep your **personal data** for as long as [needed](https://example.com/x), and no longer than 3 years.\n\n- one\n- two\n\n", 1000)
	b.SetBytes(int64(len(md)))
	for b.Loop() {
		Parse(md)
	}
}
