package dashboard

import (
	"errors"
	"net/url"
	"strings"

	"github.com/clausea/crawler/internal/problem"
	"github.com/clausea/crawler/internal/service"
	"github.com/clausea/crawler/internal/store"
)

// correctionForm is the form with which a person corrects a document.
type correctionForm struct {
	service.CorrectionInput

	Error string
	// Open is set if the form is shown unfolded.
	Open bool
}

// sameAsChoices bounds the documents among which a person chooses the one that has another URL.
const sameAsChoices = 200

// maxCorrectionNote is the maximum length of the note of a correction, in bytes.
const maxCorrectionNote = 2000

func registerDocumentActions(s *Server) {
	documents := s.o.Services.Documents
	s.action("POST /documents/{id}/correct", store.ScopeReview, s.correctDocument)
	s.action("POST /documents/{id}/uncorrect", store.ScopeReview, func(v *visit) (outcome, error) {
		return documentOutcome(v, "The correction is deleted. The next crawl determines the values again."), documents.DeleteCorrection(v.Context(), v.Caller, v.Path("id"))
	})
	s.action("POST /documents/{id}/pin", store.ScopeReview, func(v *visit) (outcome, error) {
		_, err := documents.Pin(v.Context(), v.Caller, v.Path("id"))
		return documentOutcome(v, "The document is pinned: each crawl fetches its URL and trusts its type."), err
	})
	s.action("POST /documents/{id}/unpin", store.ScopeReview, func(v *visit) (outcome, error) {
		return documentOutcome(v, "The document is no longer pinned."), documents.Unpin(v.Context(), v.Caller, v.Path("id"))
	})
}

// documentOutcome leads to the page of the document of a request.
func documentOutcome(v *visit, notice string) outcome {
	return outcome{To: Base + "/documents/" + url.PathEscape(v.Path("id")), Notice: notice}
}

func (s *Server) correctDocument(v *visit) (outcome, error) {
	form := correctionForm{Open: true, CorrectionInput: service.CorrectionInput{
		Type: v.Form("type"), EffectiveDate: v.Form("effectiveDate"), SameAs: v.Form("sameAs"), NotLegal: v.Form("notLegal") != "", Note: v.Form("note"),
	}}
	var err error
	if len(form.Note) > maxCorrectionNote {
		err = problem.OfField("body.note", "has more than %d bytes; shorten it", maxCorrectionNote)
	} else {
		_, err = s.o.Services.Documents.Correct(v.Context(), v.Caller, v.Path("id"), form.CorrectionInput)
	}
	if p := new(problem.Problem); asProblem(err, &p) && len(p.Fields) > 0 {
		form.Error = fieldErrors(p)
		shown, err := s.documentWithForm(v, &form)
		return outcome{Show: &shown}, err
	}
	return documentOutcome(v, "The correction is stored. It wins over what a crawl determines."), err
}

// correctedValues says which values a person corrected.
func correctedValues(c *store.Correction) string {
	return when(c.Type != "", ": type "+typeName(c.Type)) + when(c.EffectiveDate != "", ": effective date "+c.EffectiveDate)
}

// asProblem reports whether an error is a problem, and sets p.
func asProblem(err error, p **problem.Problem) bool { return errors.As(err, p) }

// correctionFields are the labels of the fields of a correction.
var correctionFields = strings.NewReplacer("body.type", "Type", "body.effectiveDate", "Effective date", "body.sameAs", "Same document as", "body.note", "Note", "body", "The form")

// fieldErrors returns what is wrong with the fields of a form, in words.
func fieldErrors(p *problem.Problem) string {
	out := make([]string, len(p.Fields))
	for i, f := range p.Fields {
		out[i] = correctionFields.Replace(f.Location) + " " + f.Message
	}
	return strings.Join(out, "; ")
}

// readCorrection reads the correction of a document, and what its form needs if the user may change
// it. form is a form that was rejected, or nil.
func (s *Server) readCorrection(v *visit, data *documentData, form *correctionForm) error {
	documents := s.o.Services.Documents
	c, err := documents.Correction(v.Context(), v.Caller, data.ID)
	if err == nil {
		data.Correction = &c
		data.Form.CorrectionInput = service.CorrectionInput{Type: c.Type, EffectiveDate: c.EffectiveDate, SameAs: c.SameAs, NotLegal: c.NotLegal, Note: c.Note}
	} else if !problem.IsCode(err, problem.NotFound) {
		return err
	}
	if form != nil {
		data.Form = *form
	}
	if !v.Caller.Allows(store.ScopeReview) {
		return nil
	}
	others, _, err := documents.List(v.Context(), v.Caller, service.DocumentFilter{Companies: []string{data.CompanyName}}, store.ListOptions{Limit: sameAsChoices})
	for _, d := range others {
		if d.ID != data.ID {
			data.Others = append(data.Others, d)
		}
	}
	return err
}
