package mongo

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"github.com/clausea/crawler/internal/store"
	"github.com/clausea/crawler/internal/store/pack"
)

// documentBatch is the number of documents that are read at one time.
const documentBatch = 50

// snapshotAttempts is the number of times that a batch of documents is read at one time.
const snapshotAttempts = 3

// dumpDocuments passes each document with its correction, snapshots, versions and changes. It
// reads batches of documents with the numbers of their versions, their corrections and changes,
// each batch at one time. Versions and snapshots never change, so they may be read later.
func dumpDocuments(ctx context.Context, r *snapshotRead, put func(store.ArchiveEntry) error) error {
	began := time.Now()
	urls := map[string]bool{} // hashes of the companies and URLs of the documents
	for after := ""; ; {
		batch, err := r.s.readDocuments(ctx, after)
		if err != nil {
			return err
		}
		for _, d := range batch.documents {
			after = d.Key
			at := pack.Hash([]byte(d.Company + "\n" + d.URL))
			if urls[at] && d.FirstSeen.After(began) {
				continue // it was created after the document that had the URL before moved
			}
			urls[at] = true
			if err := batch.dump(ctx, d, put); err != nil {
				batch.read.end(ctx)
				return fmt.Errorf("document %s: %w", d.ID, err)
			}
		}
		batch.read.end(ctx)
		if len(batch.documents) < documentBatch {
			return nil
		}
	}
}

// documents is a batch of documents with their corrections and changes by ID, and the snapshot
// from which it was read.
type documents struct {
	documents   []document
	corrections map[string]*store.Correction
	changes     map[string][]store.Change
	read        *snapshotRead
}

// dump passes one document of the batch.
func (b *documents) dump(ctx context.Context, d document, put func(store.ArchiveEntry) error) error {
	if err := put(store.ArchiveEntry{Family: store.ArchiveDocuments, Record: &d.Document}); err != nil {
		return err
	}
	if c := b.corrections[d.ID]; c != nil {
		if err := put(store.ArchiveEntry{Family: store.ArchiveCorrections, Record: c}); err != nil {
			return err
		}
	}
	if err := dumpVersions(ctx, b.read, &d.Document, put); err != nil {
		return err
	}
	for _, c := range b.changes[d.ID] {
		if err := put(store.ArchiveEntry{Family: store.ArchiveChanges, Record: &c}); err != nil {
			return err
		}
	}
	return nil
}

// readDocuments reads the next batch of documents. It sets the number of versions of each.
func (s *database) readDocuments(ctx context.Context, after string) (batch documents, err error) {
	for range snapshotAttempts {
		if batch.read, err = s.newSnapshotRead(); err != nil {
			return documents{}, err
		}
		if err = batch.readDocuments(ctx, after); err != nil {
			batch.read.end(ctx)
			return documents{}, err
		}
		if !batch.read.isCurrent() {
			return batch, nil
		}
	}
	return documents{}, fmt.Errorf("read documents after %q at one time: the server did not keep a snapshot in %d attempts", after, snapshotAttempts)
}

func (b *documents) readDocuments(ctx context.Context, after string) (err error) {
	if b.documents, err = readAfter[document](ctx, b.read, documentCollection, nil, after, documentBatch); err != nil {
		return err
	}
	var ids bson.A
	for _, d := range b.documents {
		ids = append(ids, d.ID)
	}
	if len(ids) == 0 {
		return nil
	}
	var counts []struct {
		ID       string `json:"_id"`
		Versions int    `json:"versions"`
	}
	err = b.read.read(ctx, "count versions", func(ctx context.Context) error {
		counts = nil
		cur, err := b.read.s.db.Collection(versionCollection).Aggregate(ctx, bson.A{
			bson.D{{Key: "$match", Value: bson.D{{Key: "documentID", Value: bson.D{{Key: "$in", Value: ids}}}}}},
			bson.D{{Key: "$group", Value: bson.D{{Key: "_id", Value: "$documentID"}, {Key: "versions", Value: bson.D{{Key: "$max", Value: "$number"}}}}}},
		})
		if err != nil {
			return err
		}
		return cur.All(ctx, &counts)
	})
	versions := map[string]int{}
	for _, c := range counts {
		versions[c.ID] = c.Versions
	}
	for i := range b.documents {
		b.documents[i].Versions = versions[b.documents[i].ID]
	}
	if err != nil {
		return err
	}
	return b.readFeed(ctx, ids)
}

