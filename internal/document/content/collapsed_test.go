package content

import (
	"fmt"
	"strings"
	"testing"
)

// panels returns a page with n sections, each with a heading, an opening tag and its own text.
func panels(n int, head, open string) string {
	var b strings.Builder
	for i := 1; i <= n; i++ {
		fmt.Fprintf(&b, "<div>"+head+open+"<p>%s</p></div></div>", i, section(i))
	}
	return "<body><main><h1>Privacy policy</h1>" + b.String() + "</main></body>"
}

func section(i int) string {
	return fmt.Sprintf("Clause%d", i) + strings.Repeat(fmt.Sprintf(" word%d and more", i), 15)
}

func TestCollapsedSectionsAreKept(t *testing.T) {
	t.Parallel()
	for name, page := range map[string]string{
		"hidden by style":      panels(5, `<button>Part %d</button>`, `<div style="display:none">`),
		"hidden tab panels":    panels(5, `<!-- %d -->`, `<div role=tabpanel hidden>`),
		"opened by an icon":    panels(5, `<a href="#" class="toggle"><svg><path d="M0"/></svg></a><!-- %d -->`, `<div hidden>`),
		"a heading in a block": panels(5, `<div class="head"><button><span>Part %d</span><i class="icon"></i></button></div>`, `<div class="body" aria-hidden="true">`),
		"collapsed by height":  panels(5, `<button>Part %d</button>`, `<div class="collapsible">`),
	} {
		got := ExtractHTML([]byte(page), fixtureURL).Markdown
		for i := 1; i <= 5; i++ {
			if !strings.Contains(got, section(i)) {
				t.Errorf("%s: section %d is missing", name, i)
			}
			if title := fmt.Sprintf("Part %d\n", i); strings.Contains(page, "Part") && !strings.Contains(got, title) {
				t.Errorf("%s: the title of section %d is missing:\n%.200s", name, i, got)
			}
		}
	}
}

func TestButtonsThatAreNotHeadingsAreDropped(t *testing.T) {
	t.Parallel()
	for name, page := range map[string]string{
		"read more":       panels(1, `<p>We begin here %d.</p><button>Read more</button>`, `<div hidden>`),
		"repeated label":  panels(4, `<p>We begin here %d.</p><button>Read more</button>`, `<div hidden>`),
		"next to another": panels(3, `<!-- %d --><div><button>Share</button><button>Read more</button></div>`, `<div>`),
		"tabs":            `<body><main><h1>Terms</h1><div><button>Share</button><button>Read more</button></div>` + panels(2, `<!-- %d -->`, "<div>"),
	} {
		if got := ExtractHTML([]byte(page), fixtureURL).Markdown; strings.Contains(got, "Read more") || strings.Contains(got, "Share") {
			t.Errorf("%s:\n%.200s", name, got)
		}
	}
}

// A copy for another screen width is recognized even if it is hidden.
func TestHiddenDuplicateIsDropped(t *testing.T) {
	t.Parallel()
	page := "<body><main><h1>Terms</h1><div><div hidden><p>" + section(1) + "</p></div></div><div><div hidden><p>" + section(1) + "</p></div></div></main></body>"
	if got := ExtractHTML([]byte(page), fixtureURL).Markdown; strings.Count(got, "Clause1") != 1 {
		t.Errorf("%.300s", got)
	}
}
