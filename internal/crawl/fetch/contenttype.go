package fetch

import (
	"bufio"
	"io"
	"mime"
	"net/http"
	"strings"
)

// MaxPDF limits the body of a PDF, in bytes. PDFs are larger than HTML pages. The value was
// chosen by hand.
const MaxPDF = 20 << 20

// isPDF reports whether a Content-Type is that of a PDF.
func isPDF(contentType string) bool {
	ct := strings.ToLower(contentType)
	return strings.Contains(ct, "application/pdf") || strings.Contains(ct, "application/x-pdf")
}

// isGenericType reports whether a Content-Type gives no information about the content.
func isGenericType(contentType string) bool {
	ct := strings.ToLower(contentType)
	return ct == "" || strings.Contains(ct, "octet-stream") || strings.Contains(ct, "download")
}

// hasPDFName reports whether the URL path or the file name in Content-Disposition (RFC 6266) ends
// in .pdf.
func hasPDFName(res *http.Response, path string) bool {
	is := func(name string) bool { return strings.HasSuffix(strings.ToLower(name), ".pdf") }
	_, params, err := mime.ParseMediaType(res.Header.Get("Content-Disposition"))
	return is(path) || err == nil && is(params["filename"])
}

// hasPDFSignature reports whether a body begins like a PDF. It does not consume the body. It does
// not detect a PDF in an encoded body.
func hasPDFSignature(res *http.Response) bool {
	b := bufio.NewReaderSize(res.Body, 16)
	head, _ := b.Peek(len(pdfSignature)) // an error recurs when the body is read
	res.Body = &peekedBody{b, res.Body}
	return string(head) == pdfSignature
}

// pdfSignature is the beginning of a PDF (ISO 32000-1, section 7.5.2).
const pdfSignature = "%PDF-"

// peekedBody is a body whose beginning was peeked at. Its Reader returns the whole body.
type peekedBody struct {
	io.Reader
	io.Closer
}

// mayBeDocument reports whether a body with this Content-Type may be a document. It accepts
// unknown types.
func mayBeDocument(contentType string) bool {
	ct := strings.ToLower(contentType)
	for _, p := range []string{"image/", "video/", "audio/", "font/", "application/zip", "application/octet-stream", "application/x-", "text/css", "javascript", "application/json"} {
		if strings.Contains(ct, p) && !strings.Contains(ct, "xhtml") {
			return false
		}
	}
	return true
}
