package fulltext

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"github.com/clausea/crawler/internal/store"
)

// found reports whether a text matches a query, as the stores decide it: first by its index entry,
// then by the text.
func found(t interface {
	Errorf(string, ...any)
}, text string, q Query) bool {
	e := NewEntry(text)
	listed := e.Pairs.Has(q.PairBits(len(e.Pairs)))
	for _, token := range q.Tokens() {
		listed = listed && slices.Contains(e.Terms, TermOf(token))
	}
	_, all := q.Read(text)
	if all && !listed {
		t.Errorf("the index entry of %.200q does not list the query %q", text, q.Phrases)
	}
	return all
}

func parse(t interface{ Fatal(...any) }, text string) Query {
	q, err := Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return q
}

func TestAQueryFindsTextsByFoldedWordsAndPhrases(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		text, query string
		want        bool
	}{
		{"We share Data.", "data share", true},
		{"We share data.", "data sell", false},
		{"We share data.", "dat", false},
		{"Third-party sharing", "third party", true},
		{"Third-party sharing", `"third party sharing"`, true},
		{"The party is third", `"third party"`, false},
		{"Party, third", `"third party`, true}, // the quote is not closed
		{"Party, third", "“party third”", true},
		{"Über Größe, Łódź", "uber GROSSE lodz", true},
		{"U\u0308ber", "Über", true},
		{"ΣΊΣΥΦΟΣ", "σίσυφος", true},
		{"İstanbul ısı", "istanbul isi", true},
		{"ﬁnal ＴＥＲＭＳ №5", "final terms", true},
		{"Ёлка и чай", "елка чаи", true},
		{"مُحَمَّد", "محمد", true},
		{"नियम और शर्तें", "शर्तें", true},
		{"नियम और शर्तें", "शरत", false},
		{"soft\u00adware", "software", true},
		{"本公司隐私政策说明", "隐私", true},
		{"本公司隐私政策说明", "隐私政策", true},
		{"本公司隐私政策说明", "政策隐私", false},
		{"本公司隐私政策说明", "私", true},
		{"本公司隐私政策说明", "明", true},
		{"本公司隐私政策说明", "密", false},
		{"個人情報の取り扱いについて", "個人情報 取り扱い", true},
		{"ﾌﾟﾗｲバシー", "イバシー", true},
		{"개인정보를 수집합니다", "개인정보", true},
		{"นโยบายความเป็นส่วนตัว", "ความเป็นส่วนตัว", true},
		{"นโยบายความเป็นส่วนตัว", "ส่วนลด", false},
		{"GDPR対応について", "gdpr 対応", true},
	} {
		q := parse(t, c.query)
		if got := found(t, c.text, q); got != c.want {
			t.Errorf("query %s on %s: %t, want %t (%q)", c.query, c.text, got, c.want, q.Phrases)
		}
	}
}

func TestAQueryHasWordsAndNotTooMany(t *testing.T) {
	t.Parallel()
	var many, most strings.Builder
	for i := range store.MaxSearchWords + 1 {
		fmt.Fprintf(&many, "w%d ", i)
		if i > 0 {
			fmt.Fprintf(&most, "w%d ", i)
		}
	}
	for _, text := range []string{"", " ", `""`, `"`, "-*^():+", "…。", many.String(), `"` + many.String() + `"`, strings.Repeat("法", 300), strings.Repeat("a", 5000), strings.Repeat(`"`, 5000)} {
		if _, err := Parse(text); !errors.Is(err, store.ErrInvalidQuery) {
			t.Errorf("query %.40q: %v", text, err)
		}
	}
	for _, text := range []string{most.String(), "a", "法", `"a`, "AND", "NOT near:(", "-a", "a*"} {
		if _, err := Parse(text); err != nil {
			t.Errorf("query %.40q: %v", text, err)
		}
	}
}

func TestWordsInHeadingsOrFrequentWordsAreProminent(t *testing.T) {
	t.Parallel()
	prominent := func(e Entry, token string) bool { return slices.Contains(e.Prominent, ProminentTermOf(token)) }
	e := NewEntry("Intro text.\n## Arbitration rules\n" + strings.Repeat("cookies are used. ", 3) + strings.Repeat("other words here follow on. ", 200))
	for token, want := range map[string]bool{"arbitration": true, "rules": true, "intro": false, "cookies": false, "other": true} {
		if got := prominent(e, token); got != want {
			t.Errorf("%s is prominent: %t", token, got)
		}
	}
	if e := NewEntry("# 隐私政策\n文本"); !prominent(e, "隐私") || !prominent(e, "策") || prominent(e, "文本") {
		t.Errorf("the entry is %+v", e)
	}
}

func TestTheIndexOfATextIsBounded(t *testing.T) {
	t.Parallel()
	if e := NewEntry(strings.Repeat("word ", maxTokens) + "last"); slices.Contains(e.Terms, TermOf("last")) {
		t.Error("a word after the bound is indexed")
	}
	if e := NewEntry(strings.Repeat("x", 2*maxTextBytes)); !slices.Equal(e.Terms, []Term{TermOf(strings.Repeat("x", maxTokenBytes))}) {
		t.Errorf("a long word has the terms %v", e.Terms)
	}
	if got := prefix("aä", 2); got != "a" {
		t.Errorf("the prefix is %q", got)
	}
}

