package markdown

import (
	"reflect"
	"strings"
	"testing"
)

func TestSectionHTMLPlacesTheHeadingsBelowThoseOfThePage(t *testing.T) {
	t.Parallel()
	got, headings := SectionHTML("# Terms\n\n### *Data* we\n\ntext\n\n## Rights\n\n#\n\n| A | B |\n|---|---|\n| 1 | 2 |\n", 3, "text-")
	want := "<h3 id=\"text-1\">Terms</h3>\n<h4 id=\"text-2\"><em>Data</em> we</h4>\n<p>text</p>\n<h4 id=\"text-3\">Rights</h4>\n" +
		"<div class=\"table-wrap\" role=\"region\" aria-label=\"Table\" tabindex=\"0\"><table>\n<tr><th>A</th><th>B</th></tr>\n<tr><td>1</td><td>2</td></tr>\n</table></div>\n"
	if got != want {
		t.Errorf("the section is\n%s\nwant\n%s", got, want)
	}
	if want := []SectionHeading{{3, "Terms", "text-1"}, {4, "Data we", "text-2"}, {4, "Rights", "text-3"}}; !reflect.DeepEqual(headings, want) {
		t.Errorf("the headings are %+v, want %+v", headings, want)
	}
}

func TestSectionHTMLNeverSkipsALevel(t *testing.T) {
	t.Parallel()
	md := "###### deep\n\n# a\n\n## b\n\n### c\n\n#### d\n\n##### e\n\n###### f\n\n# g\n"
	_, headings := SectionHTML(md, 2, "t")
	last := 1
	for _, h := range headings {
		if h.Level > last+1 || h.Level < 2 || h.Level > 6 {
			t.Errorf("the heading %s has the level %d after %d", h.Text, h.Level, last)
		}
		last = h.Level
	}
}

func TestSectionHTMLEscapesHeadings(t *testing.T) {
	t.Parallel()
	got, _ := SectionHTML("# <img src=x onerror=alert(1)>\n\n[a](javascript:alert(1))\n", 3, "text-")
	if strings.Contains(got, "<img") || strings.Contains(got, "href") {
		t.Errorf("the section has markup of the text: %s", got)
	}
}
