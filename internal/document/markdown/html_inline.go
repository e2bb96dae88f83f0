package markdown

import (
	"html"
	"net/url"
	"strings"
	"unicode/utf8"

	"github.com/clausea/crawler/internal/document/emailaddr"
)

// inlineHTML renders the inline syntax of one block.
type inlineHTML struct {
	*htmlWriter
	open   []string // elements of the open marks, outermost first
	inLink bool
	from   int // start of the text that is not written yet
	s      string
}

// writeInline writes the text of a block with its marks and links.
func (w *htmlWriter) writeInline(s string) {
	in := inlineHTML{htmlWriter: w, s: s}
	in.write()
}

// write renders s. Marks that are not closed end with the block.
func (in *inlineHTML) write() {
	for i := 0; i < len(in.s); {
		n := 0
		switch in.s[i] {
		case '\\', '*', '_', '~', '`', '[', '!', '<', '&':
			n = in.special(i)
		}
		i += max(n, 1)
	}
	in.text(len(in.s))
	for len(in.open) > 0 {
		in.closeMark()
	}
}

// text writes what precedes offset i and is not written yet.
func (in *inlineHTML) text(i int) {
	in.writeText(in.s[in.from:i])
	in.from = i
}

// special handles the special byte at offset i, and returns the number of bytes that it consumed.
// If that is 0, the byte is text.
func (in *inlineHTML) special(i int) int {
	s := in.s[i:]
	switch s[0] {
	case '\\':
		if len(s) > 1 && s[1] > ' ' && s[1] < 0x7f && !isAlnum(s[1]) {
			in.skip(i, 1)
			return 2
		}
	case '*', '_', '~':
		return in.mark(i)
	case '`':
		return in.code(i)
	case '[':
		return in.link(i)
	case '!':
		if len(s) > 1 && s[1] == '[' {
			if alt, _, n := parseLink(s[1:]); n > 0 {
				return in.replace(i, n+1, PlainText(alt))
			}
		}
	case '<':
		return in.autolink(i)
	case '&':
		if end := strings.IndexByte(s[:min(len(s), 12)], ';'); end > 1 {
			if u := html.UnescapeString(s[:end+1]); u != s[:end+1] {
				return in.replace(i, end+1, u)
			}
		}
	}
	return 0
}

// skip writes the text before offset i, and omits n bytes from there.
func (in *inlineHTML) skip(i, n int) {
	in.text(i)
	in.from = i + n
}

// replace writes text instead of the n bytes at offset i.
func (in *inlineHTML) replace(i, n int, text string) int {
	in.skip(i, n)
	in.writeText(text)
	return n
}

// mark opens or closes the marks of a run of *, _ or ~. A mark opens before a word and closes
// after one.
func (in *inlineHTML) mark(i int) int {
	s := in.s[i:]
	n := countPrefix(s, s[0])
	before, _ := utf8.DecodeLastRuneInString(in.s[:i])
	closes := i > 0 && !strings.ContainsRune(" \n\t", before)
	opens := i+n < len(in.s) && strings.IndexByte(" \n\t", in.s[i+n]) < 0
	if s[0] == '_' && closes && opens && startsWithWordChar(string(before)) && startsWithWordChar(s[n:]) {
		return n // inside a word
	}
	tags := markTags(s[0], n)
	if len(tags) == 0 {
		return n
	}
	in.text(i)
	for _, tag := range tags {
		switch at := in.openAt(tag); {
		case at >= 0 && closes:
			for len(in.open) > at {
				in.closeMark()
			}
			in.from = i + n
		case at < 0 && opens:
			in.open = append(in.open, tag)
			in.out.WriteString("<" + tag + ">")
			in.from = i + n
		}
	}
	return n
}

// markTags returns the elements of a run of n marks, or nil if it is text.
func markTags(mark byte, n int) []string {
	switch {
	case mark == '~' && n == 2:
		return []string{"del"}
	case mark == '~' || n > 3:
		return nil
	}
	return [][]string{{"em"}, {"strong"}, {"strong", "em"}}[n-1]
}

// openAt returns the index of the open mark with an element, or -1.
func (in *inlineHTML) openAt(tag string) int {
	for i, open := range in.open {
		if open == tag {
			return i
		}
	}
	return -1
}

// closeMark closes the innermost mark.
func (in *inlineHTML) closeMark() {
	last := len(in.open) - 1
	in.out.WriteString("</" + in.open[last] + ">")
	in.open = in.open[:last]
}

// code writes a code span.
func (in *inlineHTML) code(i int) int {
	s := in.s[i:]
	n := countPrefix(s, '`')
	for k, end := n, min(len(s), maxLinkTarget); k < end; {
		next := strings.IndexByte(s[k:end], '`')
		if next < 0 {
			break
		}
		k += next
		run := countPrefix(s[k:], '`')
		if run == n {
			in.skip(i, k+n)
			in.out.WriteString("<code>")
			in.writeText(strings.TrimSpace(s[n:k]))
			in.out.WriteString("</code>")
			return k + n
		}
		k += run
	}
	return n
}

// link writes a link, or the text of one without a URL that may be opened. A link contains no
// other link.
func (in *inlineHTML) link(i int) int {
	if in.inLink {
		return 0
	}
	text, target, n := parseLink(in.s[i:])
	if n == 0 {
		return 0
	}
	if a := emailaddr.FromCloudflareURL(target); a != "" {
		return in.replace(i, n, a)
	}
	in.skip(i, n)
	href := safeURL(target)
	if href != "" {
		in.openLink(href)
	}
	inner := inlineHTML{htmlWriter: in.htmlWriter, s: text, inLink: true}
	inner.write()
	if href != "" {
		in.out.WriteString("</a>")
	}
	return n
}

// autolink writes <https://example.com/>. Other text between angle brackets is text.
func (in *inlineHTML) autolink(i int) int {
	s := in.s[i:]
	end := strings.IndexByte(s[:min(len(s), maxTagBytes)], '>')
	if end < 0 || in.inLink || !strings.Contains(s[:end], "://") {
		return 0
	}
	href := safeURL(s[1:end])
	if href == "" {
		return 0
	}
	in.skip(i, end+1)
	in.openLink(href)
	in.writeText(s[1:end])
	in.out.WriteString("</a>")
	return end + 1
}

func (in *inlineHTML) openLink(href string) {
	in.out.WriteString(`<a href="` + html.EscapeString(href) + `" rel="nofollow noopener noreferrer">`)
}

// safeURL returns the URL of a link, or "" if it is not an absolute http or https URL or a mailto
// URL. A title after the URL is dropped.
func safeURL(target string) string {
	target, _, _ = strings.Cut(strings.TrimSpace(target), " ")
	target = html.UnescapeString(strings.Trim(target, "<>"))
	u, err := url.Parse(target)
	if err != nil {
		return ""
	}
	switch {
	case (u.Scheme == "http" || u.Scheme == "https") && u.Host != "":
	case u.Scheme == "mailto" && u.Opaque != "":
	default:
		return ""
	}
	return u.String()
}
