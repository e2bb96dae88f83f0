package mongo

import (
	"context"
	"fmt"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"github.com/clausea/crawler/internal/store"
)

// archivedSection is a section of an archive: the collections that contain its records, and how
// they are read.
type archivedSection struct {
	collections []string
	dump        func(context.Context, *snapshotRead, func(store.ArchiveEntry) error) error
}

// archivedSections returns all sections of an archive.
func archivedSections() map[string]archivedSection {
	var objects []string
	for _, kind := range store.ObjectKinds {
		objects = append(objects, collectionOf(kind))
	}
	return map[string]archivedSection{
		store.SectionObjects:     {objects, dumpObjects},
		store.SectionRuns:        {[]string{runCollection}, dumpRuns},
		store.SectionRequests:    {[]string{requestCollection}, dumpCollection(requestCollection, pageLimit, "", requestEntry)},
		store.SectionCheckpoints: {[]string{checkpointCollection}, dumpCollection(checkpointCollection, blobPageLimit, "+", checkpointEntry)},
		store.SectionPages:       {[]string{pageCollection}, dumpCollection(pageCollection, pageLimit, "\n", pageEntry)},
		store.SectionRunEvents:   {[]string{runEventCollection}, dumpRunEvents},
		store.SectionWebhooks:    {[]string{webhookCollection}, dumpAll(webhookCollection, webhookEntry)},
		store.SectionDeliveries:  {[]string{deliveryCollection}, dumpAll(deliveryCollection, deliveryEntry)},
		store.SectionReviews:     {[]string{reviewCollection}, dumpAll(reviewCollection, reviewEntry)},
		store.SectionAPIKeys:     {[]string{apiKeyCollection}, dumpAll(apiKeyCollection, apiKeyEntry)},
		store.SectionAudit:       {[]string{auditCollection}, dumpAll(auditCollection, auditEntryEntry)},
		store.SectionDocuments:   {[]string{documentCollection, correctionCollection, versionCollection, snapshotCollection, chunkCollection, changeCollection}, dumpDocuments},
		store.SectionFeed:        {nil, dumpFeed},
	}
}

// unarchivedCollections holds the collections that an archive does not contain, and why.
var unarchivedCollections = map[string]string{
	metaCollection:        "resource versions, the position of the feed, which an archive has as a record of its own, and the mark of a restore belong to one store",
	leaseCollection:       "leases belong to running processes",
	sessionCollection:     "sessions are short-lived; people sign in again",
	idempotencyCollection: "idempotency keys are short-lived",
	migrationCollection:   "a store is migrated before it is restored",
	oldIndexCollection:    "the migration to the present search index drops it",
}

// derivedCollections lists the collections whose records a restore creates from others.
var derivedCollections = []string{summaryCollection, indexCollection}

// Numbers of records of one read.
const (
	pageLimit = store.MaxLimit
	// blobPageLimit bounds the records with blobs, which have up to chunkSize bytes inline.
	blobPageLimit = 8
)

// Dump implements store.Dumper. The resources and runs are read at one time, unless that takes
// longer than the server keeps snapshots (5 minutes).
func (s *database) Dump(ctx context.Context, put func(store.ArchiveEntry) error) error {
	r, err := s.newSnapshotRead()
	if err != nil {
		return err
	}
	defer r.end(ctx)
	sections := archivedSections()
	for _, name := range store.ArchiveSections {
		if err := sections[name].dump(ctx, r, put); err != nil {
			return fmt.Errorf("read the %s: %w", name, err)
		}
	}
	return nil
}

// readAfter returns at most limit records of a collection whose _id is greater than after, by
// _id. filter selects records; it may be nil.
func readAfter[R any](ctx context.Context, r *snapshotRead, collection string, filter bson.D, after string, limit int) (rows []R, err error) {
	filter = bson.D{{Key: "$and", Value: bson.A{bson.D{{Key: "_id", Value: bson.D{{Key: "$gt", Value: after}}}}, append(bson.D{}, filter...)}}}
	return readAll[R](ctx, r, collection, filter, options.Find().SetSort(bson.D{{Key: "_id", Value: 1}}).SetLimit(int64(limit)))
}

// readAll returns all records of a collection that match a filter.
func readAll[R any](ctx context.Context, r *snapshotRead, collection string, filter bson.D, opts *options.FindOptionsBuilder) (rows []R, err error) {
	err = r.read(ctx, "read "+collection, func(ctx context.Context) error {
		cur, err := r.s.db.Collection(collection).Find(ctx, filter, opts)
		if err != nil {
			return err
		}
		rows = nil
		return cur.All(ctx, &rows)
	})
	return rows, err
}

