package date

import "testing"

const (
	march = "2025-03-04"
	april = "2025-04-03"
)

// orderCase is a page with the date 03/04/2025.
type orderCase struct {
	url, language, region, text string
	want                        string
	ambiguous                   bool
}

func checkOrder(t *testing.T, cases []orderCase) {
	t.Helper()
	for _, c := range cases {
		text := c.text
		if text == "" {
			text = "Last updated: 03/04/2025"
		}
		d := Find(Input{Markdown: text, URL: c.url, Language: c.language, Region: c.region, Now: today})
		if d.Updated != c.want || d.Ambiguous != c.ambiguous {
			t.Errorf("%s %s-%s %q: %s, ambiguous %v, want %s, %v", c.url, c.language, c.region, c.text, d.Updated, d.Ambiguous, c.want, c.ambiguous)
		}
	}
}

func TestDayMonthOrderFollowsTheCountryOfTheURL(t *testing.T) {
	t.Parallel()
	checkOrder(t, []orderCase{
		{"https://harbour.co.uk/privacy", "en", "", "", april, false},
		{"https://harbour.co.uk/privacy", "en", "US", "", april, false},
		{"https://harbour.ie/privacy", "en", "", "", april, false},
		{"https://harbour.in/privacy", "en", "US", "", april, false},
		{"https://harbour.com.au/privacy", "en", "", "", april, false},
		{"https://harbour.de/en/privacy", "en", "", "", april, false},
		{"https://harbour.eu/privacy", "en", "", "", april, false},
		{"https://harbour.com/en-gb/privacy", "en", "", "", april, false},
		{"https://harbour.com/legal/en_AU/privacy", "en", "", "", april, false},
		{"https://harbour.com/uk/privacy", "en", "", "", april, false},
		{"https://harbour.com/gb-en/privacy", "en", "", "", april, false},
		{"https://uk.harbour.com/privacy", "en", "", "", april, false},
		{"https://harbour.com/privacy?locale=en_IE", "en", "", "", april, false},
		{"https://harbour.com/en-us/privacy", "en", "", "", march, false},
		{"https://harbour.us/privacy", "en", "", "", march, false},
		{"https://harbour.gov/privacy", "en", "", "", march, false},
		{"https://harbour.co.uk/en-us/privacy", "en", "", "", march, false},
		{"https://harbour.ca/privacy", "en", "", "", april, true},
		// The domains of these countries are used by sites of other countries.
		{"https://harbour.io/privacy", "en", "", "", march, true},
		{"https://harbour.ai/privacy", "en", "", "", march, true},
		// "uk" is also the code of the Ukrainian language.
		{"https://harbour.com/uk/privacy", "", "", "", march, true},
	})
}

func TestDayMonthOrderFollowsDeclarationsAndLanguage(t *testing.T) {
	t.Parallel()
	checkOrder(t, []orderCase{
		{"", "en", "US", "", march, false},
		{"", "en", "GB", "", april, false},
		{"", "en", "", "", march, true},
		{"", "", "", "", march, true},
		{"", "fr", "", "Mis à jour le 03/04/2025", april, false},
		{"", "fr", "CA", "Mis à jour le 03/04/2025", april, true},
		{"", "ja", "", "最終更新日：03/04/2025", april, true},
		{"", "en", "", "Last updated: 03.04.2025", april, false},
		{"", "en", "", "Last updated: 04/04/2025", "2025-04-04", false},
	})
}

func TestDayMonthOrderFollowsTheText(t *testing.T) {
	t.Parallel()
	const line = "# Privacy Policy\n\nLast updated: 03/04/2025\n\n"
	checkOrder(t, []orderCase{
		{"", "en", "", "See 31/01/2020.\n\nLast updated: 03/04/2025", april, false},
		{"https://harbour.co.uk/", "en", "GB", "See 01/31/2020.\n\nLast updated: 03/04/2025", march, false},
		{"", "fr", "", "Voir 01/31/2020.\n\nMis à jour le 03/04/2025", march, false},
		{"", "en", "", line + "Harbour Limited is registered in England and Wales at 1 High Street, London EC1A 1AA.", april, false},
		{"", "en", "", line + "We recognise that our organisation keeps data for £5.", april, false},
		{"", "en", "US", line + "Harbour Limited is registered in England and Wales at 1 High Street, London EC1A 1AA.", april, false},
		{"", "en", "", line + "Harbour, Inc. is a Delaware corporation, 1 Main Street, San Francisco, CA 94107.", march, false},
		{"", "en", "", line + "Harbour Pvt. Ltd., call +91 22 1234 5678.", april, false},
		{"", "en", "", line + "We recognize that our organization keeps data.", march, true},
		{"", "en", "", line + "Harbour Ltd. and PIPEDA: +44 20 7946 0000, £5.", april, true},
		// Updates are in the past.
		{"", "en", "", "Last updated: 11/01/2026", "2026-01-11", false},
		{"", "en", "GB", "Last updated: 01/11/2026", "2026-01-11", false},
	})
}

func TestModificationDateOfThePageDecidesTheDayMonthOrder(t *testing.T) {
	t.Parallel()
	for modified, want := range map[string]string{"2025-04-03T09:00:00Z": april, "2025-03-04": march, "2025-03-05T01:00:00+09:00": march} {
		d := Find(Input{Markdown: "Last updated: 03/04/2025", Language: "en", PageModified: modified, Now: today})
		if d.Updated != want || d.Ambiguous {
			t.Errorf("modified %s: %+v, want %s", modified, d, want)
		}
	}
}
