package tokenize

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/clausea/crawler/internal/document/emailaddr"
)

// foldParts are parts of texts in which a word may be plain or not.
var foldParts = strings.Split(emailaddr.Placeholder+"|terms|Terms|USD|EUR|US|A|cookies|ofthird|self-service|third-party|thirdpartyservice-provider|x_y|a1b2c3d4e5f6a7b8c9d0|"+
	"users'|user's|o'clock|example.com|Mr.|e.g.|U.S.|.|,|;|:|!|?|(|)|[|]|/|\\|\"|'|`|~|#|&|*|+|-|_|--|-5|+3%|5%|1.000,50|12|2024-01-02|$|US$5|$5|EUR5|<|>|=|<=|->|<-|"+
	"a@b.example|ü|Übung|naïve|“|”|’|—|•|²|m²|km²|™|字|漢字|☐|✓|€|€5|\u00a0|\u200b|ﬁ|İ|5th|1st|0x52908400098527886E0F7030069857D2E4169EE7", "|")

func TestFoldHasTheWordsOfTheTokenizer(t *testing.T) {
	t.Parallel()
	for _, first := range foldParts {
		for _, second := range foldParts {
			for _, space := range []string{"", " ", "\t"} {
				checkFold(t, "The "+first+space+second+" and 5 more")
				checkFold(t, first+space+second)
			}
		}
	}
}

func TestFoldHasTheWordsOfTheTokenizerInAnyText(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		part := rapid.OneOf(rapid.SampledFrom(foldParts), rapid.StringOfN(rapid.RuneFrom([]rune("aZ0.-_'$ @[<")), 0, 4, -1))
		checkFold(t, strings.Join(rapid.SliceOfN(part, 0, 12).Draw(t, "parts"), rapid.SampledFrom([]string{"", " ", "\n"}).Draw(t, "space")))
	})
}

// checkFold compares the folds of a text with the words that the tokenizer finds.
func checkFold(t interface{ Fatalf(string, ...any) }, text string) {
	for _, columns := range []bool{false, true} {
		want, fold := []byte("before"), Fold
		if columns {
			fold = FoldWithColumns
		}
		s := newTokenizer(text)
		for s.next() {
			if columns {
				s.appendColumn()
			}
			want = append(append(want, ' '), s.fold...)
		}
		if got := fold([]byte("before"), text); string(got) != string(want) {
			t.Fatalf("%q is folded to %q, want %q", text, got, want)
		}
	}
}