// readFeed reads the corrections and changes of the documents with the given IDs.
func (b *documents) readFeed(ctx context.Context, ids bson.A) error {
	corrections, err := readAll[correction](ctx, b.read, correctionCollection, bson.D{{Key: "_id", Value: bson.D{{Key: "$in", Value: ids}}}}, options.Find())
	if err != nil {
		return err
	}
	b.corrections = map[string]*store.Correction{}
	for _, c := range corrections {
		b.corrections[c.Key] = &c.Correction
	}
	changes, err := readAll[change](ctx, b.read, changeCollection, bson.D{{Key: "documentID", Value: bson.D{{Key: "$in", Value: ids}}}}, options.Find())
	if err != nil {
		return err
	}
	slices.SortFunc(changes, func(x, y change) int { return cmp.Compare(x.Sequence, y.Sequence) })
	b.changes = map[string][]store.Change{}
	for _, c := range changes {
		b.changes[c.DocumentID] = append(b.changes[c.DocumentID], c.Change)
	}
	return nil
}

// dumpVersions passes the versions of a document, each after its snapshot.
func dumpVersions(ctx context.Context, r *snapshotRead, d *store.Document, put func(store.ArchiveEntry) error) error {
	var reader pack.Reader
	snapshots := map[string]bool{}
	for n := 0; n < d.Versions; {
		filter := bson.D{{Key: "documentID", Value: d.ID}, {Key: "number", Value: bson.D{{Key: "$gt", Value: n}, {Key: "$lte", Value: d.Versions}}}}
		rows, err := readAll[version](ctx, r, versionCollection, filter, options.Find().SetSort(bson.D{{Key: "number", Value: 1}}).SetLimit(blobPageLimit))
		if err != nil {
			return err
		}
		if len(rows) == 0 || rows[0].Number != n+1 {
			return fmt.Errorf("version %d is missing; if the company %s was deleted during the backup, make the backup again: %w", n+1, d.Company, store.ErrNotFound)
		}
		get, err := prefetchSnapshots(ctx, r, d.Company, rows)
		if err != nil {
			return err
		}
		for _, v := range rows {
			if v.Number != n+1 {
				break // the next read reports the missing version
			}
			if hash := v.SnapshotHash; hash != "" && !snapshots[hash] {
				snapshots[hash] = true
				body, err := reader.Snapshot(d.Company, hash, get)
				if err != nil {
					return fmt.Errorf("version %d: %w", v.Number, err)
				}
				rec := &store.ArchivedSnapshot{Company: d.Company, Hash: hash}
				if err := put(store.ArchiveEntry{Family: store.ArchiveSnapshots, Record: rec, Body: body}); err != nil {
					return err
				}
			}
			if err := dumpVersion(ctx, r, &reader, v, put); err != nil {
				return fmt.Errorf("version %d: %w", v.Number, err)
			}
			n = v.Number
		}
	}
	return nil
}

// dumpVersion passes one version.
func dumpVersion(ctx context.Context, r *snapshotRead, reader *pack.Reader, v version, put func(store.ArchiveEntry) error) error {
	data, err := r.getBlob(ctx, v.Blob)
	if err != nil {
		return err
	}
	text, err := reader.Version(v.Keyframe, data)
	if err != nil {
		return err
	}
	v.StoredBytes, v.Keyframe = 0, false // they describe the stored form
	return put(store.ArchiveEntry{Family: store.ArchiveVersions, Record: &v.Version, Body: text})
}

// prefetchSnapshots reads the snapshots of some versions at once. It returns a function that
// returns the blob of a snapshot key.
func prefetchSnapshots(ctx context.Context, r *snapshotRead, company string, rows []version) (func(key string) ([]byte, error), error) {
	keys := []string{}
	for _, v := range rows {
		if v.SnapshotHash != "" {
			keys = append(keys, store.SnapshotKey(company, v.SnapshotHash))
		}
	}
	found := map[string][]byte{}
	if len(keys) > 0 {
		var err error
		if found, err = r.findSnapshots(ctx, keys); err != nil {
			return nil, err
		}
	}
	return func(key string) ([]byte, error) {
		if data, ok := found[key]; ok {
			return data, nil
		}
		return r.getSnapshot(ctx, key)
	}, nil
}
