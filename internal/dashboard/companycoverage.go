package dashboard

import (
	"strconv"

	"github.com/clausea/crawler/api/v1alpha1"
	"github.com/clausea/crawler/internal/problem"
	"github.com/clausea/crawler/internal/service"
)

// coverageRow is an expected type, with what explains that it is missing.
type coverageRow struct {
	v1alpha1.Coverage

	Missing bool
	// Why explains the reason, and Do what helps.
	Why, Do string
	// Remedy is a change of the spec that helps, in addition to a pinned URL: offsite, render, or
	// empty. Action is the label of its button.
	Remedy, Action string
}

// remedies explains the reasons why a type is missing.
var remedies = map[v1alpha1.MissingReason]coverageRow{
	v1alpha1.MissingNotLinked:    {Why: "No page links to such a document.", Do: "If you know its URL, pin it."},
	v1alpha1.MissingRobots:       {Why: "robots.txt disallows its page.", Do: "Ask the site for permission, or pin a copy at another URL."},
	v1alpha1.MissingAccessDenied: {Why: "The site denies access to the page.", Do: "Pin another URL of the document, or ask the site to allow the crawler."},
	v1alpha1.MissingUnreachable:  {Why: "The page cannot be fetched.", Do: "Wait for the next crawl, or pin another URL."},
	v1alpha1.MissingBroken:       {Why: "The page of the known document lost its text.", Do: "Look at the page. If the document moved, pin its new URL."},
	v1alpha1.MissingUnsure:       {Why: "The result is uncertain: a candidate has another type, or the crawl ended before it fetched all candidates.", Do: "Look at the candidate, and pin it if it is right."},
	v1alpha1.MissingOffSite:      {Why: "The document is on another domain, which the crawl does not fetch.", Do: "Allow linked documents on other domains, or pin the URL.", Remedy: "offsite", Action: "Allow off-site documents"},
	v1alpha1.MissingNotFound:     {Why: "The linked page does not exist.", Do: "Pin the URL to which the document moved."},
	v1alpha1.MissingNotDocument:  {Why: "The linked page is not a document of the type.", Do: "Pin the URL of the document itself."},
	v1alpha1.MissingFileType:     {Why: "The linked file has a format that is not read.", Do: "Pin an HTML, PDF or text version."},
	v1alpha1.MissingBadEncoding:  {Why: "The response could not be decoded.", Do: "Pin another URL of the document."},
	v1alpha1.MissingNeedsBrowser: {Why: "Scripts build the text of the page.", Do: "Render such pages in a browser. A worker with a browser is needed.", Remedy: "render", Action: "Render pages in a browser"},
	v1alpha1.MissingExcluded:     {Why: "The paths of the company exclude the page.", Do: "Change the paths in the settings of the company, or pin the URL."},
	v1alpha1.MissingLimit:        {Why: "The crawl reached a limit before it found the document.", Do: "Raise the maximum number of pages in the settings of the company, or pin the URL."},
}

func coverageRowOf(c v1alpha1.Coverage) coverageRow {
	row := coverageRow{}
	if c.State == v1alpha1.CoverageMissing {
		row = remedies[c.Reason]
		row.Missing = true
	}
	row.Coverage = c
	return row
}

// back is the outcome of an action on a company.
func back(v *visit, notice string) outcome {
	return outcome{To: pathOf("companies", v.Path("name")), Notice: notice}
}

// pinURL pins a URL as a document of a type.
func (s *Server) pinURL(v *visit) (outcome, error) {
	c, err := s.o.Services.Companies.Pin(v.Context(), v.Caller, v.Path("name"), v.Form("url"), v1alpha1.DocumentType(v.Form("type")))
	if err != nil {
		return outcome{}, err
	}
	return back(v, "Pinned the URL. The next crawl of "+c.Name+" fetches it."), nil
}

// remedyPatches are the changes of the spec that remedies make.
var remedyPatches = map[string]string{
	"offsite": `{"spec":{"crawl":{"offSite":"Linked"}}}`,
	"render":  `{"spec":{"crawl":{"render":"Auto"}}}`,
	"pause":   `{"spec":{"suspend":true}}`,
	"resume":  `{"spec":{"suspend":false}}`,
}

// applyRemedy changes one setting of a company.
func (s *Server) applyRemedy(v *visit) (outcome, error) {
	patch, ok := remedyPatches[v.Form("do")]
	if !ok {
		return outcome{}, problem.OfField("do", "is not an action of the page")
	}
	if _, err := s.o.Services.Companies.Patch(v.Context(), v.Caller, v.Path("name"), []byte(patch), nil); err != nil {
		return outcome{}, err
	}
	return back(v, "Changed the settings. The next crawl uses them."), nil
}

// setObjection sets or removes the objection period of a company.
func (s *Server) setObjection(v *visit) (outcome, error) {
	var o *service.Objection
	if text := v.Form("days"); text != "" {
		days, err := strconv.Atoi(text)
		if err != nil {
			return outcome{}, problem.OfField("days", "must be a number of days")
		}
		o = &service.Objection{Days: days, From: service.ObjectionStart(v.Form("from"))}
	}
	if err := s.o.Services.Companies.SetObjection(v.Context(), v.Caller, v.Path("name"), o); err != nil {
		return outcome{}, err
	}
	return back(v, "Saved the objection period."), nil
}
