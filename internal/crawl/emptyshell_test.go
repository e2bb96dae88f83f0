package crawl

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
)

func TestAPageWhoseTextIsBuiltByScriptsIsAnEmptyShell(t *testing.T) {
	t.Parallel()
	text := strings.Repeat("Some text of its own. ", 50)
	menu := ""
	for i := range 60 {
		menu += fmt.Sprintf(`<a href="/x%d">A link of the menu</a> `, i)
	}
	for name, c := range map[string]struct {
		body string
		want bool
	}{
		"a shell":                           {`<div id="root"></div><script src="/app.js"></script>`, true},
		"a shell with a menu":               {menu + `<script src="/app.js"></script>`, true},
		"a shell that asks for scripts":     {text + `<noscript>You need to enable JavaScript to run this app.</noscript><script></script>`, true},
		"a page":                            {text + `<script src="/app.js"></script>`, false},
		"a page with another noscript":      {text + `<noscript><img src="/pixel"></noscript><script></script>`, false},
		"a long page that asks for scripts": {strings.Repeat(text, 3) + `<noscript>JavaScript!</noscript><script></script>`, false},
		"a short page without scripts":      {`<p>Nothing here.</p>`, false},
	} {
		p := &Page{URL: "https://example.com/", Header: http.Header{"Content-Type": {"text/html"}}, Body: []byte(c.body)}
		scanLinks(p)
		if got := isEmptyShell(p); got != c.want {
			t.Errorf("%s: an empty shell: %v", name, got)
		}
	}
}
