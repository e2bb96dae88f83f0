package api

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/clausea/crawler/hack/bench/report"
)

// pageSize is the number of documents on a page, the greatest that the API allows.
const pageSize = 100

// measurePages follows the whole list of documents in both orders.
func (p *program) measurePages(ctx context.Context, r *report.Report, name string) error {
	var rows [][]string
	worst := 0.0
	for _, sort := range []string{"url", "lastChanged"} {
		took, documents, err := p.followPages(ctx, sort)
		if err != nil {
			return fmt.Errorf("list the documents by %s: %w", sort, err)
		}
		slices.Sort(took)
		p99 := took[len(took)*99/100]
		worst = max(worst, p99)
		rows = append(rows, []string{name, sort, fmt.Sprint(documents), fmt.Sprint(len(took)), fmt.Sprintf("%.1f", took[len(took)/2]), fmt.Sprintf("%.1f", p99), fmt.Sprintf("%.1f", took[len(took)-1])})
	}
	r.Table([]string{"Store", "sort", "documents", "pages", "median ms", "p99 ms", "max ms"}, rows)
	r.AtMost("p99 of a page of documents, "+name, worst, maxPageP99, " ms")
	return nil
}

// followPages follows the pages of the list of documents. It returns the milliseconds of each
// page, and the number of documents.
func (p *program) followPages(ctx context.Context, sort string) (took []float64, documents int, err error) {
	cursor := ""
	for {
		start := time.Now()
		r, err := p.call(ctx, http.MethodGet, fmt.Sprintf("/v1/documents?limit=%d&sort=%s&cursor=%s", pageSize, sort, url.QueryEscape(cursor)), nil, "Authorization", "Bearer "+p.keys[0])
		took = append(took, float64(time.Since(start).Microseconds())/1000)
		if err != nil {
			return nil, 0, err
		}
		var page struct {
			Items      []json.RawMessage
			NextCursor string
		}
		if err := json.Unmarshal(r.Body, &page); err != nil {
			return nil, 0, fmt.Errorf("read a page: %w", err)
		}
		documents += len(page.Items)
		if cursor = page.NextCursor; cursor == "" {
			return took, documents, nil
		}
	}
}
