package crawl

import (
	"net/url"
	"regexp"
	"strings"

	"github.com/clausea/crawler/internal/crawl/canonical"
	"github.com/clausea/crawler/internal/crawl/frontier"
)

// Limits of a stub: a page whose purpose is to lead to another one. They were chosen by hand.
const (
	maxStubText         = 500 // bytes of text
	maxRefreshDelay     = 15  // seconds until a meta refresh of a stub
	maxStubLinks        = 3   // links outside header, navigation and footer
	maxDownloadPageText = 6000
)

// movedTo returns the URL to which a page navigates on its own, by a meta refresh or by a script
// that does nothing else. It is empty for a page with a text of its own.
func movedTo(p *Page) string {
	k := p.Links
	if k == nil || k.TextBytes > maxStubText {
		return ""
	}
	for _, to := range []string{k.Refresh, k.ScriptTarget, k.NoscriptRefresh} {
		switch {
		case to == "", to == k.Refresh && k.RefreshDelay > maxRefreshDelay:
			continue
		case to == k.NoscriptRefresh && k.LoadsScripts:
			continue // scripts build the page; the target asks the reader to enable them
		}
		if canonical.DedupKey(to) != canonical.DedupKey(p.URL) {
			return to
		}
	}
	return ""
}

// stubLinks returns the links of a page that hardly has more than them: the page of a document
// that is a file to download, or that has moved. URLs of the site's own menu are not among
// them.
func stubLinks(scan *Links) []Link {
	if scan.TextBytes > maxDownloadPageText {
		return nil
	}
	var out []Link
	for i := range scan.Links {
		k := &scan.Links[i]
		if k.Region != "" && k.Region != "main" || k.Rel != "" && strings.Contains(k.Rel, "stylesheet") {
			continue
		}
		if isDownload(k) || scan.TextBytes <= maxStubText && pointsElsewhere.MatchString(k.Text) {
			out = append(out, *k)
		}
	}
	if len(out) > maxStubLinks {
		return nil // a list of documents, each with a name of its own
	}
	return out
}

// downloadText matches the text of a link to a file, and pointsElsewhere that of a link to the
// new place of a page.
var (
	downloadText    = regexp.MustCompile(`(?i)\b(pdf|download|herunterladen|télécharger|telecharger|descargar|baixar|scarica|scaricare|downloaden|pobierz|ladda ner|hent|lataa|stáhnout|letölt\w*|indir)\b|ダウンロード|下载|下載|다운로드|скачать`)
	pointsElsewhere = regexp.MustCompile(`(?i)^(please )?(click |tap )?(here|this link|this page|continue|new (page|location|address)|read (it|more)|view|open|go (there|to the (new )?page)|hier|weiter|ici|aquí|aqui|qui|här|tutaj)\b|redirect|moved|https?://`)
)

// isDownload reports whether a link leads to a file.
func isDownload(k *Link) bool {
	u, err := url.Parse(k.URL)
	return err == nil && (strings.HasSuffix(strings.ToLower(u.Path), ".pdf") || downloadText.MatchString(k.Text))
}

// followStub queues the links of a page that was expected to be a document and is only a stub,
// and the documents that it embeds. They have the link text of the page. Without such a text,
// the title of the page takes its place.
func (d *discovery) followStub(from *frontier.Item, scan *Links) {
	text := from.Anchor
	if text == "" {
		text = scan.Title
	}
	for _, k := range stubLinks(scan) {
		d.followPart(from, &k, text)
	}
	for _, f := range scan.Frames {
		d.followPart(from, &Link{URL: f.URL}, text)
	}
}

// followFrames queues the documents that a page embeds whose URL or title names a document.
func (d *discovery) followFrames(from *frontier.Item, scan *Links) {
	for _, f := range scan.Frames {
		d.followPart(from, &Link{URL: f.URL}, f.Title)
	}
}

// followPart queues a document to which a page leads as its own text. It may be on another
// domain.
func (d *discovery) followPart(from *frontier.Item, k *Link, text string) {
	u, err := url.Parse(from.URL)
	if err != nil {
		return
	}
	if !d.isOutside(k.URL, u.Host) {
		d.enqueue(from, k.URL, text, "", 1)
		return
	}
	part := *k
	part.Text, part.Region = text, "nav" // as if the site's menu led to it
	d.followOffSite(from, []Link{part}, false)
}
