package crawl

import "testing"

func TestAPageAwaitsItsTranslationInAPreferredLanguage(t *testing.T) {
	t.Parallel()
	const at = "https://example.com/privacy"
	other := func(lang string) []Alternate {
		return []Alternate{{Lang: "x-default", URL: at}, {Lang: "en", URL: at}, {Lang: lang, URL: "https://example.com/" + lang}}
	}
	for name, c := range map[string]struct {
		want []string
		page Links
		is   bool
	}{
		"in another language":              {[]string{"de"}, Links{Lang: "en", Alternates: other("de")}, true},
		"with a region":                    {[]string{"de"}, Links{Lang: "en-US", Alternates: other("DE_at")}, true},
		"preferred in a region":            {[]string{"pt-BR"}, Links{Lang: "en", Alternates: other("pt")}, true},
		"no language is preferred":         {nil, Links{Lang: "en", Alternates: other("de")}, false},
		"the page is in the preferred one": {[]string{"de"}, Links{Lang: "de-AT", Alternates: other("de")}, false},
		"no translation is in it":          {[]string{"de"}, Links{Lang: "en", Alternates: other("fr")}, false},
		"a longer tag with its prefix":     {[]string{"fi"}, Links{Lang: "en", Alternates: other("fil")}, false},
		"the page is the translation":      {[]string{"de"}, Links{Lang: "en", Alternates: []Alternate{{Lang: "de", URL: at}, {Lang: "de-AT", URL: at + "/at"}}}, false},
	} {
		e := &languages{want: c.want}
		if got := e.awaitsTranslation(&c.page, at); got != c.is {
			t.Errorf("%s: %v", name, got)
		}
	}
	if (&languages{want: []string{"de"}}).awaitsTranslation(nil, at) {
		t.Error("a page without links awaits a translation")
	}
}