func TestExcerptsShowTheMatches(t *testing.T) {
	t.Parallel()
	text := strings.Repeat("Nothing to see here. ", 50) + "We may\nshare your data with Third-Party partners. " + strings.Repeat("Nothing to see here. ", 50) + "Data again."
	got, all := parse(t, `data "third party"`).Read(text)
	if len(got) != 2 || !all {
		t.Fatalf("excerpts %+v", got)
	}
	var marked []string
	for _, h := range got[0].Highlights {
		marked = append(marked, got[0].Text[h[0]:h[1]])
	}
	if !slices.Equal(marked, []string{"data", "Third-Party"}) || !strings.Contains(got[0].Text, "We may share") || len(got[0].Text) > excerptBytes {
		t.Errorf("excerpt %q, highlights %q", got[0].Text, marked)
	}
	if e, all := parse(t, "absent data").Read(text); all || len(e) == 0 {
		t.Errorf("a text without one of two words: %+v, %t", e, all)
	}
	if e, _ := parse(t, "absent").Read(text); e != nil {
		t.Errorf("excerpts of a text without the word: %+v", e)
	}
	if e, _ := parse(t, "私").Read("隐私。"); len(e) != 1 || e[0].Text[e[0].Highlights[0][0]:e[0].Highlights[0][1]] != "私" {
		t.Errorf("excerpts %+v", e)
	}
}

// drawText draws a text of few different characters, so that queries match often.
func drawText(t *rapid.T, label string) string {
	parts := rapid.SliceOfN(rapid.OneOf(
		rapid.SampledFrom([]string{"a", "b", "ab", "Ä", "ß", "法", "律", "の", "ไ", "ก", "ที่", " ", " ", "-", "\n", "# ", `"`, "’", "\u0301", "\u00ad", "9", "ﬃ", "\xff", "🙂", "한", "*", "^", "§", "|"}),
		rapid.String(),
	), 0, 60).Draw(t, label)
	return strings.Join(parts, "")
}

func TestEveryTextIsAQueryOrInvalid(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		text := drawText(t, "query")
		q, err := Parse(text)
		if err != nil {
			if !errors.Is(err, store.ErrInvalidQuery) {
				t.Fatal(err)
			}
			return
		}
		for _, token := range q.Tokens() {
			if strings.ContainsAny(token, "\"' \t\n\x00^§|*-+(){}:$.\\[]") || token == "" || !utf8.ValidString(token) {
				t.Fatalf("token %q of %q can be interpreted as syntax", token, text)
			}
			// The tokenizer of the embedded store lower-cases ASCII letters.
			if strings.ToLower(token) != token && strings.ContainsAny(token, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") {
				t.Fatalf("token %q has upper-case letters", token)
			}
		}
		if !found(t, text, q) {
			t.Fatalf("the text %q does not match itself as a query: %q", text, q.Phrases)
		}
	})
}

func TestExcerptsExistWhereTheIndexMatches(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		text := drawText(t, "text")
		q, err := Parse(drawText(t, "query"))
		if err != nil {
			return
		}
		matches := false
		for _, p := range q.Phrases {
			matches = matches || found(t, text, Query{Phrases: [][]string{p}})
		}
		got, _ := q.Read(text)
		if matches != (len(got) > 0) {
			t.Fatalf("a phrase of %q is in %q: %t, excerpts %+v", q.Phrases, text, matches, got)
		}
		if len(got) > store.MaxExcerpts {
			t.Fatalf("%d excerpts", len(got))
		}
		for _, e := range got {
			checkExcerpt(t, q, e)
		}
	})
}

// checkExcerpt checks that the highlights of an excerpt are in order, in its bounds, between
// characters, and cover nothing but matches.
func checkExcerpt(t *rapid.T, q Query, e store.Excerpt) {
	if !utf8.ValidString(e.Text) || len(e.Text) > maxExcerptBytes || len(e.Highlights) == 0 {
		t.Fatalf("invalid excerpt %+v", e)
	}
	last := 0
	for _, h := range e.Highlights {
		if h[0] < last || h[1] <= h[0] || h[1] > len(e.Text) {
			t.Fatalf("highlights %v of a text of %d bytes", e.Highlights, len(e.Text))
		}
		last = h[1]
		marked := e.Text[h[0]:h[1]]
		if !utf8.ValidString(marked) {
			t.Fatalf("the highlight %q is part of a character", marked)
		}
		terms := NewEntry(marked).Terms
		if !slices.ContainsFunc(q.Tokens(), func(s string) bool { return slices.Contains(terms, TermOf(s)) }) {
			t.Fatalf("the highlight %q has no token of %q", marked, q.Phrases)
		}
	}
}
