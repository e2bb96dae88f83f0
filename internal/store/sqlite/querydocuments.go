package sqlite

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/clausea/crawler/internal/store"
)

// errInvalidToken means that a continue token has no valid key.
var errInvalidToken = errors.New("invalid continue token: restart the list from its beginning")

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
// selects rows with one index only, and then reads their records.
func documentQuery(q store.DocumentQuery, key string, limit int) (query string, args []any, err error) {
	var c conditions
	addIndexed(&c, "company", q.Companies, false)
	addIndexed(&c, "type", q.Types, false)
	addIndexed(&c, "language", q.Languages, false)
	addIndexed(&c, "state", q.States, false)
	if !q.IncludeNotLegal {
		c.add("not_legal=0")
	}
	if !q.ChangedSince.IsZero() {
		c.add("last_changed>=?", q.ChangedSince.UnixMilli())
	}
	keyColumns, order := "company||char(10)||url", "company, url"
	if q.Sort == store.SortByLastChanged {
		keyColumns, order = "last_changed||' '||id", "last_changed DESC, id DESC"
	}
	if key != "" {
		if err := addDocumentKey(&c, q.Sort, key); err != nil {
			return "", nil, err
		}
	}
	return `SELECT ` + keyColumns + `, v FROM documents WHERE rowid IN (SELECT rowid FROM documents INDEXED BY ` + documentIndex(q) + c.where() +
		` ORDER BY ` + order + ` LIMIT ?) ORDER BY ` + order, append(c.args, limit+1), nil
}

// addDocumentKey adds the condition that a document follows the key in the order.
func addDocumentKey(c *conditions, sort store.DocumentSort, key string) error {
	if sort == store.SortByURL {
		company, url, ok := strings.Cut(key, "\n")
		if !ok {
			return errInvalidToken
		}
		c.add("(company, url)>(?,?)", company, url)
		return nil
	}
	changed, id, ok := strings.Cut(key, " ")
	n, err := strconv.ParseInt(changed, 10, 64)
	if err != nil || !ok {
		return errInvalidToken
	}
	c.add("(last_changed, id)<(?,?)", n, id)
	return nil
}

// documentIndex returns the index that selects the fewest documents for a query, in its order if
// the query has one value of the property. Most documents are Present, so that state does not
// select.
func documentIndex(q store.DocumentQuery) string {
	switch {
	case q.Sort == store.SortByURL:
		return "documents_by_url"
	case len(q.Companies) > 0:
		return "documents_company_change"
	case len(q.States) == 1 && q.States[0] != store.DocumentPresent:
		return "documents_state_change"
	case len(q.Types) == 1:
		return "documents_type_change"
	case len(q.Languages) == 1:
		return "documents_language_change"
	}
	return "documents_by_change"
}
