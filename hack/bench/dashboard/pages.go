package dashboard

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/url"
	"slices"
	"strings"

	"github.com/clausea/crawler/internal/dashboard"
	"github.com/clausea/crawler/internal/store"
)

// callsPerPage is the number of requests of each page. The 99th percentile of 200 is the third
// slowest.
const callsPerPage = 200

// values returns random values for the parameters of a path.
func values(rng *rand.Rand, companies int, path string) string {
	company := rng.IntN(companies)
	document := company*documentsPerCompany + 2*rng.IntN(documentsPerCompany/2)
	id := map[string]string{
		"companies": companyName(company), "documents": documentID(document), "changes": changeID(document), "webhooks": webhookID,
		"crawls": runID(company, rng.IntN(runsPerCompany-1)),
	}
	if rng.IntN(4) == 0 {
		id["crawls"] = runID(0, 0) // it has pages and events
	}
	segments := strings.Split(strings.TrimSuffix(path, "{$}"), "/")
	for i, s := range segments {
		switch {
		case s == "{n}" || s == "{version}":
			segments[i] = fmt.Sprint(changedVersions)
		case s == "{delivery}":
			segments[i] = store.DeliveryID(webhookID, changeID(2*rng.IntN(min(deliveries, companies*documentsPerCompany/2))))
		case strings.HasPrefix(s, "{"):
			segments[i] = id[segments[1]]
		}
	}
	return strings.Join(segments, "/")
}

// filters are the queries of lists that are measured in addition to the lists without a query. %s
// is the name of a company.
var filters = []string{
	"/?state=all", "/?company=%s", "/?type=cookie_policy", "/?label=liability", "/?silent=yes", "/?assignee=person+4&state=all", "/?state=Escalated",
	"/documents?company=%s", "/documents?type=imprint", "/documents?type=eula", "/documents?language=ja&sort=changed", "/documents?state=Broken", "/documents?state=Unreachable",
	"/companies?q=%s", "/companies?tag=vendor", "/companies?sort=lastChanged", "/companies?sort=lastCrawl", "/companies?sort=nextCrawl", "/companies?state=SiteUnreachable",
	"/crawls?state=Failed", "/crawls?state=Running", "/crawls?company=%s", "/incidents?kind=Document", "/webhooks/" + webhookID + "?state=Failed",
	"/search?q=liability", "/search?q=rare", "/search?q=rare&company=%s", "/search?clause=phrase",
}

// pathOf returns the path of a filter with random values.
func pathOf(rng *rand.Rand, companies int, filter string) string {
	path := strings.ReplaceAll(filter, "%s", companyName(rng.IntN(companies)))
	path = strings.Replace(path, "rare", word(vocabulary/2+rng.IntN(vocabulary/2)), 1)
	return strings.Replace(path, "phrase", url.QueryEscape(word(50+rng.IntN(20))+" "+word(20+rng.IntN(20))), 1)
}

// timePages requests all pages. It returns the greatest 99th percentile in milliseconds, and a row
// for each page, the slowest first.
func (b *board) timePages(ctx context.Context, companies int) (worst float64, rows [][]string, err error) {
	rng := rand.New(rand.NewPCG(2, 2))
	type measured struct {
		p99 float64
		row []string
	}
	var all []measured
	measure := func(name string, path func() string) error {
		took, size := make([]float64, callsPerPage), 0
		before, err := processTime()
		if err != nil {
			return err
		}
		for i := range took {
			n, d, err := b.get(ctx, path())
			if err != nil {
				return err
			}
			took[i], size = float64(d.Microseconds())/1000, max(size, n)
		}
		after, err := processTime()
		if err != nil {
			return err
		}
		cpu := float64((after - before).Microseconds()) / 1000 / callsPerPage
		slices.Sort(took)
		p99 := took[len(took)*99/100-1]
		worst = max(worst, p99)
		all = append(all, measured{p99, []string{name, fmt.Sprint(size >> 10), milliseconds(cpu), milliseconds(took[len(took)/2]), milliseconds(p99), milliseconds(took[len(took)-1])}})
		return nil
	}
	for _, r := range b.routes {
		if r.Kind != "page" {
			continue
		}
		path := strings.TrimPrefix(r.Path, dashboard.Base)
		if err := measure(path, func() string { return values(rng, companies, path) }); err != nil {
			return 0, nil, err
		}
	}
	for _, f := range filters {
		if err := measure(strings.ReplaceAll(f, "%s", "NAME"), func() string { return pathOf(rng, companies, f) }); err != nil {
			return 0, nil, err
		}
	}
	slices.SortFunc(all, func(x, y measured) int {
		if x.p99 > y.p99 {
			return -1
		}
		return 1
	})
	for _, m := range all {
		rows = append(rows, m.row)
	}
	return worst, rows, nil
}

func milliseconds(f float64) string { return strings.TrimSuffix(fmt.Sprintf("%.1f", f), ".0") }
