package mongo

import (
	"context"
	"errors"
	"fmt"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"github.com/clausea/crawler/internal/store"
	"github.com/clausea/crawler/internal/store/pack"
)

// errPlanOutdated means that another writer, or an earlier attempt whose response was lost,
// appended a version after a commit was planned.
var errPlanOutdated = errors.New("the document has a newer version")

// maxCommitAttempts is the number of attempts after which a duplicate key fails a commit: the
// URL belongs to another document.
const maxCommitAttempts = 3

// plannedCommit is a commit with the records that it writes. The chunks of large blobs are
// stored already.
type plannedCommit struct {
	store.Commit
	plan      pack.Plan
	versions  []version
	snapshots []snapshot
}

// CommitDocument implements store.DocumentWriter. Without a replica set there is no transaction:
// the changes are written last, so an interrupted commit that is repeated is completed.
func (s documentStore) CommitDocument(ctx context.Context, f store.Fence, c store.Commit) (store.Committed, error) {
	if err := c.Validate(); err != nil {
		return store.Committed{}, err
	}
	what := "commit document " + c.Document.URL
	if len(c.Changes) > 0 {
		release, err := s.acquireFeed(ctx)
		if err != nil {
			return store.Committed{}, fmt.Errorf("%s: %w", what, err)
		}
		defer release()
	}
	conflicts := conflictWatch{database: s.database, since: time.Now()}
	for attempt := 1; ; attempt++ {
		p, err := s.planCommit(ctx, c)
		if err != nil {
			return store.Committed{}, fmt.Errorf("%s: %w", what, err)
		}
		var out store.Committed
		err = s.transaction(ctx, f, what, func(attemptCtx context.Context) error {
			conflicts.killDeadTransactions(ctx)
			out, err = s.commitDocument(attemptCtx, p)
			conflicts.record(err)
			return err
		})
		switch {
		case err == nil:
			if len(c.Changes) > 0 {
				s.changeFeed.Notify("")
			}
			return out, nil
		case errors.Is(err, errPlanOutdated) && ctx.Err() == nil:
		case conflicts.mayEnd() && ctx.Err() == nil:
		case mongo.IsDuplicateKeyError(err) && attempt < maxCommitAttempts && ctx.Err() == nil:
			// Another writer wrote a record concurrently. The next attempt finds it.
		default:
			return store.Committed{}, err
		}
	}
}

// planCommit compresses the versions and snapshots of a commit, and writes the chunks of those
// that are large.
func (s documentStore) planCommit(ctx context.Context, c store.Commit) (plannedCommit, error) {
	id := c.Document.ID
	p := plannedCommit{Commit: c}
	var err error
	p.plan, err = pack.NewPlan(c, pack.History{
		Newest: func(n int) (versions []store.Version, err error) {
			return versions, s.retry(ctx, "read the newest versions of "+id, func(ctx context.Context) error {
				versions, err = s.newestVersions(ctx, id, n)
				return err
			})
		},
		Text: func(n int) ([]byte, error) {
			_, text, err := versionStore(s).readText(ctx, id, n)
			return text, err
		},
		Snapshot: snapshotStore(s).snapshotReader(ctx),
	})
	if err != nil {
		return p, err
	}
	for _, v := range p.plan.Versions {
		row, err := s.versionOf(ctx, v)
		if err != nil {
			return p, err
		}
		p.versions = append(p.versions, row)
	}
	for _, n := range p.plan.Snapshots {
		b, err := s.putBlob(ctx, "snapshot "+n.Key, n.Blob)
		if err != nil {
			return p, err
		}
		p.snapshots = append(p.snapshots, snapshot{n.Key, b})
	}
	return p, nil
}

// newestVersions returns at most n versions of a document, newest first.
func (s *database) newestVersions(ctx context.Context, id string, n int) ([]store.Version, error) {
	cur, err := s.db.Collection(versionCollection).Find(ctx, bson.D{{Key: "documentID", Value: id}},
		options.Find().SetSort(bson.D{{Key: "number", Value: -1}}).SetLimit(int64(n)).SetProjection(bson.D{{Key: "blob", Value: 0}}))
	if err != nil {
		return nil, err
	}
	var rows []version
	if err := cur.All(ctx, &rows); err != nil {
		return nil, err
	}
	versions := make([]store.Version, len(rows))
	for i, r := range rows {
		versions[i] = r.Version
	}
	return versions, nil
}

