package sqlite

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/clausea/crawler/internal/store"
)

// QueryDocuments implements store.DocumentReader.
func (s documentStore) QueryDocuments(ctx context.Context, q store.DocumentQuery) ([]store.Document, string, error) {
	if err := q.Validate(); err != nil {
		return nil, "", err
	}
	limit, after, err := q.Decode()
	if err != nil {
		return nil, "", fmt.Errorf("query documents: %w", err)
	}
	query, args, err := documentQuery(q, after, limit)
	if err != nil {
		return nil, "", fmt.Errorf("query documents: %w", err)
	}
	items, next, err := readPage[store.Document](ctx, s.read, limit, query, args...)
	if err != nil {
		return nil, "", fmt.Errorf("query documents: %w", err)
	}
	return items, next, nil
}

// documentQuery returns the statement for the page of q after a key, and its parameters. It
// selects rows with one index only, and then reads their records. If several values of a property
// select, each value is a search of its own, because an index has the order only for one value.
func documentQuery(q store.DocumentQuery, key string, limit int) (query string, args []any, err error) {
	keyColumns, columns, order := "company||char(10)||url", "company, url", "company, url"
	if q.Sort == store.SortByLastChanged {
		keyColumns, columns, order = "last_changed||' '||id", "last_changed, id", "last_changed DESC, id DESC"
	}
	by := selectingIndex(q)
	others, err := documentConditions(q, by.column, key)
	if err != nil {
		return "", nil, err
	}
	search := func(c conditions) string {
		return `SELECT rowid, ` + columns + ` FROM documents INDEXED BY ` + by.name + c.where() + ` ORDER BY ` + order + ` LIMIT ?`
	}
	var searches []string
	if len(by.values) == 0 {
		searches = []string{search(others)}
		args = append(append(args, others.args...), limit+1)
	}
	for _, v := range by.values {
		c := conditions{terms: append([]string{by.column + "=?"}, others.terms...)}
		searches = append(searches, search(c))
		args = append(append(append(args, v), others.args...), limit+1)
	}
	rows := searches[0]
	if len(searches) > 1 {
		rows = `SELECT * FROM (` + strings.Join(searches, `) UNION ALL SELECT * FROM (`) + `) ORDER BY ` + order + ` LIMIT ?`
		args = append(args, limit+1)
	}
	return `SELECT ` + keyColumns + `, v FROM documents WHERE rowid IN (SELECT rowid FROM (` + rows + `)) ORDER BY ` + order, args, nil
}

// documentConditions returns the conditions of q after a key, except those on the column selected.
func documentConditions(q store.DocumentQuery, selected, key string) (c conditions, err error) {
	for _, p := range []struct {
		column string
		values []string
	}{{"company", q.Companies}, {"type", q.Types}, {"language", q.Languages}, {"state", stateNames(q.States)}} {
		if p.column != selected {
			addIndexed(&c, p.column, p.values, false)
		}
	}
	if selected == "state" {
		c.add("state<>'Present'") // the condition of the index
	}
	if !q.IncludeNotLegal {
		c.add("not_legal=0")
	}
	if !q.ChangedSince.IsZero() {
		c.add("last_changed>=?", q.ChangedSince.UnixMilli())
	}
	if key != "" {
		err = addDocumentKey(&c, q.Sort, key)
	}
	return c, err
}

// addDocumentKey adds the condition that a document follows the key in the order.
func addDocumentKey(c *conditions, sort store.DocumentSort, key string) error {
	if sort == store.SortByURL {
		company, url, ok := strings.Cut(key, "\n")
		if !ok {
			return store.ErrInvalidToken
		}
		c.add("(company, url)>(?,?)", company, url)
		return nil
	}
	changed, id, ok := strings.Cut(key, " ")
	n, err := strconv.ParseInt(changed, 10, 64)
	if err != nil || !ok {
		return store.ErrInvalidToken
	}
	c.add("(last_changed, id)<(?,?)", n, id)
	return nil
}

// documentIndex is an index of documents. If it begins with a column, values are the different
// values of the column that are selected.
type documentIndex struct {
	name, column string
	values       []string
}

// selectingIndex returns the index that selects few documents for a query, in its order. Most
// documents are Present, so that this state does not select.
func selectingIndex(q store.DocumentQuery) documentIndex {
	suffix, all := "url", documentIndex{name: "documents_by_url"}
	if q.Sort == store.SortByLastChanged {
		suffix, all = "change", documentIndex{name: "documents_by_change"}
	}
	by := func(column string, values []string) documentIndex {
		return documentIndex{"documents_" + column + "_" + suffix, column, slices.Compact(slices.Sorted(slices.Values(values)))}
	}
	types, languages := len(q.Types), len(q.Languages)
	switch {
	case len(q.Companies) > 0 && q.Sort == store.SortByURL:
		return all // it begins with the company
	case len(q.Companies) > 0:
		return by("company", q.Companies)
	case len(q.States) > 0 && !slices.Contains(q.States, store.DocumentPresent):
		return by("state", stateNames(q.States))
	case types > 0 && (languages == 0 || types <= languages):
		return by("type", q.Types)
	case languages > 0:
		return by("language", q.Languages)
	}
	return all
}

func stateNames(states []store.DocumentState) (names []string) {
	for _, s := range states {
		names = append(names, string(s))
	}
	return names
}
