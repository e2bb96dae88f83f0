package cli

import "github.com/clausea/crawler/internal/store"

// runQuery returns the query for one page of the runs that get shows.
func (g *getter) runQuery(p store.ListOptions) store.RunQuery {
	q := store.RunQuery{ListOptions: p}
	if g.company != "" {
		q.Companies = []string{g.company}
	}
	return q
}
