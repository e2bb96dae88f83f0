package classify

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/clausea/crawler/internal/document/doctype"
	"github.com/clausea/crawler/internal/document/markdown"
	"github.com/clausea/crawler/internal/document/tokenize"
)

// newInput returns the input for a text in Markdown.
func newInput(url, title, md string) Input {
	text := markdown.PlainText(md)
	return Input{URL: url, Title: title, TitleElement: title, Headings: []string{title}, Markdown: md, Text: text, WordCount: tokenize.CountWords(text)}
}

const legalSentence = "You agree to these terms. We may suspend your account if you violate them. Our liability is limited to the extent permitted by applicable law, and disputes are subject to the jurisdiction of the courts. "

func TestErrorAndLoginPagesAreSoftErrors(t *testing.T) {
	t.Parallel()
	for title, text := range map[string]string{
		"404 Not Found":        strings.Repeat("We could not find it. ", 30),
		"Page introuvable":     "La page que vous recherchez n'existe pas ou a été déplacée.",
		"Seite nicht gefunden": strings.Repeat("Diese Seite gibt es nicht. ", 20),
		"ページが見つかりません":          "お探しのページは削除されたか、移動した可能性があります。",
		"Just a moment...":     "Checking your browser before accessing the site. Ray ID: 1234",
		"Access Denied":        "You don't have permission to access this page. Reference ID: 18.1",
		"Log in to continue":   strings.Repeat("Enter your e-mail address and your password. ", 10),
	} {
		p := newInput("https://example.com/terms", title, "# "+title+"\n\n"+text)
		if a := Classify(p); a.Type != doctype.Other || !a.SoftError {
			t.Errorf("%q: type %s, soft error %v, want other and true", title, a.Type, a.SoftError)
		}
	}
}

func TestDocumentThatMentionsErrorsIsNotASoftError(t *testing.T) {
	t.Parallel()
	p := newInput("https://example.com/terms", "Terms of Service", "# Terms of Service\n\nWe are not liable for any error or if a page is not found. "+strings.Repeat(legalSentence, 5))
	if a := Classify(p); a.SoftError || a.Type != doctype.TermsOfService {
		t.Errorf("%+v", a)
	}
}

func TestPageWithFewWordsIsNotADocument(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"Read it in our app.", "You need to enable JavaScript to run this app."} {
		if a := Classify(newInput("https://example.com/privacy", "Privacy Policy", "# Privacy Policy\n\n"+text)); a.Type != doctype.Other || a.SoftError {
			t.Errorf("%q: %+v", text, a)
		}
	}
}

func TestPageWithSeveralDocumentsHasAdditionalTypes(t *testing.T) {
	t.Parallel()
	privacy := "We collect personal data such as your name, with your consent or for our legitimate interests. You have the right of access and to erasure, and may complain to a supervisory authority. "
	md := "# Terms of Service\n\n" + strings.Repeat(legalSentence, 10) + "\n\n# Privacy Policy\n\nThis privacy policy explains how we use your personal information. " + strings.Repeat(privacy, 10)
	a := Classify(newInput("https://example.com/legal", "Terms of Service", md))
	if a.Type != doctype.TermsOfService || !slices.Equal(a.AdditionalTypes, []string{doctype.PrivacyPolicy}) {
		t.Errorf("%s and %v", a.Type, a.AdditionalTypes)
	}
	for name, clause := range map[string]string{
		"a clause with a number": "# Terms of Service\n\n" + strings.Repeat(legalSentence, 10) + "\n\n## 7. Privacy Policy\n\n" + strings.Repeat(privacy, 10),
		"a short section":        "# Terms of Service\n\n" + strings.Repeat(legalSentence, 10) + "\n\n## Privacy Policy\n\n" + privacy,
		"a topic":                "# Terms of Service\n\n" + strings.Repeat(legalSentence, 10) + "\n\n## Privacy\n\n" + strings.Repeat(privacy, 10),
	} {
		if a := Classify(newInput("https://example.com/legal", "Terms of Service", clause)); len(a.AdditionalTypes) > 0 {
			t.Errorf("%s: additional types %v, want none", name, a.AdditionalTypes)
		}
	}
}

func TestSectionsBeginAtEveryKindOfHeading(t *testing.T) {
	t.Parallel()
	md := "Title\n=====\n\nintro\n\nFirst Policy\n------------\n\none\n\n### deeper\n\ntwo\n\n## Second Policy\n\nthree\n\n**Third Policy**\n\nfour\n"
	got := map[string]string{}
	for s := range sections(md) {
		got[s.heading] = strings.Join(strings.Fields(s.text), " ")
	}
	want := map[string]string{"First Policy": "one ### deeper two", "Second Policy": "three", "Third Policy": "four"}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%q", got)
	}
}

func TestClassifyIsDeterministic(t *testing.T) {
	t.Parallel()
	p := longInput(t)
	first := Classify(p)
	f := p.Features(&model().Background, 0)
	for range 20 {
		if a := Classify(p); !reflect.DeepEqual(a, first) {
			t.Fatalf("%+v, then %+v", first, a)
		}
		if !slices.Equal(f, p.Features(&model().Background, 0)) {
			t.Fatal("the features differ")
		}
	}
}

func TestHiddenPartsDoNotAffectTheFeatures(t *testing.T) {
	t.Parallel()
	with := newInput("https://example.com/dpa", "Data Processing Addendum", "# Data Processing Addendum\n\n"+strings.Repeat(legalSentence, 5))
	without := with
	without.URL, without.Title, without.TitleElement = "", "", ""
	without.Markdown = strings.TrimPrefix(with.Markdown, "# Data Processing Addendum\n\n")
	hide := HideTitle | HideURL
	if !slices.Equal(with.Features(&Background{}, hide), without.Features(&Background{}, hide)) {
		t.Error("a hidden title or URL affects the features")
	}
	if slices.Equal(with.Features(&Background{}, 0), with.Features(&Background{}, hide)) {
		t.Error("hiding the title and the URL does not change the features")
	}
}

func FuzzClassify(f *testing.F) {
	f.Add("https://example.com/terms", "Terms", "# Terms\n\n"+legalSentence, "privacy")
	f.Add("::", "404", "隐私\n---\n**Cookie Policy**\n[a](b", "")
	f.Add("https://x/"+strings.Repeat("%41/", 50), strings.Repeat("cookie policy ", 40), strings.Repeat("# Privacy Policy\n", 300), "\xff")
	f.Fuzz(func(t *testing.T, url, title, md, anchor string) {
		p := newInput(url, title, md)
		p.Anchor = anchor
		a := Classify(p)
		if !doctype.IsKnown(a.Type) || a.Confidence < 0 || a.Confidence > 1 || a.SoftError && a.Type != doctype.Other {
			t.Errorf("%+v", a)
		}
		for _, also := range a.AdditionalTypes {
			if also == a.Type || also == doctype.Other || !doctype.IsKnown(also) {
				t.Errorf("%+v", a)
			}
		}
	})
}
