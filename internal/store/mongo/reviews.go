package mongo

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"github.com/clausea/crawler/internal/store"
)

// reviewStore implements store.Reviews.
type reviewStore struct{ *database }

// review is the stored form of a store.Review.
type review struct {
	Key          string `json:"_id"`
	store.Review `json:",inline"`
	Write        string `json:"write"` // the token of the last write
}

// PutReview implements store.Reviews.
func (s reviewStore) PutReview(ctx context.Context, r store.Review) (store.Review, error) {
	what := "put the review of change " + r.ChangeID
	r, err := r.Checked()
	if err != nil {
		return store.Review{}, fmt.Errorf("%s: %w", what, err)
	}
	from := r.Revision
	r.Revision++
	v := review{r.ChangeID, r, rand.Text()}
	put := bson.D{{Key: "$set", Value: v}}
	if from == 0 {
		err = s.retry(ctx, what, func(ctx context.Context) error {
			_, err := s.db.Collection(reviewCollection).UpdateOne(ctx, append(byID(v.Key), writtenFrom("revision", 0, v.Write)...), put, options.UpdateOne().SetUpsert(true))
			return err
		})
	} else {
		err = s.updateRecord(ctx, what, reviewCollection, v.Key, writtenFrom("revision", from, v.Write), put, store.ErrConflict)
	}
	switch {
	case mongo.IsDuplicateKeyError(err), errors.Is(err, store.ErrNotFound): // the record has another revision, or none
		return store.Review{}, fmt.Errorf("%s: %w", what, store.ErrConflict)
	case err != nil:
		return store.Review{}, err
	}
	return r, nil
}

// insertReviews inserts the reviews of new changes, in the transaction that writes the changes. A
// review exists already if there was no transaction and an earlier attempt was interrupted.
func (s *database) insertReviews(ctx context.Context, changes []change) error {
	writes := make([]mongo.WriteModel, len(changes))
	for i, c := range changes {
		writes[i] = mongo.NewUpdateOneModel().SetFilter(byID(c.ID)).SetUpdate(bson.D{{Key: "$setOnInsert", Value: review{c.ID, store.NewReview(c.Change), ""}}}).SetUpsert(true)
	}
	_, err := s.db.Collection(reviewCollection).BulkWrite(ctx, writes, options.BulkWrite().SetOrdered(false))
	return err
}

// GetReview implements store.Reviews.
func (s reviewStore) GetReview(ctx context.Context, changeID string) (store.Review, error) {
	var r review
	err := s.findOne(ctx, "get the review of change "+changeID, reviewCollection, byID(changeID), &r)
	if errors.Is(err, store.ErrNotFound) {
		return store.Review{ChangeID: changeID, State: store.ReviewNew}, nil
	}
	return r.Review, err
}

// GetReviews implements store.Reviews.
func (s reviewStore) GetReviews(ctx context.Context, changeIDs []string) (map[string]store.Review, error) {
	if err := store.CheckReviewIDs(changeIDs); err != nil {
		return nil, err
	}
	byChange := map[string]store.Review{}
	if len(changeIDs) == 0 {
		return byChange, nil
	}
	var rows []review
	err := s.retry(ctx, fmt.Sprintf("get the reviews of %d changes", len(changeIDs)), func(ctx context.Context) error {
		cur, err := s.db.Collection(reviewCollection).Find(ctx, bson.D{{Key: "_id", Value: bson.D{{Key: "$in", Value: changeIDs}}}})
		if err != nil {
			return err
		}
		return cur.All(ctx, &rows)
	})
	if err != nil {
		return nil, err
	}
	for _, r := range rows {
		byChange[r.Key] = r.Review
	}
	return byChange, nil
}

// ListReviews implements store.Reviews.
func (s reviewStore) ListReviews(ctx context.Context, q store.ReviewQuery) ([]store.Review, string, error) {
	if err := q.Check(); err != nil {
		return nil, "", err
	}
	return listNewest(ctx, s.database, "list reviews", selectReviews(q), q.ListOptions, func(r review) (store.NewestKey, store.Review) {
		return store.NewestKey{At: r.At, ID: r.Key}, r.Review
	})
}

// selectReviews returns the query for q.
func selectReviews(q store.ReviewQuery) newestQuery {
	query := newestQuery{collection: reviewCollection, at: "at"}
	query.equal("assignee", q.Assignee)
	whereIn(&query, "state", q.States)
	whereIn(&query, "company", q.Companies)
	return query
}
