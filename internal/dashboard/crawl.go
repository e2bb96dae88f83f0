package dashboard

import (
	"context"
	"net/url"

	"github.com/clausea/crawler/internal/problem"
	"github.com/clausea/crawler/internal/service"
	"github.com/clausea/crawler/internal/store"
)

// registerCrawl registers the page of a crawl, its live events and its actions.
func registerCrawl(s *Server) {
	s.view("GET /crawls/{id}", s.crawlPage)
	s.stream("GET /crawls/{id}/events", s.crawlEvents)
	s.view("GET /crawls/{id}/pages", s.crawlPagesPage)
	crawls := s.o.Services.Crawls
	for name, a := range map[string]crawlAction{
		"suspend": {crawls.Suspend, "The crawl is being suspended."},
		"resume":  {crawls.Resume, "The crawl resumes from its last checkpoint."},
		"stop":    {crawls.Stop, "The crawl is being stopped. The documents that it found remain."},
		"cancel":  {crawls.Cancel, "The crawl is being cancelled."},
		"retry":   {crawls.Retry, "The new crawl is queued."},
	} {
		s.action("POST /crawls/{id}/"+name, store.ScopeCrawl, func(v *visit) (outcome, error) {
			c, err := a.do(v.Context(), v.Caller, v.Path("id"))
			if err != nil {
				return outcome{}, err
			}
			to := pathOf("crawls", c.Run.ID)
			if name == "cancel" && !c.Recorded { // it leaves no record
				to = pathOf("crawls")
			}
			return outcome{To: to, Notice: a.notice}, nil
		})
	}
}

// crawlAction is a use case that changes a crawl.
type crawlAction struct {
	do     func(ctx context.Context, caller service.Caller, id string) (*service.Crawl, error)
	notice string
}

func (s *Server) crawlPage(v *visit) (page, error) {
	c, log, err := s.o.Services.Crawls.Snapshot(v.Context(), v.Caller, v.Path("id"))
	if err != nil {
		return page{}, err
	}
	view := newCrawlView(c, log, s.o.Now())
	title := "Crawl of " + c.Company()
	if view.IsPreview {
		title = "Preview of " + c.Company()
		if _, err = s.o.Services.Companies.Get(v.Context(), v.Caller, c.Company()); problem.IsCode(err, problem.NotFound) {
			view.AddCompany, err = addLink(v, c), nil
		}
	}
	return page{Title: title, Nav: "crawls", Body: view}, err
}

// addLink returns the path of the form that adds the company of a preview. The form has what the
// form of the preview had.
func addLink(v *visit, c *service.Crawl) string {
	q := url.Values{"url": {c.Company()}}
	for _, name := range []string{"url", "schedule", "tags"} {
		if v.URL.Query().Has(name) {
			q.Set(name, v.Query(name))
		}
	}
	return Base + "/companies/new?" + q.Encode()
}
