package cli

import (
	"fmt"
	"os"

	"github.com/clausea/crawler/internal/document/jsonl"
	"github.com/clausea/crawler/internal/document/pdf"
)

// pdfCommand is the hidden command that reads a PDF from standard input and writes its
// text. The program starts itself with it, so a hostile PDF can crash only a child process.
const pdfCommand = "pdf-text"

// runPDFChild runs the child process. It does not use settings, signals or logs, which are
// not set up yet.
func runPDFChild() int {
	out := os.Stdout
	os.Stdout = os.Stderr // keeps output of libraries out of the text
	return pdf.Serve(os.Stdin, out, os.Stderr)
}

// newPDFReader returns the function that reads PDFs in child processes.
func newPDFReader() (jsonl.PDFReader, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("find the executable of this program for reading PDFs: %w", err)
	}
	return pdf.NewReader(self, pdfCommand).Read, nil
}
