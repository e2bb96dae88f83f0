package date

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

func TestQuoteIsTheSentenceWithTheDate(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"# Terms\n\nWelcome. These terms are effective as of **1 May 2024**. Read them.":                                         "These terms are effective as of 1 May 2024.",
		"# Terms\n\nLast updated\n\nMay 1, 2024\n\nWe use cookies.":                                                              "Last updated May 1, 2024",
		"| Effective date | Version |\n|---|---|\n| 1 May 2024 | 3 |\n\nText":                                                    "Effective date Version 1 May 2024 3",
		"# Terms\n\nWelcome to all. These terms are effective beginning 12:01 a.m. U.S. Pacific Time on May 1, 2024. Read them.": "These terms are effective beginning 12:01 a.m. U.S. Pacific Time on May 1, 2024.",
		"# Terms\n\nEffective May 1, 2024 at 12:01 a.m. Eastern Time. Read them.":                                                "Effective May 1, 2024 at 12:01 a.m. Eastern Time.",
		"# Terms\n\nFor existing users, effective May 1, 2024.":                                                                  "For existing users, effective May 1, 2024.",
		"# Terms\n\nEffective 1-May-24. Read them.":                                                                              "Effective 1-May-24.",
		"# Terms\n\nBe nice.\n\nRev. 05/24":                                                                                      "Rev. 05/24",
		"# ข้อกำหนด\n\nข้อกำหนดนี้มีผลบังคับใช้ตั้งแต่วันที่ 1 พฤษภาคม พ.ศ. 2567 เป็นต้นไป":   "ข้อกำหนดนี้มีผลบังคับใช้ตั้งแต่วันที่ 1 พฤษภาคม พ.ศ. 2567 เป็นต้นไป",
		"# الشروط\n\nتسري هذه الشروط اعتبارًا من 1 أيار 2024.":                                "تسري هذه الشروط اعتبارًا من 1 أيار 2024.",
		"x " + strings.Repeat("word ", 200) + "this policy was last updated on 1 May 2024 ok": "last updated on 1 May 2024",
	} {
		d := Find(Input{Markdown: text, Language: "en", Now: today})
		if d.Effective != "2024-05-01" || !strings.Contains(d.EffectiveQuote, want) || len(d.EffectiveQuote) > maxQuoteBytes {
			t.Errorf("%+v does not quote %q", d, want)
		}
	}
}

func TestEffectiveDateIsTheDateForNewUsers(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ text, effective, upcoming string }{
		{"Effective January 1, 2025 for new users and March 1, 2025 for existing users.", "2025-01-01", ""},
		{"Effective Date: January 1, 2025 (for new users), March 1, 2025 (for existing users)", "2025-01-01", ""},
		{"Effective for existing users on March 1, 2025, and for new users on January 1, 2025.", "2025-01-01", ""},
		{"For new users, effective January 1, 2025. For existing users, effective March 1, 2025.", "2025-01-01", ""},
		{"For existing users, effective March 1, 2025. For new users, effective January 1, 2025.", "2025-01-01", ""},
		{"Effective date for new users: January 1, 2025\n\nEffective date for existing users: March 1, 2025", "2025-01-01", ""},
		{"These terms apply to new customers as of 1 January 2025, and to existing customers as of 1 March 2025.", "2025-01-01", ""},
		// Until then, existing users have the former text.
		{"Effective January 1, 2026 for new users and March 1, 2026 for existing users.", "2026-01-01", "2026-03-01"},
		// If there is no other date, it is the date of the document.
		{"For existing users, effective March 1, 2025", "2025-03-01", ""},
		{"Effective for existing users: March 1, 2025", "2025-03-01", ""},
		{"These terms are effective immediately for new users, and from March 1, 2025 for existing users.", "2025-03-01", ""},
	} {
		d := Find(Input{Markdown: "# Terms\n\n" + c.text + "\n\nBe nice.", Language: "en", Now: today})
		if d.Effective != c.effective || d.Upcoming != c.upcoming || d.Updated != "" {
			t.Errorf("%+v, want effective %s, upcoming %q: %q", d, c.effective, c.upcoming, c.text)
		}
	}
}

