package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/clausea/crawler/internal/store"
	"github.com/clausea/crawler/internal/store/pack"
)

// putRecord writes v as JSON under a fence. The query's last parameter is the JSON.
func (s *Store) putRecord(ctx context.Context, f store.Fence, what string, v any, query string, keys ...any) error {
	b, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	return s.fenced(ctx, f, what, func(t *sql.Tx) error {
		_, err := t.ExecContext(ctx, query, append(keys, string(b))...)
		return err
	})
}

// getRecord reads the JSON record that the query selects into v.
func (s *Store) getRecord(ctx context.Context, what string, v any, query string, keys ...any) error {
	var b []byte
	if err := wrapNotFound(s.read.QueryRowContext(ctx, query, keys...).Scan(&b), what); err != nil {
		return err
	}
	if err := json.Unmarshal(b, v); err != nil {
		return fmt.Errorf("%s: decode the record: %w", what, err)
	}
	return nil
}

// PutRun implements store.Runs.
func (s *Store) PutRun(ctx context.Context, r store.Run) error {
	return s.putRecord(ctx, r.Fence, "put run "+r.ID, r, `INSERT INTO runs(id,company,state,priority,v) VALUES(?,?,?,?,?) ON CONFLICT(id) DO UPDATE SET state=excluded.state, priority=excluded.priority, v=excluded.v`, r.ID, r.Company, r.State, r.Priority)
}

// GetRun implements store.Runs.
func (s *Store) GetRun(ctx context.Context, id string) (r store.Run, err error) {
	return r, s.getRecord(ctx, "get run "+id, &r, `SELECT v FROM runs WHERE id=?`, id)
}

// ListRuns implements store.Runs.
func (s *Store) ListRuns(ctx context.Context, company string, opts store.ListOptions) ([]store.Run, string, error) {
	query, args := listAllRuns, []any(nil)
	if company != "" {
		query, args = listCompanyRuns, []any{company}
	}
	items, next, err := listRecords[store.Run](ctx, s.read, opts, query, args...)
	if err != nil {
		return nil, "", fmt.Errorf("list runs of %q: %w", company, err)
	}
	return items, next, nil
}

// PutCheckpoint implements store.Runs.
func (s *Store) PutCheckpoint(ctx context.Context, f store.Fence, id string, blob []byte) error {
	return s.fenced(ctx, f, "put checkpoint "+id, func(t *sql.Tx) error {
		_, err := t.ExecContext(ctx, `INSERT INTO checkpoints(id,v) VALUES(?,?) ON CONFLICT(id) DO UPDATE SET v=excluded.v`, id, blob)
		return err
	})
}

// GetCheckpoint implements store.Runs.
func (s *Store) GetCheckpoint(ctx context.Context, id string) (b []byte, err error) {
	return b, wrapNotFound(s.read.QueryRowContext(ctx, `SELECT v FROM checkpoints WHERE id=?`, id).Scan(&b), "get checkpoint "+id)
}

// DeleteCheckpoints implements store.Runs.
func (s *Store) DeleteCheckpoints(ctx context.Context, f store.Fence, runID string) error {
	return s.fenced(ctx, f, "delete the checkpoints of run "+runID, func(t *sql.Tx) error {
		return execAll(ctx, t, runID, deleteCheckpoints)
	})
}

// deleteCheckpoints deletes the key ID and the keys ID+NUMBER. The comma follows the plus sign
// in ASCII, so the conditions are range scans of the index.
const deleteCheckpoints = `DELETE FROM checkpoints WHERE id=?1 OR id>?1||'+' AND id<?1||',' AND substr(id,length(?1)+2) NOT GLOB '*[^0-9]*'`

// PutPages implements store.Pages.
func (s *Store) PutPages(ctx context.Context, f store.Fence, pages []store.FetchedPage) error {
	if err := store.CheckPageBatch(pages); err != nil || len(pages) == 0 {
		return err
	}
	return s.fenced(ctx, f, fmt.Sprintf("put %d pages of %s", len(pages), pages[0].Company), func(t *sql.Tx) error {
		put, err := t.PrepareContext(ctx, `INSERT INTO pages(company,url,v) VALUES(?,?,?) ON CONFLICT(company,url) DO UPDATE SET v=excluded.v`)
		if err != nil {
			return err
		}
		defer func() { _ = put.Close() }()
		for _, p := range pages {
			b, err := json.Marshal(p)
			if err != nil {
				return err
			}
			if _, err := put.ExecContext(ctx, p.Company, p.URL, string(b)); err != nil {
				return fmt.Errorf("%s: %w", p.URL, err)
			}
		}
		return nil
	})
}

