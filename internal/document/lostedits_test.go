package document

import (
	"bytes"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode"

	"golang.org/x/net/html"
	"golang.org/x/tools/txtar"

	"github.com/clausea/crawler/internal/document/change"
)

// span is a word of a page, as offsets into its bytes.
type span struct{ from, to int }

// contentWords returns the words of a page that a reader can see in its content area: the main
// element, or the body without its header, footer, menus and sidebars.
func contentWords(page []byte) []span {
	hasMain := bytes.Contains(bytes.ToLower(page), []byte("<main"))
	var out []span
	open := map[string]int{}
	z := html.NewTokenizer(bytes.NewReader(page))
	for at := 0; ; {
		kind := z.Next()
		raw := z.Raw()
		from := at
		at += len(raw)
		switch kind {
		case html.ErrorToken:
			return out
		case html.StartTagToken, html.EndTagToken:
			name, _ := z.TagName()
			if kind == html.StartTagToken {
				open[string(name)]++
			} else if open[string(name)] > 0 {
				open[string(name)]--
			}
		case html.TextToken:
			invisible := slices.ContainsFunc([]string{"script", "style", "template", "noscript", "svg", "title", "iframe", "object", "video", "audio", "canvas", "datalist", "head", "textarea", "select"}, func(t string) bool { return open[t] > 0 })
			around := slices.ContainsFunc([]string{"header", "footer", "nav", "aside"}, func(t string) bool { return open[t] > 0 })
			if invisible || hasMain && open["main"] == 0 || !hasMain && around {
				continue
			}
			for i := 0; i < len(raw); {
				j := i
				for j < len(raw) && !strings.ContainsRune(" \t\r\n", rune(raw[j])) {
					j++
				}
				if word := raw[i:j]; j > i && !bytes.ContainsAny(word, "&<>@[]{}") && bytes.ContainsFunc(word, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }) {
					out = append(out, span{from + i, from + j})
				}
				i = j + 1
			}
		}
	}
}

// randomEdit returns a page with one word replaced, removed, added, or written in another form,
// and the words that the edit removed and added.
func randomEdit(r *rand.Rand, page []byte, words []span) (edited []byte, removed, added string) {
	w := words[r.IntN(len(words))]
	removed = string(page[w.from:w.to])
	switch r.IntN(5) {
	case 0:
		added = ""
	case 1:
		added = removed + fmt.Sprintf(" quay%d", r.IntN(1000))
	case 2:
		added = removed + ","
	case 3:
		added = strings.ToUpper(removed)
	default:
		added = fmt.Sprintf("harbour%d", r.IntN(1000))
	}
	return slices.Concat(page[:w.from], []byte(added), page[w.to:]), removed, added
}

// reports reports whether a change of a page with one edit shows it: as a change or the loss of
// the text, or as an insignificant edit with its rule.
func reports(c change.Change) bool {
	if c.Kind == change.KindChange || c.Kind == change.KindBroken {
		return true
	}
	return len(c.Insignificant) > 0 && !slices.ContainsFunc(c.Insignificant, func(e change.InsignificantEdit) bool { return !slices.Contains(change.Rules, e.Rule) })
}

// itemNumber matches the number of a list item.
var itemNumber = regexp.MustCompile(`^\d{1,3}[.)]$`)

// isWrittenByTheList reports whether an edit removed the number of a heading that is the item of a
// numbered list. The document has the number once, from the heading or from the list.
func isWrittenByTheList(old, edited Document, removed, added string) bool {
	return added == "" && itemNumber.MatchString(removed) && strings.Contains(edited.Markdown, "# "+removed) && old.Markdown == edited.Markdown
}

// htmlPages returns the pages of this package and of the extraction. CLAUSEA_TEST_PAGES names a
// folder of further pages.
func htmlPages(t *testing.T) map[string][]byte {
	t.Helper()
	pages := map[string][]byte{}
	own, _ := filepath.Glob(filepath.Join("testdata", "revision", "*.html"))
	if dir := os.Getenv("CLAUSEA_TEST_PAGES"); dir != "" {
		more, err := filepath.Glob(filepath.Join(dir, "*.html"))
		if err != nil || len(more) == 0 {
			t.Fatalf("no pages in %s: %v", dir, err)
		}
		own = append(own, more...)
	}
	for _, name := range own {
		body, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		pages[name] = body
	}
	archives, _ := filepath.Glob(filepath.Join("content", "testdata", "*.txtar"))
	for _, name := range archives {
		if filepath.Base(name) == "shadow-roots.txtar" { // has text that browsers do not render
			continue
		}
		a, err := txtar.ParseFile(name)
		if err != nil {
			t.Fatal(err)
		}
		pages[name] = a.Files[0].Data
	}
	if len(pages) < 5 {
		t.Fatalf("only %d pages", len(pages))
	}
	return pages
}

// For a monitor of legal texts nothing is worse than an edit of the text that no output shows.
func TestNoEditOfVisibleTextIsLost(t *testing.T) {
	t.Parallel()
	seed := uint64(time.Now().UnixNano())
	if s, err := strconv.ParseUint(os.Getenv("CLAUSEA_TEST_SEED"), 10, 64); err == nil {
		seed = s
	}
	t.Logf("CLAUSEA_TEST_SEED=%d", seed)
	read := func(name string, body []byte) Document {
		d, err := Read(Input{Body: body, ContentType: "text/html; charset=utf-8", KeepRemoved: true})
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		return d
	}
	const editsPerPage = 12
	edits, counts := 0, map[change.Kind]int{}
	pages := htmlPages(t)
	for i, name := range slices.Sorted(maps.Keys(pages)) {
		page := pages[name]
		words := contentWords(page)
		if len(words) == 0 {
			continue
		}
		r := rand.New(rand.NewPCG(seed, uint64(i)))
		old := read(name, page)
		for range editsPerPage {
			edited, removed, added := randomEdit(r, page, words)
			if bytes.Equal(edited, page) {
				continue
			}
			d := read(name, edited)
			c := Compare(old, d)
			edits++
			counts[c.Kind]++
			if !reports(c) && !isWrittenByTheList(old, d, removed, added) {
				t.Errorf("%s: %q for %q is lost: %s", filepath.Base(name), added, removed, c.Kind)
			}
		}
	}
	t.Logf("%d edits of %d pages: %v", edits, len(pages), counts)
}
