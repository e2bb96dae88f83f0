package queries

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"github.com/clausea/crawler/internal/store"
)

// callsPerQuery is the number of calls of each query. The 99th percentile of 300 calls is the
// third slowest.
const callsPerQuery = 300

// query is a list, filter or search. run returns the number of items of one page.
type query struct {
	name string
	run  func(ctx context.Context, s queryStore, rng *rand.Rand) (int, error)
}

// pick returns one of the values in a list of its own.
func pick[T any](rng *rand.Rand, values []T) []T { return []T{values[rng.IntN(len(values))]} }

// documentQuery measures the first page of documents.
func documentQuery(name string, of func(*rand.Rand) store.DocumentQuery) query {
	return query{name, func(ctx context.Context, s queryStore, rng *rand.Rand) (int, error) {
		items, _, err := s.QueryDocuments(ctx, of(rng))
		return len(items), err
	}}
}

func changeQuery(name string, of func(*rand.Rand) store.ChangeQuery) query {
	return query{name, func(ctx context.Context, s queryStore, rng *rand.Rand) (int, error) {
		items, _, err := s.ListChanges(ctx, of(rng))
		return len(items), err
	}}
}

func searchQuery(name string, of func(*rand.Rand) store.SearchQuery) query {
	return query{name, func(ctx context.Context, s queryStore, rng *rand.Rand) (int, error) {
		q := of(rng)
		q.Limit = 20
		items, _, err := s.SearchDocuments(ctx, q)
		return len(items), err
	}}
}

