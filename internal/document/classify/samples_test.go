package classify_test

import (
	"os"
	"strings"
	"testing"

	"github.com/clausea/crawler/internal/document"
)

// sample is a text written for this test, with its type.
type sample struct{ typ, lang, url, text string }

func samples(t *testing.T) []sample {
	t.Helper()
	b, err := os.ReadFile("testdata/samples.md")
	if err != nil {
		t.Fatal(err)
	}
	var out []sample
	for part := range strings.SplitSeq(string(b), "=== ") {
		head, text, _ := strings.Cut(part, "\n")
		if f := strings.Fields(head); len(f) > 1 {
			out = append(out, sample{f[0], f[1], strings.Join(f[2:], ""), text})
		}
	}
	return out
}

func TestSamplesAreClassifiedCorrectly(t *testing.T) {
	t.Parallel()
	for _, s := range samples(t) {
		d, err := document.Read(document.Input{Body: []byte(s.text), ContentType: "text/markdown", URL: s.url})
		if err != nil {
			t.Fatal(err)
		}
		if d.Type != s.typ {
			title, _, _ := strings.Cut(s.text, "\n")
			t.Errorf("%q (%s): got %s with confidence %.2f, want %s", title, s.lang, d.Type, d.Confidence, s.typ)
		}
	}
}
