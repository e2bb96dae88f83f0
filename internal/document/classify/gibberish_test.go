package classify

import (
	"math/rand/v2"
	"os"
	"strings"
	"testing"

	"github.com/clausea/crawler/internal/document/doctype"
)

// randomWords returns n words of random letters.
func randomWords(n int) string {
	rng := rand.New(rand.NewPCG(3, 4))
	var b strings.Builder
	for range n {
		for range 2 + rng.IntN(8) {
			b.WriteByte(byte('a' + rng.IntN(26)))
		}
		b.WriteByte(' ')
	}
	return b.String()
}

func TestRandomLettersAreNoDocumentWhateverTheLinkSays(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"Legal note 7", "Privacy Policy", "Terms of Service", "Imprint"} {
		for _, n := range []int{45, 100, 600} {
			for title, p := range map[string]Input{
				"without a title": newInput("https://example.com/d/7", "", randomWords(n)),
				"with a title":    newInput("https://example.com/legal/7", name, "# "+name+"\n\n"+randomWords(n)),
			} {
				p.Anchor = name
				if a := Classify(p); a.Type != doctype.Other {
					t.Errorf("%d words, %s, linked as %q: %s with confidence %.2f", n, title, name, a.Type, a.Confidence)
				}
			}
		}
	}
}

func TestTextsInAnyLanguageAreNoGibberish(t *testing.T) {
	t.Parallel()
	b, err := os.ReadFile("../language/testdata/sentences.tsv")
	if err != nil {
		t.Fatal(err)
	}
	perLanguage := map[string]string{}
	for line := range strings.Lines(string(b)) {
		if language, text, ok := strings.Cut(line, "\t"); ok {
			perLanguage[language] += strings.TrimSpace(text) + "\n"
		}
	}
	for language, text := range perLanguage {
		if isGibberish(text, defaultLexicon().appendTokens(nil, text, maxTokens)) {
			t.Errorf("%s: %q", language, text)
		}
	}
}

func TestTheTextOfALinkAloneDoesNotMakeAnImprobableDocument(t *testing.T) {
	t.Parallel()
	p := newInput("https://example.com/d/7", "", strings.Repeat("The ferry leaves the harbour at nine and returns in the evening with all its passengers. ", 6))
	p.Anchor = "Legal note 7"
	if a := Classify(p); a.Type != doctype.Other {
		t.Errorf("%s with confidence %.2f", a.Type, a.Confidence)
	}
}
