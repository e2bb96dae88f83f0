package service

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"net/url"
	"slices"
	"strings"

	"github.com/clausea/crawler/internal/crawl/scope"
	"github.com/clausea/crawler/internal/document/doctype"
	"github.com/clausea/crawler/internal/problem"
)

// declaration is the part of a service declaration of Open Terms Archive that an import uses.
type declaration struct {
	Name  string                  `json:"name"`
	Terms map[string]declaredTerm `json:"terms"`
	// Documents was the name of Terms in early versions of the format.
	Documents map[string]declaredTerm `json:"documents"`
}

// declaredTerm says where the text of a document is: on one page, or on several.
type declaredTerm struct {
	Fetch   string         `json:"fetch"`
	Combine []declaredTerm `json:"combine"`
}

// url returns the URL of the first page of the document.
func (t declaredTerm) url() string {
	if t.Fetch == "" && len(t.Combine) > 0 {
		return t.Combine[0].Fetch
	}
	return t.Fetch
}

// readDeclarations reads service declarations of Open Terms Archive: JSON objects one after
// another, or in arrays. The line of a row is its position.
func readDeclarations(data []byte) ([]importRow, error) {
	var rows []importRow
	d := json.NewDecoder(bytes.NewReader(data))
	for len(rows) <= MaxImportRows {
		var value json.RawMessage
		if err := d.Decode(&value); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return nil, problem.Wrap(err, problem.MalformedRequest, "the body is not JSON after %d declarations", len(rows))
		}
		var items []json.RawMessage
		if json.Unmarshal(value, &items) != nil {
			items = []json.RawMessage{value}
		}
		for _, item := range items[:min(len(items), MaxImportRows+1)] {
			row := importRow{line: len(rows) + 1}
			row.draft, row.err = draftOfDeclaration(item)
			rows = append(rows, row)
		}
	}
	return rows, nil
}

// draftOfDeclaration returns the draft that a declaration describes: each document is a pinned URL.
func draftOfDeclaration(data []byte) (d CompanyDraft, err error) {
	var in declaration
	if err := json.Unmarshal(data, &in); err != nil {
		return d, problem.Wrap(err, problem.MalformedRequest, "the value is not a service declaration with name and terms")
	}
	terms := in.Terms
	if len(terms) == 0 {
		terms = in.Documents
	}
	var seeds []map[string]any
	var types []string
	count, first, urls := map[string]int{}, map[string]string{}, map[string]bool{}
	for _, name := range slices.Sorted(maps.Keys(terms)) {
		text := terms[name].url()
		u, err := url.Parse(text)
		if err != nil || u.Host == "" || urls[text] {
			continue
		}
		urls[text] = true
		domain := scope.RegistrableDomain(u.Hostname())
		if count[domain]++; first[domain] == "" {
			first[domain] = text
		}
		seed := map[string]any{"url": text}
		if t := typeOfTerms(name); t != "" {
			seed["type"] = t
			types = append(types, t)
		}
		seeds = append(seeds, seed)
	}
	if len(seeds) == 0 {
		return d, problem.New(problem.InvalidValue, "the declaration has no terms with a URL")
	}
	// The domain of most documents names the company.
	domains := slices.SortedFunc(maps.Keys(count), func(a, b string) int {
		if count[a] != count[b] {
			return count[b] - count[a]
		}
		return strings.Compare(a, b)
	})
	d.URL, d.Spec = first[domains[0]], map[string]any{"domains": domains, "seeds": seeds}
	if in.Name != "" {
		d.Spec["displayName"] = in.Name
	}
	if slices.Sort(types); len(types) > 0 {
		d.Spec["expectedTypes"] = slices.Compact(types)
	}
	return d, nil
}

// typeOfTerms returns the type with a name of Open Terms Archive, or "". What follows a dash is the
// part of a document.
func typeOfTerms(name string) string {
	whole, _, _ := strings.Cut(name, " - ")
	for t, n := range doctype.OTAName {
		if strings.EqualFold(n, strings.TrimSpace(whole)) {
			return t
		}
	}
	return ""
}

// readURLs reads a list of URLs or domains, one in each line. A line that begins with # is a
// comment.
func readURLs(data []byte) ([]importRow, error) {
	var rows []importRow
	line := 0
	for text := range strings.Lines(string(data)) {
		line++
		if text = strings.TrimSpace(text); text == "" || strings.HasPrefix(text, "#") {
			continue
		}
		if rows = append(rows, importRow{line: line, draft: CompanyDraft{URL: text}}); len(rows) > MaxImportRows {
			break
		}
	}
	return rows, nil
}
