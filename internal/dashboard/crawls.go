package dashboard

import (
	"github.com/clausea/crawler/internal/service"
	"github.com/clausea/crawler/internal/store"
)

// registerCrawls registers the list of crawls and the form that starts one.
func registerCrawls(s *Server) {
	s.view("GET /crawls", s.crawlsPage)
	s.action("POST /crawls", store.ScopeCrawl, s.startCrawl)
}

// crawlsView is the list of crawls.
type crawlsView struct {
	Crawls         []crawlRow
	States         []store.RunState
	State, Company string
	Pager          pager
}

// crawlRow is a crawl in a list.
type crawlRow struct {
	*service.Crawl

	State          store.RunState
	Kind           string // of the badge
	Reason, Detail string
}

func newCrawlRow(c *service.Crawl) crawlRow {
	reason, message := c.Reason()
	return crawlRow{Crawl: c, State: c.State(), Kind: runStateKind(c.State()), Reason: reason, Detail: message}
}

// why returns the reason of the state as a sentence, or "".
func (r crawlRow) why() string {
	if r.Detail == "" && r.Reason != "" {
		return words(r.Reason) + "."
	}
	return sentence(r.Detail)
}

// runStateKind returns the kind of the badge of a state.
func runStateKind(state store.RunState) string {
	switch state {
	case store.RunComplete:
		return "ok"
	case store.RunFailed:
		return "bad"
	case store.RunRunning:
		return "info"
	case store.RunInterrupted:
		return "warn"
	}
	return "plain"
}

// runStates are the states of crawls, in the order in which a crawl passes them.
var runStates = []store.RunState{store.RunPending, store.RunRunning, store.RunInterrupted, store.RunComplete, store.RunFailed}

func (s *Server) crawlsPage(v *visit) (page, error) {
	out := crawlsView{States: runStates, State: v.Query("state"), Company: v.Query("company")}
	q := service.CrawlQuery{ListOptions: store.ListOptions{Limit: 50, Continue: v.Query("cursor")}}
	if out.State != "" {
		q.States = []store.RunState{store.RunState(out.State)}
	}
	if out.Company != "" {
		q.Companies = []string{out.Company}
	}
	items, next, err := s.o.Services.Crawls.List(v.Context(), v.Caller, q)
	if err != nil {
		return page{}, err
	}
	for _, c := range items {
		out.Crawls = append(out.Crawls, newCrawlRow(c))
	}
	out.Pager = newPager(v, next)
	return page{Title: "Crawls", Nav: "crawls", Body: out}, nil
}

// startCrawl starts a crawl of a company.
func (s *Server) startCrawl(v *visit) (outcome, error) {
	c, err := s.o.Services.Crawls.Start(v.Context(), v.Caller, service.CrawlDraft{Company: v.Form("company"), Reason: v.Form("reason")})
	if err != nil {
		return outcome{}, err
	}
	return outcome{To: pathOf("crawls", c.Run.ID), Notice: "The crawl of " + c.Company() + " is queued."}, nil
}