// dumpCollection returns the dump of a collection with one family of records of runs, whose keys
// are the ID of a run, or that followed by separator. It passes no records of runs that were
// created after the runs were read. entry returns the key and the entry of a record.
func dumpCollection[R any](collection string, limit int, separator string, entry func(context.Context, *snapshotRead, R) (string, store.ArchiveEntry, error)) func(context.Context, *snapshotRead, func(store.ArchiveEntry) error) error {
	return func(ctx context.Context, r *snapshotRead, put func(store.ArchiveEntry) error) error {
		after := ""
		end := r.lastRun + separator + store.AfterAllNames
		if separator == "" {
			end = r.lastRun + "\x00"
		}
		ofRuns := bson.D{{Key: "_id", Value: bson.D{{Key: "$lt", Value: end}}}}
		for {
			rows, err := readAfter[R](ctx, r, collection, ofRuns, after, limit)
			if err != nil {
				return err
			}
			for _, row := range rows {
				key, e, err := entry(ctx, r, row)
				if err != nil {
					return fmt.Errorf("%q: %w", key, err)
				}
				if err := put(e); err != nil {
					return err
				}
				after = key
			}
			if len(rows) < limit {
				return nil
			}
		}
	}
}

func dumpObjects(ctx context.Context, r *snapshotRead, put func(store.ArchiveEntry) error) error {
	for _, kind := range store.ObjectKinds {
		after := ""
		for {
			rows, err := readAfter[object](ctx, r, collectionOf(kind), bson.D{{Key: "deletedAt", Value: nil}}, after, pageLimit)
			if err != nil {
				return err
			}
			for _, row := range rows {
				o, err := row.toStore(kind)
				if err != nil {
					return err
				}
				rec := &store.ArchivedObject{Kind: kind, Namespace: o.Namespace, Name: o.Name, UID: o.UID, Labels: o.Labels}
				if err := put(store.ArchiveEntry{Family: store.ArchiveObjects, Record: rec, Body: o.JSON}); err != nil {
					return err
				}
				after = row.ID
			}
			if len(rows) < pageLimit {
				break
			}
		}
	}
	return nil
}

// dumpFeed passes the position of the feed. It reads the current one, which covers all changes.
func dumpFeed(ctx context.Context, r *snapshotRead, put func(store.ArchiveEntry) error) error {
	rec := &store.ArchivedFeed{}
	err := r.s.findOne(ctx, "read the position of the feed", metaCollection, bson.D{{Key: "_id", Value: feedCounter}}, rec)
	if err != nil {
		return err
	}
	return put(store.ArchiveEntry{Family: store.ArchiveFeed, Record: rec})
}

// dumpRuns passes all runs, and notes the last one.
func dumpRuns(ctx context.Context, r *snapshotRead, put func(store.ArchiveEntry) error) error {
	for {
		rows, err := readAfter[run](ctx, r, runCollection, nil, r.lastRun, pageLimit)
		if err != nil {
			return err
		}
		for _, row := range rows {
			if err := put(store.ArchiveEntry{Family: store.ArchiveRuns, Record: &row.Run}); err != nil {
				return err
			}
			r.lastRun = row.Key
		}
		if len(rows) < pageLimit {
			return nil
		}
	}
}

// dumpRunEvents passes the events of the runs that dumpRuns passed. It reads the events of a run
// in the order in which they are appended.
func dumpRunEvents(ctx context.Context, r *snapshotRead, put func(store.ArchiveEntry) error) error {
	var last store.RunEvent
	for {
		later := bson.A{
			bson.D{{Key: "runID", Value: bson.D{{Key: "$gt", Value: last.RunID}, {Key: "$lte", Value: r.lastRun}}}},
			bson.D{{Key: "runID", Value: last.RunID}, {Key: "sequence", Value: bson.D{{Key: "$gt", Value: last.Sequence}}}},
		}
		rows, err := readAll[runEvent](ctx, r, runEventCollection, bson.D{{Key: "$or", Value: later}},
			options.Find().SetSort(bson.D{{Key: "runID", Value: 1}, {Key: "sequence", Value: 1}}).SetLimit(pageLimit))
		if err != nil {
			return err
		}
		for _, row := range rows {
			if err := put(store.ArchiveEntry{Family: store.ArchiveRunEvents, Record: &row.RunEvent}); err != nil {
				return err
			}
			last = row.RunEvent
		}
		if len(rows) < pageLimit {
			return nil
		}
	}
}

func requestEntry(_ context.Context, _ *snapshotRead, row request) (string, store.ArchiveEntry, error) {
	rec := &store.ArchivedRequest{RunID: row.Run, Request: store.RunRequest(row.Request)}
	return row.Run, store.ArchiveEntry{Family: store.ArchiveRequests, Record: rec}, nil
}

func checkpointEntry(ctx context.Context, r *snapshotRead, row checkpoint) (string, store.ArchiveEntry, error) {
	data, err := r.getBlob(ctx, row.Blob)
	return row.Key, store.ArchiveEntry{Family: store.ArchiveCheckpoints, Record: &store.ArchivedCheckpoint{Key: row.Key}, Body: data}, err
}

func pageEntry(_ context.Context, _ *snapshotRead, row page) (string, store.ArchiveEntry, error) {
	return row.Key, store.ArchiveEntry{Family: store.ArchivePages, Record: &row.FetchedPage}, nil
}
