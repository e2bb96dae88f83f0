package dashboard

import (
	"cmp"
	"fmt"
	"net/url"
	"strconv"

	"github.com/clausea/crawler/internal/document/change"
	"github.com/clausea/crawler/internal/problem"
	"github.com/clausea/crawler/internal/service"
	"github.com/clausea/crawler/internal/store"
)

// registerChange registers the pages that compare two versions of a document.
func registerChange(s *Server) {
	s.view("GET /changes/{id}", s.changePage)
	s.view("GET /documents/{id}/compare", s.comparePage)
	s.action("POST /changes/{id}/review", store.ScopeReview, s.reviewChange)
	s.download("GET /changes/{id}/{format}", s.changeFile)
	s.download("GET /documents/{id}/compare/{format}", s.comparisonFile)
}

// changeData is what the page of a change or of a comparison shows.
type changeData struct {
	// Change is nil if the page compares any two versions.
	Change   *store.Change
	Document store.Document
	Company  string
	// From and To are the compared versions. They have no number if there is no text to compare.
	From, To store.Version
	// Diff is nil if the change has no two versions.
	Diff *diffView
	// Previous and Next are the changes of the document before and after this one, or empty.
	Previous, Next string
	Review         *reviewForm
	// Materiality is that of Change.
	Materiality service.Materiality
	History     []service.ReviewEvent
	path        string
	query       url.Values
}

// changePage shows a change.
func (s *Server) changePage(v *visit) (page, error) {
	c, err := s.o.Services.Changes.Get(v.Context(), v.Caller, v.Path("id"))
	if err != nil {
		return page{}, err
	}
	return s.showChange(v, c, newReviewForm(c.Review))
}

// showChange returns the page of a change with a form that may have errors.
func (s *Server) showChange(v *visit, c service.ReviewedChange, form *reviewForm) (page, error) {
	d := changeData{Change: &c.Change, Company: c.Company, Review: form, Materiality: service.MaterialityOf(c.Change), path: pathOf("changes", c.ID)}
	var err error
	if d.History, err = s.o.Services.Changes.History(v.Context(), v.Caller, c.ID); err != nil {
		return page{}, err
	}
	if d.Previous, d.Next, err = s.o.Services.Changes.Neighbours(v.Context(), v.Caller, c.Change); err != nil {
		return page{}, err
	}
	if hasTwoVersions(c.Change) {
		if err := s.compare(v, &d, c.DocumentID, service.VersionSelector{Number: c.From}, service.VersionSelector{Number: c.To}); err != nil {
			return page{}, err
		}
	}
	return page{Title: cmp.Or(c.Title, typeName(c.DocumentType)), Nav: "review", Script: "change.js", Body: d}, nil
}

// hasTwoVersions reports whether a change has a text before and after it.
func hasTwoVersions(c store.Change) bool { return c.From > 0 && c.To > 0 && c.From != c.To }

// comparePage compares any two versions of a document.
func (s *Server) comparePage(v *visit) (page, error) {
	from, to, err := selectors(v)
	if err != nil {
		return page{}, err
	}
	d := changeData{path: pathOf("documents", v.Path("id"), "compare"), query: url.Values{"from": {v.Query("from")}, "to": {v.Query("to")}}}
	if err := s.compare(v, &d, v.Path("id"), from, to); err != nil {
		return page{}, err
	}
	d.Company = service.CompanyName(d.Document)
	return page{Title: fmt.Sprintf("%s: version %d to %d", cmp.Or(d.Document.Title, typeName(d.Document.Type)), d.From.Number, d.To.Number), Nav: "documents", Script: "change.js", Body: d}, nil
}

// selectors returns the versions that a comparison names. Without names they are the newest
// version and the one before.
func selectors(v *visit) (from, to service.VersionSelector, err error) {
	from, fromOK := service.ParseVersion(cmp.Or(v.Query("from"), "previous"))
	to, toOK := service.ParseVersion(cmp.Or(v.Query("to"), "latest"))
	if !fromOK || !toOK {
		return from, to, problem.OfField("query", "from and to are numbers of versions, latest or previous")
	}
	return from, to, nil
}

// compare sets the comparison of a page.
func (s *Server) compare(v *visit, d *changeData, id string, from, to service.VersionSelector) error {
	c, err := s.o.Services.Documents.Diff(v.Context(), v.Caller, id, from, to)
	if err != nil {
		return err
	}
	display := v.URL.Query().Get("view")
	if display != displayInline && display != displaySplit {
		display = displayContext
	}
	part, _ := strconv.Atoi(v.Query("part"))
	view := newDiffView(c, display, part)
	d.Document, d.From, d.To, d.Diff = c.Document, c.From, c.To, &view
	return nil
}

// Shown returns the URL of the page in a display.
func (d changeData) Shown(display string) string { return d.at(display, 1) }

// At returns the link to a difference, which can be in another part.
func (d changeData) At(number int) string {
	if number < 1 || number > len(d.Diff.partOf) {
		return ""
	}
	return d.partLink(d.Diff.partOf[number-1]) + "#diff-" + strconv.Itoa(number)
}

// Section returns the link to a section.
func (d changeData) Section(e outlineEntry) string { return d.partLink(e.Part) + "#" + e.ID }

// PartLink returns the URL of a part.
func (d changeData) PartLink(part int) string { return d.at(d.Diff.Display, part) }

func (d changeData) partLink(part int) string {
	if part == d.Diff.Part {
		return ""
	}
	return d.PartLink(part)
}

func (d changeData) at(display string, part int) string {
	q := url.Values{}
	for name, values := range d.query {
		q[name] = values
	}
	q.Set("view", display)
	if part > 1 {
		q.Set("part", strconv.Itoa(part))
	}
	return d.path + "?" + q.Encode()
}

// File returns the URL of the comparison as a file.
func (d changeData) File(format string) string {
	if len(d.query) == 0 {
		return d.path + "/" + format
	}
	return d.path + "/" + format + "?" + d.query.Encode()
}

// First returns the number of the first difference of the part, or 0.
func (d changeData) First() int {
	for i, part := range d.Diff.partOf {
		if part == d.Diff.Part {
			return i + 1
		}
	}
	return 0
}

// MaterialityKind returns the color of the materiality.
func (d changeData) MaterialityKind() string { return materialityKind(d.Materiality) }

// Broken reports whether the new page lost the text.
func (v diffView) Broken() bool { return v.Kind == change.KindBroken }
