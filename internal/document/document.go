// Package document turns the bytes of a page into a legal document: its text as
// Markdown, what kind of document it is, in which language and from when; and
// compares two of them. It is pure: no network, no store.
package document

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"mime"
	"path"
	"regexp"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/charset"
	"golang.org/x/text/unicode/norm"
)

// Input is a page as it was fetched.
type Input struct {
	Body        []byte
	ContentType string // as sent; may be empty
	URL         string // may be empty
	Anchor      string // text of the link that led here; may be empty
}

// Document is what a page says.
type Document struct {
	URL        string
	Legal      bool
	Type       string  // one of the types; Other where it is not legal
	Confidence float64 // 0 to 1, of Type
	Language   string  // ISO 639-1, empty if unknown
	Title      string
	// EffectiveDate is YYYY-MM-DD, empty where the page names none.
	EffectiveDate  string
	EffectiveQuote string // the words it was read from
	Words          int
	Markdown       string
	Text           string // normalised, what is compared
	Hash           string // hex SHA-256 of Text
	SoftError      bool   // an error, login or consent page sent with a status of success
}

// MaxBytes is the largest page that is read, in bytes.
const MaxBytes = 20 << 20

// Read makes a Document of a page. HTML, Markdown and plain text are told apart
// by Content-Type, URL and content.
func Read(in Input) (Document, error) {
	p, err := open(in)
	if err != nil {
		return Document{}, err
	}
	return p.document(), nil
}

// open reads a page's parts.
func open(in Input) (*page, error) {
	if len(in.Body) > MaxBytes {
		return nil, fmt.Errorf("read %s: %d bytes are more than %d", in.URL, len(in.Body), MaxBytes)
	}
	if bytes.HasPrefix(in.Body, []byte("%PDF-")) {
		return nil, fmt.Errorf("read %s: it is a PDF, which this version can't read", in.URL)
	}
	p := &page{in: in}
	if isHTML(in) {
		if err := p.readHTML(); err != nil {
			return nil, fmt.Errorf("read %s: %w", in.URL, err)
		}
	} else {
		p.readText(toUTF8(in))
	}
	return p, nil
}

// FromMarkdown makes the Document of a text that was kept, for comparing.
func FromMarkdown(md string) Document {
	d := Document{Markdown: md}
	d.Text = normalise(md)
	d.Words = countWords(d.Text)
	d.Hash = hashOf(d.Text)
	return d
}

// page is a page while it is read.
type page struct {
	in       Input
	title    string   // of the document itself: its first heading
	head     string   // <title>
	lang     string   // declared
	headings []string // of the main content
	markdown string
	all      int // words of the whole page, menus included
	links    int // words of the main content that are links
}

func (p *page) document() Document {
	d := FromMarkdown(p.markdown)
	d.URL = p.in.URL
	d.Title = p.title
	if d.Title == "" {
		d.Title = p.head
	}
	d.Language = language(d.Text, p.lang)
	d.Type, d.Confidence, d.SoftError = p.classify(&d)
	d.Legal = d.Type != Other
	d.EffectiveDate, d.EffectiveQuote = effectiveDate(d.Text)
	return d
}

func isHTML(in Input) bool {
	if mt, _, err := mime.ParseMediaType(in.ContentType); err == nil {
		switch {
		case strings.Contains(mt, "html"):
			return true
		case mt == "text/markdown" || mt == "text/plain" && !looksHTML(in.Body):
			return false
		}
	}
	switch strings.ToLower(path.Ext(in.URL)) {
	case ".md", ".markdown", ".txt":
		return looksHTML(in.Body)
	}
	return looksHTML(in.Body)
}

func looksHTML(b []byte) bool {
	head := bytes.ToLower(bytes.TrimLeft(b[:min(len(b), 2048)], " \t\r\n\xef\xbb\xbf"))
	if len(head) == 0 || head[0] != '<' {
		return bytes.Contains(head, []byte("<html")) || bytes.Contains(head, []byte("<body"))
	}
	return true
}

// toUTF8 decodes by BOM, header, meta, and guess, in this order.
func toUTF8(in Input) []byte {
	enc, name, _ := charset.DetermineEncoding(in.Body[:min(len(in.Body), 1024)], in.ContentType)
	if name == "utf-8" {
		return bytes.TrimPrefix(in.Body, []byte("\xef\xbb\xbf"))
	}
	if name == "windows-1252" && validUTF8(in.Body) {
		return in.Body // the guess when nothing is declared; the bytes know better
	}
	out, err := enc.NewDecoder().Bytes(in.Body)
	if err != nil {
		return in.Body
	}
	return out
}

func validUTF8(b []byte) bool { return len(bytes.ToValidUTF8(b, nil)) == len(b) }

// readText takes Markdown or plain text as it is.
func (p *page) readText(b []byte) {
	p.markdown = strings.TrimSpace(strings.ReplaceAll(string(bytes.ToValidUTF8(b, []byte("\ufffd"))), "\r\n", "\n"))
	for line := range strings.SplitSeq(p.markdown, "\n") {
		if p.head == "" && len(p.headings) == 0 && len(line) < maxTitle { // a first line of its own is a title of a kind
			p.head = strings.Trim(strings.TrimSpace(line), "*_# ")
		}
		if h := strings.TrimSpace(strings.TrimLeft(line, "#")); h != "" && strings.HasPrefix(line, "#") && len(p.headings) < maxHeadings {
			p.headings = append(p.headings, h)
		}
	}
	if len(p.headings) > 0 {
		p.title = p.headings[0]
	}
	p.all = countWords(p.markdown)
}

const maxHeadings = 400

// maxTitle is how long a line may be to be a title, in bytes.
const maxTitle = 160

// readHTML parses once and reads everything from the one tree.
func (p *page) readHTML() error {
	body := toUTF8(p.in)
	root, err := html.Parse(bytes.NewReader(body))
	if err != nil {
		// The parser refuses trees deeper than 512; the text is still there.
		p.readTokens(body)
		return nil
	}
	p.readHead(root)
	p.readMain(root)
	return nil
}

// normalise is the text that is compared: Markdown without its marks, link
// targets and white space, in Unicode's composed form.
func normalise(md string) string {
	s := norm.NFC.String(md)
	s = linkTarget.ReplaceAllString(s, "$1")
	s = markup.Replace(s)
	s = copyrightYear.ReplaceAllString(s, "©")
	return strings.Join(strings.Fields(invisible.Replace(s)), " ")
}

// invisible are characters that show nothing and that editors sprinkle: word
// joiner, zero width space, byte order mark and soft hyphen.
var invisible = strings.NewReplacer("\u2060", "", "\u200b", "", "\ufeff", "", "\u00ad", "")

// copyrightYear is the year that a footer counts up by itself.
var copyrightYear = regexp.MustCompile(`©\s*(?:\d{4}\s*[-–]\s*)?\d{4}`)

func hashOf(text string) string {
	h := sha256.Sum256([]byte(text))
	return hex.EncodeToString(h[:])
}
