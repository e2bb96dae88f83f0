package dashboard

import (
	"fmt"
	"strconv"
	"time"

	"github.com/clausea/crawler/internal/document/markdown"
	"github.com/clausea/crawler/internal/problem"
	"github.com/clausea/crawler/internal/service"
	"github.com/clausea/crawler/internal/store"
)

// documentData is what the page of a document or of one of its versions shows.
type documentData struct {
	service.DocumentDetail

	CompanyName string
	StateKind   string // of its badge
	// Shown is the version whose text is shown, nil if the document has none.
	Shown *store.Version
	// Newest is set if Shown is the newest version.
	Newest bool
	// AsOf is the date that the user chose. AsOfError says why it has no version.
	AsOf, AsOfError string
	Today           string
	Text            string // as HTML, in which package markdown escaped the text of the page
	Parts           textParts
	Outline         []markdown.PartHeading
	OutlineOmitted  int    // headings beyond maxTextOutline
	Lang            string // the attribute of the text
	Timeline        timeline
	Pager           pager
	// NextCrawl is the next scheduled crawl of the company, zero if there is none.
	NextCrawl     time.Time
	CompanyExists bool
	Correction    *store.Correction
	Form          correctionForm
	Types         []string
	Others        []store.Document // documents of the same company
}

// versionData is what the page of a version shows.
type versionData struct{ documentData }

func registerDocument(s *Server) {
	s.view("GET /documents/{id}", s.documentPage)
	s.view("GET /documents/{id}/versions/{n}", s.versionPage)
	registerDocumentDownloads(s)
	registerDocumentActions(s)
}

func (s *Server) documentPage(v *visit) (page, error) { return s.documentWithForm(v, nil) }

// documentWithForm returns the page of a document, with a form that was rejected unless it is nil.
func (s *Server) documentWithForm(v *visit, form *correctionForm) (page, error) {
	documents, ctx := s.o.Services.Documents, v.Context()
	detail, err := documents.Get(ctx, v.Caller, v.Path("id"), time.Time{})
	if err != nil {
		return page{}, err
	}
	data := documentData{
		DocumentDetail: detail, CompanyName: service.CompanyName(detail.Document), StateKind: documentStateKind(detail.State), Today: s.o.Now().UTC().Format(time.DateOnly),
		AsOf: v.Query("asOf"), Types: documentTypes(), Newest: true,
	}
	which, err := s.asOf(data.AsOf)
	if err == nil && detail.Version != nil {
		err = s.readText(v, &data, which)
	}
	if p := new(problem.Problem); data.AsOf != "" && asProblem(err, &p) {
		data.AsOfError, err = p.Detail, nil
		if detail.Version != nil {
			err = s.readText(v, &data, service.VersionSelector{})
		}
	}
	if err == nil {
		err = s.readTimeline(v, &data)
	}
	if err == nil {
		err = s.readCompany(v, &data)
	}
	if err == nil {
		err = s.readCorrection(v, &data, form)
	}
	return page{Title: titleOf(detail.Document), Nav: "documents", Script: "document.js", Body: data}, err
}

// titleOf returns the title of a document, or its URL.
func titleOf(d store.Document) string {
	if d.Title == "" {
		return d.URL
	}
	return d.Title
}

// asOf returns the selector of the version at the end of a day, or of the newest one if the text
// is empty.
func (s *Server) asOf(text string) (which service.VersionSelector, err error) {
	if text == "" {
		return which, nil
	}
	day, err := time.Parse(time.DateOnly, text)
	if err != nil {
		return which, problem.OfField("query.asOf", "%.20q is not a date of the form YYYY-MM-DD", text)
	}
	which.AsOf = day.Add(24*time.Hour - 1)
	if now := s.o.Now(); which.AsOf.After(now) && !day.After(now) {
		which.AsOf = now
	}
	return which, nil
}

// readText reads the text of a version. Its headings follow those of the page, which end with one
// of level 2.
func (s *Server) readText(v *visit, data *documentData, which service.VersionSelector) error {
	text, err := s.o.Services.Documents.Text(v.Context(), v.Caller, v.Path("id"), which)
	if err != nil {
		return err
	}
	parts, outline := markdown.SectionParts(text.Markdown, 3, "text-")
	part, _ := strconv.Atoi(v.Query("part"))
	data.Parts = textParts{Part: min(max(part, 1), len(parts)), Parts: len(parts), path: v.URL.Path, asOf: v.Query("asOf")}
	data.Text = parts[data.Parts.Part-1]
	data.Outline, data.OutlineOmitted = outlineOf(outline)
	data.Shown, data.Lang = &text.Version, languageAttribute(text.Version.Language)
	data.Newest = data.Version == nil || text.Version.Number == data.Version.Number
	return nil
}

// readCompany reads what the company determines about a document. A company that was deleted can
// have documents.
func (s *Server) readCompany(v *visit, data *documentData) error {
	c, err := s.o.Services.Companies.Get(v.Context(), v.Caller, data.CompanyName)
	if problem.IsCode(err, problem.NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	data.CompanyExists = true
	if next := c.Status.NextCrawlTime; next != nil {
		data.NextCrawl = next.Time
	}
	return nil
}

func (s *Server) versionPage(v *visit) (page, error) {
	which, ok := service.ParseVersion(v.Path("n"))
	if !ok {
		return page{}, problem.New(problem.NotFound, "%.20q is not the number of a version", v.Path("n"))
	}
	detail, err := s.o.Services.Documents.Get(v.Context(), v.Caller, v.Path("id"), time.Time{})
	if err != nil {
		return page{}, err
	}
	data := documentData{DocumentDetail: detail, CompanyName: service.CompanyName(detail.Document), StateKind: documentStateKind(detail.State)}
	if err := s.readText(v, &data, which); err != nil {
		return page{}, err
	}
	return page{Title: fmt.Sprintf("%s, version %d", titleOf(detail.Document), data.Shown.Number), Nav: "documents", Body: versionData{data}}, nil
}
