package storage

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/clausea/crawler/internal/document"
)

// history contains the versions of a document, the oldest first.
type history struct {
	id       string
	versions [][]byte
}

// historySet is a named set of histories.
type historySet struct {
	name      string
	histories []history
	raw       bool // the versions are fetched pages, not texts
}

func (k *historySet) versionCount() (n int) {
	for _, h := range k.histories {
		n += len(h.versions)
	}
	return n
}

// readHistories returns three sets from the labelled histories in gold: the fetched pages,
// the texts that Clausea extracts from them, and the texts that people selected, of which
// there are more.
func readHistories(gold string) ([]historySet, error) {
	dir := filepath.Join(gold, "histories", "dev")
	b, err := os.ReadFile(filepath.Join(dir, "manifest.json"))
	if err != nil {
		return nil, fmt.Errorf("read the histories: %w", err)
	}
	var records []struct {
		Dir, URL string
		Versions []struct{ MD, HTML string }
	}
	if err := json.Unmarshal(b, &records); err != nil {
		return nil, fmt.Errorf("read the histories: %w", err)
	}
	pages, texts, chosen := historySet{name: "raw pages", raw: true}, historySet{name: "texts extracted from them"}, historySet{name: "texts selected by people, all histories"}
	for _, r := range records {
		page, text, choice := history{id: r.Dir}, history{id: r.Dir}, history{id: r.Dir}
		for _, v := range r.Versions {
			md, err := os.ReadFile(filepath.Join(dir, r.Dir, v.MD))
			if err != nil {
				return nil, fmt.Errorf("read the history of %s: %w", r.Dir, err)
			}
			choice.versions = append(choice.versions, md)
			if v.HTML == "" {
				continue
			}
			html, err := os.ReadFile(filepath.Join(dir, r.Dir, v.HTML))
			if err != nil {
				return nil, fmt.Errorf("read the history of %s: %w", r.Dir, err)
			}
			d, err := document.Read(document.Input{Body: html, ContentType: "text/html; charset=utf-8", URL: r.URL})
			if err != nil {
				return nil, fmt.Errorf("read a version of %s: %w", r.Dir, err)
			}
			page.versions = append(page.versions, html)
			text.versions = append(text.versions, []byte(d.Markdown))
		}
		chosen.histories = append(chosen.histories, choice)
		if len(page.versions) > 0 {
			pages.histories, texts.histories = append(pages.histories, page), append(texts.histories, text)
		}
	}
	if len(pages.histories) == 0 {
		return nil, errors.New("read the histories: no history has pages")
	}
	return []historySet{pages, texts, chosen}, nil
}