// queriesOf returns the queries of a store with a number of documents.
func queriesOf(documents int) []query {
	company := func(rng *rand.Rand) []string { return []string{companyName(rng.IntN(documents))} }
	at := func(rng *rand.Rand) time.Time { return epoch.Add(time.Duration(rng.IntN(documents)) * time.Minute) }
	yes := true
	return []query{
		documentQuery("documents by URL", func(*rand.Rand) store.DocumentQuery { return store.DocumentQuery{} }),
		documentQuery("documents of a company", func(r *rand.Rand) store.DocumentQuery { return store.DocumentQuery{Companies: company(r)} }),
		documentQuery("documents of 20 companies", func(r *rand.Rand) store.DocumentQuery {
			var names []string
			for range 20 {
				names = append(names, company(r)...)
			}
			return store.DocumentQuery{Companies: names}
		}),
		documentQuery("documents of a type", func(r *rand.Rand) store.DocumentQuery { return store.DocumentQuery{Types: pick(r, types)} }),
		documentQuery("documents of a type and language", func(r *rand.Rand) store.DocumentQuery {
			return store.DocumentQuery{Types: pick(r, types), Languages: pick(r, languages)}
		}),
		documentQuery("documents of a rare type", func(*rand.Rand) store.DocumentQuery { return store.DocumentQuery{Types: []string{rareType}} }),
		documentQuery("documents of two rare types", func(*rand.Rand) store.DocumentQuery {
			return store.DocumentQuery{Types: []string{rareType, "unknown"}}
		}),
		documentQuery("documents of a rare language", func(*rand.Rand) store.DocumentQuery {
			return store.DocumentQuery{Languages: []string{rareLanguage}}
		}),
		documentQuery("present documents of a type and rare language", func(r *rand.Rand) store.DocumentQuery {
			return store.DocumentQuery{Types: pick(r, types), Languages: []string{rareLanguage}, States: states[:1]}
		}),
		documentQuery("unreachable documents", func(*rand.Rand) store.DocumentQuery {
			return store.DocumentQuery{States: []store.DocumentState{store.DocumentUnreachable}}
		}),
		documentQuery("documents that are not present", func(*rand.Rand) store.DocumentQuery {
			return store.DocumentQuery{States: []store.DocumentState{store.DocumentBroken, store.DocumentRemoved, store.DocumentUnreachable}}
		}),
		documentQuery("latest documents of a rare type", func(*rand.Rand) store.DocumentQuery {
			return store.DocumentQuery{Types: []string{rareType}, Sort: store.SortByLastChanged}
		}),
		documentQuery("latest documents of two rare types", func(*rand.Rand) store.DocumentQuery {
			return store.DocumentQuery{Types: []string{rareType, "unknown"}, Sort: store.SortByLastChanged}
		}),
		documentQuery("latest unreachable or removed documents of a type", func(r *rand.Rand) store.DocumentQuery {
			return store.DocumentQuery{Types: pick(r, types), States: []store.DocumentState{store.DocumentUnreachable, store.DocumentRemoved}, Sort: store.SortByLastChanged}
		}),
		documentQuery("broken documents", func(*rand.Rand) store.DocumentQuery {
			return store.DocumentQuery{States: []store.DocumentState{store.DocumentBroken}}
		}),
		documentQuery("latest documents", func(*rand.Rand) store.DocumentQuery { return store.DocumentQuery{Sort: store.SortByLastChanged} }),
		documentQuery("latest documents of a type", func(r *rand.Rand) store.DocumentQuery {
			return store.DocumentQuery{Types: pick(r, types), Sort: store.SortByLastChanged}
		}),
		documentQuery("latest documents of a language", func(r *rand.Rand) store.DocumentQuery {
			return store.DocumentQuery{Languages: pick(r, languages), Sort: store.SortByLastChanged}
		}),
		documentQuery("documents changed since", func(r *rand.Rand) store.DocumentQuery { return store.DocumentQuery{ChangedSince: at(r)} }),
		documentQuery("latest removed documents changed since", func(r *rand.Rand) store.DocumentQuery {
			return store.DocumentQuery{States: []store.DocumentState{store.DocumentRemoved}, ChangedSince: at(r), Sort: store.SortByLastChanged}
		}),
		changeQuery("latest changes", func(*rand.Rand) store.ChangeQuery { return store.ChangeQuery{} }),
		changeQuery("changes of a company", func(r *rand.Rand) store.ChangeQuery { return store.ChangeQuery{Companies: company(r)} }),
		changeQuery("changes of a type", func(r *rand.Rand) store.ChangeQuery { return store.ChangeQuery{Types: pick(r, types)} }),
		changeQuery("changes of a kind", func(r *rand.Rand) store.ChangeQuery { return store.ChangeQuery{Kinds: pick(r, kinds)} }),
		changeQuery("changes with a label", func(r *rand.Rand) store.ChangeQuery { return store.ChangeQuery{Labels: pick(r, labels)} }),
		changeQuery("silent changes of a type", func(r *rand.Rand) store.ChangeQuery {
			return store.ChangeQuery{Types: pick(r, types), Silent: &yes}
		}),
		changeQuery("changes since", func(r *rand.Rand) store.ChangeQuery { return store.ChangeQuery{Since: at(r)} }),
		changeQuery("changes after a cursor", func(r *rand.Rand) store.ChangeQuery {
			return store.ChangeQuery{After: int64(r.IntN(documents / 2)), Order: store.OldestFirst}
		}),
		{"companies by name", func(ctx context.Context, s queryStore, _ *rand.Rand) (int, error) {
			items, _, err := s.QueryCompanies(ctx, store.CompanyQuery{})
			return len(items), err
		}},
		{"companies by last change", func(ctx context.Context, s queryStore, _ *rand.Rand) (int, error) {
			items, _, err := s.QueryCompanies(ctx, store.CompanyQuery{Sort: store.CompaniesByLastChanged})
			return len(items), err
		}},
		searchQuery("search for a frequent word", func(r *rand.Rand) store.SearchQuery { return store.SearchQuery{Text: word(r.IntN(5))} }),
		searchQuery("search for a word of every document", func(*rand.Rand) store.SearchQuery { return store.SearchQuery{Text: "liability"} }),
		searchQuery("search for a rare word", func(r *rand.Rand) store.SearchQuery {
			return store.SearchQuery{Text: word(vocabulary/2 + r.IntN(vocabulary/2))}
		}),
		searchQuery("search for two words", func(r *rand.Rand) store.SearchQuery {
			return store.SearchQuery{Text: word(50+r.IntN(100)) + " " + word(200+r.IntN(400))}
		}),
		searchQuery("search for a phrase", func(r *rand.Rand) store.SearchQuery {
			return store.SearchQuery{Text: `"` + word(50+r.IntN(20)) + " " + word(20+r.IntN(20)) + `"`}
		}),
		searchQuery("search in a company", func(r *rand.Rand) store.SearchQuery {
			return store.SearchQuery{Text: "liability", Companies: company(r)}
		}),
		searchQuery("search in a type and language", func(r *rand.Rand) store.SearchQuery {
			return store.SearchQuery{Text: word(50 + r.IntN(100)), Types: pick(r, types), Languages: pick(r, languages)}
		}),
	}
}

// timeQueries calls each query and returns the slowest 99th percentile in milliseconds, and a row
// for each query.
func timeQueries(ctx context.Context, s queryStore, documents int) (worst float64, rows [][]string, err error) {
	rng := rand.New(rand.NewPCG(2, 2))
	for _, q := range append(queriesOf(documents), recordQueries(documents)...) {
		var took []float64
		items := 0
		for range callsPerQuery {
			start := time.Now()
			n, err := q.run(ctx, s, rng)
			if err != nil {
				return 0, nil, fmt.Errorf("%s: %w", q.name, err)
			}
			took = append(took, float64(time.Since(start).Microseconds())/1000)
			items = max(items, n)
		}
		slices.Sort(took)
		p99 := took[len(took)*99/100-1]
		worst = max(worst, p99)
		rows = append(rows, []string{q.name, fmt.Sprint(items), milliseconds(took[len(took)/2]), milliseconds(p99), milliseconds(took[len(took)-1])})
	}
	return worst, rows, nil
}

func milliseconds(f float64) string { return strings.TrimSuffix(fmt.Sprintf("%.1f", f), ".0") }
