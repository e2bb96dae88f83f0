package dashboard

import (
	"context"

	"github.com/clausea/crawler/internal/problem"
	"github.com/clausea/crawler/internal/service"
	"github.com/clausea/crawler/internal/store"
)

// registerCrawl registers the page of a crawl, its live events and its actions.
func registerCrawl(s *Server) {
	s.view("GET /crawls/{id}", "crawl.html", s.crawlPage)
	s.stream("GET /crawls/{id}/events", s.crawlEvents)
	s.view("GET /crawls/{id}/pages", "crawlpages.html", s.crawlPagesPage)
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

// crawlPageData is what the page of a crawl shows.
type crawlPageData struct {
	crawlView

	// AddURL is the web site of a company that does not exist, such as that of a preview.
	AddURL string
}

func (s *Server) crawlPage(v *visit) (page, error) {
	c, log, err := s.o.Services.Crawls.Snapshot(v.Context(), v.Caller, v.Path("id"))
	if err != nil {
		return page{}, err
	}
	d := crawlPageData{crawlView: newCrawlView(c, log, s.o.Now())}
	_, err = s.o.Services.Companies.Get(v.Context(), v.Caller, c.Company())
	if problem.IsCode(err, problem.NotFound) {
		d.AddURL, err = c.Company(), nil
		if c.Job != nil && c.Job.Spec.Company != nil && len(c.Job.Spec.Company.Seeds) > 0 {
			d.AddURL = c.Job.Spec.Company.Seeds[0].URL
		}
	}
	return page{Title: "Crawl of " + c.Company(), Nav: "crawls", Data: d}, err
}
