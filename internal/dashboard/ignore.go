package dashboard

import (
	"fmt"
	"net/url"

	"github.com/clausea/crawler/internal/problem"
	"github.com/clausea/crawler/internal/service"
	"github.com/clausea/crawler/internal/store"
)

// ignoreData is what the page of the ignored texts of a company shows.
type ignoreData struct {
	Company string
	Text    string
	Error   string
	Rules   []string
	// Preview is nil unless there is a text.
	Preview *service.IgnorePreview
}

// shownEdits is the maximum number of ignored edits that the page shows of a change.
const shownEdits = 3

// mutedText says how many changes a text would have muted.
func mutedText(p *service.IgnorePreview) string {
	return fmt.Sprintf("The text would have muted %d of the newest %s of the company", len(p.Muted), plural(p.Examined, "change", "changes")) +
		when(len(p.Muted) > 0, ", fully or partly") + "." + when(p.Incomplete, " The time did not suffice for older ones.")
}

func registerIgnore(s *Server) {
	s.view("GET /companies/{name}/ignore", func(v *visit) (page, error) {
		return s.ignorePage(v, service.NormalizeIgnoreText(v.Query("text")), "")
	})
	s.action("POST /companies/{name}/ignore", store.ScopeWrite, s.addIgnoreText)
	s.action("POST /companies/{name}/unignore", store.ScopeWrite, func(v *visit) (outcome, error) {
		_, err := s.o.Services.Companies.RemoveIgnoreText(v.Context(), v.Caller, v.Path("name"), v.Form("text"))
		return outcome{To: ignorePath(v.Path("name")), Notice: "The rule is deleted. It applies no longer from the next crawl on."}, err
	})
}

func ignorePath(company string) string {
	return Base + "/companies/" + url.PathEscape(company) + "/ignore"
}

// ignorePage returns the page with the preview of a text, if that is not empty.
func (s *Server) ignorePage(v *visit, text, message string) (page, error) {
	c, err := s.o.Services.Companies.Get(v.Context(), v.Caller, v.Path("name"))
	if err != nil {
		return page{}, err
	}
	data := ignoreData{Company: c.Name, Text: text, Error: message, Rules: c.Spec.IgnoreTexts()}
	if text != "" {
		preview, err := s.o.Services.Documents.PreviewIgnore(v.Context(), v.Caller, c.Name, text)
		if err != nil {
			return page{}, err
		}
		data.Preview = &preview
	}
	return page{Title: "Ignored texts of " + c.Name, Nav: "companies", Body: data}, nil
}

func (s *Server) addIgnoreText(v *visit) (outcome, error) {
	text := service.NormalizeIgnoreText(v.Form("text"))
	var err error
	if text == "" {
		err = problem.OfField("body.text", "is empty; write the text to ignore")
	} else {
		_, err = s.o.Services.Companies.AddIgnoreText(v.Context(), v.Caller, v.Path("name"), text)
	}
	if p := new(problem.Problem); asProblem(err, &p) && len(p.Fields) > 0 {
		shown, err := s.ignorePage(v, text, "The text "+p.Fields[0].Message)
		return outcome{Show: &shown}, err
	}
	return outcome{To: ignorePath(v.Path("name")), Notice: "The rule is stored. It applies from the next crawl on, and to comparisons at once."}, err
}
