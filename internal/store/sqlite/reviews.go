package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"

	"github.com/clausea/crawler/internal/store"
)

// reviewStore implements store.Reviews.
type reviewStore struct{ *database }

// PutReview implements store.Reviews.
func (s reviewStore) PutReview(ctx context.Context, r store.Review) (store.Review, error) {
	what := "put the review of change " + r.ChangeID
	r, err := r.Checked()
	if err != nil {
		return store.Review{}, fmt.Errorf("%s: %w", what, err)
	}
	from := r.Revision
	r.Revision++
	err = s.inTransaction(ctx, what, func(t *sql.Tx) error {
		statement := `UPDATE reviews SET id=?1, at=?2, company=?3, state=?4, assignee=?5, revision=?6, v=?7 WHERE id=?1 AND revision=?6-1`
		if from == 0 {
			statement = `INSERT INTO reviews(id,at,company,state,assignee,revision,v) VALUES(?1,?2,?3,?4,?5,?6,?7) ON CONFLICT(id) DO UPDATE SET
				at=excluded.at, company=excluded.company, state=excluded.state, assignee=excluded.assignee, revision=excluded.revision, v=excluded.v WHERE revision=0`
		}
		n, err := execReview(ctx, t, r, statement)
		if err == nil && n == 0 {
			err = store.ErrConflict
		}
		return err
	})
	if err != nil {
		return store.Review{}, err
	}
	return r, nil
}

// execReview executes a statement whose parameters are the columns of a review.
func execReview(ctx context.Context, t *sql.Tx, r store.Review, statement string) (affected int64, err error) {
	return execRecord(ctx, t, r, statement, r.ChangeID, r.At.UnixMilli(), r.Company, r.State, r.Assignee, r.Revision)
}

// insertReview inserts a review, unless the change has one.
func insertReview(ctx context.Context, t *sql.Tx, r store.Review) error {
	_, err := execReview(ctx, t, r, `INSERT OR IGNORE INTO reviews(id,at,company,state,assignee,revision,v) VALUES(?,?,?,?,?,?,?)`)
	return err
}

// GetReview implements store.Reviews.
func (s reviewStore) GetReview(ctx context.Context, changeID string) (store.Review, error) {
	r := store.Review{ChangeID: changeID, State: store.ReviewNew}
	err := s.getRecord(ctx, "get the review of change "+changeID, &r, `SELECT v FROM reviews WHERE id=?`, changeID)
	if err != nil && !isNotFound(err) {
		return store.Review{}, err
	}
	return r, nil
}

// GetReviews implements store.Reviews.
func (s reviewStore) GetReviews(ctx context.Context, changeIDs []string) (map[string]store.Review, error) {
	if err := store.CheckReviewIDs(changeIDs); err != nil {
		return nil, err
	}
	ids, err := json.Marshal(changeIDs)
	if err != nil {
		return nil, fmt.Errorf("get reviews: %w", err)
	}
	items, err := queryRecords[store.Review](ctx, s.read, `SELECT v FROM reviews WHERE id IN (SELECT value FROM json_each(?))`, string(ids))
	if err != nil {
		return nil, fmt.Errorf("get the reviews of %d changes: %w", len(changeIDs), err)
	}
	byChange := make(map[string]store.Review, len(items))
	for _, r := range items {
		byChange[r.ChangeID] = r
	}
	return byChange, nil
}

// ListReviews implements store.Reviews.
func (s reviewStore) ListReviews(ctx context.Context, q store.ReviewQuery) ([]store.Review, string, error) {
	if err := q.Check(); err != nil {
		return nil, "", err
	}
	query, err := selectReviews(q)
	if err != nil {
		return nil, "", fmt.Errorf("list reviews: %w", err)
	}
	return listNewest(ctx, s.read, "list reviews", query, q.ListOptions, func(r store.Review) store.NewestKey {
		return store.NewestKey{At: r.At, ID: r.ChangeID}
	})
}

// selectReviews returns the query for q.
func selectReviews(q store.ReviewQuery) (newestQuery, error) {
	query := newestQuery{table: "reviews"}
	query.equal("assignee", q.Assignee)
	if err := whereIn(&query, "company", q.Companies); err != nil {
		return query, err
	}
	return query, whereIn(&query, "state", q.States)
}
