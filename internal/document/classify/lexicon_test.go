package classify

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/clausea/crawler/internal/document/doctype"
)

func TestLexiconHasNamesAndWordsOfEveryType(t *testing.T) {
	t.Parallel()
	l, err := parseLexicon(lexiconFiles)
	if err != nil {
		t.Fatal(err)
	}
	var names, words [featureTypes]int
	for _, n := range l.nodes {
		for _, c := range n.types[kindName] {
			names[c]++
		}
		for _, c := range n.types[kindTypicalWord] {
			words[c]++
		}
	}
	for c, typ := range Classes {
		if typ != doctype.Other && (names[c] < 20 || words[c] < 20) {
			t.Errorf("%s has %d names and %d words, want at least 20", typ, names[c], words[c])
		}
	}
}

func TestNameBelongsToOneType(t *testing.T) {
	t.Parallel()
	l := defaultLexicon()
	for _, n := range l.nodes {
		if names := n.types[kindName]; len(names) > 1 {
			var types []string
			for _, c := range names {
				if c == softError {
					types = append(types, "soft_error")
				} else {
					types = append(types, Classes[c])
				}
			}
			t.Errorf("the same name is listed for %s", strings.Join(types, " and "))
		}
	}
}

func TestLexiconErrorNamesTheFile(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ file, text, want string }{
		"an unknown type":        {"lexicon/recipe.txt", "name: soup", "not a document type"},
		"an unknown key":         {"lexicon/imprint.txt", "nome: imprint", "without a key"},
		"no colon":               {"lexicon/imprint.txt", "name imprint", "without a key"},
		"a phrase of stop words": {"lexicon/imprint.txt", "name: of the", "only stop words"},
	} {
		_, err := parseLexicon(fstest.MapFS{c.file: {Data: []byte(c.text)}})
		if err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), c.file) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestPrefixesAndLongestPhrasesMatch(t *testing.T) {
	t.Parallel()
	l, err := parseLexicon(fstest.MapFS{
		"lexicon/privacy_policy.txt":   {Data: []byte("# a comment\n\nname de: datenschutz*; privacy policy\n")},
		"lexicon/children_privacy.txt": {Data: []byte("name en: children's privacy policy")},
	})
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]string{
		"Datenschutzerklärung":            doctype.PrivacyPolicy,
		"Datenschutz":                     doctype.PrivacyPolicy,
		"Our privacy-policy":              doctype.PrivacyPolicy,
		"privacypolicy":                   doctype.PrivacyPolicy,
		"The Children's Privacy Policy":   doctype.Children,
		"Childrens policy of privacy":     "",
		"Schutz der Daten, nicht erwähnt": "",
	} {
		if got := highestType(l.scoreNames(l.appendTokens(nil, text, 100))); got != want {
			t.Errorf("%q is %q, want %q", text, got, want)
		}
	}
}

// highestType returns the type with the highest score, or an empty string if all are zero.
func highestType(n typeScores) string {
	typ, top := "", float32(0)
	for i, c := range Classes {
		if n[i] > top {
			typ, top = c, n[i]
		}
	}
	return typ
}
