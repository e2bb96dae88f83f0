package mongo

import (
	"context"
	"crypto/rand"
	"fmt"
	"strconv"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"github.com/clausea/crawler/internal/store"
	"github.com/clausea/crawler/internal/store/pack"
)

// convert returns the collection, the key and the stored form of an entry. The stored form is nil
// if present has the key. convert writes the chunks of the entry's body, if it has chunks.
func (r *restorer) convert(ctx context.Context, e store.ArchiveEntry, present map[string]bool) (collection, key string, v any, err error) {
	switch rec := e.Record.(type) {
	case *store.ArchivedObject:
		o := store.Object{ObjectKey: store.ObjectKey{Kind: rec.Kind, Namespace: rec.Namespace, Name: rec.Name}, UID: rec.UID, Labels: rec.Labels, JSON: e.Body}
		version, err := r.s.nextVersion(ctx)
		if err != nil {
			return "", "", nil, err
		}
		stored, err := newObject(o, store.EventAdded, version)
		return collectionOf(rec.Kind), stored.ID, stored, err
	case *store.Run:
		return runCollection, rec.ID, run{rec.ID, *rec}, nil
	case *store.ArchivedRequest:
		return requestCollection, rec.RunID, request{rec.RunID, string(rec.Request)}, nil
	case *store.ArchivedCheckpoint:
		b, err := r.s.putBlob(ctx, "checkpoint "+rec.Key, e.Body)
		return checkpointCollection, rec.Key, checkpoint{rec.Key, b}, err
	case *store.FetchedPage:
		id := pageKey(rec.RunID, rec.URL)
		return pageCollection, id, page{id, *rec}, nil
	case *store.RunEvent:
		id := runEventKey(rec.RunID, rec.ID)
		return runEventCollection, id, runEvent{id, *rec}, nil
	case *store.Document:
		r.w = pack.Writer{}
		return documentCollection, rec.ID, document{rec.ID, *rec}, nil
	case *store.Correction:
		return correctionCollection, rec.DocumentID, correction{rec.DocumentID, *rec}, nil
	case *store.Change:
		return changeCollection, rec.ID, change{rec.ID, *rec}, nil
	case *store.ArchivedFeed:
		return "", "", nil, r.putFeed(ctx, *rec)
	case *store.ArchivedSnapshot:
		return r.convertSnapshot(ctx, rec, e.Body, present)
	case *store.Version:
		return r.convertVersion(ctx, *rec, e.Body)
	}
	return convertAccess(e.Record)
}

// convertAccess is convert for the records of the access to documents.
func convertAccess(record any) (collection, key string, v any, err error) {
	switch r := record.(type) {
	case *store.ArchivedWebhook:
		return webhookCollection, r.ID, webhook{r.ID, r.Webhook, r.SecretTexts, r.WebhookProgress, rand.Text()}, nil
	case *store.Delivery:
		return deliveryCollection, r.ID, delivery{r.ID, *r, ""}, nil
	case *store.Review:
		return reviewCollection, r.ChangeID, review{r.ChangeID, *r, rand.Text()}, nil
	case *store.APIKey:
		return apiKeyCollection, r.ID, apiKey{r.ID, *r, rand.Text()}, nil
	case *store.AuditEntry:
		return auditCollection, r.ID, auditEntry{r.ID, *r}, nil
	}
	return "", "", nil, fmt.Errorf("unexpected record %T", record)
}

func (r *restorer) convertSnapshot(ctx context.Context, rec *store.ArchivedSnapshot, body []byte, present map[string]bool) (collection, key string, v any, err error) {
	packed, err := r.w.Snapshot(rec.Hash, body)
	if err != nil {
		return "", "", nil, err
	}
	key = store.SnapshotKey(rec.Company, rec.Hash)
	if present[key] {
		r.w.SkipSnapshot()
		return snapshotCollection, key, nil, nil
	}
	present[key] = true
	b, err := r.s.putBlob(ctx, "snapshot "+key, packed)
	return snapshotCollection, key, snapshot{key, b}, err
}

func (r *restorer) convertVersion(ctx context.Context, v store.Version, text []byte) (collection, key string, stored any, err error) {
	data, keyframe, err := r.w.Version(v.Number, text)
	if err != nil {
		return "", "", nil, err
	}
	v.StoredBytes, v.Keyframe = len(data), keyframe
	b, err := r.s.putBlob(ctx, "version of "+v.DocumentID, data)
	key = v.DocumentID + "/" + strconv.Itoa(v.Number)
	return versionCollection, key, version{key, v, b}, err
}

// putFeed sets the position of the feed, unless it is greater.
func (r *restorer) putFeed(ctx context.Context, rec store.ArchivedFeed) error {
	return r.s.retry(ctx, "set the position of the feed", func(ctx context.Context) error {
		_, err := r.s.db.Collection(metaCollection).UpdateOne(ctx, bson.D{{Key: "_id", Value: feedCounter}},
			bson.D{{Key: "$max", Value: bson.D{{Key: "sequence", Value: rec.Sequence}}}}, options.UpdateOne().SetUpsert(true))
		return err
	})
}
