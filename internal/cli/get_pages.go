package cli

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/spf13/pflag"

	"github.com/clausea/crawler/internal/store"
)

// pageFlags are the flags of get pages.
type pageFlags struct {
	run            string
	reasons, types []string
}

func (f *pageFlags) addFlags(fs *pflag.FlagSet) {
	fs.StringVar(&f.run, "run", "", "show the pages of the run with this `ID` (default: the newest run of --company)")
	fs.StringSliceVar(&f.reasons, "reason", nil, "show only pages with this skip `reason`; fetched for those that were used (repeatable)")
	fs.StringSliceVar(&f.types, "type", nil, "show only pages of this document `type` (repeatable)")
}

// fetchedResult is the result of a page that was fetched and used.
const fetchedResult = "fetched"

// pages shows the result for each URL that a run encountered.
func (g *getter) pages(url []string) error {
	q := store.PageQuery{RunID: g.pageFlags.run, Types: g.pageFlags.types}
	for _, r := range g.pageFlags.reasons {
		if r == fetchedResult {
			r = ""
		}
		q.Reasons = append(q.Reasons, r)
	}
	if q.RunID == "" {
		var err error
		if q.RunID, err = g.newestRun(); err != nil {
			return err
		}
	}
	rows, err := g.queryPages(q, url)
	if err != nil {
		return err
	}
	return printList(g, rows, "RESULT\tSTATUS\tTYPE\tCONF\tURL\tLINKED ON", pageRow)
}

// queryPages returns the pages of a query, or the page of a URL if there is one.
func (g *getter) queryPages(q store.PageQuery, url []string) ([]store.FetchedPage, error) {
	switch {
	case len(url) == 1:
		p, err := g.s.GetPage(g.ctx, q.RunID, url[0])
		return []store.FetchedPage{p}, err
	case q.RunID == "":
		return nil, nil
	}
	return listAll(func(p store.ListOptions) ([]store.FetchedPage, string, error) {
		q.ListOptions = p
		return g.s.QueryPages(g.ctx, q)
	})
}

func pageRow(p store.FetchedPage) string {
	result, status, conf := p.Reason, "", ""
	if result == "" {
		result = fetchedResult
	}
	if p.Status > 0 {
		status = strconv.Itoa(p.Status)
	}
	if p.Type != "" {
		conf = fmt.Sprintf("%.2f", p.Confidence)
	}
	return strings.Join([]string{result, status, p.Type, conf, p.URL, p.Parent}, "\t")
}

// newestRun returns the ID of the newest run of the company that a worker has executed, or an
// empty string if there is none.
func (g *getter) newestRun() (string, error) {
	q := g.runQuery(store.ListOptions{Limit: 1})
	q.States = []store.RunState{store.RunRunning, store.RunInterrupted, store.RunComplete, store.RunFailed}
	runs, _, err := g.s.QueryRuns(g.ctx, q)
	if err == nil && len(runs) == 0 {
		err = g.checkCompany()
	}
	if err != nil || len(runs) == 0 {
		return "", err
	}
	return runs[0].ID, nil
}

// runQuery returns the query for one page of the runs that get shows.
func (g *getter) runQuery(p store.ListOptions) store.RunQuery {
	q := store.RunQuery{ListOptions: p}
	if g.company != "" {
		q.Companies = []string{g.company}
	}
	return q
}
