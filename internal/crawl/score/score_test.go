package score

import (
	"math"
	"net/url"
	"strings"
	"testing"
	"testing/quick"
)

func parse(t *testing.T, raw string) *url.URL {
	t.Helper()
	u, err := url.Parse(raw)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

// The cases are common names of documents that nearly every site has.
func TestLegalLinksAreRecognizedInManyLanguages(t *testing.T) {
	t.Parallel()
	for language, links := range map[string]map[string]string{
		"English":    {"Privacy Notice": "privacy", "Terms & Conditions": "terms", "Cookie settings": "cookies", "Legal notice": "imprint"},
		"French":     {"Politique de confidentialité": "privacy", "CGU": "terms", "Conditions générales de vente": "terms", "Mentions légales": "imprint"},
		"German":     {"Datenschutzhinweise": "privacy", "Nutzungsbedingungen": "terms", "Allgemeine Geschäftsbedingungen": "terms", "Impressum": "imprint"},
		"Spanish":    {"Política de privacidad": "privacy", "Términos y condiciones": "terms", "Política de cookies": "cookies", "Aviso legal": "terms"},
		"Italian":    {"Informativa sulla privacy": "privacy", "Termini di servizio": "terms", "Condizioni generali di vendita": "terms", "Note legali": "imprint"},
		"Portuguese": {"Política de Privacidade": "privacy", "Termos de Uso": "terms", "Direitos autorais": "copyright"},
		"Dutch":      {"Privacyverklaring": "privacy", "Algemene voorwaarden": "terms", "Cookiebeleid": "cookies", "Colofon": "imprint"},
		"Polish":     {"Polityka prywatności": "privacy", "Regulamin serwisu": "terms", "Pliki cookie": "cookies", "Prawa autorskie": "copyright"},
		"Swedish":    {"Personuppgiftspolicy": "privacy", "Allmänna villkor": "terms", "Tillgänglighet": "accessibility"},
		"Chinese":    {"隐私政策": "privacy", "服务条款": "terms", "用户协议": "terms", "法律声明": "legal"},
		"Japanese":   {"プライバシーポリシー": "privacy", "利用規約": "terms", "特定商取引法に基づく表記": "imprint"},
	} {
		for text, want := range links {
			got := Of(parse(t, "https://example.com/p/17"), text, "footer", 1)
			if got.Topic != want || got.Value < 0.6 {
				t.Errorf("%s: %q has topic %s and score %.2f, want topic %s", language, text, got.Topic, got.Value, want)
			}
		}
	}
}

func TestPathsAreRecognizedInAnySpelling(t *testing.T) {
	t.Parallel()
	for raw, want := range map[string]string{
		"https://example.com/legal/PrivacyPolicy.html":                "privacy",
		"https://example.com/termsofuse":                              "terms",
		"https://example.com/page?id=cookie-policy":                   "cookies",
		"https://example.com/Accessibilit%C3%A9":                      "accessibility",
		"https://example.com/accessibilite":                           "accessibility",
		"https://example.com/de/datenschutzerklaerung/":               "privacy",
		"https://example.com/de/datenschutzerkl%C3%A4rung":            "privacy",
		"https://example.com/de/shop/lieferbedingungen/index.php":     "terms",
		"https://legal.example.co.uk/":                                "legal",
		"https://example.com/zh/%E9%9A%90%E7%A7%81%E6%94%BF%E7%AD%96": "privacy",
		"https://example.com/privacy/cookies":                         "cookies",
	} {
		if got := Of(parse(t, raw), "", "", 1); got.Topic != want || got.Value < 0.35 {
			t.Errorf("%s has topic %q and score %.2f, want topic %s", raw, got.Topic, got.Value, want)
		}
	}
}

func TestLegalWordsInOtherContextsScoreLow(t *testing.T) {
	t.Parallel()
	document := OfLink("https://example.com/legal/privacy-policy", "Privacy Policy", "footer", 1)
	for _, l := range [][2]string{
		{"https://example.com/blog/2024/05/what-the-new-privacy-law-means-for-your-shop", "What the new privacy law means for your shop and everybody who buys in it"},
		{"https://example.com/account/login?next=/terms-of-use/", "Log in"},
		{"https://example.com/products/privacy-screen-filter-15", "Privacy screen filter"},
		{"https://example.com/pricing", "Pricing"},
		{"https://example.com/termites", "Termites"},
	} {
		if got := OfLink(l[0], l[1], "", 1); got > document/2 {
			t.Errorf("%s (%s) scores %.2f, a document scores %.2f", l[0], l[1], got, document)
		}
	}
}

func TestDepthLowersTheScore(t *testing.T) {
	t.Parallel()
	last := 1.0
	for depth := 1; depth < 5; depth++ {
		s := OfLink("https://example.com/terms", "Terms", "footer", depth)
		if s >= last {
			t.Errorf("depth %d: score %.3f, one level higher %.3f", depth, s, last)
		}
		last = s
	}
}

func TestScoresAreBetweenZeroAndOne(t *testing.T) {
	t.Parallel()
	inside := func(path, text, region string, depth uint8) bool {
		u := &url.URL{Scheme: "https", Host: "example.com", Path: "/" + path, RawQuery: text}
		v := Of(u, text, region, int(depth)).Value
		return v >= 0 && v <= 1 && !math.IsNaN(v)
	}
	if err := quick.Check(inside, &quick.Config{MaxCount: 5000}); err != nil {
		t.Error(err)
	}
	long := strings.Repeat("privacy policy терминология 隐私 ", 1000)
	if !inside(long, long, "nav", 200) {
		t.Error("the score of a long link is out of range")
	}
}

// Training and scoring must agree on the features of a link.
func TestFeaturesMatchTheLearnedWeight(t *testing.T) {
	t.Parallel()
	table := newTable("path terms 0.25\npath of use -0.5\ntext terms of 0.125\ntext zug 1\nhost help -0.0625\nshape slug-none 0.5\nshape text-whole 0.75\nshape query -2\n")
	weights := map[string]float64{"path terms": 0.25, "path of use": -0.5, "text terms of": 0.125, "text zug": 1, "host help": -0.0625, "shape slug-none": 0.5, "shape text-whole": 0.75, "shape query": -2}
	for _, l := range []struct{ url, text string }{
		{"https://help.example.com/terms-of-use", "Terms of Use"},
		{"https://example.com/terms/terms?x=of-use", "Zug um Zug"},
		{"https://example.com/", ""},
	} {
		u := parse(t, l.url)
		var want float64
		for _, f := range Features(u, l.text) {
			want += weights[f]
		}
		r := table.extract(u, l.text, "")
		if got := r.learnedWeight(table); math.Abs(got-min(max(want, -maxLearned), maxLearned)) > 1e-6 {
			t.Errorf("%s (%s): learned weight %v, sum of the features %v", l.url, l.text, got, want)
		}
	}
}

func TestTheLearnedTableIsWellFormed(t *testing.T) {
	t.Parallel()
	if len(learnedText) > 100<<10 {
		t.Errorf("the table has %d bytes, want at most 100 KiB", len(learnedText))
	}
	n, last := 0, ""
	for line := range strings.Lines(learnedText) {
		what, phrase, w, err := parseWeight(line)
		if err != nil {
			t.Error(err)
		}
		if what == "" {
			continue
		}
		n++
		name := what + " " + phrase
		if name <= last {
			t.Errorf("%q follows %q: the table is not sorted", name, last)
		}
		last = name
		if math.Abs(float64(w)) > maxLearned {
			t.Errorf("%s has weight %v, want at most %v", name, w, maxLearned)
		}
		switch {
		case what == "shape":
			known := false
			for _, s := range shapeNames {
				known = known || s == phrase
			}
			if !known {
				t.Errorf("unknown shape %s", phrase)
			}
		case what != "path" && what != "text" && what != "host":
			t.Errorf("unknown position %q", what)
		case normalize(phrase) != phrase:
			t.Errorf("%q is not in normal form", phrase)
		}
	}
	if n == 0 {
		t.Error("the table is empty: run make train")
	}
}

func FuzzOf(f *testing.F) {
	f.Add("https://help.example.com/terms-of-use?next=/x", "Terms of Use", "footer")
	f.Add("https://example.com/%ff\u0301", "\xff隐私", "")
	f.Add("https://example.com/", "\u212bngstr\u00f6m \u212a \u1e9e", "") // their lower-case letters have other code points
	f.Fuzz(func(t *testing.T, raw, text, region string) {
		u, err := url.Parse(raw)
		if err != nil {
			return
		}
		if v := Of(u, text, region, 2).Value; v < 0 || v > 1 || math.IsNaN(v) {
			t.Errorf("score %v", v)
		}
		if n := normalize(text); normalize(n) != n {
			t.Errorf("normalize is not idempotent for %q: %q, %q", text, n, normalize(n))
		}
	})
}
