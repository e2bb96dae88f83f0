package plain

import (
	"strings"
	"testing"
)

func BenchmarkNormalise(b *testing.B) {
	md := strings.Repeat("## 1. What we collect\n\nWe collect **personal data** that you give us when you open an [account](https://example.com/account): your name, your telephone\\_number.\n\n- for as long as you are our customer;\n", 500)
	b.SetBytes(int64(len(md)))
	b.ReportAllocs()
	for b.Loop() {
		PlainText(md)
	}
}