func TestUpcomingDateIsReportedOnlyWhileInTheFuture(t *testing.T) {
	t.Parallel()
	text := Input{Markdown: "# Terms\n\nEffective date: 1 March 2026", Language: "en", Now: today}
	if d := Find(text); d.Effective != "2026-03-01" || d.Upcoming != "2026-03-01" || d.UpcomingQuote == "" {
		t.Errorf("before: %+v", d)
	}
	text.Now = today.AddDate(0, 2, 0)
	if d := Find(text); d.Effective != "2026-03-01" || d.Upcoming != "" {
		t.Errorf("after: %+v", d)
	}
	text.Now = time.Time{}
	if d := Find(text); d.Effective != "2026-03-01" || d.Upcoming != "" {
		t.Errorf("without Now: %+v", d)
	}
}

func TestPageLinesSupplyDatesMissingFromTheText(t *testing.T) {
	t.Parallel()
	hints := []string{"Published 1 January 2021", "Updated 2 May 2023", "© 2024 Example"}
	if d := Find(Input{Markdown: "# Terms\n\nBe nice.", Language: "en", Now: today, PageLines: hints}); d.Effective != "2023-05-02" {
		t.Errorf("%+v", d)
	}
	if d := Find(Input{Markdown: "# Terms\n\nEffective 3 June 2022", Language: "en", Now: today, PageLines: hints}); d.Effective != "2022-06-03" || d.Updated != "2023-05-02" {
		t.Errorf("the page overrides the text or adds nothing: %+v", d)
	}
	if d := Find(Input{Markdown: "# Terms", Language: "en", Now: today, PageLines: []string{"12 June 2022", "News of 3 May 2024"}}); d != (Dates{}) {
		t.Errorf("a page date without a cue is used: %+v", d)
	}
}

func TestMetadataNeverSetsTheEffectiveDate(t *testing.T) {
	t.Parallel()
	for modified, want := range map[string]string{
		"2024-03-01T10:00:00+01:00": "2024-03-01", "2024-03-01": "2024-03-01",
		"yesterday": "", "2031-01-01": "", "1970-01-01": "", "2024-02-31T00:00": "", "": "",
	} {
		d := Find(Input{Markdown: "# Terms\n\nBe nice.", Language: "en", Now: today, PageModified: modified})
		if d.Updated != want || d.Effective != "" {
			t.Errorf("%q: %+v", modified, d)
		}
	}
	d := Find(Input{Markdown: "# Terms\n\nLast updated 3 June 2022", Language: "en", Now: today, PageModified: "2024-03-01"})
	if d.Updated != "2022-06-03" {
		t.Errorf("metadata override the text: %+v", d)
	}
}

func TestDatesAreFoundAtBothEndsOfAVeryLongText(t *testing.T) {
	t.Parallel()
	filler := strings.Repeat("On 3 May 2019, 04/05/2018 and 2017-06-05 nothing happened. ", 100_000)
	for _, text := range []string{"Last updated: 7 July 2023\n\n" + filler, filler + "\n\nLast updated: 7 July 2023"} {
		if d := Find(Input{Markdown: text, Language: "en", Now: today}); d.Updated != "2023-07-07" {
			t.Errorf("%+v", d)
		}
	}
}

func FuzzFind(f *testing.F) {
	for _, file := range []string{"dated.tsv", "undated.tsv"} {
		for _, c := range readCases(f, file) {
			f.Add(c.text, c.language, c.region)
		}
	}
	f.Add("](](2024-01-01 年令和元年", "ja", "")
	f.Fuzz(func(t *testing.T, text, language, region string) {
		d := Find(Input{Markdown: text, Language: language, Region: region, Now: today, PageLines: []string{text}, PageModified: text})
		for _, day := range []string{d.Effective, d.Updated, d.Upcoming} {
			if day == "" {
				continue
			}
			at, err := time.Parse(time.DateOnly, day)
			if err != nil || at.Year() < firstYear || at.After(today.AddDate(maxYearsAhead, 0, 1)) {
				t.Errorf("%q is not a valid day", day)
			}
		}
		for _, quote := range []string{d.EffectiveQuote, d.UpdatedQuote, d.UpcomingQuote} {
			if utf8.ValidString(text) && !utf8.ValidString(quote) || len(quote) > 2*maxQuoteBytes {
				t.Errorf("quote %q", quote)
			}
		}
		if d.Effective == "" && d.EffectiveQuote != "" {
			t.Error("a quote without a date")
		}
	})
}