// commitDocument writes a commit. It returns errPlanOutdated if the plan does not apply.
func (s *database) commitDocument(ctx context.Context, p plannedCommit) (store.Committed, error) {
	d := p.Document
	old, err := s.documentRow(ctx, bson.D{{Key: "_id", Value: d.ID}})
	if err != nil {
		return store.Committed{}, err
	}
	if p.Create {
		other, err := s.documentAtURL(ctx, d, old)
		if err != nil {
			return store.Committed{}, err
		}
		if other != nil {
			newest, err := s.newestVersion(ctx, other.ID)
			return store.Committed{Document: *other, Version: newest}, err
		}
	}
	newest, err := s.newestVersion(ctx, d.ID)
	if err != nil {
		return store.Committed{}, err
	}
	if !p.plan.Applies(newest) {
		return store.Committed{}, errPlanOutdated
	}
	d.Versions = p.plan.After.Number
	if err := s.applyCorrection(ctx, &d); err != nil {
		return store.Committed{}, err
	}
	changes, err := s.numberChanges(ctx, p.plan.Changes(p.Commit, d))
	if err != nil {
		return store.Committed{}, err
	}
	for _, n := range p.snapshots {
		if err := s.insertSnapshot(ctx, n); err != nil {
			return store.Committed{}, err
		}
	}
	if len(p.versions) > 0 {
		if _, err := s.db.Collection(versionCollection).InsertMany(ctx, p.versions); err != nil {
			return store.Committed{}, err
		}
	}
	if err := s.writeDocument(ctx, old, d, p.plan.Text); err != nil {
		return store.Committed{}, err
	}
	if len(changes) > 0 {
		if err := s.insertReviews(ctx, changes); err != nil {
			return store.Committed{}, err
		}
		if _, err := s.db.Collection(changeCollection).InsertMany(ctx, changes); err != nil {
			return store.Committed{}, err
		}
	}
	return store.Committed{Document: d, Created: p.Create, Version: p.plan.After}, nil
}

// newestVersion returns the newest version of a document, or the zero version.
func (s *database) newestVersion(ctx context.Context, id string) (store.Version, error) {
	versions, err := s.newestVersions(ctx, id, 1)
	return append(versions, store.Version{})[0], err
}

// documentAtURL returns another document that has the URL of the new document d, or nil. It fails
// if d exists at another URL. old is the stored record of d, or nil.
func (s *database) documentAtURL(ctx context.Context, d store.Document, old *store.Document) (*store.Document, error) {
	other, err := s.documentRow(ctx, bson.D{{Key: "company", Value: d.Company}, {Key: "url", Value: d.URL}})
	switch {
	case err != nil:
		return nil, err
	case other != nil && other.ID != d.ID:
		return other, nil
	case other == nil && old != nil:
		return nil, fmt.Errorf("document %s is at %s: %w", d.ID, old.URL, store.ErrExists)
	}
	return nil, nil
}

// documentRow returns the document that a filter matches, or nil.
func (s *database) documentRow(ctx context.Context, filter bson.D) (*store.Document, error) {
	var d document
	err := s.db.Collection(documentCollection).FindOne(ctx, filter).Decode(&d)
	if errors.Is(err, mongo.ErrNoDocuments) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return &d.Document, nil
}

// writeDocument writes d, to which its correction is applied, with what depends on it. old is the
// stored record, or nil. text is the new text, or nil if it does not change.
func (s *database) writeDocument(ctx context.Context, old *store.Document, d store.Document, text *string) error {
	_, err := s.db.Collection(documentCollection).ReplaceOne(ctx, bson.D{{Key: "_id", Value: d.ID}}, document{d.ID, d}, options.Replace().SetUpsert(true))
	if err != nil {
		return err
	}
	if err := s.updateSummary(ctx, old, d); err != nil {
		return err
	}
	return s.updateSearchIndex(ctx, d, text)
}
