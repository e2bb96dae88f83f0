package cli

import (
	"errors"
	"fmt"

	"github.com/clausea/crawler/internal/store"
)

// rawPage writes the stored snapshot of a version of the document at url byte for byte.
func (g *getter) rawPage(url string) error {
	d, err := g.documentAt(url)
	if err != nil {
		return err
	}
	v, _, err := g.s.VersionText(g.ctx, d.ID, g.version)
	if errors.Is(err, store.ErrNotFound) {
		return fmt.Errorf("%s has no version %d; it has versions 1 to %d: %w", d.URL, g.version, d.Versions, err)
	}
	if err != nil {
		return err
	}
	none := fmt.Errorf("version %d of %s has no stored page; get documents %s -o markdown --version %[1]d prints its text", v.Number, d.URL, d.ID)
	if v.SnapshotHash == "" {
		return none
	}
	body, err := g.s.GetSnapshot(g.ctx, d.Company, v.SnapshotHash)
	if errors.Is(err, store.ErrNotFound) {
		return fmt.Errorf("%w: %w", none, err)
	}
	if err != nil {
		return err
	}
	_, err = g.w.Write(body)
	return err
}

// documentAt returns the company's document at url, or the document to which the page at url
// led.
func (g *getter) documentAt(url string) (store.Document, error) {
	d, err := g.s.FindDocument(g.ctx, g.company, url)
	if !errors.Is(err, store.ErrNotFound) {
		return d, err
	}
	run, err := g.newestRun()
	if err != nil {
		return d, err
	}
	p, perr := g.s.GetPage(g.ctx, run, url)
	switch {
	case perr == nil && p.DocumentID != "":
		return g.s.GetDocument(g.ctx, p.DocumentID)
	case perr == nil:
		return d, fmt.Errorf("the page %s of company %s is stored as no document, and raw pages are stored only for documents; get documents --company %[2]s lists them", url, g.company)
	case errors.Is(perr, store.ErrNotFound):
		return d, fmt.Errorf("company %s has no page %s; get pages --company %[1]s lists them: %[3]w", g.company, url, perr)
	}
	return d, perr
}
