package language

import (
	"os"
	"strings"
	"testing"
	"unicode/utf8"
)

func sentences(t testing.TB) [][2]string {
	t.Helper()
	b, err := os.ReadFile("testdata/sentences.tsv")
	if err != nil {
		t.Fatal(err)
	}
	var list [][2]string
	for line := range strings.Lines(string(b)) {
		if l, text, ok := strings.Cut(strings.TrimRight(line, "\n"), "\t"); ok {
			list = append(list, [2]string{l, text})
		}
	}
	return list
}

func TestDetectWithoutADeclaredLanguage(t *testing.T) {
	t.Parallel()
	wrong, list := 0, sentences(t)
	for _, s := range list {
		if got := Detect(s[1]); got != s[0] {
			wrong++
			t.Logf("%q, want %q: %s", got, s[0], s[1])
		}
	}
	if len(list) < 120 || wrong*100 > len(list)*3 {
		t.Errorf("%d of %d sentences are wrong, want at most 3%% of at least 120", wrong, len(list))
	}
}

func TestDetectWithTheRightDeclaredLanguage(t *testing.T) {
	t.Parallel()
	for _, s := range sentences(t) {
		if got := Detect(s[1], s[0]+"-XX"); got != s[0] {
			t.Errorf("%q, want %q: %s", got, s[0], s[1])
		}
	}
}

func TestLongTextOverridesAWrongDeclaredLanguage(t *testing.T) {
	t.Parallel()
	texts := map[string]string{}
	for _, s := range sentences(t) {
		texts[s[0]] += s[1] + " "
	}
	for l, text := range texts {
		if strings.Count(text, " ") < 20 && len(text) < 300 {
			continue
		}
		for _, declared := range []string{"en", "de", "ja"} {
			if got := Detect(text, declared); got != l {
				t.Errorf("declared %s: %q, want %q: %s", declared, got, l, text)
			}
		}
	}
}

func TestDeclaredLanguageDecidesForAmbiguousText(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		text, want string
		declared   []string
	}{
		{"", "de", []string{"de-DE"}},
		{"AGB", "de", []string{"de"}},
		{"12345 +49 89", "fr", []string{"", "fr-CA"}},
		{"OK", "", nil},
		{"", "", []string{"x", "english", "-", "e1"}},
		{"Datenschutz", "no", []string{"nb-NO"}},
		{"", "zh", []string{"zh-Hant-TW"}},
		{"", "sv", []string{"sv", "en"}},
		{"個人情報保護方針", "ja", []string{"ja"}},
	} {
		if got := Detect(c.text, c.declared...); got != c.want {
			t.Errorf("%q, declared %q: %q, want %q", c.text, c.declared, got, c.want)
		}
	}
}

func TestMenuInAnotherLanguageDoesNotDecide(t *testing.T) {
	t.Parallel()
	menu := strings.Repeat("Home Products About us Contact Privacy Terms of use Search for more ", 6)
	text := strings.Repeat("Der Vertrag kommt zustande, wenn wir die Bestellung bestätigen, und nicht schon mit ihrer Absendung. ", 30)
	for _, declared := range []string{"", "en-US", "de"} {
		if got := Detect(menu+text+menu, declared); got != "de" {
			t.Errorf("declared %q: %s", declared, got)
		}
	}
}

func TestRegionComesFromATagInTheLanguageOfTheText(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		language, want string
		declared       []string
	}{
		{"en", "GB", []string{"en-GB"}},
		{"en", "GB", []string{"en_uk"}},
		{"en", "", []string{"en"}},
		{"de", "", []string{"en-GB"}},
		{"de", "AT", []string{"de", "de-at"}},
		{"zh", "TW", []string{"zh-Hant-TW"}},
		{"zh", "", []string{"zh-Hans"}},
		{"es", "", []string{"es-419"}},
		{"no", "NO", []string{"nb-NO"}},
		{"en", "", []string{"en-x-GB"}},
		{"en", "IE", []string{"en-IE, fr-FR"}},
	} {
		if got := Region(c.language, c.declared...); got != c.want {
			t.Errorf("%s, declared %q: %q, want %q", c.language, c.declared, got, c.want)
		}
	}
}

func FuzzDetect(f *testing.F) {
	for _, s := range sentences(f) {
		f.Add(s[1], s[0])
	}
	f.Add(strings.Repeat("ẞ'’·", 5000), "EN_uk-x")
	f.Fuzz(func(t *testing.T, text, declared string) {
		l := Detect(text, declared)
		if l != "" && (len(l) != 2 || !utf8.ValidString(l)) {
			t.Errorf("%q is not a language code", l)
		}
		if r := Region(l, declared); r != "" && len(r) != 2 {
			t.Errorf("%q is not a country code", r)
		}
	})
}

func BenchmarkDetect20KB(b *testing.B) {
	var text strings.Builder
	for text.Len() < 20<<10 {
		for _, s := range sentences(b)[:30] {
			text.WriteString(s[1] + "\n\n")
		}
	}
	b.SetBytes(int64(text.Len()))
	for b.Loop() {
		Detect(text.String(), "en")
	}
}
