package content

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
)

func TestAPageIsReadTheSameAfterOtherPages(t *testing.T) {
	t.Parallel()
	var long strings.Builder
	for i := range 500 {
		fmt.Fprintf(&long, `<div class="cookie-banner" hidden><h2 id="s%d">Other %d</h2><p><a href="/x">We use cookies.</a></p></div>`, i, i)
	}
	const page = `<html><body><h1>Terms</h1><ol><li>You agree.</li><li>We agree with <b>all of</b> it.</li></ol><table><tr><td>a</td><td>b</td></tr></table></body></html>`
	before := ExtractHTMLAndRemoved([]byte(page), "https://a.example/terms")
	markdown := strings.Clone(before.Markdown)
	for range 5 {
		ExtractHTML([]byte(long.String()), "https://a.example/other")
		if after := ExtractHTMLAndRemoved([]byte(page), "https://a.example/terms"); !reflect.DeepEqual(before, after) || after.Markdown != markdown {
			t.Fatalf("the page is read as %+v, and before as %+v", after, before)
		}
	}
}