// DeleteStalePages implements store.Pages.
func (s *Store) DeleteStalePages(ctx context.Context, f store.Fence, company, runID string) error {
	return s.fenced(ctx, f, "delete the stale pages of "+company, func(t *sql.Tx) error {
		_, err := t.ExecContext(ctx, `DELETE FROM pages WHERE company=? AND json_extract(v,'$.runID')<>?`, company, runID)
		return err
	})
}

// GetPage implements store.Pages.
func (s *Store) GetPage(ctx context.Context, company, url string) (p store.FetchedPage, err error) {
	return p, s.getRecord(ctx, "get page "+url, &p, `SELECT v FROM pages WHERE company=? AND url=?`, company, url)
}

// ListPages implements store.Pages.
func (s *Store) ListPages(ctx context.Context, company string, opts store.ListOptions) ([]store.FetchedPage, string, error) {
	items, next, err := listRecords[store.FetchedPage](ctx, s.read, opts, `SELECT url, v FROM pages WHERE company=? AND url>? ORDER BY url LIMIT ?`, company)
	if err != nil {
		return nil, "", fmt.Errorf("list pages of %q: %w", company, err)
	}
	return items, next, nil
}

// PutDocument implements store.Documents.
func (s *Store) PutDocument(ctx context.Context, f store.Fence, d store.Document) error {
	return s.putRecord(ctx, f, "put document "+d.URL, d, `INSERT INTO documents(id,company,url,v) VALUES(?,?,?,?) ON CONFLICT(id) DO UPDATE SET company=excluded.company, url=excluded.url, v=excluded.v`, d.ID, d.Company, d.URL)
}

// GetDocument implements store.Documents.
func (s *Store) GetDocument(ctx context.Context, id string) (d store.Document, err error) {
	return d, s.getRecord(ctx, "get document "+id, &d, `SELECT v FROM documents WHERE id=?`, id)
}

// FindDocument implements store.Documents.
func (s *Store) FindDocument(ctx context.Context, company, url string) (d store.Document, err error) {
	return d, s.getRecord(ctx, "find document "+url, &d, `SELECT v FROM documents WHERE company=? AND url=?`, company, url)
}

// These queries scan an index, so the cost of a page does not depend on the number of rows
// in the table.
const (
	listAllDocuments = `SELECT company||char(10)||url, v FROM documents
		WHERE (company, url) > (substr(?1,1,instr(?1||char(10),char(10))-1), substr(?1,instr(?1||char(10),char(10))+1)) ORDER BY company, url LIMIT ?2`
	listCompanyDocuments = `SELECT company||char(10)||url, v FROM documents
		WHERE company=?1 AND url > substr(?2,instr(?2||char(10),char(10))+1) ORDER BY url LIMIT ?3`
	listAllRuns     = `SELECT id, v FROM runs WHERE id < iif(?1='',char(0x10ffff),?1) ORDER BY id DESC LIMIT ?2`
	listCompanyRuns = `SELECT id, v FROM runs WHERE company=?1 AND id < iif(?2='',char(0x10ffff),?2) ORDER BY id DESC LIMIT ?3`
)

// ListDocuments implements store.Documents.
func (s *Store) ListDocuments(ctx context.Context, company string, opts store.ListOptions) ([]store.Document, string, error) {
	// A key is COMPANY NEWLINE URL. The newline sorts before every character of both.
	query, args := listAllDocuments, []any(nil)
	if company != "" {
		query, args = listCompanyDocuments, []any{company}
	}
	items, next, err := listRecords[store.Document](ctx, s.read, opts, query, args...)
	if err != nil {
		return nil, "", fmt.Errorf("list documents of %q: %w", company, err)
	}
	return items, next, nil
}

// ListCompanies implements store.Documents.
func (s *Store) ListCompanies(ctx context.Context, opts store.ListOptions) ([]store.CompanySummary, string, error) {
	items, next, err := listRecords[store.CompanySummary](ctx, s.read, opts,
		`SELECT company, json_object('name', company, 'documents', count(*), 'lastChanged', max(strftime('%Y-%m-%dT%H:%M:%fZ', json_extract(v,'$.lastChanged'))))
		FROM documents WHERE company>? GROUP BY company ORDER BY company LIMIT ?`)
	if err != nil {
		return nil, "", fmt.Errorf("list companies: %w", err)
	}
	return items, next, nil
}

