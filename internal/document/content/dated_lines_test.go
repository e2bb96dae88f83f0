package content

import (
	"slices"
	"strings"
	"testing"
)

func TestDatedLinesAreCollectedFromTheWholePage(t *testing.T) {
	t.Parallel()
	p := ExtractHTML([]byte(`<!doctype html><html><head><title>Terms 2024</title>
<meta property="article:modified_time" content="2024-03-01T10:00:00+00:00">
<script type="application/ld+json">{"@type":"WebPage","dateModified":"2024-04-01"}</script></head>
<body><header><div>Legal</div><div>Last updated</div><div>May 3, 2023</div></header>
<nav>Since 2001</nav><p>Changed <time datetime="2022-02-01T00:00:00Z">last week</time></p>
<main><h1>Terms</h1><p>`+strings.Repeat("word ", 200)+` in 2019</p></main><script>var y = 2020</script><footer>© 2021</footer></body></html>`), "")
	want := []string{"Last updated\n\nMay 3, 2023", "Since 2001", "Changed last week 2022-02-01", "© 2021"}
	if !slices.Equal(p.DatedLines, want) {
		t.Errorf("lines %q, want %q", p.DatedLines, want)
	}
	if p.ModifiedTime != "2024-04-01" {
		t.Errorf("modified %q, want the latest", p.ModifiedTime)
	}
	if many := ExtractHTML([]byte(strings.Repeat("<p>On 3 May 2019</p>", 500)), ""); len(many.DatedLines) != maxDatedLines {
		t.Errorf("%d lines are collected", len(many.DatedLines))
	}
}
