package dashboard

import (
	"github.com/clausea/crawler/internal/problem"
	"github.com/clausea/crawler/internal/service"
	"github.com/clausea/crawler/internal/store"
)

// crawlPagesView is a list of URLs that a crawl encountered.
type crawlPagesView struct {
	Crawl           *service.Crawl
	Outcome, Reason string
	Reasons         []skipCount
	Pages           []crawlPageRow
	Pager           pager
}

// crawlPageRow is a URL with its outcome in words.
type crawlPageRow struct {
	store.FetchedPage

	Text string
}

// crawlPagesPage shows the URLs of a crawl by outcome (fetched, skipped, used or all) and reason.
func (s *Server) crawlPagesPage(v *visit) (page, error) {
	id := v.Path("id")
	c, err := s.o.Services.Crawls.Get(v.Context(), v.Caller, id)
	if err != nil {
		return page{}, err
	}
	out := crawlPagesView{Crawl: c, Outcome: v.Query("outcome"), Reason: v.Query("reason")}
	out.Reasons, _ = skipCounts(c.Run.Progress.Skipped)
	q := store.PageQuery{ListOptions: store.ListOptions{Limit: 100, Continue: v.Query("cursor")}}
	fetched := true
	switch out.Outcome {
	case "fetched":
		q.Fetched = &fetched
	case "used":
		q.Reasons = []string{""}
	case "skipped":
		for _, r := range out.Reasons[:min(len(out.Reasons), store.MaxQueryValues)] {
			q.Reasons = append(q.Reasons, r.Reason)
		}
	case "":
	default:
		return page{}, problem.New(problem.InvalidValue, "outcome must be fetched, skipped or used, not %.40q", out.Outcome)
	}
	if out.Reason != "" {
		q.Reasons = []string{out.Reason}
	}
	if out.Outcome != "skipped" || len(q.Reasons) > 0 {
		pages, next, err := s.o.Services.Crawls.Pages(v.Context(), v.Caller, id, q)
		if err != nil {
			return page{}, err
		}
		for _, p := range pages {
			out.Pages = append(out.Pages, crawlPageRow{p, skipText(p.Reason)})
		}
		out.Pager = newPager(v, next)
	}
	return page{Title: "Pages of the crawl of " + c.Company(), Nav: "crawls", Body: out}, nil
}