// AppendVersion implements store.Versions.
func (s *Store) AppendVersion(ctx context.Context, f store.Fence, v store.Version, text string) (out store.Version, created bool, err error) {
	err = s.fenced(ctx, f, "append a version of "+v.DocumentID, func(t *sql.Tx) error {
		newest, prev, err := readText(ctx, t, v.DocumentID, 0)
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return err
		}
		if err == nil && newest.ContentHash == v.ContentHash {
			out = newest
			return nil
		}
		v.Number = newest.Number + 1
		var base []byte
		if newest.Number > 0 && (v.Number-1)%pack.KeyframeInterval != 0 {
			base = prev
		}
		out, err = insertVersion(ctx, t, v, base, text)
		created = err == nil
		return err
	})
	return out, created, err
}

// insertVersion inserts a version with its text, as a delta to base if base is not nil.
func insertVersion(ctx context.Context, t *sql.Tx, v store.Version, base []byte, text string) (store.Version, error) {
	blob, full, err := pack.Encode(base, []byte(text))
	if err != nil {
		return v, err
	}
	v.StoredBytes, v.Keyframe = len(blob), full
	b, err := json.Marshal(v)
	if err != nil {
		return v, err
	}
	_, err = t.ExecContext(ctx, `INSERT INTO versions(doc,n,hash,fetched,full,v,blob) VALUES(?,?,?,?,?,?,?)`,
		v.DocumentID, v.Number, v.ContentHash, v.FetchedAt.UnixNano(), full, string(b), blob)
	return v, err
}

// ListVersions implements store.Versions.
func (s *Store) ListVersions(ctx context.Context, id string, opts store.ListOptions) ([]store.Version, string, error) {
	items, next, err := listRecords[store.Version](ctx, s.read, opts, `SELECT n, v FROM versions WHERE doc=?1 AND (?2='' OR n<CAST(?2 AS INTEGER)) ORDER BY n DESC LIMIT ?3`, id)
	if err != nil {
		return nil, "", fmt.Errorf("list versions of %s: %w", id, err)
	}
	return items, next, nil
}

// VersionText implements store.Versions.
func (s *Store) VersionText(ctx context.Context, id string, n int) (store.Version, string, error) {
	v, b, err := readText(ctx, s.read, id, n)
	if err != nil {
		return v, "", fmt.Errorf("read version %d of %s: %w", n, id, err)
	}
	return v, string(b), nil
}

// VersionAt implements store.Versions.
func (s *Store) VersionAt(ctx context.Context, id string, at time.Time) (v store.Version, err error) {
	return v, s.getRecord(ctx, "version of "+id+" at "+at.Format(time.RFC3339), &v, `SELECT v FROM versions WHERE doc=? AND fetched<=? ORDER BY n DESC LIMIT 1`, id, at.UnixNano())
}

// querier is a database or a transaction.
type querier interface {
	QueryContext(context.Context, string, ...any) (*sql.Rows, error)
}

// readText returns version n (0 means the newest) and its text. It decodes the chain of
// deltas from the last keyframe at or before n.
func readText(ctx context.Context, q querier, id string, n int) (v store.Version, text []byte, err error) {
	rows, err := q.QueryContext(ctx, `SELECT v, blob FROM versions WHERE doc=?1 AND n<=iif(?2=0,(SELECT max(n) FROM versions WHERE doc=?1),?2)
		AND n>=(SELECT max(n) FROM versions WHERE doc=?1 AND full=1 AND n<=iif(?2=0,(SELECT max(n) FROM versions WHERE doc=?1),?2)) ORDER BY n`, id, n)
	if err != nil {
		return v, nil, err
	}
	defer rows.Close()
	found := false
	for rows.Next() {
		var meta, blob []byte
		if err := rows.Scan(&meta, &blob); err != nil {
			return v, nil, err
		}
		v = store.Version{}
		if err := json.Unmarshal(meta, &v); err != nil {
			return v, nil, err
		}
		prev := text
		if v.Keyframe {
			prev = nil
		}
		if text, err = pack.Decode(prev, blob); err != nil {
			return v, nil, err
		}
		found = true
	}
	if err := rows.Err(); err != nil {
		return v, nil, err
	}
	if !found || n > 0 && v.Number != n {
		return store.Version{}, nil, store.ErrNotFound
	}
	return v, text, nil
}
