package fetch

import (
	"bufio"
	"io"
	"mime"
	"net/http"
	"strings"
)

// MaxPDF is the largest PDF that is fetched as a page, in bytes. Those with text
// and pictures are larger than pages.
const MaxPDF = 20 << 20

// isPDF says whether a body is one by its Content-Type.
func isPDF(contentType string) bool {
	ct := strings.ToLower(contentType)
	return strings.Contains(ct, "application/pdf") || strings.Contains(ct, "application/x-pdf")
}

// isGenericType says whether a Content-Type is that of any file.
func isGenericType(contentType string) bool {
	ct := strings.ToLower(contentType)
	return ct == "" || strings.Contains(ct, "octet-stream") || strings.Contains(ct, "download")
}

// hasPDFName says whether a PDF's name is in the path or, as RFC 6266 has it, in
// Content-Disposition.
func hasPDFName(res *http.Response, path string) bool {
	is := func(name string) bool { return strings.HasSuffix(strings.ToLower(name), ".pdf") }
	_, params, err := mime.ParseMediaType(res.Header.Get("Content-Disposition"))
	return is(path) || err == nil && is(params["filename"])
}

// hasPDFSignature looks at the first bytes of a body, which stay to be read. Under a coding
// they say nothing.
func hasPDFSignature(res *http.Response) bool {
	b := bufio.NewReaderSize(res.Body, 16)
	head, _ := b.Peek(len(pdfSignature)) // an error comes again when the body is read
	res.Body = &peekedBody{b, res.Body}
	return string(head) == pdfSignature
}

// pdfSignature is how a PDF begins (ISO 32000-1, section 7.5.2).
const pdfSignature = "%PDF-"

// peekedBody is a body of which the beginning was looked at.
type peekedBody struct {
	io.Reader
	io.Closer
}

// mayBeDocument says whether a Content-Type may be a document: unknown ones may.
func mayBeDocument(contentType string) bool {
	ct := strings.ToLower(contentType)
	for _, p := range []string{"image/", "video/", "audio/", "font/", "application/zip", "application/octet-stream", "application/x-", "text/css", "javascript", "application/json"} {
		if strings.Contains(ct, p) && !strings.Contains(ct, "xhtml") {
			return false
		}
	}
	return true
}
