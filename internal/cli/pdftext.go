package cli

import (
	"fmt"
	"os"

	"github.com/clausea/crawler/internal/document/jsonl"
	"github.com/clausea/crawler/internal/document/pdf"
)

// pdfCommand is the hidden command that reads one PDF from standard input and
// writes its text. The program starts itself with it, so that a hostile PDF ends a
// child and nothing else.
const pdfCommand = "pdf-text"

// runPDFChild is the whole of the child. It comes before settings, signals and logs
// are set up, and has no use for them.
func runPDFChild() int {
	out := os.Stdout
	os.Stdout = os.Stderr // so that nothing that a library prints gets into the text
	return pdf.Serve(os.Stdin, out, os.Stderr)
}

// newPDFReader makes the function that reads PDFs in children of this process.
func newPDFReader() (jsonl.Reader, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("find this program, to read PDFs with it: %w", err)
	}
	return pdf.NewReader(self, pdfCommand).Read, nil
}
