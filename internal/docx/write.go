package docx

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"fmt"
	"strings"
	"time"
)

// fileTime is the time of all files: the earliest that a zip file can have, so that equal contents
// give equal bytes.
var fileTime = time.Date(1980, 1, 1, 0, 0, 0, 0, time.UTC)

// Write returns the bytes of a document. Equal input gives equal bytes.
func Write(paragraphs []Tracked, o Options) ([]byte, error) {
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	for _, part := range []struct{ name, content string }{
		{"[Content_Types].xml", contentTypes},
		{"_rels/.rels", packageRelationships},
		{"docProps/core.xml", coreProperties(o)},
		{"word/document.xml", body(paragraphs, o)},
		{"word/_rels/document.xml.rels", documentRelationships},
		{"word/styles.xml", styles},
		{"word/numbering.xml", numbering},
	} {
		w, err := z.CreateHeader(&zip.FileHeader{Name: part.name, Method: zip.Deflate, Modified: fileTime})
		if err == nil {
			_, err = w.Write([]byte(part.content))
		}
		if err != nil {
			return nil, fmt.Errorf("write part %s of a DOCX: %w", part.name, err)
		}
	}
	if err := z.Close(); err != nil {
		return nil, fmt.Errorf("write a DOCX: %w", err)
	}
	return out.Bytes(), nil
}

// writer writes the body. Each change has an ID of its own.
type writer struct {
	strings.Builder
	by string // the attributes of a change: author and date
	id int
}

// body returns the main part. It ends with an empty paragraph: Word cannot remove the last
// paragraph of a document, so that this must not be one that was inserted or deleted.
func body(paragraphs []Tracked, o Options) string {
	w := &writer{by: ` w:author="` + escape(o.Author) + `"`}
	if !o.Date.IsZero() {
		w.by += ` w:date="` + o.Date.UTC().Format(time.RFC3339) + `"`
	}
	w.WriteString(xml.Header + `<w:document xmlns:w="` + namespace + `"><w:body>`)
	for _, p := range paragraphs {
		w.paragraph(p)
	}
	w.WriteString(`<w:p/><w:sectPr><w:pgSz w:w="11906" w:h="16838"/><w:pgMar w:top="1440" w:right="1440" w:bottom="1440" w:left="1440" w:header="708" w:footer="708" w:gutter="0"/></w:sectPr></w:body></w:document>`)
	return w.String()
}

// paragraph writes a paragraph with its mark, which is the end of the paragraph.
func (w *writer) paragraph(p Tracked) {
	w.WriteString("<w:p><w:pPr>")
	switch {
	case p.Style >= Heading1 && p.Style <= Heading6:
		fmt.Fprintf(w, `<w:pStyle w:val="Heading%d"/>`, p.Style-Heading1+1)
	case p.Style == ListBullet:
		w.WriteString(`<w:pStyle w:val="ListBullet"/>`)
	}
	switch p.State {
	case Inserted:
		w.WriteString("<w:rPr>" + w.open("ins", "/>") + "</w:rPr>")
	case Deleted:
		w.WriteString("<w:rPr>" + w.open("del", "/>") + "</w:rPr>")
	}
	w.WriteString("</w:pPr>")
	for _, r := range p.Runs {
		w.run(r)
	}
	w.WriteString("</w:p>")
}

// open returns the tag of a change.
func (w *writer) open(name, end string) string {
	w.id++
	return fmt.Sprintf(`<w:%s w:id="%d"%s%s`, name, w.id, w.by, end)
}

// run writes a run, in the element of its change.
func (w *writer) run(r Run) {
	text, change := "t", ""
	switch r.State {
	case Inserted:
		change = "ins"
	case Deleted:
		text, change = "delText", "del"
	}
	if change != "" {
		w.WriteString(w.open(change, ">"))
	}
	w.WriteString("<w:r>")
	for i, part := range strings.Split(r.Text, "\t") {
		if i > 0 {
			w.WriteString("<w:tab/>")
		}
		if part != "" {
			w.WriteString(`<w:` + text + ` xml:space="preserve">` + escape(part) + `</w:` + text + `>`)
		}
	}
	w.WriteString("</w:r>")
	if change != "" {
		w.WriteString("</w:" + change + ">")
	}
}

// escape escapes a text for XML. Characters that XML does not allow become U+FFFD.
func escape(s string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(s)) // a strings.Builder returns no error
	return b.String()
}

func coreProperties(o Options) string {
	created := ""
	if !o.Date.IsZero() {
		created = `<dcterms:created xsi:type="dcterms:W3CDTF">` + o.Date.UTC().Format(time.RFC3339) + `</dcterms:created>`
	}
	return xml.Header + `<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">` +
		`<dc:title>` + escape(o.Title) + `</dc:title><dc:creator>` + escape(o.Author) + `</dc:creator>` + created + `</cp:coreProperties>`
}
