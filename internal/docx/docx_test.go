package docx

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// resolve returns the paragraphs of a document after its changes were accepted or rejected, as
// Word does it: the text of the others disappears, and a paragraph whose mark disappears is joined
// with the next one. It omits the last paragraph, which is empty.
func resolve(t fataler, b []byte, accept bool) []Paragraph {
	r := resolver{t: t, gone: "ins"}
	if accept {
		r.gone = "del"
	}
	d := xml.NewDecoder(bytes.NewReader(part(t, b, "word/document.xml")))
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatalf("the main part is not XML: %v", err)
		}
		switch e := token.(type) {
		case xml.StartElement:
			r.start(e)
		case xml.EndElement:
			r.end(e.Name.Local)
		case xml.CharData:
			if r.inText && r.inGone == 0 {
				r.p.Text += string(e)
			}
		}
	}
	if n := len(r.out); n == 0 || r.out[n-1] != (Paragraph{}) {
		t.Fatalf("the document does not end with an empty paragraph")
	}
	return r.out[:len(r.out)-1]
}

// resolver reads the main part.
type resolver struct {
	t                        fataler
	gone                     string // the element of changes that disappear
	out                      []Paragraph
	p                        Paragraph
	inGone                   int
	inText, inMark, markGone bool
}

func (r *resolver) start(e xml.StartElement) {
	switch name := e.Name.Local; {
	case name == "pStyle":
		r.p.Style = styleOf(r.t, e.Attr[0].Value)
	case name == "rPr":
		r.inMark = true
	case name == r.gone && r.inMark:
		r.markGone = true
	case name == r.gone:
		r.inGone++
	case name == "t" || name == "delText":
		r.inText = true
	case name == "tab" && r.inGone == 0:
		r.p.Text += "\t"
	}
}

func (r *resolver) end(name string) {
	switch {
	case name == "rPr":
		r.inMark = false
	case name == r.gone && !r.inMark:
		r.inGone--
	case name == "t" || name == "delText":
		r.inText = false
	case name == "p" && r.markGone: // the next paragraph has its own style
		r.p, r.markGone = Paragraph{Text: r.p.Text}, false
	case name == "p":
		r.out, r.p = append(r.out, r.p), Paragraph{}
	}
}

type fataler interface{ Fatalf(string, ...any) }

func styleOf(t fataler, id string) Style {
	var level int
	if id == "ListBullet" {
		return ListBullet
	}
	if _, err := fmt.Sscanf(id, "Heading%d", &level); err != nil {
		t.Fatalf("unknown style %s", id)
	}
	return headingStyle(level)
}

// part returns a part of a document.
func part(t fataler, b []byte, name string) []byte {
	z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		t.Fatalf("open the document: %v", err)
	}
	f, err := z.Open(name)
	if err != nil {
		t.Fatalf("open %s: %v", name, err)
	}
	content, err := io.ReadAll(f)
	if err != nil {
		t.Fatalf("read %s: %v", name, err)
	}
	return content
}

func write(t fataler, old, cur []Paragraph) []byte {
	b, err := Write(Track(old, cur), Options{Title: "Terms <1>", Author: "Clausea", Date: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)})
	if err != nil {
		t.Fatalf("write: %v", err)
	}
	return b
}

func TestAcceptingAllGivesTheNewTextAndRejectingAllTheOldOne(t *testing.T) {
	t.Parallel()
	words := rapid.SliceOfN(rapid.SampledFrom([]string{"we", "share", "data", "30", "days", "<b>", "&", "\"x\"", "don't", "条款", "é", "a\tb", ".", "]]>"}), 1, 12)
	paragraph := rapid.Custom(func(t *rapid.T) Paragraph {
		return Paragraph{Style(rapid.IntRange(0, int(ListBullet)).Draw(t, "style")), strings.Join(words.Draw(t, "words"), " ")}
	})
	rapid.Check(t, func(t *rapid.T) {
		old := rapid.SliceOfN(paragraph, 0, 12).Draw(t, "old")
		cur := slices.Clone(old)
		for range rapid.IntRange(0, 6).Draw(t, "edits") {
			at := rapid.IntRange(0, len(cur)).Draw(t, "at")
			switch kind := rapid.IntRange(0, 3).Draw(t, "kind"); {
			case kind == 0 || at == len(cur):
				cur = slices.Insert(cur, at, paragraph.Draw(t, "inserted"))
			case kind == 1:
				cur = slices.Delete(cur, at, at+1)
			case kind == 2:
				cur[at].Text += " " + strings.Join(words.Draw(t, "more"), " ")
			default:
				cur[at].Text = strings.Replace(cur[at].Text, "data", "nothing", 1)
			}
		}
		b := write(t, old, cur)
		if got := resolve(t, b, true); !slices.Equal(got, cur) {
			t.Fatalf("accepted:\n%q, want\n%q", got, cur)
		}
		if got := resolve(t, b, false); !slices.Equal(got, old) {
			t.Fatalf("rejected:\n%q, want\n%q", got, old)
		}
		if !bytes.Equal(b, write(t, old, cur)) {
			t.Fatalf("the same texts give other bytes")
		}
	})
}

func TestAChangedParagraphIsTrackedByWord(t *testing.T) {
	t.Parallel()
	got := Track(Paragraphs("# Terms\n\nWe keep data for 30 days.\n\nGone entirely."), Paragraphs("# Terms\n\nNew start here now.\n\nWe keep your data for 60 days."))
	want := []Tracked{
		{Style: Heading1, Runs: []Run{{Equal, "Terms"}}},
		{State: Inserted, Runs: []Run{{Inserted, "New start here now."}}},
		{Runs: []Run{{Equal, "We keep "}, {Inserted, "your "}, {Equal, "data for "}, {Deleted, "30"}, {Inserted, "60"}, {Equal, " days."}}},
		{State: Deleted, Runs: []Run{{Deleted, "Gone entirely."}}},
	}
	if len(got) != len(want) {
		t.Fatalf("tracked %+v", got)
	}
	for i := range want {
		if got[i].Style != want[i].Style || got[i].State != want[i].State || !slices.Equal(got[i].Runs, want[i].Runs) {
			t.Errorf("paragraph %d is %+v, want %+v", i, got[i], want[i])
		}
	}
}

func TestEveryPartIsXML(t *testing.T) {
	t.Parallel()
	b := write(t, Paragraphs("a\x00\x01 <script>"), Paragraphs("- b & ]]> \ufffe\n\n## c"))
	z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range z.File {
		d := xml.NewDecoder(bytes.NewReader(part(t, b, f.Name)))
		for {
			_, err := d.Token()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatalf("%s: %v", f.Name, err)
			}
		}
	}
}
