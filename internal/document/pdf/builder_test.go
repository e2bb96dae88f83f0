package pdf

import (
	"bytes"
	"compress/zlib"
	"fmt"
	"strings"
)

// builder writes PDF files for tests.
type builder struct{ objects []string }

// add appends an object and returns its number.
func (b *builder) add(format string, args ...any) int {
	b.objects = append(b.objects, fmt.Sprintf(format, args...))
	return len(b.objects)
}

// stream appends a stream object, compressed if deflate is set, and returns its number.
func (b *builder) stream(dict, content string, deflate bool) int {
	if deflate {
		var z bytes.Buffer
		w := zlib.NewWriter(&z)
		_, _ = w.Write([]byte(content))
		_ = w.Close()
		content, dict = z.String(), dict+" /Filter /FlateDecode"
	}
	return b.add("<< %s /Length %d >>\nstream\n%s\nendstream", dict, len(content), content)
}

// bytes returns the file. root is the number of the catalog; extra is added to the trailer.
func (b *builder) bytes(root int, extra string) []byte {
	var out bytes.Buffer
	out.WriteString("%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
	offsets := make([]int, len(b.objects))
	for i, o := range b.objects {
		offsets[i] = out.Len()
		fmt.Fprintf(&out, "%d 0 obj\n%s\nendobj\n", i+1, o)
	}
	xref := out.Len()
	fmt.Fprintf(&out, "xref\n0 %d\n0000000000 65535 f \n", len(b.objects)+1)
	for _, o := range offsets {
		fmt.Fprintf(&out, "%010d 00000 n \n", o)
	}
	fmt.Fprintf(&out, "trailer\n<< /Size %d /Root %d 0 R %s >>\nstartxref\n%d\n%%%%EOF\n", len(b.objects)+1, root, extra, xref)
	return out.Bytes()
}

// textLine is one line of a page.
type textLine struct {
	font         string // F1 is regular, F2 bold
	size         float64
	left, bottom float64
	text         string
}

// pdfString returns a PDF string literal in Windows-1252.
func pdfString(s string) string {
	s = strings.NewReplacer(`\`, `\\`, "(", `\(`, ")", `\)`, "é", "\xe9", "ä", "\xe4", "–", "\x96", "•", "\x95").Replace(s)
	return "(" + s + ")"
}

func contentStream(lines []textLine) string {
	var c strings.Builder
	c.WriteString("BT\n")
	for _, l := range lines {
		fmt.Fprintf(&c, "/%s %g Tf 1 0 0 1 %g %g Tm %s Tj\n", l.font, l.size, l.left, l.bottom, pdfString(l.text))
	}
	c.WriteString("ET\n")
	return c.String()
}

// buildPDF returns a file with the given pages.
func buildPDF(deflate bool, pages ...[]textLine) []byte {
	b := &builder{}
	regular := b.add("<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>")
	bold := b.add("<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica-Bold /Encoding /WinAnsiEncoding >>")
	tree := len(b.objects) + 2*len(pages) + 1
	var kids []string
	for _, p := range pages {
		c := b.stream("", contentStream(p), deflate)
		n := b.add("<< /Type /Page /Parent %d 0 R /MediaBox [0 0 595 842] /Contents %d 0 R /Resources << /Font << /F1 %d 0 R /F2 %d 0 R >> >> >>", tree, c, regular, bold)
		kids = append(kids, fmt.Sprintf("%d 0 R", n))
	}
	b.add("<< /Type /Pages /Count %d /Kids [%s] >>", len(pages), strings.Join(kids, " "))
	return b.bytes(b.add("<< /Type /Catalog /Pages %d 0 R >>", tree), "")
}

// paragraph places lines below each other.
func paragraph(y float64, lines ...string) []textLine {
	var out []textLine
	for i, l := range lines {
		out = append(out, textLine{"F1", 10, 72, y - 12*float64(i), l})
	}
	return out
}

// twoPages returns a valid file of two pages, with page headers, page numbers, headings, a
// list and a word that is hyphenated at the end of a line.
func twoPages(deflate bool) []byte {
	header := textLine{"F1", 8, 72, 810, "Example Ltd – Terms of Service – confidential"}
	one := append([]textLine{header, {"F2", 20, 72, 770, "Terms of Service"}, {"F2", 13, 72, 740, "1. Scope"}},
		paragraph(720, "These terms govern the use of the services of Example Ltd by every customer that has an ac-", "count with us, whether it pays or not, and they hold from the day on which it accepts them.")...)
	one = append(one, paragraph(680, "They have been in force since the first of January; the customer is told of each change be-", "fore it is made and may end the contract within thirty days of the notice that we then send to")...)
	one = append(one, textLine{"F1", 8, 290, 40, "Page 1 of 2"})
	two := append([]textLine{header}, paragraph(770, "the address that the customer has given us.")...)
	two = append(two, textLine{"F1", 10, 72, 740, "• name and address"}, textLine{"F1", 10, 72, 728, "• café orders (all of them)"})
	two = append(two, textLine{"F2", 13, 72, 700, "2. Liability"})
	two = append(two, paragraph(680, "We are liable without limit for intent and gross negligence.")...)
	two = append(two, textLine{"F1", 8, 290, 40, "Page 2 of 2"})
	return buildPDF(deflate, one, two)
}
