package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/clausea/crawler/internal/store"
)

// companyStore implements store.Companies.
type companyStore struct{ *database }

// updateSummary updates the summary of the company of d, which replaces old. old is nil if the
// document is new.
func updateSummary(ctx context.Context, t *sql.Tx, old *store.Document, d store.Document) error {
	if old != nil && store.SummarizesSame(*old, d) || old == nil && d.NotLegal {
		return nil
	}
	if old != nil && old.Company != d.Company {
		gone := *old
		gone.NotLegal = true
		if err := updateSummary(ctx, t, old, gone); err != nil {
			return err
		}
		return updateSummary(ctx, t, nil, d)
	}
	return changeSummary(ctx, t, d.Company, func(c *store.CompanySummary) error {
		if old != nil {
			c.Add(*old, -1)
			if !old.NotLegal && (d.NotLegal || d.LastChanged.Before(old.LastChanged)) {
				var err error
				if c.LastChanged, err = lastChanged(ctx, t, d); err != nil {
					return err
				}
			}
		}
		c.Add(d, 1)
		return nil
	})
}

// lastChanged returns the time of the last change of the other documents of the company of d.
func lastChanged(ctx context.Context, t *sql.Tx, d store.Document) (last time.Time, err error) {
	rows, err := t.QueryContext(ctx, `SELECT json_extract(v,'$.lastChanged') FROM documents WHERE company=? AND id<>? AND NOT coalesce(json_extract(v,'$.notLegal'),0)`, d.Company, d.ID)
	if err != nil {
		return last, err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var at string
		if err := rows.Scan(&at); err != nil {
			return last, err
		}
		changed, err := time.Parse(time.RFC3339Nano, at)
		if err != nil {
			return last, fmt.Errorf("last change of a document of %s: %w", d.Company, err)
		}
		if changed.After(last) {
			last = changed
		}
	}
	return last, rows.Err()
}

// changeSummary changes the summary of a company, or of a new company.
func changeSummary(ctx context.Context, t *sql.Tx, company string, change func(*store.CompanySummary) error) error {
	c := store.CompanySummary{Name: company}
	var b []byte
	err := t.QueryRowContext(ctx, `SELECT v FROM companies WHERE name=?`, company).Scan(&b)
	if err == nil {
		err = json.Unmarshal(b, &c)
	}
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return fmt.Errorf("read the summary of %s: %w", company, err)
	}
	if err := change(&c); err != nil {
		return err
	}
	return putSummary(ctx, t, c)
}

func putSummary(ctx context.Context, t *sql.Tx, c store.CompanySummary) error {
	b, err := json.Marshal(c)
	if err != nil {
		return err
	}
	_, err = t.ExecContext(ctx, `INSERT INTO companies(name,documents,changed,v) VALUES(?,?,?,?)
		ON CONFLICT(name) DO UPDATE SET documents=excluded.documents, changed=excluded.changed, v=excluded.v`,
		c.Name, c.Documents, millis(c.LastChanged), string(b))
	return err
}

// millis returns a time as milliseconds since 1970, or 0 if it is earlier.
func millis(t time.Time) int64 { return max(0, t.UnixMilli()) }

// GetCompany implements store.Companies.
func (s companyStore) GetCompany(ctx context.Context, name string) (c store.CompanySummary, err error) {
	return c, s.getRecord(ctx, "get company "+name, &c, `SELECT v FROM companies WHERE name=?`, name)
}

// The parameters of these queries are the first name, the end of the names, the selected names as
// JSON, the key after which the page starts, and the limit. A key of the order by change is
// MILLISECONDS NEWLINE NAME; its parts are parameters before the whole key, which is not used.
const (
	companiesByName = `SELECT name, v FROM companies WHERE name>=?1 AND name<?2 AND ?3 IS NOT NULL AND +name>?4 ORDER BY name LIMIT ?5`
	namedCompanies  = `SELECT name, v FROM companies WHERE name IN (SELECT value FROM json_each(?3)) AND +name>=?1 AND +name<?2 AND +name>?4 ORDER BY name LIMIT ?5`

	companiesByLastChanged = `SELECT changed||char(10)||name, v FROM companies WHERE changed<=?4 AND (changed<?4 OR name>?5)
		AND +name>=?1 AND +name<?2 AND (?3='[]' OR +name IN (SELECT value FROM json_each(?3))) AND ?6 IS NOT NULL ORDER BY changed DESC, name LIMIT ?7`
)

// QueryCompanies implements store.Companies.
func (s companyStore) QueryCompanies(ctx context.Context, q store.CompanyQuery) ([]store.CompanySummary, string, error) {
	if err := q.Validate(); err != nil {
		return nil, "", err
	}
	items, next, err := s.queryCompanies(ctx, q)
	if err != nil {
		return nil, "", fmt.Errorf("query companies: %w", err)
	}
	return items, next, nil
}

func (s companyStore) queryCompanies(ctx context.Context, q store.CompanyQuery) ([]store.CompanySummary, string, error) {
	names, err := json.Marshal(append([]string{}, q.Names...))
	if err != nil {
		return nil, "", err
	}
	_, after, err := q.Decode()
	if err != nil {
		return nil, "", err
	}
	end := q.Prefix + store.AfterAllNames
	if q.Sort == store.CompaniesByName {
		query := companiesByName
		if len(q.Names) > 0 {
			query = namedCompanies
		}
		return listRecords[store.CompanySummary](ctx, s.read, q.ListOptions, query, max(q.Prefix, after), end, string(names))
	}
	changed, name, err := store.DecodeCompanyKey(after)
	if err != nil {
		return nil, "", err
	}
	return listRecords[store.CompanySummary](ctx, s.read, q.ListOptions, companiesByLastChanged, q.Prefix, end, string(names), changed, name)
}

// PutCrawl implements store.Companies.
func (s companyStore) PutCrawl(ctx context.Context, f store.Fence, company string, c store.CrawlSummary) error {
	return s.fenced(ctx, f, "put the last crawl of "+company, func(t *sql.Tx) error {
		return changeSummary(ctx, t, company, func(old *store.CompanySummary) error {
			if !old.LastCrawl.FinishedAt.After(c.FinishedAt) {
				old.LastCrawl = c
			}
			return nil
		})
	})
}

// Counts implements store.Store.
func (s companyStore) Counts(ctx context.Context) (companies, documents int64, err error) {
	err = s.read.QueryRowContext(ctx, `SELECT count(*), coalesce(sum(documents),0) FROM companies WHERE documents>0`).Scan(&companies, &documents)
	if err != nil {
		return 0, 0, fmt.Errorf("count companies and documents: %w", err)
	}
	return companies, documents, nil
}
